import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.fields import TEXT_LIMIT
from chat.protocol import FRAME_LIMIT, Act, Hello, Older, Ping, Read, Send, Sync, Typing, parse_command, parse_hello
from chat.refusals import CloseCode, Disconnect, Refusal
from ledger.core.records import Seen, TreeHead

ID = "0123456789abcdef0123456789abcdef"
ROOM = "c0117ec7000040008000000000000001"
HASH = "ab" * 32
SEND = {"type": "send", "id": "1", "client_id": ID, "room": ROOM, "text": "hello", "sent_ms": 1}


def refused(frame: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_command(frame if isinstance(frame, str) else json.dumps(frame))
    return caught.value


def test_a_whole_send_becomes_a_command() -> None:
    frame = SEND | {
        "text": " hello \n",
        "reply_to": HASH,
        "files": [ID],
        "seen": {"seq": 3, "hash": HASH},
        "checkpoint": {"size": 5, "root": HASH},
        "salt": HASH,
        "device": None,
        "signature": None,
    }
    assert parse_command(json.dumps(frame)) == Send(
        id="1",
        client_id=UUID(ID),
        room=UUID(ROOM),
        text="hello",
        reply_to=bytes.fromhex(HASH),
        files=(UUID(ID),),
        sent_ms=1,
        seen=Seen(3, bytes.fromhex(HASH)),
        checkpoint=TreeHead(5, bytes.fromhex(HASH)),
        salt=bytes.fromhex(HASH),
        device=None,
        signature=None,
    )


def test_the_other_frames_become_commands() -> None:
    room = UUID(ROOM)
    assert parse_command('{"type":"hello","v":1}') == Hello(1, {}, None)
    assert parse_command(json.dumps({"type": "hello", "v": 1, "cursors": {ROOM: 7}})) == Hello(1, {room: 7}, None)
    assert parse_command(json.dumps({"type": "sync", "id": 1, "room": ROOM, "after": 0})) == Sync(1, room, 0, 200)
    older = {"type": "older", "id": "x", "room": ROOM, "before": 9, "limit": 5}
    assert parse_command(json.dumps(older)) == Older("x", room, 9, 5)
    assert parse_command(json.dumps({"type": "read", "room": ROOM, "seq": 4})) == Read(room, 4)
    assert parse_command(json.dumps({"type": "typing", "room": ROOM})) == Typing(room)
    assert parse_command('{"type":"ping","n":0}') == Ping(0)


ACT = {"id": "1", "client_id": ID, "room": ROOM, "ref": HASH, "sent_ms": 1}
ACTS = {"edit": {"text": "mended"}, "delete": {}, "react": {"emoji": "👍"}, "unreact": {"emoji": "👍"}}


@pytest.mark.parametrize("kind", ACTS)
def test_acts_become_commands_with_exactly_their_keys(kind: str) -> None:
    frame: dict[str, Any] = {"type": kind, **ACT, **ACTS[kind]}
    command = parse_command(json.dumps(frame | {"seen": {"seq": 3, "hash": HASH}, "salt": HASH}))
    assert isinstance(command, Act)
    assert (command.kind, command.ref, command.room) == (kind, bytes.fromhex(HASH), UUID(ROOM))
    assert (command.text, command.emoji) == (ACTS[kind].get("text"), ACTS[kind].get("emoji"))
    assert (command.seen, command.salt) == (Seen(3, bytes.fromhex(HASH)), bytes.fromhex(HASH))
    for key in frame.keys() - {"type"}:
        missing = {name: value for name, value in frame.items() if name != key}
        assert refused(missing).detail == f"{key}: missing"
    for key, value in (("files", []), ("reply_to", None), ("text" if kind != "edit" else "emoji", "👍")):
        assert refused(frame | {key: value}).detail == f"{key}: unknown key"
    for ref in (None, HASH[:-2], HASH.upper(), 5):
        assert refused(frame | {"ref": ref}).detail.startswith("ref:")


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👍🏽", "👩‍💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "1️⃣", "☺", "✅"])
def test_an_emoji_is_one_picture(emoji: str) -> None:
    command = parse_command(json.dumps({"type": "react", **ACT, "emoji": emoji}))
    assert isinstance(command, Act)
    assert command.emoji == emoji


NO_EMOJI = ["", "a", "👍👍", "👍 ", "<b>", "1", "🇩", "\u200d", "\u202e", "👍" + "\ufe0f" * 16, 5, None, []]


@pytest.mark.parametrize("emoji", NO_EMOJI)
def test_what_is_no_emoji_is_refused(emoji: Any) -> None:
    for kind in ("react", "unreact"):
        assert refused({"type": kind, **ACT, "emoji": emoji}).code == "bad_frame"


def test_an_edit_is_measured_like_a_post() -> None:
    assert refused({"type": "edit", **ACT, "text": " "}).code == "empty"
    assert refused({"type": "edit", **ACT, "text": "x" * (TEXT_LIMIT + 1)}).code == "too_long"


