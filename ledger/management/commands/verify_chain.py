"""Audits the whole ledger: every row, link, tile, block and signature. Exit code 1 when something is not as it must be.

    manage.py verify_chain [--json] [--workers N] [--since FILE]

With --since, only what was sealed after the audit that left FILE, and all that is pending; everything where there is no
such file yet. A valid audit leaves the file for the next. What lies before it is not read again: a row changed there is
found by the audit of everything.

Each finding is a line: code, table, primary key, column where known, room, seq, leaf index, height, expected, got.
A long log is shared among as many processes as there are cores; what they find is the same. The result of an audit of
everything, and any finding, is kept for /valid and the admin. A machine beside the miner's (MINER=off, no key) does not
hold the signed state, and says so: in JSON `signed_state` is false.
"""

import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any, TextIO

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ledger.audit.auditing import is_beside_miner, run_audit
from ledger.audit.results import AuditResult, result_of, save_result
from ledger.core.audit_rows import AuditState, Report
from ledger.core.audit_state import format_state, parse_state
from ledger.core.errors import LedgerFormatError
from ledger.files import replace_durably
from ledger.models import Message

BAR_WIDTH = 30
MAX_WORKERS = 1_024


class Command(BaseCommand):
    help = "Audits the whole ledger; exit code 1 when it is not valid, 2 when that could not be kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument(
            "--workers", type=count, metavar="N", help="processes that check messages; 1 reads everything in one"
        )
        parser.add_argument(
            "--since", type=Path, metavar="FILE", help="go on from where the audit stood that left this file"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began_ms, began_s = time.time_ns() // 1_000_000, time.monotonic()
        file, since = options["since"], _read_state(options["since"])
        unread = Message.objects.filter(leaf_index__gte=since.size) | Message.objects.pending() if since else None
        bar = ProgressBar((Message.objects.all() if unread is None else unread).count(), sys.stderr)
        report = run_audit(bar.show, options["workers"], since)
        bar.clear()
        result = result_of(report, began_ms)
        if options["json"]:
            self.stdout.write(_json(report, result))
        else:
            self._tell(report, since, time.monotonic() - began_s)
        try:
            if since is None or not report.valid:
                save_result(result)
            if file is not None and report.valid and report.state is not None:
                replace_durably(file.absolute(), format_state(report.state))
        except OSError as error:
            code = 2 if report.valid else 1
            raise CommandError(f"What was found could not be kept ({error}).", returncode=code) from error
        if not report.valid:
            sys.exit(1)

    def _tell(self, report: Report, since: AuditState | None, seconds: float) -> None:
        for finding in report.findings:
            self.stdout.write(str(finding))
        if report.found > len(report.findings):
            self.stdout.write(f"… and {report.found - len(report.findings):,} more")
        entries, blocks = report.sealed + report.pending, 0 if report.height is None else report.height + 1
        verdict = "Valid" if report.valid else f"NOT VALID, {report.found:,} findings"
        self.stdout.write(
            f"{verdict}: {report.size:,} leaves in {blocks:,} blocks, {report.pending:,} pending entries, "
            f"{report.rooms:,} rooms; {entries:,} entries in {seconds:.1f} s ({entries / seconds:,.0f}/s)."
        )
        if since is not None:
            self.stdout.write(f"Read from block {since.block.height:,} on; an earlier audit found all before it valid.")
        if not _sees_signed_state():
            self.stdout.write(
                "The signed state is on the miner's machine: an older copy of the database, put back, is not seen here."
            )
        self.stdout.write(f"Root {report.root.hex() or '–'}")


class ProgressBar:
    """One line that is drawn over itself, from the first second on, where a person looks."""

    def __init__(self, total: int, out: TextIO) -> None:
        self._total = max(total, 1)
        self._out = out
        self._began_s = self._drawn_s = time.monotonic()

    def show(self, done: int) -> None:
        now_s = time.monotonic()
        if now_s - self._began_s < 1 or now_s - self._drawn_s < 0.2 or not self._out.isatty():
            return
        self._drawn_s = now_s
        share = min(done / self._total, 1)
        filled = int(share * BAR_WIDTH)
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        rate = done / (now_s - self._began_s)
        self._out.write(f"\r{bar} {share:4.0%}  {done:,} of {self._total:,} entries, {rate:,.0f}/s ")
        self._out.flush()

    def clear(self) -> None:
        if self._drawn_s != self._began_s:
            self._out.write("\r\033[K")


def _sees_signed_state() -> bool:
    return not is_beside_miner() or settings.SIGNED_STATE_FILE.exists()


def _read_state(file: Path | None) -> AuditState | None:
    """None where there is none yet. CommandError for a file that is something else, or cannot be read or written."""
    if file is None:
        return None
    if not file.absolute().parent.is_dir():
        raise CommandError(f"There is no folder {file.absolute().parent} to keep the state in.")
    try:
        return parse_state(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, LedgerFormatError) as error:
        raise CommandError(f"{file}: {error}. Name another file, or remove it and all is audited.") from None


def count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_WORKERS:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 to {MAX_WORKERS}")
    return int(text)


def _json(report: Report, result: AuditResult) -> str:
    findings = [finding.shown() for finding in report.findings]
    fields = {"valid": report.valid, "found": report.found, "findings": findings, "checked_ms": result.checked_ms}
    fields |= {name: getattr(result, name) for name in ("size", "root", "height", "sealed", "pending", "rooms")}
    fields["signed_state"] = _sees_signed_state()
    return orjson.dumps(fields, option=orjson.OPT_INDENT_2).decode()
