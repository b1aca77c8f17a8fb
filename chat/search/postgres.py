"""The index on PostgreSQL: a row a post, found by its terms, by trigrams (pg_trgm), or going back in time.

A post is found by the terms that its text must have (`terms.py`), in an inverted index. Three characters, with which a
term only begins, are found by `LIKE` over the trigram index; where the extension cannot be created, by looking at every
row: right, and slow on a large server. pg_trgm alone is slow for longer words: it knows nothing across the space in a
phrase, and most rows that have a word's trigrams have not the word. Terms are an array, as a text-search vector holds
no more than 1 MB, which a text that is edited often can have. One of two search modules with SQL of their own.
"""

# ruff: noqa: S608  (what people typed goes in as values)

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

from django.db import Error, connection, transaction

from chat.search.documents import Version, versions_of
from chat.search.terms import INSIDE, facet
from chat.search.wanted import Suggested, Wanted

_TABLE = """
DROP TABLE IF EXISTS chat_search;
CREATE TABLE chat_search (id bigint PRIMARY KEY, room uuid NOT NULL, folded text NOT NULL, terms int[] NOT NULL);
CREATE INDEX chat_search_terms ON chat_search USING gin (terms);
"""
_TRIGRAMS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX chat_search_folded ON chat_search USING gin (folded gin_trgm_ops);
"""
_ADD = """
INSERT INTO chat_search AS old (id, room, folded, terms) VALUES (%s, %s, %s, %s::int[])
ON CONFLICT (id) DO UPDATE SET folded = old.folded || E'\\n' || excluded.folded, terms = old.terms || excluded.terms
"""
_TIDY = """
SELECT gin_clean_pending_list(to_regclass('chat_search_terms')),
       gin_clean_pending_list(to_regclass('chat_search_folded'))
"""
NEWEST = 10_000
"""Posts that are looked at one by one; a hundredth of a second."""
AT_ONCE = 400
"""Rows that one query gives: as many are found as fast as few."""
MANY = 1_000
"""Versions that are sorted together before they go into the indexes, in half the time that a few at once take."""
FEW_KB, MANY_KB = 512, 65_536
"""What an index holds back until it is worth sorting. A search reads all of it."""


class PostgresIndex:
    keeps = True

    def reset(self) -> None:
        _run(_TABLE)
        try:
            with transaction.atomic():
                _run(_TRIGRAMS)
        except Error:  # no such extension here, or no right to create it
            return

    def add(self, versions: Sequence[Version], above: int) -> None:
        """Every version's words, one under the other."""
        are_many = len(versions) > MANY
        _run(f"SET LOCAL gin_pending_list_limit = {MANY_KB if are_many else FEW_KB}")
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, [_values(version) for version in versions])
        if are_many:
            _run(_TIDY)

    def forget(self, versions: Sequence[Version]) -> None:
        posts = {version.post for version in versions}
        if _run("SELECT to_regclass('chat_search')") != [(None,)]:
            _run("DELETE FROM chat_search WHERE id = ANY(%s)", list(posts))
            self.add(versions_of(posts), above=0)

    def suggest(self, wanted: Wanted, before: int, count: int) -> Suggested:
        """Among the newest first: of what is said often there are enough. What is rare is left to the indexes.

        The planner cannot tell the two apart. It knows how often a term is there, but not that words are made of many.
        """
        among, limits = "FROM chat_search WHERE id >= %s AND id < %s", (wanted.first_post, before)
        where, values = _conditions(wanted, row_by_row=True)
        newest = f"(SELECT * {among} ORDER BY id DESC LIMIT {NEWEST}) AS newest"
        posts, place = _held(f"SELECT id, folded FROM {newest} WHERE {where}", limits, values, wanted)
        if 2 * len(posts) >= count:
            if place is None:
                next_one = _run(f"SELECT id {among} ORDER BY id DESC OFFSET {NEWEST} LIMIT 1", *limits)
                place = next_one[0][0] + 1 if next_one else None
            return posts, place
        where, values = _conditions(wanted, row_by_row=False)
        found = f"SELECT id, folded {among} AND {where}"
        return _held(f"WITH held AS MATERIALIZED ({found}) SELECT id, folded FROM held", limits, values, wanted)


def _held(sql: str, limits: Sequence[int], values: Sequence[Any], wanted: Wanted) -> Suggested:
    """The newest of those selected that have the words in one of their versions: SQL does not know exactly."""
    rows = _run(f"{sql} ORDER BY id DESC LIMIT {AT_ONCE}", *limits, *values)
    posts = [post for post, folded in rows if all(words.find(folded) >= 0 for words in wanted.words)]
    return posts, rows[-1][0] if len(rows) == AT_ONCE else None


def _conditions(wanted: Wanted, *, row_by_row: bool) -> tuple[str, list[Any]]:
    """What a row must have, and the values in it: as a row is told fastest, or as the indexes are asked."""
    liked = [words for words in wanted.words if len(words.text) >= INSIDE and (row_by_row or len(words.text) == INSIDE)]
    groups = replace(wanted, words=[words for words in wanted.words if words not in liked]).groups()
    if len(wanted.rooms) == 1 and not row_by_row:
        groups.append([facet("room", wanted.rooms[0].hex)])
    where: list[str] = ["room = ANY(%s)"]
    values: list[Any] = [list(wanted.rooms)]
    for words in liked:
        where.append("folded LIKE %s")
        values.append(f"%{_literal(words.text)}%")
    if needed := [group[0] for group in groups if len(group) == 1]:
        where.append("terms @> %s::int[]")
        values.append(_codes(needed))
    for group in groups:
        if len(group) > 1:
            where.append("terms && %s::int[]")
            values.append(_codes(group))
    return " AND ".join(where), values


def _values(version: Version) -> tuple[Any, ...]:
    return version.post, version.room, version.folded, _codes(version.terms())


def _codes(terms: Iterable[str]) -> str:
    """The array of their codes, a fourth of their room. Two terms of one code only bring more to look at."""
    return "{" + ",".join(str(crc32(term.encode()) - 2**31) for term in sorted(terms)) + "}"


def _literal(text: str) -> str:
    """For LIKE, in which these three mean something."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []
