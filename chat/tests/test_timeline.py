"""The first paint's rows. The browser follows the same rules (js/rows.test.js)."""

from typing import Any

from chat.templatetags.timeline import timeline

ALICE = {"id": "a" * 32, "username": "alice", "name": "Alice", "avatar": "/avatars/a"}
BOB = {"id": "b" * 32, "username": "bob", "name": "Bob", "avatar": "/avatars/b"}
MINUTE = 60_000


def event(seq: int, minute: int, author: dict[str, str] = BOB, **rest: Any) -> dict[str, Any]:
    base = {"seq": seq, "kind": "post", "author": author, "client_id": f"{seq:032x}", "block": None}
    base |= {"hash": f"{seq:064x}", "html": f"<p>{seq}</p>", "erased": False}
    return base | {"received_ms": minute * MINUTE} | rest


def rows(*events: dict[str, Any]) -> list[dict[str, Any]]:
    return list(timeline(events, ALICE))


def test_no_events_make_no_rows() -> None:
    assert rows() == []


def test_messages_of_one_author_share_a_name_for_five_minutes() -> None:
    shown = rows(event(1, 0), event(2, 4), event(3, 10), event(4, 10, ALICE), event(5, 11))
    assert [row["first"] for row in shown[1:]] == [True, False, True, True, True]


def test_a_day_begins_with_its_divider_and_a_name() -> None:
    shown = rows(event(1, 1439), event(2, 1440))
    assert [row["kind"] for row in shown] == ["day", "message", "day", "message"]
    assert (shown[2]["label"], shown[3]["first"]) == ("Friday, 2 January 1970", True)


def test_a_block_ends_where_the_next_entry_is_in_another_or_in_none() -> None:
    shown = rows(event(1, 0, block=1203), event(2, 0, block=1203), event(3, 0, block=1204), event(4, 0))
    assert [row["block_name"] for row in shown[1:]] == ["", "Block 1,203 ends here", "Block 1,204 ends here", ""]


def test_a_blocks_end_tells_its_entries_and_its_time_where_they_are_known() -> None:
    events = [event(1, 0, block=1203), event(2, 0, block=1204), event(3, 0)]
    blocks = {1203: {"timeMs": 61 * MINUTE, "entries": 1200}, 1204: {"timeMs": 62 * MINUTE, "entries": 1}}
    named = [row.get("block_name") for row in timeline(events, ALICE | {"blocks": blocks})]
    assert named[1:3] == ["Block 1,203 ends here · 1,200 entries · 01:01", "Block 1,204 ends here · 1 entry · 01:02"]


def test_the_glyph_says_recorded_or_sealed() -> None:
    shown = rows(event(1, 0, block=1204), event(2, 0))
    assert [row["state"] for row in shown[1:]] == ["sealed", "recorded"]
    assert shown[1]["state_name"] == "Sealed in block 1,204"


def test_my_messages_are_known_by_client_id_and_the_newest_is_marked() -> None:
    shown = rows(event(1, 0, ALICE), event(2, 0, ALICE), event(3, 0))
    assert [row["key"] for row in shown[1:]] == [f"c{1:032x}", f"c{2:032x}", "s3"]
    assert [row["newest_mine"] for row in shown[1:]] == [False, True, False]


def test_a_join_is_a_line_and_a_reaction_is_none() -> None:
    shown = rows(event(1, 0, kind="member.join"), event(2, 0, kind="react"))
    assert [row.get("text") for row in shown] == [None, "Bob joined."]


def test_the_line_before_what_is_new_stands_before_the_first_message_by_somebody_else() -> None:
    events = [event(1, 0), event(2, 0), event(3, 0, ALICE), event(4, 0, kind="react"), event(5, 1)]

    def kinds(new_from: int | None) -> list[str]:
        return [row["key"] for row in timeline(events, ALICE | {"new_from": new_from})][1:]

    assert kinds(2) == ["s1", "new", "s2", f"c{3:032x}", "s5"]
    assert kinds(3) == ["s1", "s2", f"c{3:032x}", "new", "s5"]
    for nowhere in (None, 6, 0):
        assert "new" not in kinds(nowhere)
    assert "new" not in [row["key"] for row in timeline(events[1:], ALICE | {"new_from": 1})], "it stands further up"


def test_a_body_is_the_newest_text_and_its_version_says_so() -> None:
    edited = {"hash": "e" * 64, "html": "<p>mended</p>"}
    (_, plain, mended, deleted, erased) = rows(
        *(event(1, 0), event(2, 0, edited=edited), event(3, 0, deleted=True, html=None), event(4, 0, erased=True)),
    )
    assert (plain["html"], plain["version"]) == ("<p>1</p>", f"{1:064x}")
    assert (mended["html"], mended["version"]) == ("<p>mended</p>", "e" * 64)
    assert (deleted["version"], erased["version"]) == (f"{3:064x} deleted", f"{4:064x} erased")


def test_a_few_emoji_alone_are_large_and_nothing_else_is() -> None:
    texts = ["🎉", "👍🏽 ❤️", "👩‍👩‍👧", "ok 🎉", "1", "→", "🎉" * 25, ""]
    shown = rows(*(event(seq, 0, body={"text": text}) for seq, text in enumerate(texts, 1)))
    assert [row["is_large"] for row in shown[1:]] == [True, True, True, False, False, False, False, False]
    gone = rows(event(1, 0, body={"text": "🎉"}, deleted=True), event(2, 0, body=None, erased=True))
    assert [row["is_large"] for row in gone[1:]] == [False, False]


def move(seq: int, kind: str, person: dict[str, str], minute: int = 0) -> dict[str, Any]:
    return event(seq, minute, person, kind=f"member.{kind}", member=person)


def test_people_who_come_and_go_one_after_the_other_share_a_line() -> None:
    shown = rows(move(1, "join", BOB), move(2, "join", ALICE), move(3, "leave", BOB), event(4, 1), move(5, "join", BOB))
    assert [row["key"] for row in shown[1:]] == ["f1", "s4", "s5"]
    assert shown[1]["text"] == "Bob left. Alice joined."
    assert shown[1]["lines"] == "Bob joined.\nAlice joined.\nBob left."


def test_neither_a_day_nor_what_is_new_nor_another_change_is_in_the_middle_of_a_shared_line() -> None:
    joins = [move(1, "join", BOB, minute=1439), *(move(seq, "join", BOB, minute=1440) for seq in (2, 3, 4))]
    renamed = event(5, 1440, kind="room.update")
    shown = timeline([*joins, renamed, move(6, "leave", BOB, minute=1440)], ALICE | {"new_from": 3})
    assert [row["key"] for row in shown] == ["d1970-01-01", "s1", "d1970-01-02", "s2", "new", "f3", "s5", "s6"]
