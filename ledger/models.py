"""The ledger's tables. Spec: docs/specs/ledger.md.

Primary keys are assigned by the application, so that any store can hold the same rows. Hashes are raw bytes, times are
integer milliseconds since the Unix epoch, UTC. What the constraints forbid cannot happen, whatever runs beside: two
entries at one place of a room, two blocks after one block, two messages for one client id.
"""

from collections.abc import Mapping

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from ledger.core.fields import ZERO_HASH
from ledger.core.headers import Header, block_hash, encode_header
from ledger.core.records import KIND_BYTES, Record, Seen, Statement, TreeHead, genesis_leaf_data
from ledger.querysets import RARE, BlockQuerySet, MessageQuerySet


class Genesis(models.Model):
    """The log's first entry, leaf 0. One row."""

    id = models.SmallIntegerField(primary_key=True, default=0, editable=False)
    origin = models.CharField(max_length=255)
    created_ms = models.BigIntegerField()
    min_bits = models.SmallIntegerField()
    key = models.CharField(max_length=400)
    """The log's vkey."""

    class Meta:
        verbose_name = _("genesis")
        verbose_name_plural = _("genesis")

    def __str__(self) -> str:
        return self.origin

    def leaf_data(self) -> bytes:
        """The 34 bytes of leaf 0."""
        return genesis_leaf_data(self.origin, self.created_ms, self.min_bits, self.key)


class RoomHead(models.Model):
    """The newest entry of a room: the row that a recorder locks, and that processes compare every 2 s."""

    room = models.UUIDField(primary_key=True, editable=False)
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=ZERO_HASH)
    received_ms = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    """Primary key of that entry: the next one's is greater, so keys order a room's entries."""

    class Meta:
        verbose_name = _("room head")
        verbose_name_plural = _("room heads")

    def __str__(self) -> str:
        return f"room {self.room} at {self.seq}"


class Message(models.Model):
    """One entry of a room: a post, a reply, an edit, a join … Only `ledger.recorder` writes rows."""

    id = models.BigIntegerField(primary_key=True, editable=False)
    """`received_ms << 20 | counter`: recording order, within a room strictly."""
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in KIND_BYTES])
    room = models.UUIDField()
    author = models.UUIDField()
    client_id = models.UUIDField()
    ref = models.BinaryField(max_length=32, null=True)
    body = models.TextField(null=True)
    """JCS(body); null when the kind has none, or when it was erased."""
    salt = models.BinaryField(max_length=32, null=True)
    body_commitment = models.BinaryField(max_length=32, null=True)
    sent_ms = models.BigIntegerField()
    seen_seq = models.BigIntegerField(null=True)
    seen_hash = models.BinaryField(max_length=32, null=True)
    checkpoint_size = models.BigIntegerField(null=True)
    checkpoint_root = models.BinaryField(max_length=32, null=True)
    device = models.BinaryField(max_length=32, null=True)
    signature = models.BinaryField(max_length=64, null=True)
    room_seq = models.BigIntegerField()
    previous = models.BinaryField(max_length=32)
    received_ms = models.BigIntegerField()
    hash = models.BinaryField(max_length=32, unique=True)
    """The leaf hash."""
    leaf_index = models.BigIntegerField(null=True, unique=True)
    block = models.ForeignKey("Block", null=True, on_delete=models.PROTECT, related_name="messages", db_index=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["room", "room_seq"], name="message_room_seq"),
            # client_id first: a batch looks its duplicates up by client id alone.
            models.UniqueConstraint(fields=["client_id", "author"], name="message_client_id"),
        ]
        indexes = [
            models.Index(fields=["id"], name="message_pending", condition=models.Q(leaf_index=None)),
            models.Index(fields=["ref", "kind"], name="message_refs", condition=models.Q(ref__isnull=False)),
            models.Index(fields=["room", "room_seq"], name="message_rare", condition=RARE),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.room_seq} in room {self.room}"

    @property
    def is_erased(self) -> bool:
        """Its words and salt are gone; the commitment to them stays."""
        return self.body is None and self.body_commitment is not None

    @classmethod
    def from_columns(cls, columns: Mapping[str, object]) -> "Message":
        """A row of exactly these columns, as if read from the database; a fifteenth of what `__init__` costs."""
        message = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        message.__dict__ = {"_state": state, **columns}
        return message

    def record(self, origin: str) -> Record:
        """The record that these columns say. LedgerFormatError when they say none."""
        seen = Seen(self.seen_seq, _raw(self.seen_hash or b"")) if self.seen_seq is not None else None
        size = self.checkpoint_size
        statement = Statement(
            log=origin,
            kind=self.kind,
            room=self.room,
            author=self.author,
            client_id=self.client_id,
            ref=_bytes(self.ref),
            body=_bytes(self.body_commitment),
            sent_ms=self.sent_ms,
            seen=seen,
            checkpoint=TreeHead(size, _raw(self.checkpoint_root or b"")) if size is not None else None,
            device=_bytes(self.device),
        )
        return Record(statement, _bytes(self.signature), self.room_seq, _raw(self.previous), self.received_ms)


class Block(models.Model):
    """A sealed block. Only `ledger.sealing` writes rows."""

    height = models.BigIntegerField(primary_key=True, editable=False)
    hash = models.BinaryField(max_length=32, unique=True)
    previous = models.BinaryField(max_length=32, unique=True)
    """Unique: no two blocks follow one block."""
    tree_size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    time_ms = models.BigIntegerField()
    bits = models.SmallIntegerField()
    nonce = models.BigIntegerField()
    checkpoint = models.TextField(null=True)
    """The signed note; null only between the commit of the block and its signature."""

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")

    def __str__(self) -> str:
        return f"block {self.height}"

    @classmethod
    def from_header(cls, header: Header) -> "Block":
        """The unsigned block of a mined header."""
        return cls(
            height=header.height,
            hash=block_hash(encode_header(header)),
            previous=header.previous,
            tree_size=header.tree_size,
            root=header.root,
            time_ms=header.time_ms,
            bits=header.bits,
            nonce=header.nonce,
        )

    def header(self, origin: str) -> Header:
        """The header that these columns say. LedgerFormatError when they say none."""
        return Header(
            origin=origin,
            height=self.height,
            previous=_raw(self.previous),
            tree_size=self.tree_size,
            root=_raw(self.root),
            time_ms=self.time_ms,
            bits=self.bits,
            nonce=self.nonce,
        )


class Tile(models.Model):
    """Up to 256 hashes of the tree (C2SP tlog-tiles, height 8); the last of a level grows, full ones never change."""

    id = models.BigIntegerField(primary_key=True, editable=False)
    """`level << 56 | index`."""
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField(max_length=256 * 32)

    class Meta:
        verbose_name = _("tile")
        verbose_name_plural = _("tiles")
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_level_index")]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"


class Cosignature(models.Model):
    """A witness's signature on a block's checkpoint."""

    id = models.UUIDField(primary_key=True, editable=False)
    block = models.ForeignKey(Block, on_delete=models.PROTECT, related_name="cosignatures")
    vkey = models.CharField(max_length=400)
    time_s = models.BigIntegerField()
    signature = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = _("cosignature")
        verbose_name_plural = _("cosignatures")
        constraints = [models.UniqueConstraint(fields=["block", "vkey"], name="cosignature_block_vkey")]

    def __str__(self) -> str:
        return f"{self.vkey} on block {self.block_id}"


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else _raw(value)


def _raw(value: bytes | memoryview) -> bytes:
    """Not `bytes(value)`: of a number, which SQLite takes in any column, that makes as many zeros."""
    return memoryview(value).tobytes()
