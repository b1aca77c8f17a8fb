"""`manage.py` as a process of its own, on the test's database and files; `verify_chain` in this one."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def manage(*arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """The running process, its output and errors as one stream of lines; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def environment() -> dict[str, str]:
    """What makes a process use the test's database and files."""
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor != "sqlite":
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    return {
        "DATA_DIR": str(settings.DATA_DIR),
        "DATABASE_URL": url,
        "EMAIL_VERIFICATION": "none",
        "LOG_ORIGIN": settings.LOG_ORIGIN,
        "DIFFICULTY_BITS": str(settings.DIFFICULTY_BITS),
    }


def verify(*arguments: str) -> tuple[str, int]:
    """What it prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command("verify_chain", *arguments, stdout=out)
    except SystemExit as stop:
        return out.getvalue(), int(stop.code or 0)
    return out.getvalue(), 0
