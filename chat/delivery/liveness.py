"""What lives for seconds: who is here and who is typing. Told once, and forgotten.

Who is here is told to every client, who is typing to whoever can take it at once. Another process misses it when a
doorbell is lost; who is here it hears again. Nothing of it reaches the database, but for the choice not to be shown.
"""

from collections.abc import Collection
from time import monotonic, time
from typing import Protocol
from uuid import UUID

from chat.delivery import store
from chat.delivery.connection import Connection
from chat.delivery.doorbell import Doorbell
from chat.delivery.presence import Presence, States
from chat.delivery.repeating import repeat
from chat.delivery.threads import readers
from chat.people import Person
from chat.replies import encode_presence, encode_typing

TYPING_EVERY_S = 3.0
"""Who types is told so often at most; more is ignored."""
TYPING_TTL_MS = 5000
"""How long it holds without being said again."""
REPEAT_S = 20.0
"""A process repeats what it has to say of its people, for those who missed it."""


class Audience(Protocol):
    """Whom it tells: the hub."""

    @property
    def connections(self) -> Collection[Connection]: ...

    @property
    def doorbell(self) -> Doorbell | None: ...

    def members(self, room: UUID) -> Collection[Connection]: ...


class Liveness:
    def __init__(self, hub: Audience) -> None:
        self.presence = Presence()
        self._hub = hub
        self._typed: dict[tuple[UUID, UUID], float] = {}
        self._said: States = {}
        self._said_s = -REPEAT_S

    async def run(self, tick_s: float) -> None:
        """Until cancelled."""
        await repeat(lambda: self.tell_presence(monotonic()), tick_s, "Nobody is told who is here")

    async def tell_presence(self, now_s: float) -> None:
        here = self.presence.here(now_s)
        states = self.presence.say(here, await readers.run(store.find_hidden, list(here)) if here else ())
        if self._hub.doorbell is not None and (states != self._said or now_s - self._said_s >= REPEAT_S):
            self._said, self._said_s = states, now_s
            self._hub.doorbell.ring({"presence": {person.hex: state for person, state in states.items()}})
        at_ms = int(time() * 1000)
        frames = [encode_presence(person, state, at_ms) for person, state in self.presence.changes(now_s).items()]
        for connection in list(self._hub.connections) if frames else ():
            connection.tell(*frames)
        self._typed = {key: at_s for key, at_s in self._typed.items() if now_s - at_s < TYPING_EVERY_S}

    def hear_presence(self, process: str, states: States) -> None:
        self.presence.hear(process, states, monotonic())

    def is_news(self, room: UUID, person: UUID) -> bool:
        """Whether that somebody here writes in the room is to be told: it was not a moment ago."""
        key, now_s = (room, person), monotonic()
        if now_s - self._typed.get(key, -TYPING_EVERY_S) < TYPING_EVERY_S:
            return False
        self._typed[key] = now_s
        return True

    def type(self, room: UUID, person: Person) -> None:
        """Somebody here writes in the room."""
        self.tell_typing(room, person)
        if self._hub.doorbell is not None:
            self._hub.doorbell.ring({"room": room.hex, "typing": person})

    def tell_typing(self, room: UUID, person: Person) -> None:
        """To everybody in the room but themselves."""
        frame = encode_typing(room, person, TYPING_TTL_MS)
        for connection in self._hub.members(room):
            if connection.ticket.user.hex != person["id"]:
                connection.whisper(frame)
