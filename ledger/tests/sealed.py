"""What the tests of sealing share: what must hold of the chain, whom it tells, and a miner that is interrupted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ledger.audit.auditing import run_audit
from ledger.blocks.mining import Found, Miner, Tick
from ledger.models import Block
from ledger.signals import block_sealed


def assert_valid() -> None:
    assert run_audit().findings == []


@contextmanager
def hearing() -> Iterator[list[int]]:
    """Heights of the blocks that `block_sealed` tells of, each signed by then."""
    heights: list[int] = []

    def hear(sender: type[Block], block: Block, **kwargs: Any) -> None:
        assert Block.objects.get(height=block.height).checkpoint == block.checkpoint is not None
        heights.append(block.height)

    block_sealed.connect(hear)
    try:
        yield heights
    finally:
        block_sealed.disconnect(hear)


class Meddler(Miner):
    """A miner during whose search something else happens."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__(1)
        self._meanwhile = meanwhile

    def find(self, prefix: bytes, bits: int, tick: Tick) -> Found:
        self._meanwhile()
        return super().find(prefix, bits, tick)
