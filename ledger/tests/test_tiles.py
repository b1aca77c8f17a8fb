"""Tiles in the database and the proofs read from them."""

from itertools import pairwise

import pytest
from pytest_django import DjangoAssertNumQueries

from ledger.core.errors import TileError
from ledger.core.merkle import append_leaves, edge_tiles_needed, leaf_hash, root_from_tiles, root_hash
from ledger.core.proofs import check_consistency, check_inclusion
from ledger.models import Tile
from ledger.tiles import consistency_proof, inclusion_proof, read_tiles, write_tiles

pytestmark = pytest.mark.django_db

LEAVES = [leaf_hash(str(n).encode()) for n in range(70_000)]
SIZES = [1, 2, 255, 256, 257, 600, 65_536, 65_537, 70_000]


@pytest.fixture
def tree() -> None:
    """The tree of all leaves, grown by unequal steps."""
    grown = 0
    for size in SIZES:
        write_tiles(append_leaves(grown, read_tiles(edge_tiles_needed(grown)), LEAVES[grown:size]))
        grown = size


@pytest.mark.usefixtures("tree")
def test_tiles_that_grew_hold_every_older_tree() -> None:
    for size in SIZES:
        assert root_from_tiles(size, read_tiles(edge_tiles_needed(size))) == root_hash(LEAVES[:size])
    assert sorted((tile.level, tile.index) for tile in Tile.objects.filter(level__gt=0)) == [(1, 0), (1, 1), (2, 0)]
    assert [tile.id for tile in Tile.objects.order_by("level", "index")] == sorted(
        tile.id for tile in Tile.objects.all()
    )


@pytest.mark.usefixtures("tree")
def test_a_proof_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    roots = {size: root_hash(LEAVES[:size]) for size in SIZES}
    for size in SIZES:
        for index in {0, size // 2, size - 1}:
            with django_assert_num_queries(0 if size == 1 else 1):
                proof = inclusion_proof(index, size)
            check_inclusion(LEAVES[index], index, size, proof, roots[size])
    for old, new in pairwise(SIZES):
        with django_assert_num_queries(1):
            proof = consistency_proof(old, new)
        check_consistency(old, roots[old], new, roots[new], proof)


@pytest.mark.usefixtures("tree")
def test_a_missing_tile_is_no_proof() -> None:
    Tile.objects.get(level=1, index=0).delete()
    with pytest.raises(TileError):
        inclusion_proof(0, 70_000)
    with pytest.raises(TileError):
        inclusion_proof(0, 70_001)