@pytest.mark.parametrize("kind", ["shout", "Send", "", None, 1, [], {}])
def test_an_unknown_type_is_refused_by_name(kind: Any) -> None:
    assert refused({"type": kind, "id": "7"}).code == "unknown_type"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_id", ID.upper()),
        ("client_id", ID[:-1]),
        ("client_id", f"{ID[:8]}-{ID[8:]}"),
        ("client_id", 5),
        ("room", None),
        ("room", "world"),
        ("text", 5),
        ("text", None),
        ("text", ["a"]),
        ("text", "a\0b"),
        ("reply_to", HASH[:-2]),
        ("reply_to", HASH.upper()),
        ("reply_to", True),
        ("files", "a"),
        ("files", ["a"]),
        ("files", [f"{place:032x}" for place in range(11)]),
        ("files", [ID, ID]),
        ("sent_ms", True),
        ("sent_ms", False),
        ("sent_ms", -1),
        ("sent_ms", 1.0),
        ("sent_ms", 2**53),
        ("sent_ms", "1"),
        ("seen", {"seq": 1}),
        ("seen", {"seq": 0, "hash": HASH}),
        ("seen", {"seq": True, "hash": HASH}),
        ("seen", {"seq": 1, "hash": HASH, "more": 1}),
        ("seen", []),
        ("checkpoint", {"size": 0, "root": HASH}),
        ("checkpoint", {"size": 1, "root": "x"}),
        ("salt", "00"),
        ("signature", "AAAA"),
        ("id", None),
        ("id", "x" * 101),
        ("id", True),
        ("id", -1),
        ("surplus", 1),
    ],
)
def test_a_wrong_value_is_a_bad_frame_that_names_its_key(key: str, value: Any) -> None:
    refusal = refused(SEND | {key: value})
    assert refusal.code == "bad_frame"
    assert refusal.detail.startswith(key)
    assert refusal.detail.count(key) == 1
    assert refusal.re == (None if key == "id" else "1")
    assert refusal.client_id == (None if key == "client_id" else ID)


@pytest.mark.parametrize("key", sorted(SEND.keys() - {"type"}))
def test_a_missing_key_is_a_bad_frame(key: str) -> None:
    refusal = refused({name: value for name, value in SEND.items() if name != key})
    assert (refusal.code, refusal.detail) == ("bad_frame", f"{key}: missing")


@pytest.mark.parametrize("limit", [0, 201, True, "5"])
def test_a_page_has_1_to_200_events(limit: Any) -> None:
    assert refused({"type": "sync", "id": 1, "room": ROOM, "after": 0, "limit": limit}).code == "bad_frame"


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u00a0\u2003\ufeff"])
def test_blank_text_is_empty(text: str) -> None:
    assert refused(SEND | {"text": text}).code == "empty"


def test_text_is_counted_in_characters_after_trimming() -> None:
    longest = "😀" * TEXT_LIMIT
    command = parse_command(json.dumps(SEND | {"text": f"  {longest}  "}, ensure_ascii=False))
    assert isinstance(command, Send)
    assert command.text == longest
    assert refused(json.dumps(SEND | {"text": longest + "x"}, ensure_ascii=False)).code == "too_long"


def test_a_lone_surrogate_is_refused_and_not_disconnected() -> None:
    assert refused(SEND | {"id": "half \ud83d"}).re is None, "it could not be sent back"
    refusal = refused(SEND | {"text": "half \ud83d"})
    assert (refusal.code, refusal.re, refusal.client_id) == ("bad_frame", "1", ID)


@pytest.mark.parametrize(
    "data",
    [None, "", "hello", "[]", '"text"', "5", "null", "{", '{"type":"ping","n":1}x', "[" * 5000, '{"a":' * 5000],
)
def test_what_is_no_json_object_disconnects(data: str | None) -> None:
    with pytest.raises(Disconnect) as caught:
        parse_command(data)
    assert caught.value.code == CloseCode.BAD_FRAME


def test_a_frame_of_64_kib_passes_and_one_byte_more_disconnects() -> None:
    whole = '{"type":"ping","n":1}'
    assert parse_command(whole + " " * (FRAME_LIMIT - len(whole))) == Ping(1)
    with pytest.raises(Disconnect):
        parse_command(whole + " " * (FRAME_LIMIT - len(whole) + 1))
    with pytest.raises(Disconnect):
        parse_command('{"type":"ping","n":1,"x":"' + "é" * (FRAME_LIMIT // 2) + '"}')


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ('{"type":"ping","n":1}', "hello comes first"),
        ('{"type":"hello"}', "v: missing"),
        ('{"type":"hello","v":1,"surplus":1}', "surplus: unknown key"),
        ('{"type":"hello","v":1,"cursors":{"world":1}}', "cursors: not 16 bytes in lower-case hex"),
        ('{"type":"hello","v":true}', "v: is not an integer"),
    ],
)
def test_a_connection_that_does_not_begin_with_hello_is_told_why(data: str, detail: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_hello(data)
    assert (caught.value.code, caught.value.detail) == ("bad_frame", detail)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, CloseCode.BAD_FRAME),
        ("[]", CloseCode.BAD_FRAME),
        ('{"type":"hello","v":2}', CloseCode.NEWER_PROTOCOL),
        ('{"type":"hello","v":2,"features":[]}', CloseCode.NEWER_PROTOCOL),
        ('{"type":"hello","v":0}', CloseCode.NEWER_PROTOCOL),
    ],
)
def test_a_connection_of_another_version_or_without_json_ends(data: str | None, code: CloseCode) -> None:
    with pytest.raises(Disconnect) as caught:
        parse_hello(data)
    assert caught.value.code == code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([*sorted(SEND), "seen", "cursors", "v", "files"]), json_values)
def test_no_value_breaks_the_parser(key: str, value: Any) -> None:
    # Anything but a command, a Refusal and a Disconnect fails here.
    with suppress(Refusal, Disconnect):
        assert isinstance(parse_command(json.dumps(SEND | {key: value})), Send)


@given(st.text(max_size=30))
def test_no_text_breaks_the_parser(data: str) -> None:
    with pytest.raises((Refusal, Disconnect)):
        parse_command(data)
