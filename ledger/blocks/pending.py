"""What waits to be sealed, checked once more: no block may vouch for a row that was changed after it was recorded.

What a block holds that is not signed yet is checked the same way.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from ledger.audit.auditing import any_text
from ledger.audit.snapshots import snapshot
from ledger.core.audit_leaf import BadRow
from ledger.core.bodies import commit_body
from ledger.core.fields import ZERO_HASH
from ledger.core.merkle import leaf_hash
from ledger.core.records import record_leaf_data
from ledger.errors import CorruptLedger
from ledger.models import Message

CHUNK = 2_000
REMEDY = "Nothing was sealed; run verify_chain, and put back a copy of the database."


class Link(NamedTuple):
    """An entry, as the one after it must refer to it."""

    room: UUID
    room_seq: int
    hash: bytes


@dataclass(slots=True)
class Pending:
    """Keys and leaf hashes in recording order."""

    ids: list[int] = field(default_factory=list)
    leaf_hashes: list[bytes] = field(default_factory=list)


@contextmanager
def refuse_bad_rows() -> Iterator[None]:
    """CorruptLedger for a value that no column may hold, though SQLite takes it: it may raise wherever it is used."""
    try:
        with any_text():
            yield
    except BadRow as error:
        raise CorruptLedger(f"A stored value is none that was ever recorded ({error}). {REMEDY}") from error


def read_pending(origin: str, limit: int) -> Pending:
    """At most `limit` pending messages. CorruptLedger when one is not what was recorded, or is missing."""
    with snapshot():  # a store whose cursors go on with what comes meanwhile could give an entry without the one before
        return _check(Message.objects.pending()[:limit].iterator(CHUNK), origin)


def read_placed(origin: str, height: int, first: int, end: int) -> list[bytes]:
    """Leaf hashes of the messages at the leaves from `first` to before `end`. CorruptLedger unless block `height` holds
    just these, each as it was recorded, in recording order."""
    rows = Message.objects.sealed().filter(leaf_index__gte=first, leaf_index__lt=end).iterator(CHUNK)
    placed = _check(_in_place(rows, height, first), origin)
    if len(placed.ids) != end - first or placed.ids != sorted(placed.ids):
        raise CorruptLedger(f"Block {height} holds other messages than its header says. {REMEDY}")
    return placed.leaf_hashes


def _in_place(messages: Iterable[Message], height: int, first: int) -> Iterator[Message]:
    for leaf_index, message in enumerate(messages, first):
        if (message.leaf_index, message.block_id) != (leaf_index, height):
            raise CorruptLedger(f"{_name(message)} is not at leaf {leaf_index} of block {height}. {REMEDY}")
        yield message


def _check(messages: Iterable[Message], origin: str) -> Pending:
    """Each is what was recorded and follows the entry before it."""
    pending = Pending()
    newest: dict[UUID, Link] = {}
    sealed_before: list[tuple[Message, Link]] = []
    for message in messages:
        _check_row(message, origin)
        before = newest.get(message.room)
        wanted = Link(message.room, message.room_seq - 1, bytes(message.previous))
        if before is None:
            sealed_before.append((message, wanted))
        elif before != wanted:
            raise _broken_link(message)
        newest[message.room] = Link(message.room, message.room_seq, bytes(message.hash))
        pending.ids.append(message.id)
        pending.leaf_hashes.append(bytes(message.hash))
    _check_sealed(sealed_before)
    return pending


def _check_row(message: Message, origin: str) -> None:
    try:
        rebuilt = leaf_hash(record_leaf_data(message.record(origin)))
        body, salt = message.body, memoryview(message.salt or b"").tobytes()
        opens = body is None or commit_body(salt, body.encode()) == message.body_commitment
    except BadRow as error:
        raise CorruptLedger(f"{_name(message)} holds what was never recorded ({error}). {REMEDY}") from error
    if rebuilt != message.hash:
        raise CorruptLedger(
            f"{_name(message)} was changed: it hashes to {rebuilt.hex()}, not {message.hash.hex()}. {REMEDY}"
        )
    if not opens:
        raise CorruptLedger(f"{_name(message)} was changed: its text is not the one that was recorded. {REMEDY}")


def _check_sealed(firsts: Sequence[tuple[Message, Link]]) -> None:
    """Each room's first pending entry follows one that is sealed, or begins the room."""
    wanted = {link.hash for _, link in firsts if link.room_seq}
    sealed = Message.objects.sealed().filter(hash__in=wanted).values_list("room", "room_seq", "hash")
    found = {Link(room, seq, bytes(digest)) for room, seq, digest in sealed}
    for message, link in firsts:
        if link not in found and (link.room_seq, link.hash) != (0, ZERO_HASH):
            raise _broken_link(message)


def _broken_link(message: Message) -> CorruptLedger:
    return CorruptLedger(f"{_name(message)} does not follow the entry before it. {REMEDY}")


def _name(message: Message) -> str:
    return f"Message {message.pk} (entry {message.room_seq} of room {message.room})"
