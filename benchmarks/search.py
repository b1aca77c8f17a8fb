"""`python -m benchmarks.search [MESSAGES [FOLDER]]`: how long searches take over a million messages, by their kinds.

Messages of a Zipf vocabulary over two years and fifty rooms; the person who searches sees thirty of them. Each search
opens its own database connection, as a page does, and finds its first page of twenty. The peer, in the same run: the
same words by LIKE over the ledger's rows, newest first, as without an index. With DATABASE_URL on PostgreSQL. What was
prepared in FOLDER is used again.
"""

import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

AIM_MS = 100
SEARCHES = 40
PEERS = 5
"""Searches of each kind that the peer does: it takes long."""
ROOMS, SEEN = 50, 30
START_MS = 1_726_000_000_000
SPAN_MS = 2 * 365 * 86_400_000
BATCH = 5_000
CJK = "".join(chr(0x4E00 + 13 * place) for place in range(800))


def main(messages: int, kept: str) -> None:
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connect.settings")
        os.environ["DATA_DIR"] = folder
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from benchmarks.report import keep
        from chat.search.indexing import rebuild
        from ledger.models import Message

        call_command("migrate", verbosity=0)
        world = World(random.Random(7), messages)
        built = Path(folder, "built_s")
        if not Message.objects.exists():
            fill(world)
        if not built.exists():
            started = time.perf_counter()
            rebuild()
            built.write_text(f"{time.perf_counter() - started:.1f}")
        world.luck.seed(8)
        built_s = float(built.read_text())
        kinds = {name: measure(world, queries) for name, queries in world.kinds().items()}
        slowest = {f"slowest_{key}": max(kind[key] for kind in kinds.values()) for key in ("p95_ms", "cpu_p95_ms")}
        figures = {"messages": messages, "searches_of_each_kind": SEARCHES, "index_built_s": built_s}
        name = "search" if connection.vendor == "sqlite" else f"search-{connection.vendor}"
        keep(name, {**figures, "sizes_mb": sizes(), "kinds": kinds, **slowest, "aim_p95_ms": AIM_MS})


