"""The result of the last full audit, kept in a file beside the database: /valid and the admin tell it to people.

    {"checked_ms", "findings": [{…}], "found", "hash", "height", "pending", "rooms", "root", "sealed", "size"}

Whoever can change the database's rows cannot change this file by it; whoever can change the file can stop the audit
anyway. It is a convenience, not evidence.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from ledger.core.audit_rows import Report
from ledger.files import replace_durably

KEPT_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What an audit found, when it began, and the newest block that it read; hashes in hex."""

    checked_ms: int
    found: int
    findings: list[dict[str, Any]]
    size: int
    root: str
    height: int | None
    hash: str
    sealed: int
    pending: int
    rooms: int

    @property
    def valid(self) -> bool:
        return self.found == 0


def result_of(report: Report, checked_ms: int) -> AuditResult:
    return AuditResult(
        checked_ms=checked_ms,
        found=report.found,
        findings=[finding.shown() for finding in report.findings[:KEPT_FINDINGS]],
        size=report.size,
        root=report.root.hex(),
        height=report.height,
        hash=report.hash.hex(),
        sealed=report.sealed,
        pending=report.pending,
        rooms=report.rooms,
    )


def save_result(result: AuditResult) -> None:
    """Whoever reads sees the old result or the new one, whole."""
    replace_durably(_path(), orjson.dumps(asdict(result), option=orjson.OPT_SORT_KEYS) + b"\n")


def load_result() -> AuditResult | None:
    """None before the first audit, or where the file is not one of ours: an audit makes it anew."""
    try:
        return AuditResult(**orjson.loads(_path().read_bytes()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _path() -> Path:
    return Path(settings.DATA_DIR) / "audit.json"
