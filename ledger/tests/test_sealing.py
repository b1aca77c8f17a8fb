"""From pending messages to blocks, one miner or many."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from ledger import sealing, standing
from ledger.blocks import signing
from ledger.blocks.genesis import ensure_genesis
from ledger.blocks.mining import Found, Miner, Tick
from ledger.core.headers import encode_header
from ledger.core.merkle import leaf_hash, root_hash
from ledger.core.notes import format_vkey
from ledger.core.proofs import check_inclusion
from ledger.core.records import block_leaf_data, genesis_leaf_data
from ledger.errors import CorruptLedger, KeyFileError, LostRace, NoGenesis, SealError, Stopped
from ledger.keys import load_key
from ledger.models import Block, Genesis, Message, Tile
from ledger.recording.batches import record_batch
from ledger.sealing import seal
from ledger.signed_state import SignedState, load_signed_state
from ledger.tests.builders import draft, post, room_id, small_chain
from ledger.tests.crashes import child, ends_well
from ledger.tests.sealed import Meddler, assert_valid, hearing
from ledger.tiles import inclusion_proof

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "connect.test/ledger"


@pytest.fixture
def told() -> Iterator[list[int]]:
    with hearing() as heights:
        yield heights


def test_the_log_begins_with_its_genesis_alone(settings: Settings, told: list[int]) -> None:
    block = ensure_genesis()
    genesis = Genesis.objects.get()
    key = load_key(settings.LOG_KEY_FILE, ORIGIN)
    leaf = leaf_hash(genesis_leaf_data(ORIGIN, genesis.created_ms, 8, format_vkey(key.vkey)))
    assert (block.height, block.tree_size, block.previous, block.root) == (0, 1, bytes(32), leaf)
    assert (genesis.min_bits, genesis.key) == (8, format_vkey(key.vkey))
    assert told == [0]
    assert ensure_genesis().hash == block.hash
    assert told == [0]
    assert_valid()


def test_processes_that_begin_at_once_begin_one_log() -> None:
    for pid in [child(ensure_genesis) for _ in range(3)]:
        assert ends_well(pid)
    assert (Genesis.objects.count(), Block.objects.count()) == (1, 1)
    assert_valid()


def test_the_first_signature_is_no_contradiction_to_who_looks_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(path: Path, origin: str) -> SignedState | None:
        monkeypatch.setattr(standing, "load_signed_state", load_signed_state)
        state = load_signed_state(path, origin)
        ensure_genesis()
        return state

    monkeypatch.setattr(standing, "load_signed_state", load)
    standing.check_standing()
    assert_valid()


def test_a_block_holds_the_header_before_it_and_then_what_was_pending(told: list[int]) -> None:
    genesis = ensure_genesis()
    # Two rooms' entries of one millisecond come in either order.
    messages = sorted((post(str(n), room=room_id(n % 2)) for n in range(5)), key=lambda message: message.id)
    sealed = seal()
    assert (sealed.messages, sealed.block.height, sealed.block.tree_size) == (5, 1, 7)
    rows = list(Message.objects.sealed())
    assert [(row.id, row.leaf_index, row.block_id) for row in rows] == [
        (message.id, 2 + n, 1) for n, message in enumerate(messages)
    ]
    leaves = [genesis.root, leaf_hash(block_leaf_data(encode_header(genesis.header(ORIGIN))))]
    leaves += [bytes(message.hash) for message in messages]
    assert sealed.block.root == root_hash([bytes(leaf) for leaf in leaves])
    for index, leaf in enumerate(leaves):
        check_inclusion(bytes(leaf), index, 7, inclusion_proof(index, 7), bytes(sealed.block.root))
    assert told == [0, 1]
    assert_valid()


def test_a_block_may_hold_no_message() -> None:
    ensure_genesis()
    assert [seal().messages, seal().messages] == [0, 0]
    assert list(Block.objects.values_list("height", "tree_size").order_by("height")) == [(0, 1), (1, 2), (2, 3)]
    assert_valid()


def test_a_chain_with_one_of_everything_is_valid() -> None:
    chain = small_chain(messages=40, rooms=3, blocks=4, pending=3)
    assert Message.objects.pending().count() == 3
    assert [block.height for block in chain.blocks] == [0, 1, 2, 3, 4]
    assert_valid()


def test_a_block_takes_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MAX_MESSAGES", 3)
    ensure_genesis()
    record_batch([draft(str(n)) for n in range(7)])
    assert [seal().messages for _ in range(4)] == [3, 3, 1, 0]
    assert_valid()


def test_time_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ensure_genesis()
    monkeypatch.setattr("time.time_ns", lambda: 1_000_000_000)
    assert seal().block.time_ms == first.time_ms
    assert_valid()


def test_bits_are_given_or_set_and_never_below_the_promise(settings: Settings) -> None:
    settings.DIFFICULTY_BITS = 9
    ensure_genesis()
    assert seal(bits=11).block.bits == 11
    assert seal().block.bits == 9
    for bits in (8, 41):
        with pytest.raises(SealError, match="bits"):
            seal(bits=bits)
    settings.DIFFICULTY_BITS = 8
    with pytest.raises(SealError, match="promises at least 9"):
        seal()
    assert Block.objects.count() == 3


def test_without_a_genesis_nothing_is_mined(settings: Settings) -> None:
    with pytest.raises(KeyFileError, match="is missing"):
        seal()
    ensure_genesis()
    for model in (Tile, Block, Genesis):
        model.objects.all().delete()
    settings.SIGNED_STATE_FILE.unlink()
    with pytest.raises(NoGenesis, match="ensure_log"):
        seal()


def test_a_message_that_vanishes_during_the_search_stops_the_commit() -> None:
    ensure_genesis()
    post("a")
    with pytest.raises(CorruptLedger, match="while its block was mined"):
        seal(miner=Meddler(lambda: Message.objects.all().delete()))
    assert Block.objects.count() == 1


def test_what_is_recorded_during_the_search_waits_for_the_next_block() -> None:
    ensure_genesis()
    post("in time")
    assert seal(miner=Meddler(lambda: post("late"))).messages == 1
    assert seal().messages == 1
    assert_valid()


def test_the_miner_that_comes_second_discards_its_work(told: list[int]) -> None:
    ensure_genesis()
    post("wanted by both")
    with pytest.raises(LostRace, match="Another miner sealed first"):
        seal(miner=Meddler(seal))
    assert told == [0, 1]
    assert list(Message.objects.values_list("block", "leaf_index")) == [(1, 2)]
    assert_valid()


def test_the_constraints_decide_where_both_saw_the_same_tip(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a database where two commits run side by side: the look at the tip passes, the insert does not."""
    ensure_genesis()
    post("wanted by both")
    looks = iter([True, True, False])  # the winner's, the loser's, and the loser's after it failed
    monkeypatch.setattr(sealing, "_is_tip", lambda digest: next(looks))
    with pytest.raises(LostRace):
        seal(miner=Meddler(seal))
    assert Block.objects.count() == 2
    assert_valid()


