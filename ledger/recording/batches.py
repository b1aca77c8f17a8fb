"""One batch of drafts, one transaction: idempotency, link, hash, insert. The only writer of messages.

    lock the rooms' heads → look client ids up → link each new entry to its room's head → insert → commit → listeners

Nothing of it happens on a database that does not hold what the log has signed.

The lock lets recorders of one room queue; the unique constraints make a fork or a gap impossible even where nothing
locks. Whoever loses to another process tries again on what that one left. An entry is acknowledged only once it is
committed; one that was committed without its acknowledgement is recognised by its client id when it comes again.

What may not stand beside what is stored (an edit by somebody else, a reaction to what was deleted) is refused alone,
and so are the words of whoever may not write in the room any more.

An `erase` entry and what it erases are one change: no row loses its words in any other way.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from uuid import UUID

from django.conf import settings
from django.db import DataError, Error, IntegrityError, ProgrammingError, connection, transaction
from django.utils.translation import gettext_noop as _

from ledger.core.merkle import leaf_hash
from ledger.core.records import Record, record_leaf_data
from ledger.errors import BadDraft, BehindSignedState, Busy, ClientIdReused, KeyFileError, NotWritable, RecordError
from ledger.models import Message, RoomHead
from ledger.recording.acts import Targets
from ledger.recording.bulk import find_messages, insert_messages
from ledger.recording.drafts import Draft, Entry, check_drafts
from ledger.recording.heads import lock_heads, save_heads
from ledger.recording.writers import Writers
from ledger.standing import check_standing

ATTEMPTS = 8
COUNTER_BITS = 20

logger = logging.getLogger(__name__)
_listeners: list[Callable[[list[Message]], None]] = []
_erasure_listeners: list[Callable[[list[Message]], None]] = []


# Not frozen: see Statement.
@dataclass(slots=True)
class Recorded:
    """The row that holds a draft; `duplicate` when it was there before."""

    message: Message
    duplicate: bool


Result = Recorded | RecordError


def add_listener(listener: Callable[[list[Message]], None]) -> None:
    """Calls `listener` with the new rows, in order, after each commit, in the thread that committed."""
    _listeners.append(listener)


def add_erasure_listener(forget: Callable[[list[Message]], None]) -> None:
    """For who keeps words of messages elsewhere: calls `forget` with the rows, as they were, of which the words go.

    In the transaction that takes them, after they are taken: what `forget` raises keeps the words.
    """
    _erasure_listeners.append(forget)


def record(draft: Draft) -> Recorded:
    """Records one draft. RecordError when it is not recorded."""
    (result,) = record_batch([draft])
    if isinstance(result, RecordError):
        raise result
    return result


def record_batch(drafts: Sequence[Draft], answer: Callable[[list[Result]], None] | None = None) -> list[Result]:
    """A result for each draft, in order, all committed. Not to be called inside a transaction.

    `answer` is called with them before the listeners are: whoever waits for an answer does not wait for these, too.
    """
    checked = check_drafts(drafts, settings.LOG_ORIGIN)
    rows: list[Message] = []
    stored = iter(_store([entry for entry in checked if isinstance(entry, Entry)], rows))
    results = [next(stored) if isinstance(entry, Entry) else entry for entry in checked]
    if answer is not None:
        answer(results)
    _tell(rows)
    return results


def record_planned(room: UUID, plan: Callable[[], Sequence[Draft]]) -> list[Recorded]:
    """Records what `plan` says, all or nothing. Not to be called inside a transaction.

    `plan` is asked with the room's head locked: nothing happens in the room between what it reads and what is recorded,
    and what it writes into tables of its own is committed with the entries or not at all. What it raises passes
    through; RecordError when one of its drafts is refused. It may be asked again.
    """
    rows: list[Message] = []
    committed = _attempt(partial(_commit_planned, room, plan), 1, rows)
    _tell(rows)
    recorded = []
    for result in [committed] if isinstance(committed, RecordError) else committed:
        if isinstance(result, RecordError):
            raise result
        recorded.append(result)
    return recorded


def _store(entries: list[Entry], rows: list[Message]) -> list[Result]:
    """Together; one by one where that keeps failing, so that one poisoned entry does not take the others along.

    The new rows go to `rows`.
    """
    if not entries:
        return []
    committed = _attempt(partial(_commit, entries), len(entries), rows)
    if not isinstance(committed, RecordError):
        return committed
    if len(entries) == 1:
        return [committed]
    return [result for entry in entries for result in _store([entry], rows)]


def _attempt(
    commit: Callable[[], tuple[list[Result], list[Message]]], count: int, rows: list[Message]
) -> list[Result] | RecordError:
    """The results. One error when it keeps failing for what may lie in a single entry."""
    for _turn in range(ATTEMPTS):
        try:
            results, new = commit()
        except IntegrityError as error:
            logger.info("Another process was faster; trying again. %s", error)
        except (DataError, ProgrammingError, OverflowError, ValueError) as error:
            logger.warning("The database refuses a value. %s", error)
            return BadDraft(_("The database refuses a value of this entry."))
        except (BehindSignedState, KeyFileError) as error:
            logger.error("Entries are refused. %s", error)
            return [NotWritable(_("Nothing can be recorded at the moment; try again later."))] * count
        except Error:
            logger.exception("Entries could not be recorded.")
            connection.close()
            return [Busy(_("The database does not answer; try again."))] * count
        else:
            rows += new
            return results
    return Busy(_("Others write to this room; try again."))


@transaction.atomic(durable=True)
def _commit(entries: list[Entry]) -> tuple[list[Result], list[Message]]:
    return _append(entries)


@transaction.atomic(durable=True)
def _commit_planned(room: UUID, plan: Callable[[], Sequence[Draft]]) -> tuple[list[Result], list[Message]]:
    lock_heads({room})
    entries = []
    for entry in check_drafts(plan(), settings.LOG_ORIGIN):
        if isinstance(entry, BadDraft):
            raise entry
        entries.append(entry)
    results, rows = _append(entries, is_planned=True) if entries else ([], [])
    for result in results:
        if isinstance(result, RecordError):
            raise result
    return results, rows


def _append(entries: list[Entry], *, is_planned: bool = False) -> tuple[list[Result], list[Message]]:
    check_standing()  # within the transaction: an older copy put back now waits for it, or is seen by it
    heads = lock_heads({entry.statement.room for entry in entries})
    known = _find_known(entries)
    targets, writers = Targets(entries), Writers([] if is_planned else entries)
    first_ids = _choose_first_ids(heads.values())
    results: list[Result] = []
    rows: list[Message] = []
    for entry in entries:
        key = (entry.statement.author.int, entry.statement.client_id.int)
        message = known.get(key)
        new_id = first_ids[entry.statement.room] + len(rows)
        if message is None and (refusal := _refuse(entry, new_id, writers, targets)):
            results.append(refusal)
        elif message is None:
            message = _link(entry, heads[entry.statement.room], new_id)
            rows.append(message)
            known[key] = message
            results.append(Recorded(message, duplicate=False))
        elif _says_the_same(message, entry):
            results.append(Recorded(message, duplicate=True))
        else:
            results.append(ClientIdReused(_("This client id was used for another message.")))
    if rows:
        save_heads([heads[room] for room in {row.room for row in rows}])
        insert_messages(rows)
        _erase([row for row in rows if row.kind == "erase"])
    return results, rows


def _refuse(entry: Entry, new_id: int, writers: Writers, targets: Targets) -> RecordError | None:
    """Why the entry may not stand. What it claims is taken last, once nothing else speaks against it."""
    return writers.refuse(entry) or targets.refuse(entry) or (entry.claim(new_id) if entry.claim else None)


def _erase(erasures: Sequence[Message]) -> None:
    """Takes body and salt from what these entries name; from the salt, a guess at the words could be tried."""
    gone: list[Message] = []
    for row in erasures:
        named = Message.objects.filter(room=row.room, hash=row.ref, room_seq__lt=row.room_seq).exclude(kind="erase")
        gone += named.filter(body__isnull=False)
        named.update(body=None, salt=None)
    for forget in _erasure_listeners if gone else ():
        forget(gone)


def _tell(rows: list[Message]) -> None:
    for listener in _listeners if rows else ():
        try:
            listener(rows)
        except Exception:  # the rows are committed: whoever sent them must not hear of a listener's defect
            logger.exception("A listener failed.")


def _choose_first_ids(heads: Iterable[RoomHead]) -> dict[UUID, int]:
    """For each room a key above all of its own, and no earlier than now.

    A room that is ahead, since the clock was set back, takes no other along. At random within half a millisecond: other
    rooms' keys are not known here, and two processes hardly ever choose the same. Where they do, one of them fails and
    chooses again.
    """
    first = (time.time_ns() // 1_000_000 << COUNTER_BITS) + _spread()
    chosen = {}
    for head in sorted(heads, key=attrgetter("last_id")):
        if head.last_id >= first:
            first = head.last_id + 1 + _spread()
        chosen[head.room] = first
    return chosen


def _spread() -> int:
    return secrets.randbelow(1 << (COUNTER_BITS - 1))


def _find_known(entries: Iterable[Entry]) -> dict[tuple[int, int], Message]:
    """By author and client id. After the lock, so that what another process committed meanwhile is seen."""
    found = find_messages([entry.statement.client_id for entry in entries])
    return {(message.author.int, message.client_id.int): message for message in found}


def _link(entry: Entry, head: RoomHead, key: int) -> Message:
    """The row that follows the head, which moves on to it. Its time is the key's: neither goes back within a room."""
    statement = entry.statement
    place = Record(statement, entry.signature, head.seq + 1, bytes(head.hash), key >> COUNTER_BITS)
    head.seq, head.received_ms, head.last_id = place.room_seq, place.received_ms, key
    head.hash = leaf_hash(record_leaf_data(place))
    seen, checkpoint = statement.seen, statement.checkpoint
    return Message.from_columns(
        {
            "id": key,
            "kind": statement.kind,
            "room": statement.room,
            "author": statement.author,
            "client_id": statement.client_id,
            "ref": statement.ref,
            "body": entry.body,
            "salt": entry.salt,
            "body_commitment": statement.body,
            "sent_ms": statement.sent_ms,
            "seen_seq": seen.seq if seen else None,
            "seen_hash": seen.hash if seen else None,
            "checkpoint_size": checkpoint.size if checkpoint else None,
            "checkpoint_root": checkpoint.root if checkpoint else None,
            "device": statement.device,
            "signature": entry.signature,
            "room_seq": place.room_seq,
            "previous": place.previous,
            "received_ms": place.received_ms,
            "hash": head.hash,
            "leaf_index": None,
            "block_id": None,
        }
    )


def _says_the_same(message: Message, entry: Entry) -> bool:
    """An erased body cannot be compared any more; its author, client id, room and target still are."""
    statement = entry.statement
    return (message.kind, message.room, message.ref) == (statement.kind, statement.room, statement.ref) and (
        message.body == entry.body or message.is_erased
    )
