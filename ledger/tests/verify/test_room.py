"""Exported rooms: a sound one verifies; a line that is changed, moved, dropped or added is found and named."""

import base64
import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connect_verify import Entry, Report, Room, Trust, parse_vkey
from ledger.core.bodies import commit_body
from ledger.core.canonical import encode_canonical, format_base64
from ledger.core.notes import WITNESS_KEY_TYPE, format_vkey, make_vkey
from ledger.core.records import NO_ROOM
from ledger.tests.core.chains import ALICE, OTHER_ROOM, ROOM, Chain, public, small_chain
from ledger.tests.verify.cases import Line, Outcome, consistency_of, room_lines, run, vkey_of, write_room

CHAIN = small_chain()
KEY = vkey_of(CHAIN)
WITNESS = format_vkey(make_vkey("witness.test/w", WITNESS_KEY_TYPE, public("witness")))
LINES = room_lines(CHAIN, ROOM)
ENTRIES = len(LINES) - 2


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., Outcome]:
    """Verifies lines as a file of their own."""

    def check(lines: list[Line], *words: str) -> Outcome:
        return run("room", write_room(tmp_path / "room.jsonl", lines), "--key", KEY, *words)

    return check


Check = Callable[..., Outcome]


def changed(at: int, **keys: Any) -> list[Line]:
    lines = copy.deepcopy(LINES)
    lines[at] |= keys
    return lines


def test_a_room_verifies(check: Check) -> None:
    outcome = check(LINES)
    assert outcome.code == 0, outcome.out
    assert f"entries 1 to {ENTRIES}, none missing between" in outcome.out
    assert f"those of entries 1 to {ENTRIES - 1} verified" in outcome.out
    assert "1 erased, each named by a later erase entry" in outcome.out
    assert f"of {CHAIN.blocks[-1].tree_size} entries" in outcome.out
    assert f"recorded entries 1 to {ENTRIES - 1} in this order" in outcome.out
    assert f"that the log ever recorded what follows entry {ENTRIES - 1}" in " ".join(outcome.out.split())


@pytest.mark.parametrize("room", [OTHER_ROOM, NO_ROOM], ids=["another room", "the room of keys"])
def test_each_room_verifies(room: Any, check: Check) -> None:
    assert check(room_lines(CHAIN, room)).code == 0


def test_an_empty_room_verifies_and_one_that_is_all_pending_does_not(check: Check) -> None:
    """Whoever knows the log's public checkpoint can write entries that are in no block."""
    chain = Chain()
    assert check(room_lines(chain, ROOM)).code == 0
    assert check([room_lines(chain, ROOM)[0] | {"log": "another/log"}, room_lines(chain, ROOM)[1]]).code == 1
    chain.say(ROOM, ALICE, "pending")
    outcome = check(room_lines(chain, ROOM))
    assert outcome.code == 1
    assert "no entry is in a block" in outcome.out


def test_devices_whose_keys_are_given_are_checked(tmp_path: Path) -> None:
    path = write_room(tmp_path / "room.jsonl", LINES)
    assert "1 are by devices whose keys were not given" in run("room", path, "--key", KEY).out
    outcome = run("room", path, "--key", KEY, "--device", format_base64(public("phone")))
    assert outcome.code == 0
    assert "by devices" not in outcome.out


def test_a_quorum_is_asked_of_the_newest_checkpoint(tmp_path: Path) -> None:
    words = ("--key", KEY, "--witness", WITNESS, "--quorum", "1")
    outcome = run("room", write_room(tmp_path / "room.jsonl", LINES), *words)
    assert (outcome.code, "too few cosigned" in outcome.out) == (1, True)
    chain = small_chain()
    chain.cosign(chain.blocks[-1].height)
    outcome = run("room", write_room(tmp_path / "room.jsonl", room_lines(chain, ROOM)), *words)
    assert (outcome.code, "1 of 1 given witnesses cosigned" in outcome.out) == (0, True)


def test_a_changed_byte_fails_all_over_the_file(tmp_path: Path) -> None:
    """There is no cosignature: one by a key that the reader did not give is ignored, whatever it holds."""
    chain = small_chain()
    chain.cosignatures.clear()
    path = write_room(tmp_path / "room.jsonl", room_lines(chain, ROOM))
    good = path.read_bytes()
    lines = {at + turn for at, byte in enumerate(good) if byte == 0x0A for turn in (-2, -1, 0, 1, 2)}
    for at in sorted({*range(0, len(good), 37), *lines} & set(range(len(good)))):
        path.write_bytes(good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :])
        outcome = run("room", path, "--key", KEY)
        assert outcome.code == 1, good[at - 10 : at + 10]


