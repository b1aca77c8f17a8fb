"""The recorder alone against raw inserts of the same rows: `python -m benchmarks.recorder [messages]`.

Both write to a SQLite file of the same tables and indexes (WAL, synchronous=FULL), 1,024 rows a transaction. The peer
is handed finished rows and does nothing but `executemany`; the recorder also checks, commits to bodies, hashes, links.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from benchmarks.raw import BATCH, raw_copy

ROUNDS = 5


def main(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="connect.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from benchmarks.report import keep, median_ratio

        recorder, raw = [], []
        for _ in range(ROUNDS):
            recorder.append(messages / record(messages))
            with raw_copy(Path(folder) / "connect.sqlite3") as rows:
                raw.append(len(rows.rows) / rows.insert(BATCH))
        figures = {"messages": messages, "rounds": ROUNDS, "batch": BATCH}
        rates = {"recorder_rows_per_s": round(median(recorder)), "executemany_rows_per_s": round(median(raw))}
        keep("recorder", {**figures, **rates, "ratio": round(median_ratio(recorder, raw), 2), "aim": 0.6})


def record(messages: int) -> float:
    """Seconds the recorder takes for that many new messages of one room, by fifty authors."""
    from ledger.recording.batches import record_batch
    from ledger.recording.drafts import Draft

    room, authors = uuid4(), [uuid4() for _ in range(50)]
    drafts = [
        Draft("post", room, authors[n % 50], uuid4(), 1_790_000_000_000 + n, {"text": f"message {n} " + "x" * 280})
        for n in range(messages)
    ]
    started = time.perf_counter()
    for first in range(0, messages, BATCH):
        record_batch(drafts[first : first + BATCH])
    return time.perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
