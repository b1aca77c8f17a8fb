"""Set-up shared by the ledger's tests: drafts in a line each, and a small chain that holds one of everything.

    chain = small_chain(messages=10, rooms=2, blocks=2, pending=3)

Everything goes the real way, through recorder and sealing; nothing is written past them.
"""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from ledger.blocks.genesis import ensure_genesis
from ledger.core.canonical import format_base64
from ledger.core.records import NO_ROOM, SYSTEM_AUTHOR, Seen, TreeHead, device_id, statement_signing_input
from ledger.models import Block, Message
from ledger.recording.batches import record
from ledger.recording.drafts import Draft, Entry, check_drafts
from ledger.sealing import seal

ALICE = UUID("a11ce000-0000-4000-8000-000000000001")
BOB = UUID("b0b00000-0000-4000-8000-000000000002")
ROOM = UUID("20000000-0000-4000-8000-000000000000")


@dataclass(frozen=True, slots=True)
class Chain:
    """What `small_chain` made: blocks by height, genesis first; messages in recording order, the pending ones last."""

    blocks: list[Block]
    messages: list[Message]


def draft(text: str = "hello", *, room: UUID = ROOM, author: UUID = ALICE, **changes: object) -> Draft:
    """A post, or whatever the changes make of it."""
    plain = Draft("post", room, author, uuid4(), time.time_ns() // 1_000_000, body={"text": text})
    return replace(plain, **changes)  # type: ignore[arg-type]


def post(text: str = "hello", *, room: UUID = ROOM, author: UUID = ALICE, **changes: object) -> Message:
    """A recorded post."""
    return record(draft(text, room=room, author=author, **changes)).message


def signed(plain: Draft, device: Ed25519PrivateKey) -> Draft:
    """The draft with its author's signature."""
    public = device.public_key().public_bytes_raw()
    unsigned = replace(plain, salt=plain.salt or bytes(range(32)), device=device_id(public), signature=bytes(64))
    (entry,) = check_drafts([unsigned], settings.LOG_ORIGIN)
    assert isinstance(entry, Entry)
    statement = entry.statement
    return replace(unsigned, signature=device.sign(statement_signing_input(statement)))


def room_id(number: int) -> UUID:
    return UUID(int=ROOM.int + number)


def small_chain(messages: int = 12, rooms: int = 2, blocks: int = 2, pending: int = 2) -> Chain:
    """Genesis, then `blocks` blocks over `messages` entries, then `pending` entries that no block holds.

    The first 8 + `rooms` entries hold one of each kind and each optional part of an entry; the others are posts.
    """
    made = [ensure_genesis()]
    coming = entries(rooms)
    for height in range(1, blocks + 1):
        for _ in range(messages * (height - 1) // blocks, messages * height // blocks):
            next(coming)
        made.append(seal().block)
    for _ in range(pending):
        next(coming)
    return Chain(made, list(Message.objects.order_by("id")))


def entries(rooms: int = 2) -> Iterator[Message]:
    """Records an entry whenever it is asked for one, without end. The rooms take turns."""
    device = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = {"public": format_base64(device.public_key().public_bytes_raw()), "label": "laptop"}
    for number in range(rooms):
        about = {"name": f"Room {number}", "topic": "", "access": "everyone"}
        yield post(room=room_id(number), author=SYSTEM_AUTHOR, kind="room.create", body=about)
    yield post(room=NO_ROOM, kind="key.add", body=key)
    yield post(kind="member.join", body={"member": BOB.hex}, author=BOB)
    first = post("first")
    yield first
    tip = Block.objects.get(height=0)
    seen, checkpoint = Seen(first.room_seq, bytes(first.hash)), TreeHead(tip.tree_size, bytes(tip.root))
    yield record(signed(draft("a reply", ref=first.hash, seen=seen, checkpoint=checkpoint), device)).message
    yield post("first, mended", kind="edit", ref=first.hash)
    yield post(kind="react", ref=first.hash, body={"emoji": "👍"}, author=BOB)
    yield post(kind="unreact", ref=first.hash, body={"emoji": "👍"}, author=BOB)
    yield post(kind="delete", ref=first.hash, body=None)
    for number in itertools.count():
        yield post(f"post {number}", room=room_id(number % rooms), author=(ALICE, BOB)[number % 2])