def test_a_dropped_line_is_found_wherever_it_was(check: Check) -> None:
    for at in range(len(LINES)):
        assert check(LINES[:at] + LINES[at + 1 :]).code == 1 or at == ENTRIES, at


def test_only_the_newest_entries_can_be_left_out_and_the_verdict_says_so(check: Check) -> None:
    outcome = check(LINES[:-2] + LINES[-1:])
    assert outcome.code == 0
    assert "that no newer entries follow" in outcome.out


def test_swapped_and_doubled_lines_are_found(check: Check) -> None:
    for at in range(1, len(LINES) - 1):
        assert check([*LINES[:at], LINES[at], *LINES[at:]]).code == 1
        assert check([*LINES[:at], LINES[at + 1], LINES[at], *LINES[at + 2 :]]).code == 1


def test_a_line_is_named_with_what_was_expected(check: Check) -> None:
    out = check(changed(2, hash="ab" * 32)).out
    assert "entry 2" in out
    assert f"expected {LINES[2]['hash']}" in out
    assert f"got      {'ab' * 32}" in out
    out = check(changed(3, seq=9)).out
    assert "entry 3" in out
    assert "FAILED line 3" in check(changed(2, more=1)).out


@pytest.mark.parametrize(
    ("at", "keys", "says"),
    [
        (0, {"format": "connect-room/v2"}, "room.format"),
        (0, {"log": "another/log"}, "log"),
        (0, {"room": "ab" * 16}, "room"),
        (2, {"body": {"text": "another"}}, "receipt"),
        (2, {"salt": "ab" * 32}, "receipt"),
        (2, {"body": None, "salt": None}, "receipt"),
        (2, {"receipt": None, "consistency": None}, "order of sealing"),
        (2, {"receipt": LINES[3]["receipt"]}, "receipt"),
        (2, {"consistency": None}, "consistency"),
        (2, {"consistency": ["AB" * 32]}, "consistency"),
        (2, {"consistency": ["ab" * 32]}, "proof"),
        (ENTRIES, {"body": {"text": "another"}}, "body"),
        (ENTRIES, {"consistency": []}, "consistency"),
        (-1, {"consistency": ["ab" * 32]}, "proof"),
        (-1, {"checkpoint": "x"}, "checkpoint"),
    ],
    ids=str,
)
def test_a_changed_key_is_found(at: int, keys: dict[str, Any], says: str, check: Check) -> None:
    outcome = check(changed(at, **keys))
    assert outcome.code == 1
    assert says in outcome.out


def test_a_missing_body_needs_a_later_erase_entry(check: Check) -> None:
    """The text of a pending entry is gone, and no entry says why."""
    outcome = check(changed(ENTRIES, body=None, salt=None))
    assert outcome.code == 1
    assert f"entry {ENTRIES}" in outcome.out
    assert "a later erase entry for" in outcome.out


def test_a_pending_erase_entry_excuses_no_missing_body(check: Check) -> None:
    """Anyone can write one, and take the words of a sealed entry out of its receipt."""
    lines = [dict(line) for line in LINES]
    at, victim = next((at, line) for at, line in enumerate(lines) if line.get("receipt") and line["body"])
    head, extra, rest = victim["receipt"].split("\n", 2)
    stripped = json.loads(base64.b64decode(extra.removeprefix("extra "))) | {"body": None, "salt": None, "erased": True}
    extra = f"extra {base64.b64encode(encode_canonical(stripped)).decode()}"
    lines[at] = victim | {"body": None, "salt": None, "receipt": f"{head}\n{extra}\n{rest}"}
    assert check(lines).code == 1
    last, body, salt = lines[-2], {"reason": "at my own wish"}, bytes(32)
    commitment = commit_body(salt, encode_canonical(body)).hex()
    statement = last["record"]["statement"] | {"kind": "erase", "ref": victim["hash"], "body": commitment, "sent_ms": 1}
    record = last["record"] | {"statement": statement, "room_seq": last["seq"] + 1, "previous": last["hash"]}
    erase = {"seq": last["seq"] + 1, "record": record, "salt": salt.hex(), "body": body}
    erase |= {"hash": Entry(record, salt, body).leaf_hash().hex(), "receipt": None, "consistency": None}
    outcome = check([*lines[:-1], erase, lines[-1]])
    assert outcome.code == 1
    assert f"a later erase entry for {victim['hash']}, in a block" in " ".join(outcome.out.split())


