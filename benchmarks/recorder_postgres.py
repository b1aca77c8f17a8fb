"""The recorder alone against COPY of the same rows on PostgreSQL: `python -m benchmarks.recorder_postgres [messages]`.

The peer is handed finished rows and copies them into a table with the same indexes, 1,024 rows a transaction.
"""

import os
import sys
import tempfile
import time
from statistics import median

import psycopg

from benchmarks.raw import BATCH
from benchmarks.recorder import ROUNDS, record
from connect.tests.stores import postgres


def main(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder, postgres() as url:
        os.environ.update(DATA_DIR=folder, DATABASE_URL=url, EMAIL_VERIFICATION="none")
        os.environ["DJANGO_SETTINGS_MODULE"] = "connect.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        from benchmarks.report import keep, median_ratio

        recorder, raw = [], []
        for _ in range(ROUNDS):
            recorder.append(messages / record(messages))
            raw.append(messages / copy(url, messages))
        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined]
        figures = {"messages": messages, "rounds": ROUNDS, "batch": BATCH}
        rates = {"recorder_rows_per_s": round(median(recorder)), "copy_rows_per_s": round(median(raw))}
        keep("recorder_postgres", {**figures, **rates, "ratio": round(median_ratio(recorder, raw), 2), "aim": 0.25})


def copy(url: str, messages: int) -> float:
    """Seconds COPY takes for the newest rows, beside as many as there were before them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE raw (LIKE ledger_message INCLUDING ALL)")
        newest = f"SELECT id FROM ledger_message ORDER BY id DESC LIMIT {messages}"
        connection.execute(f"INSERT INTO raw SELECT * FROM ledger_message WHERE id NOT IN ({newest})")
        rows = connection.execute(f"SELECT * FROM ledger_message WHERE id IN ({newest}) ORDER BY id").fetchall()
        connection.execute("CHECKPOINT")
        started = time.perf_counter()
        for first in range(0, len(rows), BATCH):
            with connection.transaction(), connection.cursor().copy("COPY raw FROM STDIN") as sink:
                for row in rows[first : first + BATCH]:
                    sink.write_row(row)
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE raw")
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
