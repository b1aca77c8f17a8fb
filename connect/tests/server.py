"""A real web process for tests and benchmarks: its own data, its own port, stopped when the test ends.

with start_server(tmp_path) as server:
    server.url, server.sessions["alice"], server.manage("verify_chain")
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from connect.tests import shell
from connect.web import listen, web_command

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ("alice", "bob", "charlie")
START_S = 60.0
STOP_S = 20.0
APPLICATION = "connect.asgi:application"
_OURS = ("SECRET_KEY", "DEBUG", "HOST", "PORT", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "LOG_ORIGIN", "EMAIL_URL")


@dataclass(frozen=True, slots=True)
class Site:
    """A prepared database with its people, served by no process or by several."""

    env: Mapping[str, str]
    sessions: Mapping[str, str]
    """Name → the value of their session cookie."""

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints; CalledProcessError when it fails."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, check=True, text=True, stdout=subprocess.PIPE)
        return done.stdout

    def run(self, code: str) -> str:
        """What Python code with the models at hand prints."""
        return shell.run({"DJANGO_SETTINGS_MODULE": "connect.settings", **self.env}, code)


@dataclass(frozen=True, slots=True)
class Server:
    site: Site
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def sessions(self) -> Mapping[str, str]:
        return self.site.sessions

    def manage(self, *arguments: str) -> str:
        return self.site.manage(*arguments)

    def terminate(self) -> None:
        """SIGTERM; returns when the process has ended."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_S)

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        self.process.kill()
        self.process.wait(STOP_S)


@contextmanager
def start_server(folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A site in `folder` and one web process that serves it."""
    with serve(make_site(folder, env)) as server:
        yield server


def make_site(folder: Path, env: Mapping[str, str] | None = None, people: tuple[str, ...] = PEOPLE) -> Site:
    """A prepared database: SQLite in `folder`, or what `env` names."""
    data_dir = folder / "data"
    whole = _environment(data_dir, env or {})
    if env or people != PEOPLE:
        return Site(whole, _seed(whole, people))
    template, sessions = _template()
    shutil.copytree(template.name, data_dir, symlinks=True)
    return Site(whole, sessions)


@contextmanager
def serve(site: Site, application: str = APPLICATION, port: int = 0) -> Iterator[Server]:
    """One web process, where a port is given in the place of another; it is stopped at the end, if it still runs."""
    with listen("127.0.0.1", port) as listener:
        command = [application if part == APPLICATION else part for part in web_command(listener.fileno())]
        port = listener.getsockname()[1]
        log = Path(site.env["DATA_DIR"]) / f"server-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=site.env, pass_fds=(listener.fileno(),), stdout=output, stderr=output
            )
    server = Server(site, f"http://127.0.0.1:{port}", process, log)
    try:
        # The socket listens already: the first answer is the first moment of the process's life.
        try:
            httpx.get(f"{server.url}/healthz", timeout=START_S).raise_for_status()
        except httpx.HTTPError as error:
            raise RuntimeError(f"The server did not start. {log.read_text()[-2000:]}") from error
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            server.terminate()


@cache
def _template() -> tuple[tempfile.TemporaryDirectory[str], Mapping[str, str]]:
    """Prepared once for all tests of a run, then copied; the folder goes with this process."""
    folder = tempfile.TemporaryDirectory(prefix="connect-site-")
    return folder, _seed(_environment(Path(folder.name), {}), PEOPLE)


def _environment(data_dir: Path, env: Mapping[str, str]) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key not in _OURS}
    ours = {"DATA_DIR": str(data_dir), "DIFFICULTY_BITS": "8", "GRAVATAR": "off", "SEND_PER_MIN": "100000"}
    return {**inherited, **ours, **env}


def _seed(env: Mapping[str, str], people: tuple[str, ...]) -> dict[str, str]:
    command = [sys.executable, "-m", "connect.tests.seed", *people]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, text=True, stdout=subprocess.PIPE)
    sessions: dict[str, str] = json.loads(done.stdout)
    return sessions
