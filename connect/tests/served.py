"""`manage.py serve` as a real process, with everything that it starts: what `make run` runs, for tests."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from connect.tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


class Served:
    """A running `manage.py serve` and what it printed."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        clean = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
        self.environment = {
            **clean,
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "DIFFICULTY_BITS": "8",
            "MINE_EVERY": "1",
            **environment,
        }
        self.output = folder / "output"
        self.start()

    def start(self, until: str = "/healthz") -> None:
        """Returns once this page is there, whatever the other pages say."""
        with self.output.open("w") as output:
            command = [sys.executable, str(ROOT / "manage.py"), "serve"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=output, stderr=output)
        wait_until(lambda: self.process.poll() is not None or self.get(until) == 200)
        assert self.process.poll() is None, self.output.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> int | None:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=5) as response:
                return int(response.status)
        except OSError:
            return None

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def children(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def web(self) -> psutil.Process:
        return self.webs()[0]

    def webs(self) -> list[psutil.Process]:
        """The web processes, in the order in which they were started."""
        found = [child for child in self.children() if is_web(child)]
        return sorted(found, key=psutil.Process.create_time)

    def web_of(self, port: int) -> psutil.Process:
        """The web process at the other end of a client's port."""
        return next(web for web in self.webs() if any(c.raddr and c.raddr.port == port for c in web.net_connections()))


def is_web(process: psutil.Process) -> bool:
    try:
        return "uvicorn" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "gave up waiting"
        time.sleep(0.05)
