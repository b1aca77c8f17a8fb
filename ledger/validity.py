"""Is the chain valid? An answer for anyone, at a bounded cost however often it is asked and however long the log is.

A small log is audited on the spot. A large one is judged by the last full audit (`manage.py verify_chain`) and a look
at the newest blocks. Either is done at most once in `FRESH_S` in a process, by one thread, and told to all meanwhile.
"""

import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger.audit.auditing import any_text, run_audit
from ledger.audit.results import AuditResult, load_result, result_of
from ledger.audit.tip import check_tip
from ledger.core.audit_rows import Report
from ledger.display import grouped, time_stamp
from ledger.explorer.ribbon import count_pending
from ledger.models import Block

LIVE_LEAVES = 5_000
FRESH_S = 10.0
SHOWN_FINDINGS = 20
_PUBLIC = frozenset({"code", "table", "column", "leaf_index", "height"})
"""The rest of a finding names rows and holds values of rooms that the reader may not see."""


@dataclass(frozen=True, slots=True)
class Validity:
    """`valid` is None where no full audit has been made yet. `through` is the newest block that was audited."""

    valid: bool | None
    audit: AuditResult | None
    pending: int
    checked_ms: int
    findings: list[dict[str, Any]]
    found: int = 0
    is_live: bool = False
    """The audit was made just now, of all of the log."""

    @property
    def message(self) -> str:
        """In the language of who asks; one answer is told to many."""
        if self.found:
            words = ngettext(
                "Not valid: %(found)s finding. manage.py verify_chain lists them.",
                "Not valid: %(found)s findings. manage.py verify_chain lists them.",
                self.found,
            )
            return words % {"found": grouped(self.found)}
        if self.audit is None:
            return _("The newest blocks are sound. There has been no full audit yet: manage.py verify_chain makes one.")
        size = grouped(self.audit.size)
        if self.is_live:
            words = _("Valid: %(size)s leaves, %(pending)s pending.")
            return words % {"size": size, "pending": grouped(self.audit.pending)}
        words = _("Valid: all %(size)s leaves at %(time)s, and the newest blocks now.")
        return words % {"size": size, "time": time_stamp(self.audit.checked_ms)}


_lock = Lock()
_answer: tuple[float, Validity] | None = None


def current_validity() -> Validity:
    """The newest answer; a new one when it has grown stale."""
    global _answer
    known = _answer
    if known is not None and _is_fresh(known):
        return known[1]
    # Whoever comes while another works takes the stale answer, if there is one, instead of queueing for the new.
    if not _lock.acquire(blocking=known is None) and known is not None:
        return known[1]
    try:
        if _answer is None or not _is_fresh(_answer):
            _answer = (time.monotonic(), _judge())
        return _answer[1]
    finally:
        _lock.release()


def forget_validity() -> None:
    """The next answer is a new one."""
    global _answer
    _answer = None


def validity_json(validity: Validity, whole: bool) -> dict[str, Any]:
    """The answer as /valid gives it; `whole` findings for who may inspect the chain alone."""
    audit = validity.audit
    through = {"size": audit.size, "root": audit.root, "height": audit.height} if audit and audit.size else None
    shown = validity.findings[:SHOWN_FINDINGS]
    return {
        "valid": validity.valid,
        "message": validity.message,
        "verified_through": through,
        "pending": validity.pending,
        "checked_at": time_stamp(validity.checked_ms),
        "findings": shown if whole else [{k: v for k, v in finding.items() if k in _PUBLIC} for finding in shown],
    }


def _is_fresh(answer: tuple[float, Validity]) -> bool:
    return time.monotonic() - answer[0] < FRESH_S


def _judge() -> Validity:
    checked_ms = time.time_ns() // 1_000_000
    with any_text():
        tip, pending = Block.objects.tip(), count_pending()
    size = tip.tree_size if tip else 0
    if isinstance(size, int) and size + pending <= LIVE_LEAVES:
        audit = result_of(run_audit(), checked_ms)
        return Validity(audit.valid, audit, pending, checked_ms, audit.findings, audit.found, is_live=True)
    last = load_result()
    return _combine(last, check_tip(last), pending, checked_ms)


def _combine(audit: AuditResult | None, end: Report, pending: int, checked_ms: int) -> Validity:
    """The last full audit and a look at the newest blocks, which may have been mined since."""
    findings = (audit.findings if audit else []) + result_of(end, checked_ms).findings
    found = end.found + (audit.found if audit else 0)
    valid = False if found else None if audit is None else True
    return Validity(valid, audit, pending, checked_ms, findings, found)
