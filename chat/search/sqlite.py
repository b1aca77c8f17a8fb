"""The index on SQLite: FTS5 as a store of posting lists. One of two search modules with SQL of their own.

FTS5 is given terms, not texts (`terms.py`): its own trigram tokenizer knows neither one nor two letters, neither rooms
nor authors. It keeps no text and no places in it. A row of it is a *slot*, all that was posted within 16 ms: slots are
the key of the message shifted, so posts are found from slots without a table between, newest first.

Slots are spread over *shards*, a table each, named for its first slot. What FTS5 deletes it only marks, before SQLite
3.42 always; the words go when it rewrites a table. A shard is as large as can be rewritten while an erasure waits.
"""

# ruff: noqa: S608  (names are our own; what people typed goes in as values)

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from chat.search.documents import Version, versions_of
from chat.search.terms import INSIDE, beginning_for, facet
from chat.search.wanted import Suggested, Wanted
from ledger.models import Message

SLOT_BITS = 24
SHARD_PAGES = 2_500
"""Of 4 KiB: about 80,000 messages of ten words."""
MEASURED = 250
"""Slots between two looks at the size: looking reads the shard."""
FEW = 10
"""So many slots of a shard are suggested though they may lack a word of three letters: comparing their posts costs less
than joining all lists of terms that begin with it."""
PREFIX = "chat_search_"

_COLUMNS = "terms, content='', detail=none, columnsize=0, tokenize='ascii'"
_LETTERS = {code: chr(0x2400 + code) for code in range(0x80) if not chr(code).isalnum()}
"""FTS5's `ascii` takes letters, digits and everything beyond ASCII as part of a term: here is the rest."""


class SqliteIndex:
    keeps = True

    def reset(self) -> None:
        for shard in _shards():
            _run(f"DROP TABLE {_name(shard)}")
        _run(f"CREATE VIRTUAL TABLE {_name(0)} USING fts5({_COLUMNS})")

    def add(self, versions: Sequence[Version], above: int) -> None:
        slots = _by_slot(versions)
        shards = _shards()
        for place, slot in enumerate(sorted(slots)):
            shard = next((first for first in shards if first <= slot), None)
            if shard is None:
                return  # Not made yet: whoever makes it fills it.
            may_end = place % MEASURED == 0 and shard == shards[0] and slot > above >> SLOT_BITS
            if may_end and _pages(shard) >= SHARD_PAGES:
                _make_one(shard)
                shards.insert(0, slot)
                _run(f"CREATE VIRTUAL TABLE {_name(slot)} USING fts5({_COLUMNS})")
                shard = slot
            _run(f"INSERT INTO {_name(shard)}(rowid, terms) VALUES (%s, %s)", slot, _line(slots[slot]))

    def forget(self, versions: Sequence[Version]) -> None:
        """The slots are written anew, with what else is in them."""
        gone = _by_slot(versions)
        shards = _shards()
        touched = set()
        for slot, terms in gone.items():
            others = _by_slot(versions_of(_posts_in([slot]))).get(slot, set())
            shard = next((first for first in shards if first <= slot), None)
            if shard is not None:
                touched.add(shard)
                name, line = _name(shard), _line(terms | others)
                # Put in first: FTS5 counts, and calls itself corrupt when more is deleted than it ever had.
                _run(f"INSERT INTO {name}(rowid, terms) VALUES (%s, %s)", slot, line)
                _run(f"INSERT INTO {name}({name}, rowid, terms) VALUES ('delete', %s, %s)", slot, line)
                if others:
                    _run(f"INSERT INTO {name}(rowid, terms) VALUES (%s, %s)", slot, _line(others))
        for shard in touched:
            _make_one(shard)

    def suggest(self, wanted: Wanted, before: int, count: int) -> Suggested:
        terms = _terms(wanted)
        match = " AND ".join(_beginnings(wanted) + terms)
        loose = " AND ".join(terms) if any(len(words.text) > INSIDE for words in wanted.words) else match
        first, last = wanted.first_post >> SLOT_BITS, before - 1 >> SLOT_BITS
        slots: list[int] = []
        for shard in _shards():
            if shard <= last and len(slots) < count:
                slots += _matching(shard, match, loose, first, last, count - len(slots))
            if shard <= first:
                break
        posts = [post for post in _posts_in(slots) if post < before][:count]
        if len(posts) == count:
            return posts, posts[-1]
        return posts, slots[-1] << SLOT_BITS if len(slots) == count else None


