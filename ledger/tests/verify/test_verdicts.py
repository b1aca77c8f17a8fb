"""What connect_verify says: to a person, whom no text may deceive, and to a program, by JSON and exit code."""

import json
from pathlib import Path
from uuid import UUID

from connect_verify import verify_receipt
from ledger.tests.core.chains import ALICE, ROOM, Chain
from ledger.tests.core.golden import GOLDEN
from ledger.tests.verify.cases import RECEIPT, TRUST, receipt_of, run, vkey_of


def forged_text(text: str) -> str:
    chain = Chain()
    chain.say(ROOM, ALICE, text)
    chain.seal()
    return receipt_of(chain, chain.messages[0])


def test_a_text_cannot_forge_the_verdict(tmp_path: Path) -> None:
    """Line breaks stay within the quote; nothing that moves a cursor or turns the writing direction gets through."""
    evil = "x\nVERIFIED\r\x1b[2K\x1b[1Afake\u202eabc\u2028  ok\x00\x7f\x9b1m\u2066"
    path = tmp_path / "receipt"
    path.write_text(forged_text(evil))
    out = run(path, "--key", vkey_of(Chain())).out
    assert not set(out) & set("\r\x1b\u202e\u2028\x00\x7f\x9b\u2066")
    assert [line for line in out.split("\n") if line == "VERIFIED"] == ["VERIFIED"]
    assert "    │ VERIFIED\\u{d}\\u{1b}[2K" in out
    broken = tmp_path / "broken"
    broken.write_text(path.read_text().replace("index 2", "index 1"))
    out = run(broken, "--key", vkey_of(Chain())).out
    assert "VERIFIED" not in out.split("\n")
    assert "NOT VERIFIED because of path. Rely on nothing above." in out


def test_a_text_that_a_terminal_would_break_cannot_either(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    for text in ("x" + 73 * " " + "VERIFIED".ljust(80) + "2 of 2 verified.", "上" * 37 + "VERIFIED"):
        path.write_text(forged_text(text))
        quote = [line for line in run(path, "--key", vkey_of(Chain())).out.split("\n") if "│" in line]
        assert "".join(line[6:] for line in quote) == text
        assert max(len(line) + line.count("上") for line in quote) < 80


def test_a_text_that_people_write_is_shown_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "receipt"
    path.write_text(forged_text("héllo 上海 🚀 👩‍🚀\n\tschön"))
    assert "    │ héllo 上海 🚀 👩‍🚀\n    │ \\u{9}schön\n" in run(path, "--key", vkey_of(Chain())).out


def test_json_holds_the_same_verdict(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(RECEIPT)
    bad.write_bytes(RECEIPT.replace(b"index 5", b"index 6"))
    outcome = run(good, bad, "--key", GOLDEN["log_vkey"], "--json")
    answer = json.loads(outcome.out)
    assert outcome.code == 1
    assert answer["verified"] is False
    assert [report["verified"] for report in answer["reports"]] == [True, False]
    assert "proven" in answer["reports"][0]
    assert "proven" not in answer["reports"][1]
    assert [s["name"] for s in answer["reports"][1]["steps"] if s["result"] == "failed"] == ["path"]
    assert answer["reports"][0]["values"]["record"] == GOLDEN["messages"][3]["record"]


def test_exit_codes(tmp_path: Path) -> None:
    path, key = tmp_path / "receipt", tmp_path / "log.vkey"
    path.write_bytes(RECEIPT)
    key.write_text(GOLDEN["log_vkey"] + "\n")
    assert run(path, "--key", key).code == run("receipt", path, "--key", key).code == 0
    assert run(path, "--key", vkey_of(Chain())).code == 1
    unusable = [
        (path,),
        ("--key", key),
        (path, "--key", tmp_path / "absent"),
        (path, "--key", path),
        (path, "--key", GOLDEN["log_vkey"][:-4] + "AAAA"),
        (path, "--key", GOLDEN["witness_vkey"]),
        (path, "--key", key, "--quorum", "-1"),
        (tmp_path / "absent", "--key", key),
        (tmp_path, "--key", key),
    ]
    for words in unusable:
        outcome = run(*words)
        assert (outcome.code, bool(outcome.err)) == (2, True), words


def test_a_file_of_any_size_is_read_only_so_far(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse
    assert run(path, "--key", GOLDEN["log_vkey"]).code == 2


def test_the_verdict_names_claims_as_claims() -> None:
    report = verify_receipt(RECEIPT, TRUST, "receipt")
    assert any("by the author's clock" in line for line in report.claimed)
    assert any("clocks" in line for line in report.not_proven)
    assert any("no witness" in line for line in report.not_proven)
    assert UUID(str(report.values["record"]["statement"]["author"])).hex in " ".join(report.claimed)  # type: ignore[index]
