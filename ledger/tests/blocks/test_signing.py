"""Nothing is signed that does not extend what the log has signed before."""

from unittest.mock import patch

import pytest
from pytest_django import Settings

from ledger import sealing
from ledger.blocks.genesis import ensure_genesis
from ledger.core.notes import open_note, parse_note
from ledger.errors import BehindSignedState, SealError
from ledger.keys import load_key, verify
from ledger.models import Block, Genesis
from ledger.recording import batches
from ledger.sealing import seal
from ledger.signed_state import load_signed_state
from ledger.tests.builders import post, small_chain
from ledger.tests.sealed import assert_valid
from ledger.tests.tampering import read_everything, write_everything

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "connect.test/ledger"


def test_the_checkpoint_is_signed_by_the_log_and_so_is_the_signed_state(settings: Settings) -> None:
    chain = small_chain()
    tip = chain.blocks[-1]
    key = load_key(settings.LOG_KEY_FILE, ORIGIN)
    note = parse_note(tip.checkpoint or "")
    assert open_note(note, [key.vkey], verify)
    assert note.body.split("\n")[:2] == [ORIGIN, str(tip.tree_size)]
    state = load_signed_state(settings.SIGNED_STATE_FILE, ORIGIN)
    assert state is not None
    assert (state.height, state.size, state.root) == (tip.height, tip.tree_size, tip.root)


def test_an_older_database_put_back_stops_mining() -> None:
    small_chain(blocks=1)
    copy = read_everything()
    post("b")
    newer = seal().block
    newest = read_everything()
    write_everything(copy)
    signed, found = newer.tree_size, newer.tree_size - 4
    with pytest.raises(BehindSignedState, match=rf"signed {signed} leaves .* holds {found} .*put back a newer"):
        seal()
    with pytest.raises(BehindSignedState):
        ensure_genesis()
    write_everything(newest)
    assert seal().block.height == newer.height + 1
    assert_valid()


def test_an_empty_database_beside_a_signed_state_begins_no_second_log() -> None:
    ensure_genesis()
    write_everything({})
    with pytest.raises(BehindSignedState, match="holds none"):
        ensure_genesis()
    assert not Genesis.objects.exists()


@pytest.mark.parametrize("texts", [["b"], ["a", "b"]], ids=["other leaves", "the same leaves and more"])
def test_another_history_is_not_signed_for(texts: list[str]) -> None:
    """Even where the look at the start sees nothing: what is about to be signed must extend what was signed."""
    ensure_genesis()
    empty = read_everything()
    post("a")
    recorded = read_everything()
    seal()
    write_everything(recorded if "a" in texts else empty)
    with patch.object(batches, "check_standing"):
        post("b")
    with patch.object(sealing, "check_signed_state", Block.objects.tip), pytest.raises(BehindSignedState):
        seal()
    assert Block.objects.get(height=1).checkpoint is None


def test_a_missing_signed_state_is_not_taken_for_a_new_log(settings: Settings) -> None:
    ensure_genesis()
    settings.SIGNED_STATE_FILE.unlink()
    with pytest.raises(BehindSignedState, match="is missing"):
        seal()
    assert Block.objects.count() == 1


def test_another_logs_key_or_name_is_refused(settings: Settings) -> None:
    ensure_genesis()
    Genesis.objects.update(key="other+00000000+AAAA")
    with pytest.raises(SealError, match="not the one that this database's log began with"):
        seal()
    Genesis.objects.update(origin="other.test/ledger")
    with pytest.raises(SealError, match=r"LOG_ORIGIN is connect\.test/ledger"):
        seal()
