"""Who is here, from connections, acts and what other processes say."""

from collections.abc import Collection
from uuid import UUID

import pytest

from chat.delivery.presence import (
    CHANGES_PER_TICK,
    GRACE_S,
    IDLE,
    IDLE_S,
    OFFLINE,
    ONLINE,
    PEOPLE_LIMIT,
    SILENCE_S,
    Presence,
    States,
)

ALICE, BOB = UUID(int=1), UUID(int=2)


@pytest.fixture
def presence() -> Presence:
    return Presence()


def tell(presence: Presence, now_s: float, hidden: Collection[UUID] = ()) -> States:
    presence.say(presence.here(now_s), hidden)
    return presence.changes(now_s)


def test_a_person_is_online_with_the_first_connection_and_offline_some_time_after_the_last(presence: Presence) -> None:
    presence.connect(ALICE, "phone", 0)
    presence.connect(ALICE, "desk", 1)
    assert tell(presence, 1) == {ALICE: ONLINE}
    presence.disconnect(ALICE, "phone", 2)
    assert tell(presence, 2 + GRACE_S) == {}
    presence.disconnect(ALICE, "desk", 20)
    assert tell(presence, 20 + GRACE_S - 0.1) == {}
    assert tell(presence, 20 + GRACE_S) == {ALICE: OFFLINE}
    assert presence.told == {}
    assert tell(presence, 100) == {}


def test_a_page_that_is_loaded_again_is_no_news(presence: Presence) -> None:
    presence.connect(ALICE, "first", 0)
    tell(presence, 0)
    presence.disconnect(ALICE, "first", 1)
    assert tell(presence, 2) == {}
    presence.connect(ALICE, "second", 3)
    assert tell(presence, 3 + GRACE_S) == {}


def test_who_does_nothing_is_idle_until_something_is_done_on_any_connection(presence: Presence) -> None:
    presence.connect(ALICE, "phone", 0)
    presence.connect(ALICE, "desk", 0)
    tell(presence, 0)
    presence.act(ALICE, "desk", 100)
    assert tell(presence, IDLE_S) == {}
    assert tell(presence, 100 + IDLE_S) == {ALICE: IDLE}
    presence.act(ALICE, "phone", 900)
    assert tell(presence, 900) == {ALICE: ONLINE}


def test_an_act_of_a_connection_that_has_ended_makes_nobody_present(presence: Presence) -> None:
    presence.act(ALICE, "phone", 0)
    presence.disconnect(ALICE, "phone", 0)
    assert tell(presence, 1) == {}


def test_what_another_process_says_counts_until_it_falls_silent(presence: Presence) -> None:
    presence.connect(BOB, "desk", 0)
    presence.hear("other", {ALICE: IDLE, BOB: IDLE}, 0)
    assert tell(presence, 0) == {ALICE: IDLE, BOB: ONLINE}
    presence.hear("other", {ALICE: ONLINE}, 10)
    assert tell(presence, 10) == {ALICE: ONLINE}
    presence.connect(ALICE, "desk", 11)
    assert presence.here(10 + SILENCE_S) == {ALICE: ONLINE, BOB: ONLINE}
    presence.disconnect(ALICE, "desk", 12)
    assert tell(presence, 10 + SILENCE_S) == {ALICE: OFFLINE}


def test_who_is_hidden_is_offline_for_all_and_not_told_to_other_processes(presence: Presence) -> None:
    presence.connect(ALICE, "desk", 0)
    tell(presence, 0)
    assert presence.say(presence.here(1), {ALICE}) == {}
    assert presence.changes(1) == {ALICE: OFFLINE}
    assert tell(presence, 2) == {ALICE: ONLINE}


def test_who_is_hidden_is_asked_about_while_they_are_leaving_and_shown_by_no_way_that_was_not_asked_about(
    presence: Presence,
) -> None:
    presence.connect(ALICE, "desk", 0)
    assert tell(presence, 0, {ALICE}) == {}
    presence.disconnect(ALICE, "desk", 1)
    asked = presence.here(2)
    assert ALICE in asked
    presence.connect(BOB, "desk", 2)
    presence.say(asked, {ALICE})
    assert presence.changes(2) == {}


def test_many_changes_are_told_some_at_a_time_and_all_in_the_end(presence: Presence) -> None:
    people = [UUID(int=number) for number in range(1, 2 * CHANGES_PER_TICK + 2)]
    for person in people:
        presence.connect(person, "desk", 0)
    told = [tell(presence, tick) for tick in range(4)]
    assert [len(changes) for changes in told] == [CHANGES_PER_TICK, CHANGES_PER_TICK, 1, 0]
    assert set().union(*told) == set(people) == set(presence.told)


def test_of_a_crowd_other_processes_hear_only_that_it_is_one(presence: Presence) -> None:
    for number in range(10, 10 + 3 * PEOPLE_LIMIT):
        presence.connect(UUID(int=number), "desk", 0)
    said = presence.say(presence.here(1), ())
    assert len(said) == PEOPLE_LIMIT + 1
    other = Presence()
    other.connect(ALICE, "desk", 0)
    other.hear("crowded", said, 1)
    assert (tell(presence, 1), tell(other, 1)) == ({}, {})


def test_in_a_crowd_nobody_is_told_of_anybody(presence: Presence) -> None:
    presence.connect(ALICE, "desk", 0)
    tell(presence, 0)
    crowd = {UUID(int=number): ONLINE for number in range(10, 10 + PEOPLE_LIMIT)}
    presence.hear("other", crowd, 1)
    assert tell(presence, 1) == {ALICE: OFFLINE}
    presence.hear("other", dict(list(crowd.items())[1:]), 2)
    assert tell(presence, 2)
