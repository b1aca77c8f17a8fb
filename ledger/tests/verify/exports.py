"""An exported log in tests: whether the verifier takes it, and what is in it."""

from pathlib import Path

from ledger.models import Genesis
from ledger.tests.verify.cases import run


def verified(log: Path) -> bool:
    return run("log", log, "--key", Genesis.objects.get().key).code == 0


def state(log: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's inode and content: a file that is written again has another inode."""
    return {str(p.relative_to(log)): (p.stat().st_ino, p.read_bytes()) for p in log.rglob("*") if p.is_file()}
