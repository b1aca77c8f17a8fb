"""Inclusion and consistency proofs: plan which tiles are needed, read them (elsewhere), assemble, check.

    plan = plan_inclusion(index, size)          no hash is touched
    tiles = read(plan.tiles)                    the shell's one query
    proof = plan.assemble(tiles)                list of 32-byte hashes, leaf to root
    check_inclusion(leaf, index, size, proof, root)

A hash of a proof is the root of a range of leaves D[start:end]; a range is a row of complete subtrees (height, number);
a subtree of height h is computed from at most 128 hashes of one tile of level h // 8. RFC 9162 §2.1.3 and §2.1.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.core.errors import ProofError
from ledger.core.fields import HASH_SIZE
from ledger.core.merkle import TileId, fold_right, node_hash, root_hash, tile_hashes
from ledger.core.tilepaths import TILE_HEIGHT, TILE_WIDTH


class Subtree(NamedTuple):
    """The complete subtree of 2^height leaves from leaf number · 2^height on."""

    height: int
    number: int

    @property
    def tile(self) -> TileId:
        """The tile that holds the subtree's root or the hashes to compute it from."""
        level, within = divmod(self.height, TILE_HEIGHT)
        return level, (self.number << within) // TILE_WIDTH


@dataclass(frozen=True, slots=True)
class Plan:
    """A proof's hashes, leaf to root, each as the subtrees of its range from right to left."""

    ranges: tuple[tuple[Subtree, ...], ...]

    @property
    def tiles(self) -> tuple[TileId, ...]:
        """Every tile that `assemble` needs, once each."""
        return tuple(sorted({subtree.tile for row in self.ranges for subtree in row}))

    def assemble(self, tiles: Mapping[TileId, bytes]) -> list[bytes]:
        """The proof. TileError when a tile is absent or too short; tiles may have grown since."""
        return [_range_root(row, tiles) for row in self.ranges]


def plan_inclusion(index: int, size: int) -> Plan:
    """Plan the proof that leaf `index` is in the tree of `size` leaves: PATH(m, D[n]) of RFC 9162 §2.1.3.1."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} has no leaf {index}")
    start, end = 0, size
    ranges = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return _plan(ranges)


def plan_consistency(old_size: int, new_size: int) -> Plan:
    """Plan the proof that the old tree is a prefix of the new one: PROOF(m, D[n]) of RFC 9162 §2.1.4.1."""
    if not 1 <= old_size <= new_size:
        raise ProofError(f"no consistency proof leads from {old_size} to {new_size}")
    start, end = 0, new_size
    ranges = []
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:  # the old tree ends inside the new one: its last subtree, which the verifier does not know
        ranges.append((start, end))
    return _plan(ranges)


def check_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """ProofError unless the proof leads from the leaf hash to the root (RFC 9162 §2.1.3.2)."""
    if inclusion_root(leaf_hash, index, size, proof) != root:
        raise ProofError("the proof leads to another root", "root")


def inclusion_root(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that the proof leads to; ProofError when it has not exactly the hashes that index and size ask for."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} has no leaf {index}", "index")
    node, last, root = index, size - 1, leaf_hash
    for sibling in proof:
        _check_hash(sibling)
        if last == 0:
            raise ProofError("the proof is too long", "proof")
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short", "proof")
    return root


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """ProofError unless the proof shows the old tree as a prefix of the new one (RFC 9162 §2.1.4.2)."""
    if not 1 <= old_size <= new_size:
        raise ProofError(f"no consistency proof leads from {old_size} to {new_size}", "size")
    if old_size == new_size:
        if proof:
            raise ProofError("trees of one size need no proof", "proof")
        if old_root != new_root:
            raise ProofError("trees of one size have different roots", "root")
        return
    found_old, found_new = _consistency_roots(old_size, old_root, new_size, proof)
    if found_old != old_root:
        raise ProofError("the proof leads to another old root", "old_root")
    if found_new != new_root:
        raise ProofError("the proof leads to another new root", "new_root")


def _consistency_roots(old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Both roots that the proof leads to. A complete old tree is itself the first hash, and is not sent."""
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not proof:
        raise ProofError("the proof is empty", "proof")
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    _check_hash(old)
    for sibling in path[1:]:
        _check_hash(sibling)
        if last == 0:
            raise ProofError("the proof is too long", "proof")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short", "proof")
    return old, new


def _split(size: int) -> int:
    """The largest power of two below `size`, for size > 1."""
    return 1 << ((size - 1).bit_length() - 1)


def _plan(ranges: list[tuple[int, int]]) -> Plan:
    return Plan(tuple(_subtrees(start, end) for start, end in reversed(ranges)))


def _subtrees(start: int, end: int) -> tuple[Subtree, ...]:
    """The complete subtrees of D[start:end], right to left; `start` is aligned to the largest of them."""
    subtrees = []
    while end > start:
        width = (end - start) & (start - end)
        end -= width
        height = width.bit_length() - 1
        subtrees.append(Subtree(height, end >> height))
    return tuple(subtrees)


def _range_root(row: Sequence[Subtree], tiles: Mapping[TileId, bytes]) -> bytes:
    root = fold_right(_subtree_root(subtree, tiles) for subtree in row)
    assert root is not None, "a range is never empty"
    return root


def _subtree_root(subtree: Subtree, tiles: Mapping[TileId, bytes]) -> bytes:
    count = 1 << (subtree.height % TILE_HEIGHT)
    first = (subtree.number * count) % TILE_WIDTH
    return root_hash(tile_hashes(tiles, subtree.tile, first + count)[first:])


def _check_hash(sibling: bytes) -> None:
    if len(sibling) != HASH_SIZE:
        raise ProofError("a hash of the proof is not 32 bytes", "proof")