class World:
    """Words, rooms and people, the same in every run."""

    def __init__(self, luck: random.Random, messages: int) -> None:
        self.luck, self.messages = luck, messages
        heads = ("b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "pl", "ch")
        ends = [head + vowel for head in heads for vowel in ("a", "e", "i", "o", "u", "an", "er")]
        self.words = ["".join(luck.choices(ends, k=luck.randint(1, 4))) for _ in range(40_000)]
        self.weights = list(itertools.accumulate(1 / (place + 8) for place in range(len(self.words))))
        self.rooms = [UUID(int=luck.getrandbits(128), version=4) for _ in range(ROOMS)]
        self.people = [UUID(int=luck.getrandbits(128), version=4) for _ in range(200)]

    def text(self) -> str:
        luck = self.luck
        if luck.random() < 0.05:
            return "".join(luck.choices(CJK, k=luck.randint(5, 40)))
        words = luck.choices(self.words, cum_weights=self.weights, k=luck.randint(3, 22))
        if luck.random() < 0.03:
            words.append(
                f"https://{luck.choice(self.words)}.example.org/{luck.choice(self.words)}?id={luck.getrandbits(24)}"
            )
        return " ".join(words)

    def rare(self) -> str:
        return self.luck.choice([word for word in self.luck.choices(self.words[20_000:], k=50) if len(word) > 3])

    def common(self) -> str:
        return self.luck.choice([word for word in self.words[:40] if len(word) > 2])

    def hanzi(self, size: int) -> str:
        return "".join(self.luck.choices(CJK, k=size))

    def day(self) -> str:
        return f"{self.luck.choice((2025, 2026))}-0{self.luck.randint(1, 8)}-1{self.luck.randint(0, 9)}"

    def kinds(self) -> dict[str, Callable[[], str]]:
        """Name → one more search of the kind."""
        luck, words = self.luck, self.words
        return {
            "common word": self.common,
            "rare word": self.rare,
            "two common words": lambda: f"{self.common()} {self.common()}",
            "common and rare word": lambda: f"{self.common()} {self.rare()}",
            "part of a word": lambda: self.rare()[1:5],
            "word beginning": lambda: f"{self.rare()[:4]}*",
            "two letters": lambda: luck.choice(words)[:2],
            "phrase": lambda: f'"{self.common()} {luck.choice(words[:2000])}"',
            "one Chinese character": lambda: self.hanzi(1),
            "two Chinese characters": lambda: self.hanzi(2),
            "part of an address": lambda: f"{luck.choice(words)}.example.org/",
            "from": lambda: f"from:person{luck.randrange(200)} {self.common()}",
            "in a small room": lambda: f"in:room-{luck.randrange(1, SEEN)} {self.common()}",
            "in a room not seen": lambda: f"in:room-{luck.randrange(SEEN, ROOMS)} {self.common()}",
            "before a day": lambda: f"before:{self.day()} {self.common()}",
            "between days": lambda: f"after:{self.day()} before:{self.day()} {self.rare()[:4]}",
            "has a link": lambda: f"has:link {self.common()}",
            "edited": lambda: f"is:edited {self.common()}",
            "without a word": lambda: f"{self.common()} -{self.common()} -{self.common()}",
            "nothing found": lambda: f"{self.rare()[-4:]}{self.rare()[:4]}",
        }


def fill(world: World) -> None:
    """The rows that the recorder would have written, without its hashes: a search reads none."""
    from django.db import connection, transaction

    from accounts.models import User
    from chat.models import Membership, Room
    from ledger.models import RoomHead
    from ledger.recording.bulk import insert_messages

    names = [f"room-{place}" for place in range(ROOMS)]
    access = [Room.Access.EVERYONE, *[Room.Access.PRIVATE] * (ROOMS - 1)]
    Room.objects.bulk_create(
        Room(pk=pk, slug=name, name=name, access=kind)
        for pk, name, kind in zip(world.rooms, names, access, strict=True)
    )
    User.objects.bulk_create(
        User(pk=pk, username=f"person{place}", email=f"{place}@example.org") for place, pk in enumerate(world.people)
    )
    Membership.objects.bulk_create(Membership(room_id=pk, user_id=world.people[0]) for pk in world.rooms[1:SEEN])
    heads = dict.fromkeys(world.rooms, 0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "PRAGMA cache_size = -500000"
            )  # for filling alone: each search opens a connection of its own
    coming = rows(world, heads)
    while batch := list(itertools.islice(coming, BATCH)):
        with transaction.atomic():
            insert_messages(batch)
    RoomHead.objects.bulk_create(RoomHead(room=room, seq=seq, hash=bytes(32)) for room, seq in heads.items())


def rows(world: World, heads: dict[UUID, int]) -> Iterator[Any]:
    """Posts, and one edit for twenty of them."""
    from ledger.core.canonical import encode_canonical
    from ledger.models import Message

    luck = world.luck
    newest: list[tuple[UUID, UUID, bytes]] = []
    for number in range(world.messages):
        is_edit = bool(newest) and luck.random() < 0.05
        room = world.rooms[0] if luck.random() < 0.6 else luck.choice(world.rooms[1:])
        author, hash_ = luck.choice(world.people), luck.randbytes(32)
        ref = None
        if is_edit:
            room, author, ref = luck.choice(newest)
        else:
            newest = [*newest[-99:], (room, author, hash_)]
        heads[room] += 1
        received_ms = START_MS + SPAN_MS * number // world.messages
        blank = dict.fromkeys(
            (
                "seen_seq",
                "seen_hash",
                "checkpoint_size",
                "checkpoint_root",
                "device",
                "signature",
                "leaf_index",
                "block_id",
            )
        )
        yield Message.from_columns(
            {
                **blank,
                "id": received_ms << 20 | luck.getrandbits(19),
                "kind": "edit" if is_edit else "post",
                "room": room,
                "author": author,
                "client_id": UUID(int=luck.getrandbits(128)),
                "ref": ref,
                "body": encode_canonical({"text": world.text()}).decode(),
                "salt": luck.randbytes(32),
                "body_commitment": luck.randbytes(32),
                "sent_ms": received_ms,
                "room_seq": heads[room],
                "previous": bytes(32),
                "received_ms": received_ms,
                "hash": hash_,
            }
        )


def measure(world: World, draw: Callable[[], str]) -> dict[str, Any]:
    from django.db import connection

    from accounts.models import User
    from chat.search.finding import search
    from chat.search.query import parse

    user = User.objects.get(pk=world.people[0])
    took, busy, found, stopped = [], [], [], 0
    typed = [draw() for _ in range(SEARCHES)]
    for words in typed:
        connection.close()
        started, cpu = time.perf_counter(), time.process_time()
        page = search(user, parse(words))
        took.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - cpu) * 1000)
        found.append(len(page.documents))
        stopped += len(page.documents) < 20 and page.older is not None
    peer = [peer_ms(world, words) for words in typed[:PEERS]]
    return {
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(statistics.quantiles(took, n=20)[-1], 1),
        "cpu_p95_ms": round(statistics.quantiles(busy, n=20)[-1], 1),
        "found_median": statistics.median(found),
        "stopped_early": stopped,
        "like_p50_ms": round(statistics.median(peer), 1),
        "example": typed[0],
    }


def peer_ms(world: World, typed: str) -> float:
    """The words of the search by LIKE; the operators that a scan could use, too."""
    from django.db import connection

    from chat.search.query import parse

    query = parse(typed)
    marks = ", ".join(["%s"] * SEEN)
    native = connection.features.has_native_uuid_field
    where = [f"room IN ({marks})", "kind IN ('post', 'edit')"]
    values: list[Any] = [room if native else room.hex for room in world.rooms[:SEEN]]
    for words in query.wanted.words:
        where.append("body LIKE %s")
        values.append(f"%{words.text}%")
    connection.close()
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, body FROM ledger_message WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT 21", values
        )
        cursor.fetchall()
    return (time.perf_counter() - started) * 1000


def sizes() -> dict[str, int]:
    """Of the whole database and of the index in it."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sum(pgsize), sum(CASE WHEN name LIKE 'chat_search_%' THEN pgsize END) FROM dbstat")
        else:
            cursor.execute("SELECT pg_database_size(current_database()), pg_total_relation_size('chat_search')")
        whole, index = cursor.fetchone()
    return {"database": whole // 1_000_000, "index": index // 1_000_000}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else "")
