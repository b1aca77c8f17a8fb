"""A disk that fails or is full at any step: the writer says so, the chain stays valid, nothing that counted is lost.

Each step fails in turn, as a bad sector would make it; and the kernel itself refuses every write beyond a size, in the
middle of whatever SQLite is at.
"""

import os
import resource
import signal
from collections.abc import Callable

import pytest
from django.db import Error, connection
from pytest_django import Settings

from ledger.blocks.genesis import ensure_genesis
from ledger.errors import Busy, KeyFileError, NotWritable, RecordError, SealError
from ledger.models import Block, Genesis, Message, Tile
from ledger.recording.batches import Recorded, record, record_batch
from ledger.sealing import seal
from ledger.tests.builders import draft, post, room_id
from ledger.tests.crashes import Countdown, child, fail_disk, steps
from ledger.tests.rooms import assert_rooms_are_whole
from ledger.tests.sealed import assert_valid

pytestmark = pytest.mark.django_db(transaction=True)

FAILURES = (SealError, KeyFileError, Error, OSError)
DONE, FAILED = 0, 3
PAGE = 4_096


def fails(work: Callable[[], object], step: int) -> bool:
    """Whether the work failed when the disk did before this step."""
    try:
        with steps(Countdown(step, fail_disk)):
            work()
    except FAILURES:
        return True
    return False


def test_a_miner_whose_disk_fails_leaves_a_valid_chain_and_goes_on() -> None:
    ensure_genesis()
    failures = 0
    for step in range(1, 200):
        said = [post("a"), post("b", room=room_id(1))]
        failed = fails(seal, step)
        assert_valid()
        seal()
        assert Message.objects.filter(pk__in=[row.pk for row in said], block__checkpoint__isnull=False).count() == 2
        assert_valid()
        failures += failed
        if not failed:
            break
    assert failures > 15


def test_a_log_whose_disk_fails_at_its_beginning_can_begin(settings: Settings) -> None:
    failures = 0
    for step in range(1, 200):
        for table in (Tile, Block, Genesis):
            table.objects.all().delete()
        settings.SIGNED_STATE_FILE.unlink(missing_ok=True)
        settings.LOG_KEY_FILE.unlink(missing_ok=True)
        failed = fails(ensure_genesis, step)
        ensure_genesis()
        assert_valid()
        failures += failed
        if not failed:
            break
    assert failures > 15


def test_a_recorder_whose_disk_fails_answers_and_what_it_acknowledged_is_stored() -> None:
    ensure_genesis()
    refused = 0
    for step in range(1, 100):
        batch = [draft(str(step)), draft(str(step), room=room_id(1))]
        with steps(Countdown(step, fail_disk)):
            results = record_batch(batch)
        for plain, result in zip(batch, results, strict=True):
            stored = Message.objects.filter(client_id=plain.client_id).count()
            assert stored == 1 if isinstance(result, Recorded) else isinstance(result, Busy | NotWritable)
            refused += not isinstance(result, Recorded)
        again = record_batch(batch)
        assert all(isinstance(result, Recorded) for result in again)
        assert Message.objects.filter(client_id__in=[plain.client_id for plain in batch]).count() == 2
        assert_rooms_are_whole()
        if all(isinstance(result, Recorded) for result in results):
            break
    assert refused > 10
    assert_valid()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the limit is this process's, not a server's")
def test_a_full_disk_stops_the_writer_in_the_middle_and_harms_nothing() -> None:
    """The kernel refuses each write beyond a size that grows by a page, until everything fits."""
    ensure_genesis()
    codes, stored = [], []
    for limit in range(0, 100 * PAGE, PAGE):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what the writer adds then begins at 0
        before = Message.objects.count()

        def work(limit: int = limit) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            try:
                record(draft("hello"))
                seal()
            except (*FAILURES, RecordError):
                os._exit(FAILED)

        codes.append(os.waitstatus_to_exitcode(os.waitpid(child(work), 0)[1]))
        assert codes[-1] in (DONE, FAILED)
        stored.append(Message.objects.count() - before)
        assert_valid()
        if codes[-1] == DONE:
            break
    assert codes == [FAILED] * (len(codes) - 1) + [DONE]
    assert stored == sorted(stored)  # first the recorder ran out of space, then the miner
    assert stored.count(0) > 2
    assert stored.count(1) > 2
    seal()
    assert Message.objects.pending().count() == 0
    assert_valid()
