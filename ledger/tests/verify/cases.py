"""What connect_verify checks, made by the core: receipts, exported logs, exported rooms; and how it is called."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import connect_verify
from ledger.core.audit_leaf import row_record
from ledger.core.audit_rows import BlockRow, MessageRow
from ledger.core.canonical import encode_canonical
from ledger.core.checkpoints import Receipt, format_receipt
from ledger.core.cosignatures import Cosignature, format_cosignature
from ledger.core.headers import encode_header
from ledger.core.notes import Note, Signature, format_note, format_vkey, parse_note, parse_vkey
from ledger.core.proofs import plan_consistency, plan_inclusion
from ledger.core.receipts import Extra, encode_extra
from ledger.core.records import block_leaf_data, genesis_leaf_data, record_fields, record_leaf_data
from ledger.core.tilepaths import TILE_WIDTH, tile_path
from ledger.tests.core.chains import ORIGIN, Chain
from ledger.tests.core.golden import GOLDEN

RECEIPT: bytes = GOLDEN["receipt"].encode()
TRUST = connect_verify.Trust(connect_verify.parse_vkey(GOLDEN["log_vkey"]))

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call of connect_verify came to."""

    code: int
    out: str
    err: str


def run(*words: object) -> Outcome:
    """connect_verify with these words on its command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = connect_verify.main(list(map(str, words)))
        except SystemExit as exit_:  # argparse
            code = int(str(exit_.code))
    return Outcome(code, out.getvalue(), err.getvalue())


def vkey_of(chain: Chain) -> str:
    return format_vkey(chain.vkey)


def checkpoint_of(chain: Chain, block: BlockRow) -> str:
    """The signed checkpoint with its cosignatures."""
    assert isinstance(block.checkpoint, str)
    note = parse_note(block.checkpoint)
    more = []
    for row in chain.cosignatures:
        if row.block == block.height:
            vkey, cosignature = parse_vkey(row.vkey), Cosignature(row.time_s, row.signature)
            more.append(Signature(vkey.name, vkey.key_id, format_cosignature(cosignature)))
    return format_note(Note(note.body, (*note.signatures, *more)))


def extra_of(chain: Chain, row: MessageRow) -> Extra:
    block = chain.blocks[row.block or 0]
    return Extra(
        record=row_record(row, ORIGIN),
        salt=row.salt,
        body=None if row.body is None else json.loads(row.body),
        height=block.height,
        header=encode_header(chain.header(block)),
        erased=row.body is None and row.body_commitment is not None,
    )


def receipt_of(chain: Chain, row: MessageRow) -> str:
    """The receipt of a sealed row, as `chain.messages` holds it."""
    assert row.leaf_index is not None
    block = chain.blocks[row.block or 0]
    proof = plan_inclusion(row.leaf_index, block.tree_size).assemble(chain.tile_data)
    extra = encode_extra(extra_of(chain, row))
    return format_receipt(Receipt(extra, row.leaf_index, tuple(proof), checkpoint_of(chain, block)))


def room_lines(chain: Chain, room: UUID) -> list[Line]:
    """An exported room, a dict a line."""
    lines: list[Line] = [{"format": "connect-room/v1", "log": ORIGIN, "room": room.hex}]
    size = 0
    for row in sorted((row for row in chain.messages if row.room == room.hex), key=lambda row: row.room_seq):
        line: Line = {
            "seq": row.room_seq,
            "hash": row.hash.hex(),
            "record": dict(record_fields(row_record(row, ORIGIN))),
            "salt": None if row.salt is None else row.salt.hex(),
            "body": None if row.body is None else json.loads(row.body),
            "receipt": None,
            "consistency": None,
        }
        if row.block is not None:
            new = chain.blocks[row.block].tree_size
            line |= {"receipt": receipt_of(chain, row), "consistency": consistency_of(chain, size or new, new)}
            size = new
        lines.append(line)
    tip = chain.blocks[-1]
    proof = consistency_of(chain, size or tip.tree_size, tip.tree_size)
    return [*lines, {"checkpoint": checkpoint_of(chain, tip), "consistency": proof}]


def consistency_of(chain: Chain, old: int, new: int) -> list[str]:
    return [hash_.hex() for hash_ in plan_consistency(old, new).assemble(chain.tile_data)]


def write_room(path: Path, lines: list[Line]) -> Path:
    path.write_bytes(b"".join(encode_canonical(line) + b"\n" for line in lines))
    return path


def write_log(chain: Chain, folder: Path) -> Path:
    """The log as export_log writes it, without a database."""
    genesis = chain.genesis[0]
    leaves = {0: genesis_leaf_data(genesis.origin, genesis.created_ms, genesis.min_bits, genesis.key)}
    leaves |= {block.tree_size: block_leaf_data(encode_header(chain.header(block))) for block in chain.blocks[:-1]}
    for row in chain.messages:
        if row.leaf_index is not None:
            leaves[row.leaf_index] = record_leaf_data(row_record(row, ORIGIN))
    files = {(level, index): data for (level, index), data in chain.tile_data.items()}
    for start in range(0, len(leaves), TILE_WIDTH):
        entries = [leaves[index] for index in range(start, min(start + TILE_WIDTH, len(leaves)))]
        files[-1, start // TILE_WIDTH] = b"".join(b"\x00\x22" + entry for entry in entries)
    for (level, index), data in files.items():
        path = folder / tile_path(level, index, len(data) // (36 if level < 0 else 32))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "checkpoint").write_text(checkpoint_of(chain, chain.blocks[-1]))
    return folder