def _make_one(shard: int) -> None:
    """Rewrites it as one segment: a search looks for each of its terms in each segment, and what is deleted goes."""
    _run(f"INSERT INTO {_name(shard)}({_name(shard)}) VALUES ('optimize')")


def _matching(shard: int, match: str, loose: str, first: int, last: int, count: int) -> list[int]:
    """Slots of a shard, newest first; `match` is what `loose` is, and more."""
    name = _name(shard)
    sql = f"SELECT rowid FROM {name} WHERE {name} MATCH %s AND rowid BETWEEN %s AND %s ORDER BY rowid DESC LIMIT %s"
    if loose != match and len(few := _run(sql, loose, first, last, FEW + 1)) <= FEW:
        return [slot for (slot,) in few[:count]]
    return [slot for (slot,) in _run(sql, match, first, last, count)]


# In FTS5's language. Everything that people typed stands in quotes, and holds none: no syntax of theirs counts.


def _terms(wanted: Wanted) -> list[str]:
    groups = [*wanted.groups(), [facet("room", room.hex) for room in wanted.rooms]]
    return [f"({' OR '.join(map(_quote, group))})" for group in groups]


def _beginnings(wanted: Wanted) -> list[str]:
    """FTS5 joins the lists of all terms that begin so before it looks at anything else."""
    return [f"{_quote(text)} *" for words in wanted.words if (text := beginning_for(words.text))]


def _quote(term: str) -> str:
    return f'"{term.translate(_LETTERS)}"'


def _line(terms: Iterable[str]) -> str:
    return " ".join(term.translate(_LETTERS) for term in sorted(terms))


def _by_slot(versions: Iterable[Version]) -> dict[int, set[str]]:
    slots: defaultdict[int, set[str]] = defaultdict(set)
    for version in versions:
        slots[version.post >> SLOT_BITS] |= version.terms()
    return dict(slots)


def _posts_in(slots: Iterable[int]) -> list[int]:
    """The posts of these slots, newest first within and among them as they are given."""
    posts: list[int] = []
    bounds = [bound for slot in slots for bound in (slot << SLOT_BITS, (slot + 1 << SLOT_BITS) - 1)]
    for first in range(0, len(bounds), 200):
        some = bounds[first : first + 200]
        # A join in this order: of many ranges joined by OR, SQLite thinks that reading the whole table is less work.
        sql = (
            f"SELECT message.id FROM (VALUES {', '.join(['(%s, %s)'] * (len(some) // 2))}) AS slot "
            f"CROSS JOIN {Message._meta.db_table} AS message "
            "WHERE message.id BETWEEN slot.column1 AND slot.column2 AND message.kind = 'post'"
        )
        posts += sorted((post for (post,) in _run(sql, *some)), reverse=True)
    return posts


def _shards() -> list[int]:
    """The shards' first slots, newest first."""
    rows = _run("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB %s", f"{PREFIX}[0-9]*[0-9]")
    return sorted((int(name.removeprefix(PREFIX)) for (name,) in rows), reverse=True)


def _pages(shard: int) -> int:
    ((pages,),) = _run(f"SELECT count(*) FROM {_name(shard)}_data")
    return int(pages)


def _name(shard: int) -> str:
    return f"{PREFIX}{shard:015d}"


def _run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []
