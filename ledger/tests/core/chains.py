"""A whole ledger in memory, made by the core alone, with a fixed clock and fixed keys: rows for the audit to read.

    chain = Chain(); chain.say(ROOM, ALICE, "hello"); chain.seal(); audit(chain.source(), chain.trust())

Rows can be read and replaced at will before they are audited.
"""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.core.audit import audit
from ledger.core.audit_rows import (
    AuditState,
    BlockRow,
    CosignatureRow,
    GenesisRow,
    HeadRow,
    MessageRow,
    Report,
    Row,
    SignedHead,
    TileRow,
    Trust,
)
from ledger.core.bodies import commit_body
from ledger.core.canonical import encode_canonical, format_base64
from ledger.core.checkpoints import Checkpoint, format_checkpoint
from ledger.core.cosignatures import cosignature_message
from ledger.core.fields import ZERO_HASH
from ledger.core.headers import Header, block_hash, encode_header
from ledger.core.merkle import append_leaves, leaf_hash, root_from_tiles
from ledger.core.notes import LOG_KEY_TYPE, WITNESS_KEY_TYPE, format_note, format_vkey, make_vkey, sign_note
from ledger.core.records import (
    NO_ROOM,
    Record,
    Seen,
    Statement,
    TreeHead,
    block_leaf_data,
    device_id,
    genesis_leaf_data,
    record_leaf_data,
    statement_signing_input,
)
from ledger.core.work import search
from ledger.tests.core.golden import verify

ORIGIN = "connect.test/ledger"
START_MS = 1_790_000_000_000
MIN_BITS = 8
ALICE, BOB = UUID(int=0xA11CE), UUID(int=0xB0B)
ROOM, OTHER_ROOM = UUID(int=0x100), UUID(int=0x200)


def key(name: str) -> Ed25519PrivateKey:
    """A key that is the same in every run."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def public(name: str) -> bytes:
    return key(name).public_key().public_bytes_raw()


class Chain:
    """Tables as lists of rows; `say`, `seal` and `cosign` append to them as the shell would."""

    def __init__(self, log_key: str = "log") -> None:
        self.log_key = log_key
        self.vkey = make_vkey(ORIGIN, LOG_KEY_TYPE, public(log_key))
        self.genesis = [GenesisRow(0, ORIGIN, START_MS, MIN_BITS, format_vkey(self.vkey))]
        self.blocks: list[BlockRow] = []
        self.messages: list[MessageRow] = []
        self.cosignatures: list[CosignatureRow] = []
        self.tile_data: dict[tuple[int, int], bytes] = {}
        self.heads: dict[UUID, HeadRow] = {}
        self.tiles: list[TileRow] = []
        self.signed: SignedHead | None = None
        self._now_ms = START_MS
        self.seal()

    def say(self, room: UUID, author: UUID, text: str, **more: Any) -> MessageRow:
        return self.add("post", room, author, {"text": text}, **more)

    def add(
        self,
        kind: str,
        room: UUID,
        author: UUID,
        body: dict[str, Any] | None = None,
        ref: bytes | None = None,
        seen: Seen | None = None,
        checkpoint: TreeHead | None = None,
        device: str | None = None,
    ) -> MessageRow:
        """Records an entry, signed by the key named `device`."""
        self._now_ms += 1
        number = len(self.messages)
        salt = hashlib.sha256(b"salt %d" % number).digest()
        body_jcs = None if body is None else encode_canonical(body)
        statement = Statement(
            log=ORIGIN,
            kind=kind,
            room=room,
            author=author,
            client_id=UUID(int=0xC11E << 32 | number << 8),
            ref=ref,
            body=None if body_jcs is None else commit_body(salt, body_jcs),
            sent_ms=self._now_ms - 1,
            seen=seen,
            checkpoint=checkpoint,
            device=device_id(public(device)) if device else None,
        )
        signature = key(device).sign(statement_signing_input(statement)) if device else None
        head = self.heads.get(room) or HeadRow(room.hex, 0, ZERO_HASH, 0, 0)
        record = Record(statement, signature, head.seq + 1, head.hash, self._now_ms)
        row = MessageRow(
            id=self._now_ms << 20 | number % 7,
            kind=kind,
            room=room.hex,
            author=author.hex,
            client_id=statement.client_id.hex,
            ref=ref,
            body=None if body_jcs is None else body_jcs.decode(),
            salt=None if body_jcs is None else salt,
            body_commitment=statement.body,
            sent_ms=statement.sent_ms,
            seen_seq=seen.seq if seen else None,
            seen_hash=seen.hash if seen else None,
            checkpoint_size=checkpoint.size if checkpoint else None,
            checkpoint_root=checkpoint.root if checkpoint else None,
            device=statement.device,
            signature=signature,
            room_seq=record.room_seq,
            previous=record.previous,
            received_ms=record.received_ms,
            hash=leaf_hash(record_leaf_data(record)),
            leaf_index=None,
            block=None,
        )
        self.messages.append(row)
        self.heads[room] = HeadRow(room.hex, row.room_seq, row.hash, row.received_ms, row.id)
        return row

    def seal(self, sign: bool = True) -> BlockRow:
        """Mines a block of all that is pending."""
        before = self.blocks[-1] if self.blocks else None
        height, size = len(self.blocks), before.tree_size if before else 0
        if before:
            lead = leaf_hash(block_leaf_data(encode_header(self.header(before))))
        else:
            genesis = self.genesis[0]
            lead = leaf_hash(genesis_leaf_data(genesis.origin, genesis.created_ms, genesis.min_bits, genesis.key))
        leaves = [lead]
        for place, row in enumerate(self.messages):
            if row.leaf_index is None:
                self.messages[place] = row._replace(leaf_index=size + len(leaves), block=height)
                leaves.append(row.hash)
        self.tile_data |= append_leaves(size, self.tile_data, leaves)
        self.tiles = [TileRow(level << 56 | n, level, n, data) for (level, n), data in sorted(self.tile_data.items())]
        size += len(leaves)
        root = root_from_tiles(size, self.tile_data)
        self._now_ms += 1
        header = Header(ORIGIN, height, before.hash if before else ZERO_HASH, size, root, self._now_ms, MIN_BITS, 0)
        nonce = search(encode_header(header)[:144], MIN_BITS, 0, 1 << 20)
        assert nonce is not None
        block = BlockRow(height, b"", header.previous, size, root, header.time_ms, MIN_BITS, nonce, None)
        block = block._replace(hash=block_hash(encode_header(self.header(block))))
        self.blocks.append(self.sign(block) if sign else block)
        return self.blocks[-1]

    def sign(self, row: BlockRow) -> BlockRow:
        """The block with its checkpoint; the signed state moves on to it."""
        self.signed = SignedHead(row.tree_size, row.root, row.height)
        note = sign_note(self.note_body(row), self.vkey, key(self.log_key).sign)
        return row._replace(checkpoint=format_note(note))

    def cosign(self, height: int, witness: str = "witness") -> CosignatureRow:
        vkey = make_vkey("witness.test/w", WITNESS_KEY_TYPE, public(witness))
        signature = key(witness).sign(cosignature_message(1_790_000_000, self.note_body(self.blocks[height])))
        row = CosignatureRow(UUID(int=height).hex, height, format_vkey(vkey), 1_790_000_000, signature)
        self.cosignatures.append(row)
        return row

    def header(self, row: BlockRow) -> Header:
        return Header(ORIGIN, row.height, row.previous, row.tree_size, row.root, row.time_ms, row.bits, row.nonce)

    def note_body(self, row: BlockRow) -> str:
        return format_checkpoint(Checkpoint(ORIGIN, row.tree_size, row.root))

    def trust(self) -> Trust:
        return Trust(format_vkey(self.vkey), self.signed, verify)

    def source(self) -> "Rows":
        return Rows(self)


class Rows:
    """A chain as an audit's source, in the order that a database would give; `since` leaves out what came before."""

    def __init__(self, chain: Chain, since: AuditState | None = None) -> None:
        self._chain = chain
        self._since = since

    def genesis(self) -> Iterator[Row]:
        return iter(self._chain.genesis)

    def blocks(self) -> Iterator[Row]:
        rows = self._chain.blocks
        if self._since:
            rows = [row for row in rows if row.height >= self._since.block.height]
        return iter(sorted(rows, key=lambda row: _place(row.height)))

    def sealed(self) -> Iterator[Row]:
        rows = [row for row in self._chain.messages if row.leaf_index is not None]
        if self._since:
            rows = [row for row in rows if _place(row.leaf_index) >= _place(self._since.size)]
        return iter(sorted(rows, key=lambda row: _place(row.leaf_index)))

    def pending(self) -> Iterator[Row]:
        rows = [row for row in self._chain.messages if row.leaf_index is None]
        return iter(sorted(rows, key=lambda row: _place(row.id)))

    def heads(self) -> Iterator[Row]:
        return iter(self._chain.heads.values())

    def tiles(self, level: int) -> Iterator[Row]:
        rows = [row for row in self._chain.tiles if row.level == level]
        if self._since:
            rows = [row for row in rows if row.number >= self._since.size >> 8 * (level + 1)]
        return iter(sorted(rows, key=lambda row: _place(row.number)))

    def other_tiles(self, levels: int) -> Iterator[Row]:
        return (row for row in self._chain.tiles if row.level not in range(levels))

    def cosignatures(self) -> Iterator[Row]:
        rows = self._chain.cosignatures
        if self._since:
            rows = [row for row in rows if row.block >= self._since.block.height]
        return iter(sorted(rows, key=lambda row: _place(row.block)))

    def reused_client_ids(self) -> Iterator[Row]:
        used = set()
        for row in self._chain.messages:
            if (row.client_id, row.author) in used:
                yield row
            used.add((row.client_id, row.author))


def check(chain: Chain, trust: Trust | None = None) -> Report:
    return audit(chain.source(), trust or chain.trust())


def codes(chain: Chain, trust: Trust | None = None) -> list[str]:
    """The findings' codes, in order."""
    return [finding.code for finding in check(chain, trust).findings]


def _place(value: object) -> tuple[int, Any]:
    """SQLite's order of values of any type: null, numbers, text, blobs."""
    if value is None:
        return 0, 0
    return (1 if isinstance(value, int | float) else 2 if isinstance(value, str) else 3), value


def small_chain() -> Chain:
    """Every kind of thing: two rooms, a reply, an edit, a signed post, an erasure, a cosignature, a pending tail."""
    chain = Chain()
    chain.add("room.create", ROOM, ALICE, {"name": "World", "topic": "", "access": "everyone"})
    first = chain.say(ROOM, ALICE, "hello")
    device = {"public": format_base64(public("phone")), "label": "phone"}
    chain.add("key.add", NO_ROOM, BOB, device)
    tip = chain.seal()
    chain.cosign(tip.height)
    head = TreeHead(tip.tree_size, tip.root)
    seen = Seen(first.room_seq, first.hash)
    chain.say(ROOM, BOB, "a signed reply", ref=first.hash, seen=seen, checkpoint=head, device="phone")
    chain.say(OTHER_ROOM, ALICE, "elsewhere")
    edited = chain.say(ROOM, ALICE, "wrogn")
    chain.add("edit", ROOM, ALICE, {"text": "wrong"}, ref=edited.hash)
    chain.add("react", ROOM, BOB, {"emoji": "👍"}, ref=first.hash)
    chain.add("delete", ROOM, ALICE, None, ref=edited.hash)
    chain.seal()
    gone = chain.say(ROOM, BOB, "to be erased")
    chain.add("erase", ROOM, ALICE, {"reason": "asked"}, ref=gone.hash)
    place = chain.messages.index(gone)
    chain.messages[place] = gone._replace(body=None, salt=None)
    chain.seal()
    chain.say(ROOM, ALICE, "pending")
    chain.say(OTHER_ROOM, BOB, "pending too")
    return chain
