"""Tiles in the database, and the one batched read behind every proof."""

from collections.abc import Iterable, Mapping

from ledger.core.merkle import TileId
from ledger.core.proofs import plan_consistency, plan_inclusion
from ledger.core.tilepaths import tile_key
from ledger.models import Tile


def read_tiles(wanted: Iterable[TileId]) -> dict[TileId, bytes]:
    """Those tiles that exist, in one query."""
    keys = [tile_key(level, index) for level, index in wanted]
    if not keys:
        return {}
    return {(tile.level, tile.index): memoryview(tile.hashes).tobytes() for tile in Tile.objects.filter(id__in=keys)}


def write_tiles(changed: Mapping[TileId, bytes]) -> None:
    """Stores whole tiles, new or grown. Only sealing calls this, inside its transaction."""
    keys = {tile_key(level, index): (level, index, hashes) for (level, index), hashes in changed.items()}
    grown = set(Tile.objects.filter(id__in=list(keys)).values_list("id", flat=True))
    for key in grown:  # at most one a level: full tiles never change
        Tile.objects.filter(id=key).update(hashes=keys[key][2])
    Tile.objects.bulk_create(
        Tile(id=key, level=level, index=index, hashes=hashes)
        for key, (level, index, hashes) in keys.items()
        if key not in grown
    )


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """The proof, leaf to root, that leaf `index` is in the tree of `size` leaves. One query."""
    plan = plan_inclusion(index, size)
    return plan.assemble(read_tiles(plan.tiles))


def consistency_proof(old_size: int, new_size: int) -> list[bytes]:
    """The proof that the tree of `old_size` leaves is a prefix of that of `new_size`. One query."""
    plan = plan_consistency(old_size, new_size)
    return plan.assemble(read_tiles(plan.tiles))
