"""The index on PostgreSQL: a row a post, found by trigrams (pg_trgm), by full text, or going back in time.

Three characters and more are found by `LIKE` over the trigram index; one and two, which have no trigram, as lexemes of
a text-search vector of what begins where (`terms.py`). Where the extension cannot be created, the same queries look at
every row: right, and slow on a large server. One of two search modules with SQL of their own.
"""

# ruff: noqa: S608  (what people typed goes in as values)

from collections.abc import Sequence
from typing import Any

from django.db import Error, connection, transaction

from chat.search.documents import Version, mention, versions_of
from chat.search.terms import INSIDE, starts_of, terms_for
from chat.search.wanted import Suggested, Wanted

_TABLE = """
DROP TABLE IF EXISTS chat_search;
CREATE TABLE chat_search (
    id bigint PRIMARY KEY,
    room uuid NOT NULL,
    author uuid NOT NULL,
    marks text[] NOT NULL,
    folded text NOT NULL,
    starts tsvector NOT NULL
);
CREATE INDEX chat_search_room ON chat_search (room, id);
CREATE INDEX chat_search_author ON chat_search (author, id);
CREATE INDEX chat_search_marks ON chat_search USING gin (marks);
CREATE INDEX chat_search_starts ON chat_search USING gin (starts);
"""
_TRIGRAMS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX chat_search_folded ON chat_search USING gin (folded gin_trgm_ops);
"""
NEWEST = 30_000
"""Posts that are looked at one by one; some hundredths of a second."""
AT_ONCE = 400
"""Of what is rare as many are found as fast as few."""
_ADD = """
INSERT INTO chat_search AS old (id, room, author, marks, folded, starts)
VALUES (%s, %s, %s, %s::text[], %s, array_to_tsvector(%s::text[]))
ON CONFLICT (id) DO UPDATE SET
    marks = old.marks || excluded.marks,
    folded = old.folded || E'\\n' || excluded.folded,
    starts = old.starts || excluded.starts
"""


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
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, [_values(version) for version in versions])

    def forget(self, versions: Sequence[Version]) -> None:
        posts = {version.post for version in versions}
        if _run("SELECT to_regclass('chat_search')") != [(None,)]:
            _run("DELETE FROM chat_search WHERE id = ANY(%s)", list(posts))
            self.add(versions_of(posts), above=0)

    def suggest(self, wanted: Wanted, before: int, count: int) -> Suggested:
        """Among the newest first: of what is said often there are enough. What is rare is left to the indexes.

        The planner cannot tell the two apart. It knows how often words are said, but not what is inside of words.
        """
        where, values = _conditions(wanted)
        among, limits = "WHERE id >= %s AND id < %s", [wanted.first_post, before]
        rows = _run(
            f"SELECT id FROM (SELECT * FROM chat_search {among} ORDER BY id DESC LIMIT {NEWEST}) AS newest "
            f"WHERE {where} ORDER BY id DESC LIMIT %s",
            *(*limits, *values, count),
        )
        if len(rows) < count:
            count = max(count, AT_ONCE)
            first = "MATERIALIZED" if any(len(words.text) >= INSIDE for words in wanted.words) else "NOT MATERIALIZED"
            rows = _run(
                f"WITH held AS {first} (SELECT id FROM chat_search {among} AND {where}) "
                "SELECT id FROM held ORDER BY id DESC LIMIT %s",
                *(*limits, *values, count),
            )
        posts = [post for (post,) in rows]
        return posts, posts[-1] if len(posts) == count else None


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    """What a row must have, and the values in it."""
    where = ["room = ANY(%s)"]
    values: list[Any] = [list(wanted.rooms)]
    if wanted.authors:
        where.append("author = ANY(%s)")
        values.append(list(wanted.authors))
    if wanted.marks:
        where.append("marks @> %s::text[]")
        values.append(list(wanted.marks))
    if wanted.names:
        where.append("marks && %s::text[]")
        values.append([mention(name) for name in wanted.names])
    for words in wanted.words:
        if len(words.text) >= INSIDE:
            where.append("folded LIKE %s")
            values.append(f"%{_literal(words.text)}%")
        else:
            where += ["starts @@ %s::tsquery"] * len(terms := terms_for(words.text, at_start=True))
            values += [_lexeme(term) for term in terms]
    return " AND ".join(where), values


def _values(version: Version) -> tuple[Any, ...]:
    starts = sorted(starts_of(version.folded))
    return version.post, version.room, version.author, sorted(version.marks), version.folded, starts


def _literal(text: str) -> str:
    """For LIKE, in which these three mean something."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _lexeme(term: str) -> str:
    """One lexeme in the language of tsquery."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _run(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []
