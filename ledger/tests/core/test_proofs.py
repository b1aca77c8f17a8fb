"""Proofs: every size and every leaf to 130, every pair of sizes, every hash corrupted, and the edges of tiles."""

import random

import pytest

from ledger.core.errors import LedgerFormatError, ProofError, TileError
from ledger.core.merkle import append_leaves, node_hash, root_hash
from ledger.core.proofs import (
    check_consistency,
    check_inclusion,
    inclusion_root,
    plan_consistency,
    plan_inclusion,
)
from ledger.tests.core.trees import LEAVES, direct_consistency, direct_inclusion, direct_root

SIZES = range(1, 131)
BIG_SIZES = [255, 256, 257, 511, 512, 513, 65535, 65536, 65537]
TILES = append_leaves(0, {}, LEAVES[:130])
BIG_TILES = append_leaves(0, {}, LEAVES)
OTHER = bytes(32)


def corrupted(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with each of its hashes corrupted."""
    return [[*proof[:i], bytes((h[0] ^ 1,)) + h[1:], *proof[i + 1 :]] for i, h in enumerate(proof)]


def misshapen(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with each hash dropped, doubled, cut, lengthened or swapped with the next, and with one too many."""
    wrong = [[*proof, OTHER], [OTHER, *proof]]
    for i, sibling in enumerate(proof):
        for hashes in ([], [sibling, sibling], [sibling[:-1]], [sibling + b"\0"]):
            wrong.append([*proof[:i], *hashes, *proof[i + 1 :]])
        if i + 1 < len(proof):
            wrong.append([*proof[:i], proof[i + 1], sibling, *proof[i + 2 :]])
    return wrong


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_of_every_leaf(size: int) -> None:
    root = direct_root(0, size)
    for index in range(size):
        proof = plan_inclusion(index, size).assemble(TILES)
        assert proof == direct_inclusion(index, 0, size)
        assert inclusion_root(LEAVES[index], index, size, proof) == root
        check_inclusion(LEAVES[index], index, size, proof, root)
        with pytest.raises(ProofError):
            check_inclusion(OTHER, index, size, proof, root)
        with pytest.raises(ProofError):
            check_inclusion(LEAVES[index], index, size, proof, OTHER)
        for wrong in corrupted(proof) + (misshapen(proof) if size <= 40 else []):
            with pytest.raises(ProofError):
                check_inclusion(LEAVES[index], index, size, wrong, root)


@pytest.mark.parametrize("size", range(1, 41))
def test_a_leaf_is_proven_at_its_own_index_only(size: int) -> None:
    for index in range(size):
        proof = direct_inclusion(index, 0, size)
        for other in (*range(index), *range(index + 1, size + 2), -1):
            with pytest.raises(ProofError):
                check_inclusion(LEAVES[index], other, size, proof, direct_root(0, size))


@pytest.mark.parametrize("new", SIZES)
def test_consistency_with_every_older_size(new: int) -> None:
    for old in range(1, new + 1):
        proof = plan_consistency(old, new).assemble(TILES)
        assert proof == direct_consistency(old, new)
        roots = direct_root(0, old), direct_root(0, new)
        check_consistency(old, roots[0], new, roots[1], proof)
        with pytest.raises(ProofError):
            check_consistency(old, OTHER, new, roots[1], proof)
        with pytest.raises(ProofError):
            check_consistency(old, roots[0], new, OTHER, proof)
        for wrong in corrupted(proof) + (misshapen(proof) if new <= 40 else []):
            with pytest.raises(ProofError):
                check_consistency(old, roots[0], new, roots[1], wrong)


def test_no_proof_of_another_shape_passes_even_where_its_hashes_lead_to_the_root() -> None:
    a, b, c, d = LEAVES[:4]
    short = b[:31]
    for index, size, proof, root in (
        (0, 2, [b, c], node_hash(c, node_hash(a, b))),
        (0, 4, [b], node_hash(a, b)),
        (0, 1, [b], node_hash(b, a)),
        (0, 2, [short], node_hash(a, short)),
    ):
        with pytest.raises(ProofError):
            check_inclusion(a, index, size, proof, root)
    with pytest.raises(ProofError):  # too short: it ends at size 2
        check_consistency(1, a, 4, node_hash(a, b), [b])
    old_root, new_root = node_hash(c, a), node_hash(c, node_hash(a, b))
    check_consistency(3, old_root, 4, new_root, [a, b, c])
    with pytest.raises(ProofError):  # too long: one more hash on the left of both
        check_consistency(3, node_hash(d, old_root), 4, node_hash(d, new_root), [a, b, c, d])
    with pytest.raises(ProofError):
        check_consistency(1, a, 2, node_hash(a, short), [short])
    with pytest.raises(ProofError):
        check_consistency(3, node_hash(c, short), 4, node_hash(c, node_hash(short, d)), [short, d, c])


@pytest.mark.parametrize("new", range(2, 41))
def test_trees_of_two_sizes_need_a_proof(new: int) -> None:
    for old in range(1, new):
        with pytest.raises(ProofError):
            check_consistency(old, direct_root(0, old), new, direct_root(0, new), [])


@pytest.mark.parametrize("new", range(2, 41))
def test_a_rewritten_past_is_never_consistent(new: int) -> None:
    for old in range(1, new):
        rewritten = [*LEAVES[: old - 1], OTHER, *LEAVES[old:new]]
        with pytest.raises(ProofError):
            check_consistency(old, direct_root(0, old), new, root_hash(rewritten), direct_consistency(old, new))


@pytest.mark.parametrize("size", BIG_SIZES)
def test_plans_from_tiles_agree_with_direct_computation(size: int) -> None:
    chance = random.Random(size)
    near = {0, 1, 254, 255, 256, 257, 510, 511, 512, 513, 65279, 65280, 65534, 65535, 65536, size - 2, size - 1}
    exact_tiles = append_leaves(0, {}, LEAVES[:size])
    for index in sorted({i for i in near if i < size} | {chance.randrange(size) for _ in range(20)}):
        plan = plan_inclusion(index, size)
        proof = plan.assemble({tile: exact_tiles[tile] for tile in plan.tiles})
        assert proof == direct_inclusion(index, 0, size) == plan.assemble(BIG_TILES)
        check_inclusion(LEAVES[index], index, size, proof, direct_root(0, size))
        if index:
            consistency = plan_consistency(index, size)
            proof = consistency.assemble({tile: exact_tiles[tile] for tile in consistency.tiles})
            assert proof == direct_consistency(index, size) == consistency.assemble(BIG_TILES)
            check_consistency(index, direct_root(0, index), size, direct_root(0, size), proof)


def test_a_plan_reads_few_tiles_whatever_the_size() -> None:
    for size in (10**6, 2**40 + 12345, 2**52 - 1):
        assert len(plan_inclusion(size // 3, size).tiles) <= 16
        assert len(plan_consistency(size // 3, size).tiles) <= 16


@pytest.mark.parametrize("size", [3, 257, 65537])
def test_an_absent_or_short_tile_is_refused(size: int) -> None:
    plan = plan_inclusion(size - 2, size)
    tiles = {tile: BIG_TILES[tile] for tile in plan.tiles}
    for tile in tiles:
        with pytest.raises(TileError):
            plan.assemble({other: data for other, data in tiles.items() if other != tile})
        with pytest.raises(TileError):
            plan.assemble({**tiles, tile: tiles[tile][:31]})


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 5), (5, 5), (6, 5)])
def test_no_plan_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        plan_inclusion(index, size)
    with pytest.raises(ProofError):
        check_inclusion(OTHER, index, size, [], OTHER)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (2, 1), (-1, 1)])
def test_no_plan_backwards_or_from_nothing(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        plan_consistency(old, new)
    with pytest.raises(ProofError):
        check_consistency(old, OTHER, new, OTHER, [])


def test_a_proof_error_is_a_format_error_with_a_code() -> None:
    with pytest.raises(LedgerFormatError) as caught:
        check_inclusion(LEAVES[0], 0, 1, [], OTHER)
    assert caught.value.code == "bad_proof"
