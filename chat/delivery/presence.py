"""Who is here: online, idle or offline, as far as the processes tell each other. Pure: the clock is an argument.

A process knows its own connections and what other processes said of theirs. Nothing of it is stored or proven; a lost
word costs a wrong dot for a while. Whoever chose not to be shown is never told of.
"""

from collections.abc import Collection, Hashable, Mapping
from itertools import islice
from uuid import UUID

ONLINE, IDLE, OFFLINE = "online", "idle", "offline"
IDLE_S = 300.0
"""Who has done nothing for so long is idle."""
GRACE_S = 10.0
"""Who comes back within it (a page that is loaded again) was never gone."""
SILENCE_S = 60.0
"""A process that was not heard of for so long is gone, and its people with it."""
PEOPLE_LIMIT = 500
"""Presence is for teams: with more people than this nobody is told of anybody."""
CHANGES_PER_TICK = 50
"""Told at once, to everybody; the others follow with the next ticks."""

States = dict[UUID, str]


class Presence:
    def __init__(self) -> None:
        self._here: dict[UUID, dict[Hashable, float]] = {}
        """Person → their connections here, each with when something was done by it."""
        self._gone: dict[UUID, float] = {}
        """Person → when their last connection here ended."""
        self._elsewhere: dict[str, tuple[float, States]] = {}
        self._said: States = {}
        self._told: States = {}

    @property
    def told(self) -> Mapping[UUID, str]:
        """Who is not offline, as it was told last."""
        return self._told

    def connect(self, person: UUID, connection: Hashable, now_s: float) -> None:
        self._here.setdefault(person, {})[connection] = now_s
        self._gone.pop(person, None)

    def disconnect(self, person: UUID, connection: Hashable, now_s: float) -> None:
        connections = self._here.get(person, {})
        connections.pop(connection, None)
        if not connections and self._here.pop(person, None) is not None:
            self._gone[person] = now_s

    def act(self, person: UUID, connection: Hashable, now_s: float) -> None:
        if connection in self._here.get(person, {}):
            self._here[person][connection] = now_s

    def hear(self, process: str, states: States, now_s: float) -> None:
        """All that another process has to say of its people."""
        self._elsewhere[process] = now_s, states

    def here(self, now_s: float) -> States:
        """All people of this process, those who are not to be shown among them."""
        self._gone = {person: at_s for person, at_s in self._gone.items() if now_s - at_s < GRACE_S}
        states = dict.fromkeys(self._gone, ONLINE)
        for person, connections in self._here.items():
            states[person] = ONLINE if now_s - max(connections.values()) < IDLE_S else IDLE
        return states

    def say(self, here: States, hidden: Collection[UUID]) -> States:
        """What this process says of its people: of no more than are told of, and one by whom they are too many."""
        shown = ((person, state) for person, state in here.items() if person not in hidden)
        self._said = dict(islice(shown, PEOPLE_LIMIT + 1))
        return self._said

    def changes(self, now_s: float) -> States:
        """What is new since it was asked last, and is told by that: a number of people at a time."""
        states = self._all(now_s)
        changed = {person: state for person, state in states.items() if self._told.get(person) != state}
        changed |= dict.fromkeys(self._told.keys() - states.keys(), OFFLINE)
        changed = dict(islice(changed.items(), CHANGES_PER_TICK))
        self._told |= changed
        self._told = {person: state for person, state in self._told.items() if state != OFFLINE}
        return changed

    def _all(self, now_s: float) -> States:
        self._elsewhere = {name: said for name, said in self._elsewhere.items() if now_s - said[0] < SILENCE_S}
        states: States = {}
        for said in (*(said for _, said in self._elsewhere.values()), self._said):
            states |= {person: state for person, state in said.items() if states.get(person) != ONLINE}
        return {} if len(states) > PEOPLE_LIMIT else states
