"""Rows of the ledger → events, the one shape in which pages, sockets and clients know a message.

An event holds all that is needed to rebuild the record and check its hash (docs/specs/ledger.md §2). That of a post
tells beside it what became of the post, so that a page needs nothing else. Any number of rows costs six queries: the
originals of the replies, what was done to posts, the people, whom mentions mean, files, and which blocks are not signed
yet.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from chat.acts import NOTHING, Acts, Post, describe_reactions, find_acts, people_of
from chat.files.attachments import find_attachments, order_attachments
from chat.files.models import File
from chat.markup.mentions import find_names
from chat.markup.text import plain_line, render
from chat.people import Person, find_mentionable, find_people
from ledger.core.canonical import format_base64
from ledger.models import Block, Message

Event = dict[str, Any]

_PENDING_TAIL = b'"leaf_index":null,"block":null}'
_DEPARTURES = b'"kind":"member.leave"', b'"kind":"member.remove"'
_ERASURE = b'"kind":"erase"'
"""No text can hold these bytes: JSON writes its quotation marks otherwise."""


def encode_messages(messages: Sequence[Message], *, are_new: bool = False) -> list[bytes]:
    """Each row as its event in JSON."""
    return [orjson.dumps(event) for event in build_events(messages, are_new=are_new)]


def encode_sealed(event: bytes, leaf_index: int, height: int) -> bytes:
    """The encoded event after its block: what reading the row again would give, without reading it."""
    if not event.endswith(_PENDING_TAIL):
        return event
    return event[: -len(_PENDING_TAIL)] + b'"leaf_index":%d,"block":%d}' % (leaf_index, height)


def departed_member(event: bytes) -> UUID | None:
    """Whom the entry takes out of its room."""
    if not any(kind in event for kind in _DEPARTURES):
        return None
    return UUID(orjson.loads(event)["body"]["member"])


def is_erasure(event: bytes) -> bool:
    """Whether it takes the words from events that were encoded before it."""
    return _ERASURE in event


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the rows of one batch."""

    originals: Mapping[Post, Message]
    acts: Mapping[Post, Acts]
    people: Mapping[UUID, Person]
    names: set[str]
    files: Mapping[int, Sequence[File]]
    before: Mapping[int, Event]
    unsigned: set[int]


def build_events(messages: Sequence[Message], *, are_new: bool = False) -> list[Event]:
    """Events in the order of the rows. A query less for each thing of which there is none.

    Nothing has been done yet to rows that were recorded just now: an act on them is an entry, and an event, of its own.
    """
    around = _look_around(messages, are_new=are_new)
    return [_event(row, around) for row in messages]


def _look_around(messages: Sequence[Message], *, are_new: bool) -> _Around:
    originals = _find_originals(messages)
    posts = [] if are_new else [row for row in messages if row.kind == "post"]
    acts = find_acts(posts, originals.values())
    authors = {row.author for row in messages} | {row.author for row in originals.values()}
    authors.update(people_of(acts.values()))
    authors.update(UUID(_body(row)["member"]) for row in messages if row.kind.startswith("member."))
    edits = [edit for each in acts.values() for edit in each.edits]
    return _Around(
        originals=originals,
        acts=acts,
        people=find_people(authors) if authors else {},
        names=find_mentionable(find_names(_texts((*messages, *edits)))),
        files=find_attachments(messages),
        before=_find_before(messages),
        unsigned=_find_unsigned(messages),
    )


def _event(row: Message, around: _Around) -> Event:
    body = None if row.body is None else orjson.loads(row.body)
    erased = row.is_erased
    is_unsigned = row.block_id in around.unsigned
    original = around.originals.get((row.room, bytes(row.ref))) if row.kind == "post" and row.ref else None
    acts = around.acts.get((row.room, bytes(row.hash)), NOTHING)
    has_words = body is not None and row.kind in ("post", "edit") and not acts.is_deleted
    return {
        "seq": row.room_seq,
        "hash": row.hash.hex(),
        "previous": row.previous.hex(),
        "kind": row.kind,
        "author": around.people[row.author],
        "client_id": row.client_id.hex,
        "ref": _hex(row.ref),
        "reply": None if original is None else _quote(original, row, around),
        "body": body,
        "salt": _hex(row.salt),
        "html": render(body["text"], around.names) if body is not None and has_words else None,
        "sent_ms": row.sent_ms,
        "received_ms": row.received_ms,
        "seen": None if row.seen_seq is None else {"seq": row.seen_seq, "hash": _hex(row.seen_hash)},
        "checkpoint": None
        if row.checkpoint_size is None
        else {"size": row.checkpoint_size, "root": _hex(row.checkpoint_root)},
        "device": _hex(row.device),
        "signature": None if row.signature is None else format_base64(bytes(row.signature)),
        **(_attached(body, around.files.get(row.pk, ())) if has_words else {}),
        "erased": erased,
        # Who has the body computes it.
        **({"body_commitment": _hex(row.body_commitment)} if erased else {}),
        **(_became(acts, around, erased=erased) if row.kind == "post" else {}),
        **(_about(row, around) if row.kind.startswith(("member.", "room.")) else {}),
        "leaf_index": None if is_unsigned else row.leaf_index,  # These two last: see encode_sealed.
        "block": None if is_unsigned else row.block_id,
    }


