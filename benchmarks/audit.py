"""The full audit against bare SHA-256 over the same records: `python -m benchmarks.audit [messages]`.

The peer is handed each record's canonical bytes, already serialised and in memory, and hashes them: no database, no
JSON, no tree, no comparison. The audit reads the rows, serialises and hashes record and leaf, opens the body, checks
links, builds the tree and compares it with the stored tiles. Each round measures all of them one after the other. The
floor is what no audit in Python goes below: the rows as the database hands them over, and the four hashes that each
needs (record, leaf, body, tree), nothing put together and nothing compared. The most memory that an audit takes is
measured at a tenth of the messages and at all of them. Where other programs keep the cores busy (see the load in the
result), the CPU times tell more than the rates: workers are faster only on cores that are free.
"""

import os
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median
from uuid import uuid4

ROUNDS = 3
ROOMS, AUTHORS = 8, 50
BATCH = 1_024
RECORD, BODY = 480, 130
"""Bytes that are hashed for a post: its canonical record, its body behind prefix and salt."""
ALONE = """
import django
django.setup()
from django.core.management import call_command
call_command("verify_chain", "--workers", "1")
print(open("/proc/self/status").read())
"""


def main(messages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATA_DIR=folder, DATABASE_URL="", DIFFICULTY_BITS="8")
        os.environ["DJANGO_SETTINGS_MODULE"] = "connect.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from benchmarks.report import keep, median_ratio

        fill(messages // 10)
        tenth_mb = peak_mb()
        fill(messages - messages // 10)
        bare: list[float] = []
        floor: list[float] = []
        one: list[float] = []
        two: list[float] = []
        cpu_one: list[float] = []
        cpu_two: list[float] = []
        for _ in range(ROUNDS):
            bare.append(messages / hash_records())
            floor.append(messages / read_and_hash())
            for workers, rates, cpu in ((1, one, cpu_one), (2, two, cpu_two)):
                before_s = cpu_s()
                rates.append(messages / audit(workers))
                cpu.append((cpu_s() - before_s) / messages * 1e6)
        per_core = median_ratio(one, bare)
        shared = median_ratio(two, one)
        keep(
            "audit",
            {
                "messages": messages,
                "rounds": ROUNDS,
                "database_mb": round((Path(folder) / "connect.sqlite3").stat().st_size / 1e6),
                "peak_mb_at_a_tenth": tenth_mb,
                "peak_mb": peak_mb(),
                "bare_sha256_per_s": round(median(bare)),
                "floor_per_s": round(median(floor)),
                "audit_per_s": round(median(one)),
                "audit_two_workers_per_s": round(median(two)),
                "audit_cpu_us_per_message": round(median(cpu_one), 1),
                "audit_two_workers_cpu_us_per_message": round(median(cpu_two), 1),
                "ratio_per_core": round(per_core, 3),
                "aim_per_core": 0.25,
                "ratio_of_floor_per_core": round(median_ratio(floor, bare), 3),
                "ratio_two_workers": round(shared, 2),
                "aim_two_workers": 1.5,
            },
        )


def fill(messages: int) -> None:
    """Records and seals that many posts, in blocks as large as they may be."""
    from ledger.blocks.genesis import ensure_genesis
    from ledger.models import Message
    from ledger.recording.batches import record_batch
    from ledger.recording.drafts import Draft
    from ledger.sealing import seal

    ensure_genesis()
    rooms, authors = [uuid4() for _ in range(ROOMS)], [uuid4() for _ in range(AUTHORS)]

    def make(number: int) -> Draft:
        text = f"message {number}: somewhat as long as what people write to each other in a chat"
        room, author = rooms[number % ROOMS], authors[number % AUTHORS]
        return Draft("post", room, author, uuid4(), 1_790_000_000_000 + number, {"text": text})

    for first in range(0, messages, BATCH):
        numbers = range(first, min(first + BATCH, messages))
        record_batch([make(number) for number in numbers])
        if first // BATCH % 48 == 47:
            seal()
    while Message.objects.pending().exists():
        seal()


def hash_records() -> float:
    """Seconds for SHA-256 over every record; serialising them is not counted."""
    from django.conf import settings

    from ledger.core.records import encode_record
    from ledger.models import Message

    seconds = 0.0
    rows = Message.objects.sealed().iterator(20_000)
    while chunk := [encode_record(row.record(settings.LOG_ORIGIN)) for row in islice(rows, 20_000)]:
        started = time.perf_counter()
        for record in chunk:
            sha256(record).digest()
        seconds += time.perf_counter() - started
    return seconds


def read_and_hash() -> float:
    """Seconds for reading all rows as the audit reads them, and for four hashes of the usual sizes for each."""
    from ledger.audit.auditing import TableRows

    record, leaf, body, node = (bytes(size) for size in (RECORD, 35, BODY, 65))
    started = time.perf_counter()
    for _ in TableRows().sealed():
        sha256(record).digest()
        sha256(leaf).digest()
        sha256(body).digest()
        sha256(node).digest()
    return time.perf_counter() - started


def audit(workers: int) -> float:
    """Seconds for everything that `verify_chain` does."""
    from ledger.audit.auditing import run_audit

    started = time.perf_counter()
    report = run_audit(workers=workers)
    assert report.valid, report.findings[:3]
    return time.perf_counter() - started


def peak_mb() -> int:
    """The most memory that a process of its own holds while it audits all there is."""
    told = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True).stdout
    return round(int(told.split("VmHWM:")[1].split()[0]) / 1024)


def cpu_s() -> float:
    """Of this process and of those that it started and that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
