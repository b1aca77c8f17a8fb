"""The newest blocks as clients hear of them. Pure.

A connection knows the height it was told. A frame names only rooms that its reader sees.
"""

from collections import deque
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chat.replies import encode_sealed

BLOCKS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Sealing:
    """A block with a signed checkpoint."""

    height: int
    block: dict[str, Any]
    checkpoint: str
    rooms: dict[UUID, int]
    """Up to which seq it sealed each room."""
    leaves: dict[UUID, dict[int, int]]
    """Of the rooms asked for: seq → leaf index."""


class Sealings:
    def __init__(self) -> None:
        self.tip: Sealing | None = None
        self._kept: deque[tuple[Sealing, str]] = deque(maxlen=BLOCKS_KEPT)

    @property
    def height(self) -> int:
        """Of the newest block; −1 before there is one."""
        return -1 if self.tip is None else self.tip.height

    @property
    def checkpoint(self) -> str | None:
        return None if self.tip is None else self.tip.checkpoint

    def extend(self, sealings: Iterable[Sealing]) -> None:
        for sealing in sealings:
            self.tip = sealing
            self._kept.append((sealing, encode_sealed(sealing.block, sealing.rooms)))

    def since(self, height: int, rooms: Set[UUID]) -> list[str]:
        """The `sealed` frames of the blocks after `height` for somebody who sees `rooms`."""
        return [
            frame
            if sealing.rooms.keys() <= rooms
            else encode_sealed(sealing.block, {room: seq for room, seq in sealing.rooms.items() if room in rooms})
            for sealing, frame in self._kept
            if sealing.height > height
        ]
