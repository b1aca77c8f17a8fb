"""Durable sends through real sockets: `python -m benchmarks.sends [rounds]`.

Eight people write as fast as they are let; a message counts when all eight have it, and it is not handed out before it
is committed. The peer is handed the same rows, finished, and only inserts them. Then one person writes 100 messages a
second: the time to the ack, against one raw insert with its sync at the same pace. On SQLite with synchronous=FULL.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.light import Crowd, due_times
from benchmarks.raw import BATCH, Rows, raw_copy
from benchmarks.report import keep, median_ratio, p99_ms
from benchmarks.servers import Party, alone, connect, prepare

PEOPLE, OUTSTANDING = 8, 256
"""Of one person at most 64 are outstanding: the server reads no further."""
WARM_S, FLOOD_S = 1.0, 5.0
PER_S, PACED_S = 100, 5
ACK = b'"type":"ack"'


def main(rounds: int) -> None:
    prepare()
    sends, raw_rates, acks, raw_acks = [], [], [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            with connect(folder=Path(folder)) as party, party.open() as crowd:
                party.enter(crowd, PEOPLE)
                flood(party, crowd, WARM_S)
                sends.append(flood(party, crowd, FLOOD_S))
            with connect(folder=Path(folder) / "paced") as party, party.open() as crowd:
                party.enter(crowd, 1)
                acks.append(pace(party, crowd))
            with alone(), raw_copy(Path(folder) / "data" / "connect.sqlite3") as rows:
                raw_rates.append(len(rows.rows) / rows.insert(BATCH))
            with alone(), raw_copy(Path(folder) / "paced" / "data" / "connect.sqlite3") as rows:
                raw_acks.append(pace_raw(rows))
        print(round(sends[-1]), round(raw_rates[-1]), round(acks[-1], 2), round(raw_acks[-1], 2), flush=True)
    figures = {
        "rounds": rounds,
        "people": PEOPLE,
        "sends_per_s": round(median(sends)),
        "executemany_rows_per_s": round(median(raw_rates)),
        "ratio_to_executemany": round(median_ratio(sends, raw_rates), 2),
        "ack_p99_ms": round(median(acks), 2),
        "raw_insert_p99_ms": round(median(raw_acks), 2),
        "ratio_p99_to_raw_insert": round(median_ratio(acks, raw_acks), 2),
    }
    keep("sends", {**figures, "aim_to_executemany": 0.25, "aim_p99_to_raw_insert_at_most": 4})


def flood(party: Party, crowd: Crowd, seconds: float) -> float:
    """Messages a second that everybody has got."""
    expected = len(crowd.members) * party.marks
    sent = taken = 0
    started = time.perf_counter()
    while (elapsed := time.perf_counter() - started) < seconds:
        while sent - taken // expected < OUTSTANDING:
            crowd.members[sent % len(crowd.members)].sendall(party.message())
            sent += 1
        taken += crowd.take()
    rate = taken / expected / elapsed
    while taken < sent * expected:
        taken += crowd.take()
    return rate


def pace(party: Party, crowd: Crowd) -> float:
    """The 99th percentile, in ms, from sending to the ack."""
    (member,) = crowd.members
    took = []
    for _ in due_times(PER_S, PACED_S):
        sent, heard = time.perf_counter(), b""
        member.sendall(party.message())
        while ACK not in heard:
            heard += crowd.hear()
        took.append(time.perf_counter() - sent)
    return p99_ms(took)


def pace_raw(rows: Rows) -> float:
    """The 99th percentile, in ms, of one insert and commit."""
    took = []
    for row, _ in zip(rows.rows, due_times(PER_S, PACED_S), strict=False):
        started = time.perf_counter()
        rows.insert_one(row)
        took.append(time.perf_counter() - started)
    return p99_ms(took)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