def _about(row: Message, around: _Around) -> Event:
    """Who came or went; what the room was before it was changed."""
    if row.kind.startswith("member."):
        return {"member": around.people[UUID(_body(row)["member"])]}
    return {"before": around.before[row.pk]} if row.pk in around.before else {}


def _attached(body: Mapping[str, Any] | None, files: Sequence[File]) -> Event:
    """Where the body's files are, in its order."""
    return {"attachments": order_attachments(body, files)} if body and "files" in body else {}


def _became(acts: Acts, around: _Around, *, erased: bool) -> Event:
    """The keys that only a post has."""
    return {
        "acts": acts.seq,
        "edited": None if erased or acts.is_deleted or not acts.edits else _newest(acts.edits, around),
        "deleted": acts.is_deleted,
        "reactions": describe_reactions(acts, around.people),
    }


def _newest(edits: Sequence[Message], around: _Around) -> Event:
    newest = edits[-1]
    text = _text_of(newest)
    return {
        "seq": newest.room_seq,
        "hash": newest.hash.hex(),
        "count": len(edits),
        "text": text,
        "html": None if text is None else render(text, around.names),
        "received_ms": newest.received_ms,
    }


def _find_originals(messages: Sequence[Message]) -> dict[Post, Message]:
    """What the replies answer, by room and hash: a reference across rooms quotes nothing."""
    refs = {bytes(row.ref) for row in messages if row.kind == "post" and row.ref is not None}
    if not refs:
        return {}
    rows = Message.objects.filter(hash__in=refs).only("id", "room", "room_seq", "hash", "author", "body", "kind")
    return {(row.room, bytes(row.hash)): row for row in rows}


def _find_before(messages: Sequence[Message]) -> dict[int, Event]:
    """What was said of the rooms before the rows that change them. Two queries for each room with such a row."""
    changed: defaultdict[UUID, list[int]] = defaultdict(list)
    for row in messages:
        if row.kind == "room.update":
            changed[row.room].append(row.room_seq)
    found: dict[int, Event] = {}
    for room, seqs in changed.items():
        told = Message.objects.rare().filter(room=room, kind__in=("room.create", "room.update"))
        earlier = told.filter(room_seq__lt=min(seqs)).order_by("-room_seq")[:1]
        rows = [*earlier, *told.filter(room_seq__gte=min(seqs), room_seq__lte=max(seqs)).order_by("room_seq")]
        found |= {row.pk: _body(before) for before, row in pairwise(rows)}
    return found


def _find_unsigned(messages: Sequence[Message]) -> set[int]:
    """The blocks among theirs whose checkpoint is not signed yet: nobody is told of them."""
    heights = {row.block_id for row in messages if row.block_id is not None}
    if not heights:
        return set()
    return set(Block.objects.filter(height__in=heights, checkpoint=None).values_list("height", flat=True))


def _quote(original: Message, reply: Message, around: _Around) -> Event:
    """The original in the version that its answerer saw; `changed` where it was edited after that."""
    acts = around.acts.get((original.room, bytes(original.hash)), NOTHING)
    seen = reply.room_seq if reply.seen_seq is None else min(reply.seen_seq, reply.room_seq)
    version = acts.version_at(seen) or original
    text = None if acts.is_deleted else _text_of(version)
    return {
        "seq": original.room_seq,
        "hash": original.hash.hex(),
        "author": around.people[original.author],
        "text": plain_line(text) if text else text,
        "version": version.room_seq,
        "changed": bool(acts.edits) and acts.edits[-1].room_seq > version.room_seq,
        "deleted": acts.is_deleted,
    }


def _texts(rows: Iterable[Message]) -> Iterator[str]:
    """Those that may mention somebody."""
    return (_text_of(row) or "" for row in rows if row.body and "@" in row.body)


def _text_of(row: Message) -> str | None:
    return None if row.body is None else str(orjson.loads(row.body).get("text", ""))


def _body(row: Message) -> Event:
    body: Event = orjson.loads(row.body or "{}")
    return body


def _hex(value: bytes | memoryview | None) -> str | None:
    return None if value is None else value.hex()
