"""Runs pieces of code beside a site, as `manage.py shell -c` would, without starting Django for each.

A process that has set Django up and touched no database forks for each piece: what one leaves behind meets no other.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = 2
"""Tests turn to one site after the other: so many shells are kept."""

_shells: dict[str, subprocess.Popen[str]] = {}


def run(env: Mapping[str, str], code: str) -> str:
    """What the code prints. AssertionError with what went wrong when it fails."""
    name = json.dumps(dict(env), sort_keys=True)
    shell = _shells.pop(name, None)
    while len(_shells) >= KEPT:
        _end(_shells.pop(next(iter(_shells))))
    if shell is None or shell.poll() is not None:
        command = [sys.executable, "-m", "connect.tests.shell"]
        shell = subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    _shells[name] = shell
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(json.dumps(code) + "\n")
    shell.stdin.flush()
    is_done, told = json.loads(shell.stdout.readline())
    assert is_done, told
    return str(told)


def _end(shell: subprocess.Popen[str]) -> None:
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.close()
    shell.wait()
    shell.stdout.close()


def main() -> None:
    """For each line of JSON that comes in, the code, one goes out: whether it ended well, and what it printed."""
    import django

    django.setup()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_perform(json.loads(line))) + "\n")
        sys.stdout.flush()


def _perform(code: str) -> tuple[bool, str]:
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writes, 1)
        os.dup2(writes, 2)
        _execute(code)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        told = pipe.read()
    return os.waitpid(child, 0)[1] == 0, told


def _execute(code: str) -> None:
    """Ends this process. The models are at hand under their names."""
    from django.apps import apps

    status = 1
    try:
        exec(code, {model.__name__: model for model in apps.get_models()})
        status = 0
    finally:
        if status:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
