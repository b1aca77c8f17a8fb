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
"""Tests turn to one site after the other: so many hands are kept."""

_hands: dict[str, subprocess.Popen[str]] = {}


def run(env: Mapping[str, str], code: str) -> str:
    """What the code prints. AssertionError with what went wrong when it fails."""
    name = json.dumps(dict(env), sort_keys=True)
    hand = _hands.pop(name, None)
    while len(_hands) >= KEPT:
        _end(_hands.pop(next(iter(_hands))))
    if hand is None or hand.poll() is not None:
        command = [sys.executable, "-m", "connect.tests.hand"]
        hand = subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    _hands[name] = hand
    assert hand.stdin is not None
    assert hand.stdout is not None
    hand.stdin.write(json.dumps(code) + "\n")
    hand.stdin.flush()
    is_done, told = json.loads(hand.stdout.readline())
    assert is_done, told
    return str(told)


def _end(hand: subprocess.Popen[str]) -> None:
    assert hand.stdin is not None
    assert hand.stdout is not None
    hand.stdin.close()
    hand.wait()
    hand.stdout.close()


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
