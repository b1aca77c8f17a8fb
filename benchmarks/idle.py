"""Connections that say nothing, on one process: `python -m benchmarks.idle [rounds]`.

How long 2,000 take that come at once, as after a restart: handshake, session, hello, rooms, welcome. Then what 5,000
take of memory while they only listen, counted from the first 500 on: what a process needs for any of them is left out.
"""

import sys
import time
from statistics import median

import psutil

from benchmarks.report import keep
from benchmarks.servers import connect, prepare

WARM, STORM, IDLE = 500, 2_000, 5_000
AT_ONCE = 500
REST_S = 2.0


def main(rounds: int) -> None:
    prepare()
    storms, server_ms, kb_each = [], [], []
    for _ in range(rounds):
        with connect() as party, party.open() as crowd:
            before = busy_s(party.process)
            storms.append(party.enter(crowd, STORM))
            server_ms.append((busy_s(party.process) - before) * 1000 / STORM)
        with connect() as party, party.open() as crowd:
            party.enter(crowd, WARM)
            time.sleep(REST_S)
            before_bytes = party.process.memory_info().rss
            while len(crowd.members) < IDLE:
                party.enter(crowd, AT_ONCE)
            time.sleep(REST_S)
            kb_each.append((party.process.memory_info().rss - before_bytes) / (IDLE - WARM) / 1000)
        print(f"{storms[-1]:.2f} s, {kb_each[-1]:.1f} kB", flush=True)
    figures = {
        "rounds": rounds,
        "storm_of": STORM,
        "storm_s": round(median(storms), 2),
        "storm_server_ms_each": round(median(server_ms), 2),
        "idle": IDLE,
        "idle_kb_each": round(median(kb_each), 1),
    }
    keep("idle", {**figures, "aim_storm_s_at_most": 3, "aim_idle_kb_each_at_most": 30})


def busy_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
