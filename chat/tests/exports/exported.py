"""An exported room in tests: made, read, and checked by the verifier alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command

from ledger.models import Genesis

ROOT = Path(__file__).resolve().parents[3]
SECRET = "the-password-is-0f8b1c"
MARKUP = "<script>alert('x')</script> <img src=//example.org/x> & **bold**"


def export(folder: Path, slug: str = "world", name: str = "bob") -> Path:
    call_command("export_room", slug, str(folder), "--as", name)
    return folder


def lines_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "world.jsonl").read_text().splitlines()]


def verify(folder: Path, place: Path) -> "subprocess.CompletedProcess[str]":
    """The verifier, without this project: a folder with nothing but itself and the export."""
    place.mkdir()
    shutil.copy(ROOT / "connect_verify.py", place)
    shutil.copy(folder / "world.jsonl", place)
    if (folder / "files").exists():
        shutil.copytree(folder / "files", place / "files")
    command = [
        sys.executable,
        "-I",
        "-S",
        "connect_verify.py",
        "room",
        "world.jsonl",
        "--key",
        Genesis.objects.get().key,
    ]
    return subprocess.run(command, cwd=place, env={}, text=True, capture_output=True, check=False)
