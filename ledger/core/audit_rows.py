"""What an audit reads and what it says: plain rows in, findings out.

Rows are tuples in the order of the names here, as a database driver gives them; UUIDs are 32 lower-case hex digits.
Nothing about a row is believed: any column may hold anything, and a value that Python cannot even compare is a finding
like any other. Spec: docs/specs/ledger.md §8.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Protocol

from ledger.core.fields import HASH_SIZE

Row = tuple[Any, ...]

MESSAGE, BLOCK, TILE, HEAD, GENESIS, COSIGNATURE = "Message", "Block", "Tile", "RoomHead", "Genesis", "Cosignature"
SIGNED_STATE = "signed state"
MAX_FINDINGS = 1_000
"""Findings kept; more are only counted."""


UNCOVERED: dict[tuple[str, str], str] = {
    ("Message", "id"): "the low 20 bits: the order of a room's and of a block's entries is checked, not the number",
    ("Block", "checkpoint"): "null in the newest block: a crash before it was signed leaves the same, and is healed",
    ("Cosignature", "id"): "a random row key that nothing refers to",
}
"""(model, column) → why a change there can go unnoticed. Everything else that changes is found."""


class MessageRow(NamedTuple):
    id: int
    kind: str
    room: str
    author: str
    client_id: str
    ref: bytes | None
    body: str | None
    salt: bytes | None
    body_commitment: bytes | None
    sent_ms: int
    seen_seq: int | None
    seen_hash: bytes | None
    checkpoint_size: int | None
    checkpoint_root: bytes | None
    device: bytes | None
    signature: bytes | None
    room_seq: int
    previous: bytes
    received_ms: int
    hash: bytes
    leaf_index: int | None
    block: int | None


class BlockRow(NamedTuple):
    height: int
    hash: bytes
    previous: bytes
    tree_size: int
    root: bytes
    time_ms: int
    bits: int
    nonce: int
    checkpoint: str | None


class TileRow(NamedTuple):
    """`number` is the column "index", a name that tuples have taken."""

    id: int
    level: int
    number: int
    hashes: bytes


class HeadRow(NamedTuple):
    room: str
    seq: int
    hash: bytes
    received_ms: int
    last_id: int


class GenesisRow(NamedTuple):
    id: int
    origin: str
    created_ms: int
    min_bits: int
    key: str


class CosignatureRow(NamedTuple):
    id: str
    block: int
    vkey: str
    time_s: int
    signature: bytes


class SignedHead(NamedTuple):
    """The signed state, kept outside the database: the newest checkpoint that was ever signed."""

    size: int
    root: bytes
    height: int


class Source(Protocol):
    """One consistent view of the tables. Iterators are read once, in the order named."""

    def genesis(self) -> Iterable[Row]: ...
    def blocks(self) -> Iterator[Row]:
        """By height."""

    def sealed(self) -> Iterator[Row]:
        """Messages with a leaf index, by leaf index."""

    def pending(self) -> Iterator[Row]:
        """Messages without one, by id."""

    def heads(self) -> Iterator[Row]: ...
    def tiles(self, level: int) -> Iterator[Row]:
        """The tiles of a level, by index."""

    def other_tiles(self, levels: int) -> Iterator[Row]:
        """Those of no level below `levels`, whatever their column for it holds."""

    def cosignatures(self) -> Iterator[Row]:
        """By block."""

    def reused_client_ids(self) -> Iterator[Row]:
        """Messages whose client id their author has used before: the store's unique index finds them, no set of all
        ids is held here."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What does not come from the database: the log's vkey, the signed state, and how to check a signature."""

    vkey: str | None
    signed: SignedHead | None
    verify: Callable[[bytes, bytes, bytes], bool]
    signed_elsewhere: bool = False
    """Where no signed state is held here, another machine holds it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be, and where. Hashes in hex."""

    code: str
    table: str
    pk: int | str | None = None
    column: str | None = None
    room: str | None = None
    room_seq: int | None = None
    leaf_index: int | None = None
    height: int | None = None
    expected: int | str | None = None
    got: int | str | None = None

    def __str__(self) -> str:
        first = f"{self.code} {self.table}"
        return " ".join([first, *(f"{name}={value}" for name, value in list(self.shown().items())[2:])])

    def shown(self) -> dict[str, int | str]:
        """The parts that it has, code and table first."""
        return {name: value for name, value in asdict(self).items() if value is not None}


RoomTip = tuple[int, bytes, int, int]
"""Of a room's newest entry: room_seq, hash, received_ms, id."""
Device = tuple[bytes, bool]
"""Public key, and whether it is revoked."""


@dataclass(frozen=True, slots=True)
class AuditState:
    """Where an audit stood at the newest block that it found sound; what came before it is not needed to go on."""

    origin: str
    block: BlockRow
    subtrees: tuple[bytes | None, ...]
    """Complete subtrees of the tree by height, as far as the block seals it."""
    rooms: Mapping[str, RoomTip]
    keys: Mapping[tuple[str, bytes], Device]

    @property
    def size(self) -> int:
        return self.block.tree_size

    def is_continued_by(self, row: BlockRow | None) -> bool:
        """Whether the row that now stands at its height is its block."""
        return row is not None and row[:8] == self.block[:8]


@dataclass(slots=True)
class Report:
    """What an audit found, and how much it read."""

    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    size: int = 0
    root: bytes = b""
    height: int | None = None
    hash: bytes = b""
    """Hash of the newest block."""
    state: AuditState | None = None
    """Where a later audit can go on, if this one is valid."""
    sealed: int = 0
    pending: int = 0
    rooms: int = 0

    @property
    def valid(self) -> bool:
        return not self.found

    def add(self, code: str, table: str, pk: object = None, column: str | None = None, **where: object) -> None:
        """`where` takes room, room_seq, leaf_index, height, expected and got."""
        self.found += 1
        if len(self.findings) < MAX_FINDINGS:
            place: dict[str, Any] = {name: show(value) for name, value in where.items()}
            self.findings.append(Finding(code, table, show(pk), column, **place))

    def entry(self, code: str, row: MessageRow, column: str | None = None, **where: object) -> None:
        """A finding in a message row."""
        place = {"room": row.room, "room_seq": row.room_seq, "leaf_index": row.leaf_index, "height": row.block}
        self.add(code, MESSAGE, row.id, column, **place, **where)


def is_hash(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == HASH_SIZE


def show(value: object) -> int | str | None:
    """A value as a finding prints it; what no text can hold is written as an escape."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if value is None or isinstance(value, int) else str(value).encode(errors="backslashreplace").decode()
