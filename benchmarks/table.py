"""The table of ratios in README.md, from the newest results: `python -m benchmarks.table`.

What stands between the two marks is replaced; a benchmark without results has no line.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
LINES = (
    ("fanout", "ratio_to_node_ws_500", "fan-out to 500, to node's `ws`", "≥ 4"),
    ("fanout", "ratio_to_node_ws_2000", "fan-out to 2,000, to node's `ws`", "≥ 4"),
    ("fanout", "ratio_to_broadcast_one_at_a_time_500", "one message at a time to 500, to `broadcast()`", "≥ 0.9"),
    ("fanout", "ratio_to_broadcast_one_at_a_time_2000", "one message at a time to 2,000, to `broadcast()`", "≥ 0.9"),
    ("fanout", "ratio_p99_to_broadcast", "p99 at 10 messages/s to 1,000, to `broadcast()`", "≤ 1.5"),
    ("recorder", "ratio", "recorder, to `executemany` on SQLite", "≥ 0.6"),
    ("recorder_postgres", "ratio", "recorder, to `COPY` on PostgreSQL", "≥ 0.25"),
    ("sends", "ratio_to_executemany", "durable sends through sockets, to `executemany`", "≥ 0.25"),
    ("sends", "ratio_p99_to_raw_insert", "p99 of the ack at 100 messages/s, to one raw insert", "≤ 4"),
    ("idle", "storm_s", "2,000 connect at once, seconds", "≤ 3"),
    ("idle", "idle_kb_each", "memory of an idle connection among 5,000, kB", "≤ 30"),
    ("growth", "ratio_fanout_per_s", "fan-out at 1,000,000 messages, to 1,000", "≥ 0.9"),
    ("growth", "ratio_ack_p99_ms", "p99 of the ack at 1,000,000 messages, to 1,000", "≤ 1.1"),
    ("growth", "ratio_page_median_ms", "the room's page at 1,000,000 messages, to 1,000", "≤ 1.1"),
    ("slow", "ratio", "p99 beside one who never reads, to without", "1"),
    ("search", "slowest_p95_ms", "slowest kind of search over 1,000,000 messages on SQLite, p95 in ms", "≤ 100"),
    ("search-postgresql", "slowest_p95_ms", "the same on PostgreSQL", "≤ 100"),
    ("audit", "ratio_per_core", "audit of 1,000,000 messages, to bare SHA-256 of a core", "≥ 0.25"),
    (
        "audit",
        "ratio_of_floor_per_core",
        "rows read and four hashes each, nothing compared, to the same",
        "none",
    ),
    ("audit", "ratio_two_workers", "the audit with two workers, to one", "≥ 1.5"),
)


def main() -> None:
    found = {path.stem: json.loads(path.read_text()) for path in RESULTS.glob("*.json")}
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}")


def table(found: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [f"| {what} | {found[name][key]:g} | {aim} |" for name, key, what, aim in LINES if name in found]
    return "\n".join(["| measured in one run with its peer | here | aim |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    main()
