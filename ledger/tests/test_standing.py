"""A database that does not hold what the log has signed is read, and written by nobody."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import Settings

from ledger import standing
from ledger.blocks.genesis import ensure_genesis
from ledger.errors import NotWritable
from ledger.models import Block
from ledger.recording.batches import record, record_batch
from ledger.sealing import seal
from ledger.standing import describe_standing
from ledger.tests.builders import draft, post, small_chain
from ledger.tests.tampering import read_everything, set_column, write_everything

pytestmark = pytest.mark.django_db(transaction=True)


def test_on_an_older_copy_nothing_is_recorded_until_the_newer_one_is_back() -> None:
    small_chain(blocks=1)
    older = read_everything()
    post("newer")
    tip = seal().block
    newer = read_everything()
    write_everything(older)
    plain = draft("refused")
    for result in record_batch([plain, draft()]):
        assert isinstance(result, NotWritable)
        assert (result.code, result.retry) == ("busy", "same")
    assert read_everything() == older
    assert f"signed {tip.tree_size} leaves (block 2), this database holds {tip.tree_size - 4}" in told()
    write_everything(newer)
    assert describe_standing() is None
    assert record(plain).message.body == '{"text":"refused"}'


def test_on_another_history_of_the_same_length_nothing_is_recorded() -> None:
    ensure_genesis()
    first = read_state()
    empty = read_everything()
    post("a")
    seal()
    state = read_state()
    write_everything(empty)
    write_state(first)
    post("b")
    seal()
    write_state(state)
    with pytest.raises(NotWritable):
        post("c")
    assert "does not hold the 3 leaves" in told()


@pytest.mark.parametrize(("column", "value"), [("root", "x"), ("root", -1), ("tree_size", "x"), ("tree_size", b"x")])
def test_a_block_that_holds_anything_else_is_told_in_a_sentence(column: str, value: object) -> None:
    if connection.vendor != "sqlite":  # the only one that takes any value in any column
        return
    small_chain(blocks=1)
    set_column(Block, 1, column, value)
    with pytest.raises(NotWritable):
        post("c")
    assert "does not hold the" in told()


@pytest.mark.parametrize(("content", "sentence"), [(None, "is missing"), (b"{}", "cannot be used")])
def test_without_a_good_signed_state_nothing_is_recorded(content: bytes | None, sentence: str) -> None:
    post("before the log has signed anything")
    small_chain(blocks=1)
    write_state(content)
    with pytest.raises(NotWritable):
        post()
    assert f"signed state signed_state.json {sentence}" in told()  # and not the folder


def test_a_machine_without_the_miner_holds_no_signed_state_and_records(settings: Settings) -> None:
    small_chain(blocks=1)
    write_state(None)
    settings.MINER = False
    assert describe_standing() is None
    post()


def test_a_folder_that_is_called_like_the_database_of_a_server_is_not_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "connect").mkdir()
    server = SimpleNamespace(vendor="postgresql", settings_dict={"NAME": "connect"})
    standing._remember_file(None, server)
    assert "connect" not in standing._opened


def told() -> str:
    return describe_standing() or ""


def read_state() -> bytes:
    return Path(settings.SIGNED_STATE_FILE).read_bytes()


def write_state(content: bytes | None) -> None:
    """None: there is none."""
    path = Path(settings.SIGNED_STATE_FILE)
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)