def test_a_block_that_is_signed_while_another_miner_looks_around_is_no_contradiction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before and after the look at the signed state."""
    ensure_genesis()

    def load(path: Path, origin: str) -> SignedState | None:
        monkeypatch.setattr(signing, "load_signed_state", load_signed_state)
        seal()
        state = load_signed_state(path, origin)
        seal()
        return state

    monkeypatch.setattr(signing, "load_signed_state", load)
    assert seal().block.height == 3
    assert_valid()


def test_a_long_search_ends_when_the_place_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_genesis()

    class Endless(Miner):
        def find(self, prefix: bytes, bits: int, tick: Tick) -> Found:
            seal()
            monkeypatch.setattr("time.monotonic", lambda: 1e9)
            tick(1)
            raise AssertionError("the search went on")

    with pytest.raises(LostRace):
        seal(miner=Endless(1))


def test_asked_to_stop_a_search_changes_nothing() -> None:
    ensure_genesis()
    with pytest.raises(Stopped):
        seal(bits=40, should_stop=lambda: True, miner=Miner(1))
    assert Block.objects.count() == 1


def test_processes_that_mine_and_record_at_once_never_fork() -> None:
    ensure_genesis()

    def mine() -> None:
        blocks = 0
        while blocks < 8:
            try:
                seal()
                blocks += 1
            except LostRace:
                pass

    def write() -> None:
        for n in range(60):
            record_batch([draft(f"{n}"), draft(f"{n} too", room=room_id(1))])

    for pid in [child(mine), child(mine), child(write)]:
        assert ends_well(pid)
    seal()
    assert list(Block.objects.values_list("height", flat=True).order_by("height")) == list(range(18))
    assert Message.objects.pending().count() == 0
    assert Message.objects.count() == 120
    assert_valid()
