"""`manage.py verify_chain`: what it prints, keeps and goes on from."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from ledger.audit.results import load_result
from ledger.blocks.genesis import ensure_genesis
from ledger.management.commands import verify_chain
from ledger.models import Message
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.crashes import fail_disk
from ledger.tests.manage import verify
from ledger.tests.tampering import read_everything, set_column, write_everything

pytestmark = pytest.mark.django_db(transaction=True)


def test_verify_chain_says_that_a_valid_chain_is_valid() -> None:
    small_chain(messages=10, blocks=2, pending=1)
    text, code = verify()
    assert code == 0
    assert text.startswith("Valid: 13 leaves in 3 blocks, 1 pending entries, 3 rooms")


def test_verify_chain_prints_a_line_for_each_finding_and_exits_with_1() -> None:
    small_chain(messages=10, blocks=2)
    row = Message.objects.sealed()[6]
    set_column(Message, row.pk, "received_ms", row.received_ms + 1)
    text, code = verify()
    line, verdict, _ = text.splitlines()
    assert code == 1
    assert line == (
        f"entry_changed Message pk={row.pk} column=received_ms room={row.room.hex} room_seq={row.room_seq} "
        f"leaf_index={row.leaf_index} height={row.block_id} expected={row.received_ms} got={row.received_ms + 1}"
    )
    assert verdict.startswith("NOT VALID, 1 findings")


def test_verify_chain_as_json_says_the_same() -> None:
    small_chain(messages=10, blocks=2)
    assert json.loads(verify("--json")[0])["valid"] is True
    row = Message.objects.sealed()[6]
    set_column(Message, row.pk, "body", '{"text":"forged"}')
    text, code = verify("--json")
    told = json.loads(text)
    assert (code, told["valid"], told["found"]) == (1, False, 1)
    assert (told["findings"][0]["code"], told["findings"][0]["pk"]) == ("body_changed", row.pk)


def test_a_verdict_that_cannot_be_kept_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    small_chain(messages=10, blocks=1)
    monkeypatch.setattr("ledger.files._written", lambda *args: fail_disk())
    for code in (2, 1):
        out = io.StringIO()
        with pytest.raises(CommandError, match=r"could not be kept \(.*Input/output error") as refused:
            call_command("verify_chain", "--since", str(tmp_path / "since"), stdout=out)
        assert refused.value.returncode == code
        assert ("NOT VALID" in out.getvalue()) == (code == 1)
        set_column(Message, Message.objects.all()[3].pk, "sent_ms", 7)


def test_verify_chain_goes_on_from_where_an_audit_stood(tmp_path: Path) -> None:
    file = tmp_path / "audited.json"
    small_chain(messages=10, blocks=2, pending=0)
    assert "Read from block" not in verify("--since", str(file))[0]
    first = file.read_bytes()
    post()
    seal()
    post()
    text, code = verify("--since", str(file))
    assert code == 0
    assert "Valid: 15 leaves in 4 blocks, 1 pending entries" in text
    assert "; 2 entries in" in text
    assert "Read from block 2 on" in text
    assert file.read_bytes() != first


def test_what_came_since_is_audited_and_a_finding_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "audited.json"
    small_chain(messages=10, blocks=2)
    verify("--since", str(file))
    state, before = file.read_bytes(), Message.objects.sealed()[6]
    result = load_result()
    set_column(Message, before.pk, "sent_ms", before.sent_ms + 1)
    assert verify("--since", str(file))[1] == 0  # not read again
    assert load_result() == result
    set_column(Message, before.pk, "sent_ms", before.sent_ms)
    row = post()
    seal()
    set_column(Message, row.pk, "sent_ms", row.sent_ms + 1)
    text, code = verify("--since", str(file))
    assert code == 1
    assert text.startswith(f"entry_changed Message pk={row.pk} ")
    assert file.read_bytes() == state
    kept = load_result()
    assert kept is not None
    assert not kept.valid


def test_beside_the_miners_machine_it_says_what_it_does_not_see_and_leaves_its_file(
    tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "audited.json"
    small_chain(messages=10, blocks=2)
    older = read_everything()
    post()
    seal()
    assert "signed state" not in verify()[0]
    assert json.loads(verify("--json")[0])["signed_state"] is True
    settings.MINER = False
    settings.LOG_KEY_FILE.unlink()
    settings.SIGNED_STATE_FILE.unlink()
    text, code = verify("--since", str(file))
    assert code == 0
    assert "The signed state is on the miner's machine: an older copy of the database" in text
    assert json.loads(verify("--json")[0])["signed_state"] is False
    write_everything(older)
    assert verify()[1] == 0
    assert verify("--since", str(file))[0].startswith("audited_block_replaced")


@pytest.mark.parametrize("content", ["", "{}", "no state"])
def test_a_file_that_is_no_state_is_left_alone(tmp_path: Path, content: str) -> None:
    ensure_genesis()
    file = tmp_path / "notes.txt"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"notes\.txt: this is no state of an audit"):
        verify("--since", str(file))
    assert file.read_text() == content
    with pytest.raises(CommandError, match="no folder"):
        verify("--since", str(tmp_path / "nowhere" / "state.json"))


@pytest.mark.parametrize("workers", ["0", "1025", "-1", "two"])
def test_a_senseless_number_of_workers_is_refused_and_the_range_is_said(workers: str) -> None:
    with pytest.raises(CommandError, match=f"'{workers}' is no whole number from 1 to 1024"):
        verify(f"--workers={workers}")


def test_verify_chain_shows_its_progress_where_a_person_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    seconds = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(seconds)))
    out = Terminal()
    bar = verify_chain.ProgressBar(200, out)
    bar.show(50)
    bar.show(100)
    bar.clear()
    assert " 50%  100 of 200 entries, 50/s" in out.getvalue()
    assert out.getvalue().endswith("\r\033[K")
