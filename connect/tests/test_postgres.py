"""The ledger's and the chat's promises on PostgreSQL: the tests that keep them on SQLite, run there as well."""

import os
import subprocess
import sys

import pytest

from connect.tests.server import ROOT
from connect.tests.stores import postgres

PROMISES = [
    "ledger/tests/test_recorder.py",
    *("ledger/tests/recording/test_batches.py", "ledger/tests/recording/test_crashes.py"),
    "ledger/tests/recording/test_clocks.py",
    *("ledger/tests/test_sealing.py", "ledger/tests/blocks/test_signing.py", "ledger/tests/blocks/test_pending.py"),
    *("ledger/tests/audit/test_auditing.py", "ledger/tests/test_verify_chain.py", "ledger/tests/test_tiles.py"),
    *("ledger/tests/recording/test_writers.py", "accounts/tests/test_sessions.py"),
    *("chat/tests/search/test_found.py", "chat/tests/files/test_claims.py"),
    *("chat/tests/delivery/test_store.py", "chat/tests/test_rooms.py", "chat/tests/test_sessions.py"),
    *("chat/tests/notifying/test_unread.py", "chat/tests/test_acts.py"),
    *("chat/tests/membership/test_joining.py", "chat/tests/test_visibility.py"),
    *("chat/tests/delivery/test_memberships.py", "chat/tests/delivery/test_memberships_meanwhile.py"),
    "chat/tests/membership/test_inviting.py::test_of_two_who_come_at_once_one_gets_the_last_use",
    "accounts/tests/test_leaving.py::test_of_two_owners_who_close_at_once_one_stays",
    "accounts/tests/test_signup.py::test_the_database_itself_refuses_doubles",
    "chat/tests/search/test_index.py::test_a_text_that_is_edited_often_is_found_by_its_newest_words",
]
LONGER = [
    *("ledger/tests/blocks/test_unsigned.py", "ledger/tests/test_tamper.py", "ledger/tests/audit/test_workers.py"),
    *("chat/tests/search/test_index.py", "chat/tests/files/test_crashes.py", "chat/tests/notifying/test_notices.py"),
]


@pytest.mark.parametrize("promises", [PROMISES, pytest.param(LONGER, marks=pytest.mark.soak)], ids=["short", "long"])
def test_the_database_keeps_its_promises_on_postgresql_too(promises: list[str]) -> None:
    with postgres() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *promises],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "EMAIL_VERIFICATION": "none"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-10_000:]
