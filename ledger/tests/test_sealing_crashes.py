"""A miner that is killed leaves a valid chain, and the next one takes up what it left."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from pytest_django import Settings

from ledger import sealing
from ledger.blocks.genesis import ensure_genesis
from ledger.models import Block, Genesis, Message, Tile
from ledger.recording.batches import record_batch
from ledger.sealing import seal
from ledger.signed_state import load_signed_state
from ledger.tests.builders import draft, post, room_id
from ledger.tests.crashes import Countdown, Crash, child, ends_well, kill_self, raise_crash, steps
from ledger.tests.power import Power
from ledger.tests.sealed import assert_valid, hearing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told() -> Iterator[list[int]]:
    with hearing() as heights:
        yield heights


def test_a_killed_miner_leaves_a_valid_chain_whatever_it_was_at(told: list[int]) -> None:
    """A real process, killed before each step in turn. The next miner takes up what it left."""
    ensure_genesis()
    for step in range(1, 200):
        before = Block.objects.count()
        record_batch([draft("a"), draft("b", room=room_id(1))])

        def mine(step: int = step) -> None:
            with steps(Countdown(step, kill_self)):
                seal()

        if ends_well(child(mine)):
            break
        assert_valid()
        seal()
        assert Message.objects.pending().count() == 0
        assert not Block.objects.filter(checkpoint=None).exists()
        assert Block.objects.count() in (before + 1, before + 2)
        assert_valid()
    assert step > 15


def test_what_is_signed_after_a_crash_is_the_signed_state_after_a_power_loss_as_well(data_dir: Path) -> None:
    ensure_genesis()
    for step in count(1):
        with Power(data_dir) as power:
            try:
                with steps(Countdown(step, raise_crash)):
                    seal()
            except Crash:
                ensure_genesis()  # signs what was left unsigned
            else:
                break
        power.cut()
        state, tip = load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN), Block.objects.signed_tip()
        assert (state and state.size) == (tip and tip.tree_size), step
    assert step > 15


def test_a_killed_beginning_leaves_a_log_that_can_begin(settings: Settings) -> None:
    for step in range(1, 200):
        Tile.objects.all().delete()
        Block.objects.all().delete()
        Genesis.objects.all().delete()
        settings.SIGNED_STATE_FILE.unlink(missing_ok=True)
        settings.LOG_KEY_FILE.unlink(missing_ok=True)

        def begin(step: int = step) -> None:
            with steps(Countdown(step, kill_self)):
                ensure_genesis()

        survived = ends_well(child(begin))
        ensure_genesis()
        assert_valid()
        if survived:
            break
    assert step > 15


def test_a_block_that_was_left_unsigned_is_signed_before_the_next(told: list[int]) -> None:
    ensure_genesis()
    post("a")
    with patch.object(sealing, "sign_block", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        seal()
    assert Block.objects.signed_tip() == Block.objects.get(height=0)
    assert seal().block.height == 2
    assert told == [0, 1, 2]
    assert_valid()
