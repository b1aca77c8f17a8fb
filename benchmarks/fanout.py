"""Messages of about 300 bytes to everybody in a room: `python -m benchmarks.fanout [rounds]`.

Connect, which records each message durably before it hands it on, against servers that only relay: node's `ws`, the
`broadcast()` of the package websockets, the consumer of Channels' tutorial. Each has one core to itself and the client
the other. A message is outstanding until the last member has it.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from statistics import median

from benchmarks.light import Crowd, due_times
from benchmarks.report import keep, median_ratio, p99_ms
from benchmarks.servers import Party, broadcast, connect, group_send, node_ws, prepare

PARTIES: dict[str, Callable[[], AbstractContextManager[Party]]] = {
    "connect": connect,
    "node_ws": node_ws,
    "broadcast": broadcast,
    "group_send": group_send,
}
SIZES = (500, 2000)
PACED_SIZE, PACED_PER_S, PACED_S = 1000, 10, 5
WARM_S, FLOOD_S = 0.5, 2.0


def main(rounds: int) -> None:
    prepare()
    found: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for name, start in PARTIES.items():
            for size in SIZES:
                with start() as party, party.open() as crowd:
                    party.enter(crowd, size)
                    for outstanding in (8, 1):
                        flood(party, crowd, outstanding, WARM_S)
                        rate, busy = flood(party, crowd, outstanding, FLOOD_S)
                        key = f"{name}_{size}_members_{outstanding}_outstanding"
                        found[f"{key}_per_s"].append(rate)
                        found[f"{key}_client_busy"].append(busy)
                        print(key, round(rate), round(busy, 2), flush=True)
            with start() as party, party.open() as crowd:
                party.enter(crowd, PACED_SIZE)
                flood(party, crowd, 1, WARM_S)
                found[f"{name}_p99_ms"].append(pace(party, crowd))
                print(name, found[f"{name}_p99_ms"][-1], flush=True)
    keep("fanout", summarise(found, rounds))


def flood(party: Party, crowd: Crowd, outstanding: int, seconds: float) -> tuple[float, float]:
    """Messages delivered in a second, and the share of that time in which the client had work."""
    expected = len(crowd.members) * party.marks
    sender = crowd.members[0]
    sent = taken = 0
    started, cpu = time.perf_counter(), time.process_time()
    while (elapsed := time.perf_counter() - started) < seconds:
        while sent - taken // expected < outstanding:
            sender.sendall(party.message())
            sent += 1
        taken += crowd.take()
    busy = (time.process_time() - cpu) / elapsed
    rate = taken / party.marks / elapsed
    while taken < sent * expected:
        taken += crowd.take()
    return rate, busy


def pace(party: Party, crowd: Crowd) -> float:
    """The 99th percentile, in ms, of the time from sending a message to a member's having it."""
    expected = len(crowd.members) * party.marks
    took: list[float] = []
    for _ in due_times(PACED_PER_S, PACED_S):
        sent, taken = time.perf_counter(), 0
        crowd.members[0].sendall(party.message())
        while taken < expected:
            marks = crowd.take()
            took += [time.perf_counter() - sent] * marks
            taken += marks
    return p99_ms(took)


def summarise(found: dict[str, list[float]], rounds: int) -> dict[str, object]:
    """Medians, and ratios of Connect to its peers within each round."""

    def ratio(ours: str, theirs: str) -> float:
        return round(median_ratio(found[ours], found[theirs]), 2)

    figures: dict[str, object] = {"rounds": rounds, "message_bytes": 300}
    for key, values in found.items():
        figures[key] = round(median(values), 2) if key.endswith(("busy", "ms")) else round(median(values))
    for size in SIZES:
        eight, one = f"_{size}_members_8_outstanding_per_s", f"_{size}_members_1_outstanding_per_s"
        figures[f"ratio_to_node_ws_{size}"] = ratio(f"connect{eight}", f"node_ws{eight}")
        figures[f"ratio_to_broadcast_one_at_a_time_{size}"] = ratio(f"connect{one}", f"broadcast{one}")
        figures[f"ratio_to_group_send_{size}"] = ratio(f"connect{eight}", f"group_send{eight}")
    figures["ratio_p99_to_broadcast"] = ratio("connect_p99_ms", "broadcast_p99_ms")
    aims = {"aim_to_node_ws": 4, "aim_to_broadcast_one_at_a_time": 0.9, "aim_p99_to_broadcast_at_most": 1.5}
    return figures | aims


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
