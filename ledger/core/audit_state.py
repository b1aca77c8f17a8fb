"""Where an audit stood at the newest block that it found sound: enough to go on from there without what came before.

    {"block": {…}, "keys": [[author, device, public, revoked], …], "origin": …, "rooms": {room: [seq, hash, ms, id]},
     "subtrees": [hash | null, …], "v": 1}                                      one line of JSON, hashes in hex

It grows with the number of rooms and devices, not with the log. Kept outside the database, it is what the signed state
is for the log: an older or another history does not continue it. Of the rows before it, it says only that they were
sound once; they are not read again.
"""

from typing import Any

import orjson

from ledger.core.audit_headers import row_header
from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import AuditState, BlockRow
from ledger.core.audit_tree import Frontier
from ledger.core.errors import LedgerFormatError
from ledger.core.headers import block_hash, encode_header

_HASHES = ("hash", "previous", "root")


def format_state(state: AuditState) -> bytes:
    block = state.block._asdict()
    fields = {
        "v": 1,
        "origin": state.origin,
        "block": block | {name: block[name].hex() for name in _HASHES},
        "subtrees": [None if subtree is None else subtree.hex() for subtree in state.subtrees],
        "rooms": {room: [seq, hash_.hex(), ms, key] for room, (seq, hash_, ms, key) in state.rooms.items()},
        "keys": [
            [author, device.hex(), public.hex(), revoked] for (author, device), (public, revoked) in state.keys.items()
        ],
    }
    return orjson.dumps(fields, option=orjson.OPT_SORT_KEYS) + b"\n"


def parse_state(data: bytes) -> AuditState:
    """LedgerFormatError for anything but what `format_state` gives."""
    try:
        fields: dict[str, Any] = orjson.loads(data)
        block = fields["block"]
        state = AuditState(
            origin=fields["origin"],
            block=BlockRow(**block | {name: bytes.fromhex(block[name]) for name in _HASHES}),
            subtrees=tuple(None if subtree is None else bytes.fromhex(subtree) for subtree in fields["subtrees"]),
            rooms={
                room: (seq, bytes.fromhex(hash_), ms, key) for room, (seq, hash_, ms, key) in fields["rooms"].items()
            },
            keys={
                (author, bytes.fromhex(device)): (bytes.fromhex(public), revoked)
                for author, device, public, revoked in fields["keys"]
            },
        )
        if format_state(state) != data or not _agrees(state):
            raise ValueError
    except BadRow:
        raise LedgerFormatError("this is no state of an audit") from None
    return state


def _agrees(state: AuditState) -> bool:
    """Whether its block is one, and its subtrees make up that block's tree."""
    block = state.block
    size = sum(1 << height for height, subtree in enumerate(state.subtrees) if subtree is not None)
    digest = block_hash(encode_header(row_header(block, state.origin)))
    return (digest, size, Frontier(size, state.subtrees).root()) == (block.hash, block.tree_size, block.root)
