"""What the log shows to everyone (C2SP tlog-tiles): its newest checkpoint, tiles, and bundles of opaque entries.

    tile      W hashes of 32 bytes
    entries   W times: length as u16 ‖ leaf_data, 34 bytes that tell nothing but the entry's family

Nothing is shown beyond the newest signed checkpoint: what has been shown cannot be taken back. Each answer costs the
same few queries however long the log is.
"""

from collections.abc import Iterator

from django.conf import settings

from ledger.core.cosignatures import Cosignature as Cosigned
from ledger.core.cosignatures import format_cosignature
from ledger.core.fields import HASH_SIZE
from ledger.core.headers import encode_header
from ledger.core.notes import Note, Signature, format_note, parse_note, parse_vkey
from ledger.core.records import block_leaf_data, record_leaf_data
from ledger.core.tilepaths import ENTRIES, TILE_HEIGHT, TILE_WIDTH
from ledger.models import Block, Genesis, Message
from ledger.tiles import read_tiles


def signed_size() -> int:
    """How many leaves are shown."""
    tip = Block.objects.signed_tip()
    return tip.tree_size if tip else 0


def checkpoint_note(block: Block) -> str:
    """A signed block's checkpoint with its cosignatures."""
    assert block.checkpoint is not None, "only signed blocks are shown"
    note = parse_note(block.checkpoint)
    cosignatures = []
    for row in block.cosignatures.order_by("time_s", "id"):
        vkey = parse_vkey(row.vkey)
        data = format_cosignature(Cosigned(row.time_s, memoryview(row.signature).tobytes()))
        cosignatures.append(Signature(vkey.name, vkey.key_id, data))
    return format_note(Note(note.body, (*note.signatures, *cosignatures)))


def published_tile(level: int, index: int, width: int) -> bytes | None:
    """A tile's first `width` hashes, or for level `ENTRIES` as many entries; None where there are not so many yet."""
    size = signed_size() >> TILE_HEIGHT * max(level, 0)
    if index * TILE_WIDTH + width > size:
        return None
    if level == ENTRIES:
        return b"".join(_bundle(index * TILE_WIDTH, index * TILE_WIDTH + width))
    hashes = read_tiles([(level, index)]).get((level, index), b"")[: width * HASH_SIZE]
    return hashes if len(hashes) == width * HASH_SIZE else None


def _bundle(start: int, end: int) -> Iterator[bytes]:
    leaves = _leaf_data(start, end)
    for index in range(start, end):
        yield len(leaves[index]).to_bytes(2) + leaves[index]


def _leaf_data(start: int, end: int) -> dict[int, bytes]:
    """The leaves from `start` to before `end`. The header of a block is the leaf after the block's last."""
    origin = settings.LOG_ORIGIN
    messages = Message.objects.filter(leaf_index__gte=start, leaf_index__lt=end)
    leaves = {row.leaf_index: record_leaf_data(row.record(origin)) for row in messages if row.leaf_index is not None}
    for block in Block.objects.filter(tree_size__gte=start, tree_size__lt=end):
        leaves[block.tree_size] = block_leaf_data(encode_header(block.header(origin)))
    if start == 0:
        leaves[0] = Genesis.objects.get().leaf_data()
    return leaves
