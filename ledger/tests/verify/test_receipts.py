"""Receipts: what is good verifies, each changed byte fails and says where, and no text can forge the verdict."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from connect_verify import Report, Trust, parse_vkey, verify_receipt
from ledger.core.canonical import encode_canonical, format_base64, parse_base64, parse_canonical
from ledger.core.checkpoints import parse_receipt
from ledger.core.notes import WITNESS_KEY_TYPE, format_vkey, make_vkey
from ledger.tests.core.chains import ALICE, ROOM, Chain, public, small_chain
from ledger.tests.core.golden import GOLDEN
from ledger.tests.verify.cases import RECEIPT, TRUST, Outcome, checkpoint_of, receipt_of, run, vkey_of

CHAIN = small_chain()
SEALED = [row for row in CHAIN.messages if row.leaf_index is not None]
SIGNED = next(row for row in SEALED if row.device)
ERASED = next(row for row in SEALED if row.body is None and row.body_commitment)
WITNESS = format_vkey(make_vkey("witness.test/w", WITNESS_KEY_TYPE, public("witness")))
STRANGER = format_vkey(make_vkey("stranger.test/w", WITNESS_KEY_TYPE, public("stranger")))
COSIGNED = next(row for row in SEALED if row.block == 1)


def check(data: bytes, trust: Trust = TRUST) -> Report:
    return verify_receipt(data, trust, "receipt")


def failed(report: Report) -> list[str]:
    return [step.name for step in report.steps if step.result == "failed"]


def test_the_vector_verifies() -> None:
    report = check(RECEIPT)
    assert report.is_verified
    assert report.values["hash"] == GOLDEN["messages"][3]["leaf_hash"]
    assert report.values["body"] == GOLDEN["messages"][3]["body"]


@pytest.mark.parametrize("row", SEALED, ids=lambda row: f"{row.kind}-{row.leaf_index}")
def test_every_kind_of_entry_verifies(row: Any) -> None:
    report = check(receipt_of(CHAIN, row).encode(), Trust(parse_vkey(vkey_of(CHAIN))))
    assert report.is_verified, report.steps
    assert report.values["hash"] == row.hash.hex()


def test_every_changed_byte_fails_and_says_why() -> None:
    """Six changes of each byte, and a byte less or more at each place."""
    choose = random.Random(1)
    for at in range(len(RECEIPT)):
        before, byte, after = RECEIPT[:at], RECEIPT[at], RECEIPT[at + 1 :]
        others = {byte ^ 0x01, byte ^ 0x20, byte ^ 0x80, 0x0A, *choose.sample(range(256), 2)} - {byte}
        changed = [before + bytes((other,)) + after for other in others]
        for data in [*changed, before + after, before + bytes((byte, byte)) + after]:
            if data == RECEIPT:  # one of two equal neighbours, doubled and cut
                continue
            report = check(data)
            assert not report.is_verified, (at, data[max(at - 20, 0) : at + 20])
            for step in report.steps:
                assert step.result != "failed" or (step.says and step.expected and step.expected != step.got), step


def rebuilt(change: dict[str, Any], index: int | None = None, receipt: bytes = RECEIPT) -> bytes:
    """The receipt with parts of its extra replaced, everything canonical again."""
    parts = parse_receipt(receipt.decode())
    extra: Any = parse_canonical(parts.extra)
    for path, value in change.items():
        *way, last = path.split(".")
        inner = extra
        for key in way:
            inner = inner[key]
        inner[last] = value
    lines = receipt.decode().split("\n")
    lines[1] = f"extra {format_base64(encode_canonical(extra))}"
    lines[2] = lines[2] if index is None else f"index {index}"
    return "\n".join(lines).encode()


HEADER = GOLDEN["blocks"][1]["header"]
OTHER = "ab" * 32


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        ({"body.text": "another text"}, ["body"]),
        ({"salt": OTHER}, ["body"]),
        ({"record.statement.body": OTHER}, ["body", "path"]),
        ({"record.statement.kind": "edit"}, ["path"]),
        ({"record.statement.author": "ab" * 16}, ["path"]),
        ({"record.statement.sent_ms": 1}, ["path"]),
        ({"record.received_ms": 1}, ["path"]),
        ({"record.room_seq": 5}, ["path"]),
        ({"record.previous": OTHER}, ["path"]),
        ({"record.statement.log": "another.example/ledger"}, ["record", "path"]),
        ({"block.height": 2}, ["block"]),
        ({"block.header": GOLDEN["blocks"][2]["header"], "block.height": 2}, ["block"]),
        ({"block.header": HEADER[:-1] + "0"}, ["work"]),
        ({"block.header": "00" * 152}, ["block"]),
        ({"block.header": HEADER[:272] + "07" + HEADER[274:]}, ["block"]),
        ({"block.header": HEADER[:274] + "01" + HEADER[276:]}, ["block"]),
        ({"record.statement.kind": "react"}, ["format"]),
        ({"record.statement.more": 1}, ["format"]),
        ({"record.statement.v": 2}, ["format"]),
        ({"record.statement.v": True}, ["format"]),
        ({"record.statement.sent_ms": -1}, ["format"]),
        ({"record.room_seq": 0}, ["format"]),
        ({"record.signature": format_base64(bytes(64))}, ["format"]),
        ({"body.files": []}, ["format"]),
        ({"body.more": ""}, ["format"]),
        ({"salt": None}, ["format"]),
        ({"erased": True}, ["format"]),
        ({"body": None, "salt": None}, ["format"]),
        ({"block.more": 1}, ["format"]),
    ],
    ids=str,
)
def test_a_changed_part_fails_at_its_step(change: dict[str, Any], steps: list[str]) -> None:
    assert rebuilt({}) == RECEIPT
    assert failed(check(rebuilt(change))) == steps


@pytest.mark.parametrize("index", [0, 4, 6, 9, 10, 2**53 - 1])
def test_another_index_fails(index: int) -> None:
    assert failed(check(rebuilt({}, index=index))) == ["path"]


def test_a_path_of_another_length_fails_with_both_lengths() -> None:
    lines = RECEIPT.decode().split("\n")
    for cut in ([*lines[:3], *lines[4:]], [*lines[:3], lines[3], *lines[3:]]):
        report = check("\n".join(cut).encode())
        assert failed(report) == ["path"]
        step = next(step for step in report.steps if step.name == "path")
        assert (step.expected, step.got) == ("4 hashes for leaf 5 of 10", str(len(cut) - len(lines) + 4))


def test_a_failure_tells_what_was_expected_and_what_was_found() -> None:
    step = next(step for step in check(rebuilt({"record.room_seq": 5})).steps if step.result == "failed")
    assert step.expected == GOLDEN["blocks"][1]["root"]
    assert len(bytes.fromhex(step.got)) == 32


def test_a_checkpoint_by_another_key_is_no_proof() -> None:
    forged = Chain(log_key="mallory")
    forged.say(ROOM, ALICE, "never said")
    forged.seal()
    row = forged.messages[0]
    assert check(receipt_of(forged, row).encode(), Trust(parse_vkey(vkey_of(forged)))).is_verified
    report = check(receipt_of(forged, row).encode(), Trust(parse_vkey(vkey_of(CHAIN))))
    assert failed(report) == ["signature"]


def test_a_receipt_of_another_log_is_no_proof() -> None:
    assert failed(check(RECEIPT, Trust(parse_vkey(vkey_of(CHAIN))))) == ["log", "signature"]


def test_an_erased_entry_verifies_without_its_text_and_says_so() -> None:
    report = check(receipt_of(CHAIN, ERASED).encode(), Trust(parse_vkey(vkey_of(CHAIN))))
    assert report.is_verified
    assert next(step.result for step in report.steps if step.name == "body") == "open"
    assert "whose body is not in this receipt" in report.proven[0]
    assert any("that the body was erased" in each for each in report.not_proven)


def test_a_device_signature_counts_only_under_the_devices_key() -> None:
    data = receipt_of(CHAIN, SIGNED).encode()
    key = parse_vkey(vkey_of(CHAIN))
    device = (SIGNED.device or b"").hex()
    results = {}
    for name, devices in (("with", {device: public("phone")}), ("without", {}), ("wrong", {device: public("laptop")})):
        report = check(data, Trust(key, devices=devices))
        results[name] = next(step.result for step in report.steps if step.name == "author")
        assert report.is_verified == (name != "wrong")
        assert any("signed the statement" in line for line in report.proven) == (name != "without")
    assert results == {"with": "ok", "without": "open", "wrong": "failed"}


def test_the_command_takes_device_keys(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    path.write_text(receipt_of(CHAIN, SIGNED))
    phone = format_base64(public("phone"))
    assert (
        f"signed by device {(SIGNED.device or b'').hex()}\n"
        in run(path, "--key", vkey_of(CHAIN), "--device", phone).out
    )
    assert run(path, "--key", vkey_of(CHAIN), "--device", format_base64(bytes(31))).code == 2


def cosigned(tmp_path: Path, *words: str) -> Outcome:
    path = tmp_path / "receipt"
    path.write_text(receipt_of(CHAIN, COSIGNED))
    return run(path, "--key", vkey_of(CHAIN), *words)


def test_witnesses_are_counted(tmp_path: Path) -> None:
    assert "1 more by keys not given, ignored" in cosigned(tmp_path).out
    assert "1 of 1 given witnesses cosigned" in cosigned(tmp_path, "--witness", WITNESS, "--quorum", "1").out
    assert "1 of 1 given witnesses cosigned" in cosigned(tmp_path, "--witness", WITNESS, "--witness", WITNESS).out
    assert cosigned(tmp_path, "--witness", WITNESS, "--witness", STRANGER, "--quorum", "1").code == 0
    assert cosigned(tmp_path, "--witness", WITNESS, "--witness", STRANGER, "--quorum", "2").code == 1
    assert cosigned(tmp_path, "--witness", STRANGER).code == 0
    assert cosigned(tmp_path, "--witness", STRANGER, "--quorum", "1").code == 1


def test_a_quorum_that_no_one_could_reach_is_a_question_gone_wrong(tmp_path: Path) -> None:
    assert cosigned(tmp_path, "--quorum", "1").code == 2
    assert cosigned(tmp_path, "--witness", WITNESS, "--witness", WITNESS, "--quorum", "2").code == 2
    assert cosigned(tmp_path, "--witness", vkey_of(CHAIN)).code == 2


def test_a_bad_cosignature_by_a_given_witness_fails() -> None:
    text = receipt_of(CHAIN, COSIGNED)
    line = text.rstrip("\n").rpartition("\n")[2]
    trust = Trust(parse_vkey(vkey_of(CHAIN)), (parse_vkey(WITNESS),))
    assert check(text.encode(), trust).is_verified
    data = parse_base64(line.split(" ")[2])
    for at in range(4, len(data)):
        bad = data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]
        other = text.replace(line, f"— witness.test/w {format_base64(bytes(bad))}")
        assert failed(check(other.encode(), trust)) == ["witness"]


def test_every_changed_byte_of_a_cosigned_receipt_fails_where_the_witness_is_asked_for() -> None:
    """Without that a line by a key that the reader did not give is ignored, as C2SP wants it."""
    data = receipt_of(CHAIN, COSIGNED).encode()
    trust = Trust(parse_vkey(vkey_of(CHAIN)), (parse_vkey(WITNESS),), quorum=1)
    assert check(data, trust).is_verified
    for at in range(data.rindex(b"\n\n"), len(data)):
        for bit in (0x01, 0x20, 0x80):
            changed = data[:at] + bytes((data[at] ^ bit,)) + data[at + 1 :]
            assert not check(changed, trust).is_verified, at


def test_each_line_by_the_logs_key_must_be_good() -> None:
    text = receipt_of(CHAIN, SEALED[-1])
    line = checkpoint_of(CHAIN, CHAIN.blocks[SEALED[-1].block or 0]).split("\n")[4]
    trust = Trust(parse_vkey(vkey_of(CHAIN)))
    assert check((text + line + "\n").encode(), trust).is_verified
    broken = line[:-6] + ("AAAA" if line[-6:-2] != "AAAA" else "BBBB") + line[-2:]
    assert failed(check((text + broken + "\n").encode(), trust)) == ["signature"]


@pytest.mark.parametrize("data", [b"", b"\n", b"\xff", b"\xef\xbb\xbf" + RECEIPT, RECEIPT.replace(b"\n", b"\r\n")])
def test_what_is_no_receipt_fails_at_its_format(data: bytes) -> None:
    assert failed(check(data)) == ["format"]


def test_a_key_on_the_command_line_is_that_key_whatever_files_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key with a slash in it is a path as well, which an archive that was unpacked here may hold."""
    mallory = Chain("mallory")
    mallory.say(ROOM, ALICE, "I owe Mallory a million")
    mallory.seal()
    monkeypatch.chdir(tmp_path)
    Path("said.tlog-proof").write_text(receipt_of(mallory, mallory.messages[-1]))
    genuine = vkey_of(CHAIN)
    Path(genuine).parent.mkdir(parents=True)
    Path(genuine).write_text(vkey_of(mallory))
    assert run("said.tlog-proof", "--key", vkey_of(mallory)).code == 0
    assert run("said.tlog-proof", "--key", genuine).code == 1


def test_what_was_found_is_told_though_the_rest_cannot_be_tried(tmp_path: Path) -> None:
    bad = tmp_path / "bad.tlog-proof"
    bad.write_bytes(RECEIPT.replace(b"index 3", b"index 2"))
    outcome = run(bad, tmp_path / "none.tlog-proof", "--json", "--key", str(GOLDEN["log_vkey"]))
    assert outcome.code == 2
    assert json.loads(outcome.out)["verified"] is False
    assert "path" in outcome.out
    assert "none.tlog-proof" in outcome.err
