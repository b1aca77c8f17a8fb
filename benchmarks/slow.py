"""What others notice of one who never reads: `python -m benchmarks.slow [rounds]`.

A message a hundredth of a second goes to 100 members, before and after somebody joins who says hello and never reads
again; 400 long messages make sure that nothing more fits on the way to them. The 99th percentile should not change.
"""

import socket
import sys
from statistics import median
from time import perf_counter

from benchmarks.light import MARK, Crowd, due_times
from benchmarks.report import keep, median_ratio, p99_ms
from benchmarks.servers import Party, connect, prepare, send_frame

MEMBERS, PER_S, PACED_S, LONG_ONES = 100, 100, 5, 400
SMALL = 64 * 1024
"""So that it does not grow, and soon nothing more fits."""
LONG_TEXT = b"x" * 7_000 + MARK


def main(rounds: int) -> None:
    prepare()
    before, after = [], []
    for _ in range(rounds):
        with connect() as party, party.open() as crowd, party.open() as deaf:
            party.enter(crowd, MEMBERS)
            pour(party, crowd)
            before.append(pace(party, crowd))
            party.enter(deaf, 1)
            deaf.members[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
            pour(party, crowd)
            after.append(pace(party, crowd))
        print(round(before[-1], 2), round(after[-1], 2), flush=True)
    ratio = median_ratio(after, before)
    figures = {"rounds": rounds, "members": MEMBERS, "p99_ms": round(median(before), 2)}
    keep("slow", {**figures, "p99_ms_beside_one_who_never_reads": round(median(after), 2), "ratio": round(ratio, 2)})


def pour(party: Party, crowd: Crowd) -> None:
    """Long messages, one after the other: more than the kernel holds for one who does not read."""
    for _ in range(LONG_ONES):
        crowd.members[0].sendall(send_frame(LONG_TEXT))
        take_all(party, crowd)


def pace(party: Party, crowd: Crowd) -> float:
    took: list[float] = []
    for _ in due_times(PER_S, PACED_S):
        sent = perf_counter()
        crowd.members[0].sendall(party.message())
        take_all(party, crowd)
        took.append(perf_counter() - sent)
    return p99_ms(took)


def take_all(party: Party, crowd: Crowd) -> None:
    """Returns when every member has a message."""
    missing = len(crowd.members) * party.marks
    while missing > 0:
        missing -= crowd.take()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