def test_of_two_versions_of_a_room_in_one_log_each_verifies_and_says_how_to_tell(check: Check) -> None:
    """One tree, one root, witnesses content: an operator can have recorded a room twice, and show each to somebody."""
    chain = Chain()
    chain.say(ROOM, ALICE, "the same")
    fork = chain.heads[ROOM]
    chain.say(ROOM, ALICE, "I agree")
    chain.heads[ROOM] = fork
    chain.say(ROOM, ALICE, "I do not agree")
    chain.cosign(chain.seal().height)
    for hidden, shown in ((1, 2), (2, 1)):
        version = copy.copy(chain)
        version.messages = [row for row in chain.messages if row is not chain.messages[hidden]]
        outcome = check(room_lines(version, ROOM), "--witness", WITNESS, "--quorum", "1")
        said = " ".join(outcome.out.split())
        assert outcome.code == 0
        assert f"has the same hash of entry 2, {chain.messages[shown].hash.hex()}" in said
        assert "no witness was counted" not in said
        assert "no witness was counted" in check(room_lines(version, ROOM)).out


def test_receipts_of_a_forked_log_are_found(check: Check) -> None:
    """Both halves are signed by the log's own key; only the proof between them shows that they are not one history."""
    chains = []
    for texts in (("one", "two"), ("uno", "two")):
        chain = Chain()
        for text in texts:
            chain.say(OTHER_ROOM if text == texts[0] else ROOM, ALICE, text)
            chain.seal()
        chains.append(chain)
    ours, other = chains
    lines = room_lines(ours, ROOM)
    assert check(lines).code == 0
    size = ours.blocks[1].tree_size
    lines[-1] = {"checkpoint": other.blocks[-1].checkpoint, "consistency": []}
    assert check(lines).code == 1
    later = Chain()
    later.say(OTHER_ROOM, ALICE, "uno")
    later.seal()
    later.say(ROOM, ALICE, "two")
    later.seal()
    later.seal()
    proof = consistency_of(later, ours.blocks[-1].tree_size, later.blocks[-1].tree_size)
    lines[-1] = {"checkpoint": later.blocks[-1].checkpoint, "consistency": proof}
    outcome = check(lines)
    assert (outcome.code, "older root" in outcome.out, size > 1) == (1, True, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"[]\n", b"null\n", b"x", encode_canonical(LINES[0]), encode_canonical(LINES[0]) + b"\n"],
    ids=repr,
)
def test_what_is_no_export_fails(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "room.jsonl"
    path.write_bytes(content)
    outcome = run("room", path, "--key", KEY)
    assert (outcome.code, "FAILED" in outcome.out) == (1, True)


def test_json_tells_room_and_size(tmp_path: Path) -> None:
    outcome = run("room", write_room(tmp_path / "room.jsonl", LINES), "--key", KEY, "--json")
    report = json.loads(outcome.out)["reports"][0]
    values = report["values"]
    assert (values["room"], values["entries"], values["sealed"]) == (ROOM.hex, ENTRIES, ENTRIES - 1)
    assert values["hash"] == LINES[-2]["hash"]


def test_a_huge_line_is_read_only_so_far(tmp_path: Path) -> None:
    path = write_room(tmp_path / "room.jsonl", LINES[:1])
    with path.open("ab") as file:
        file.write(b"x" * 2_500_000)
    outcome = run("room", path, "--key", KEY)
    assert (outcome.code, "at most 2,000,000 bytes" in outcome.out) == (1, True)


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder", "longer than said"])
def test_what_is_no_file_of_that_size_is_not_read(kind: str, tmp_path: Path) -> None:
    """Whoever made the export chose what lies there: reading it may never end."""
    commitment = "ab" * 32
    path = tmp_path / "files" / commitment
    path.parent.mkdir()
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "a folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(1 << 42)
    room = Room(Report(""), Trust(parse_vkey(KEY)), tmp_path)
    room._check_files(Entry({}, None, {"files": [{"commitment": commitment, "size": 3}]}), ["00" * 32])
    assert room.report.failures == 1
