"""The same figures at 1,000 and 1,000,000 stored messages: `python -m benchmarks.growth [rounds] [messages]`.

Two sites that differ in nothing but their length take turns: fan-out to 500 members, the time to the ack at 100
messages a second, and the room's page. A ratio of 1 means that length costs nothing. Filling takes longest.
"""

import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import httpx

from benchmarks.fanout import FLOOD_S, WARM_S, flood
from benchmarks.report import keep, median_ratio
from benchmarks.sends import pace
from benchmarks.servers import UNBOUND, connect, prepare
from connect.tests.server import Site, make_site

SHORT, LONG = 1_000, 1_000_000
MEMBERS, OUTSTANDING, PAGES = 500, 8, 100
FILL = """
import uuid
from accounts.models import User
from chat.models import Room
from ledger.recording.drafts import Draft
from ledger.recording.batches import record_batch
author = User.objects.get(username="bob").pk
for start in range(0, {messages}, 1024):
    record_batch([
        Draft("post", Room.WORLD, author, uuid.uuid4(), 1, {{"text": f"message {{n}} " + "x" * 280}})
        for n in range(start, min(start + 1024, {messages}))
    ])
"""


def main(rounds: int, messages: int) -> None:
    found: dict[int, defaultdict[str, list[float]]] = {SHORT: defaultdict(list), messages: defaultdict(list)}
    with tempfile.TemporaryDirectory() as folder:
        sites = {length: make_site(Path(folder) / str(length), UNBOUND) for length in found}
        for length, site in sites.items():
            started = time.perf_counter()
            site.run(FILL.format(messages=length))
            print(length, "stored in", round(time.perf_counter() - started), "s", flush=True)
        prepare()
        for _ in range(rounds):
            for length, site in sites.items():
                for name, value in measure(site).items():
                    found[length][name].append(value)
                    print(length, name, round(value, 2), flush=True)
    figures: dict[str, object] = {"rounds": rounds, "short": SHORT, "long": messages, "members": MEMBERS}
    for name in found[SHORT]:
        short, long = found[SHORT][name], found[messages][name]
        figures |= {f"{name}_short": round(median(short), 2), f"{name}_long": round(median(long), 2)}
        figures[f"ratio_{name}"] = round(median_ratio(long, short), 2)
    keep("growth", {**figures, "aim_within": 0.1})


def measure(site: Site) -> dict[str, float]:
    with connect(site=site) as party:
        with party.open() as crowd:
            party.enter(crowd, MEMBERS)
            flood(party, crowd, OUTSTANDING, WARM_S)
            rate, _ = flood(party, crowd, OUTSTANDING, FLOOD_S)
        with party.open() as crowd:
            party.enter(crowd, 1)
            ack_ms = pace(party, crowd)
        return {"fanout_per_s": rate, "ack_p99_ms": ack_ms, "page_median_ms": open_page(party.url, site)}


def open_page(url: str, site: Site) -> float:
    """The median, in ms, of the room's page."""
    took = []
    with httpx.Client(base_url=url, cookies={"sessionid": site.sessions["bob"]}) as browser:
        for _ in range(PAGES):
            started = time.perf_counter()
            browser.get("/").raise_for_status()
            took.append(time.perf_counter() - started)
    return median(took) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, int(sys.argv[2]) if len(sys.argv) > 2 else LONG)
