"""The audit of this database: streams the tables to `ledger.core.audit`, one consistent state of them.

What must not come from the database (the log's key, the signed state) comes from their files. A machine beside the
miner's holds neither: it takes the key that the log began with, and does not see an older copy put back. Rows are read
as plain tuples, never as model instances.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import Count, Func, Q, QuerySet, TextField, UUIDField

from ledger.audit.snapshots import snapshot
from ledger.audit.workers import start_workers
from ledger.core.audit import audit
from ledger.core.audit_leaf import BadRow
from ledger.core.audit_rows import SIGNED_STATE, AuditState, Report, Row, SignedHead, Trust
from ledger.core.audit_shared import Doubtful, audit_shared
from ledger.core.notes import format_vkey, parse_vkey
from ledger.core.tilepaths import TILE_HEIGHT
from ledger.errors import KeyFileError
from ledger.keys import load_key, verify
from ledger.models import Block, Cosignature, Genesis, Message, RoomHead, Tile
from ledger.processes import count_cores
from ledger.signed_state import load_signed_state

CHUNK = 2_000
TILES = 64
"""Read at once; each holds up to 8 kB."""
WORTH_LEAVES = 250_000
"""Below, starting processes (a second for each, to set Django up) takes longer than they save."""
_HEX_VENDORS = frozenset({"sqlite", "postgresql"})


class HexId(Func):
    """A UUID column as 32 hex digits, without a Python object for each."""

    template = "%(expressions)s"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="REPLACE((%(expressions)s)::text, '-', '')")


def run_audit(
    progress: Callable[[int], None] = lambda done: None, workers: int | None = None, since: AuditState | None = None
) -> Report:
    """Audits all there is, or what came after an earlier audit. Reads for as long as it takes; writers go on.

    Without a number, a log that is long enough gets a worker for each core; what came since is read by this process.
    """
    try:
        return _run(progress, workers, since)
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
    with any_text():  # which takes longer
        return _run(progress, 1, since)


@contextmanager
def any_text() -> Iterator[None]:
    """SQLite takes any bytes for text and gives back only UTF-8. Here it gives all: text that no row ever held."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    owner: Any = connection.connection
    before, owner.text_factory = owner.text_factory, partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        owner.text_factory = before


def _run(progress: Callable[[int], None], workers: int | None, since: AuditState | None) -> Report:
    trust, problem = read_trust()  # first: the database is never behind a state that was signed before we looked
    with snapshot():
        report = None if since else _run_shared(trust, progress, workers)
        report = report or audit(TableRows(since), trust, progress, since)
    if problem:
        report.add("key_file", SIGNED_STATE, got=problem)
    return report


def _run_shared(trust: Trust, progress: Callable[[int], None], workers: int | None) -> Report | None:
    """The report of a valid ledger. None where it is not worth it, and where something is to be said."""
    tip = Block.objects.tip()
    size = tip.tree_size if tip else 0
    if not isinstance(size, int):
        return None
    if workers is None:
        workers = count_cores() if size >= WORTH_LEAVES else 1
    if workers < 2 or not trust.vkey:
        return None
    with start_workers(workers, size, parse_vkey(trust.vkey).name, str(connection.settings_dict["NAME"])) as helpers:
        try:
            return audit_shared(TableRows(), trust, helpers, progress)
        except Doubtful:
            return None


def read_trust() -> tuple[Trust, str | None]:
    """The log's vkey and the signed state, and what is wrong with their files."""
    vkey = signed = problem = None
    beside = is_beside_miner()
    try:
        vkey = _first_vkey() if beside else format_vkey(load_key(settings.LOG_KEY_FILE, settings.LOG_ORIGIN).vkey)
        state = load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN)
        signed = SignedHead(state.size, state.root, state.height) if state else None
    except KeyFileError as error:
        problem = str(error)
    return Trust(vkey, signed, verify, signed_elsewhere=beside), problem


def is_beside_miner() -> bool:
    """Whether another machine mines, and alone holds the log's key and, as a rule, the signed state."""
    return not settings.MINER and not settings.LOG_KEY_FILE.exists()


def _first_vkey() -> str | None:
    """The vkey that the log began with; None where the row holds none, which is a finding of the audit's."""
    text = Genesis.objects.values_list("key", flat=True).first()
    try:
        name = parse_vkey(text or "").name
    except BadRow:
        return None
    if name != settings.LOG_ORIGIN:
        raise KeyFileError(f"LOG_ORIGIN is {settings.LOG_ORIGIN}, this database's log is named {name}.")
    return text


class TableRows:
    """The tables as an audit's source: all rows, or those from the block on where an earlier audit stood."""

    def __init__(self, since: AuditState | None = None) -> None:
        self._since = since

    def genesis(self) -> Iterator[Row]:
        return _stream(Genesis.objects.order_by("id"))

    def blocks(self) -> Iterator[Row]:
        rows = Block.objects.order_by("height")
        return _stream(rows.filter(height__gte=self._since.block.height) if self._since else rows)

    def sealed(self) -> Iterator[Row]:
        rows = Message.objects.sealed()
        return _stream(rows.filter(leaf_index__gte=self._since.size) if self._since else rows)

    def sealed_range(self, start: int, end: int) -> list[Row]:
        return list(_stream(Message.objects.sealed().filter(leaf_index__gte=start, leaf_index__lt=end)))

    def count_sealed(self) -> int:
        return Message.objects.filter(leaf_index__isnull=False).count()

    def pending(self) -> Iterator[Row]:
        return _stream(Message.objects.pending())

    def heads(self) -> Iterator[Row]:
        return _stream(RoomHead.objects.order_by("room"))

    def tiles(self, level: int) -> Iterator[Row]:
        rows = Tile.objects.filter(level=level).order_by("index")
        if self._since:
            rows = rows.filter(index__gte=self._since.size >> TILE_HEIGHT * (level + 1))
        return _stream(rows, TILES)

    def other_tiles(self, levels: int) -> Iterator[Row]:
        others = ~Q(level__in=range(levels)) | Q(level=None)  # SQL says neither of a null, where an intruder allowed it
        return _stream(Tile.objects.filter(others).order_by("level", "index"), TILES)

    def cosignatures(self) -> Iterator[Row]:
        rows = Cosignature.objects.order_by("block_id", "id")
        return _stream(rows.filter(block__gte=self._since.block.height) if self._since else rows)

    def reused_client_ids(self) -> Iterator[Row]:
        rows = Message.objects.all()
        if self._since:
            # Not by their keys: a clock that was set back gives lesser ones.
            newer = rows.filter(Q(leaf_index=None) | Q(leaf_index__gte=self._since.size))
            rows = rows.filter(client_id__in=newer.values("client_id"))
        groups = rows.values("client_id", "author").annotate(uses=Count("*"))  # of all rows, the index alone answers it
        for group in groups.filter(uses__gt=1).order_by().iterator(CHUNK):
            twins = Message.objects.filter(client_id=group["client_id"], author=group["author"])
            yield from islice(_stream(twins.order_by("id")), 1, None)


def _stream(rows: QuerySet[Any], chunk: int = CHUNK) -> Iterator[Row]:
    """A table's rows, each a tuple of its columns in the model's order, ids as hex."""
    fields = rows.model._meta.concrete_fields
    uuids = [place for place, field in enumerate(fields) if isinstance(field, UUIDField)]
    columns: list[Any] = [field.attname for field in fields]
    if connection.vendor not in _HEX_VENDORS:
        return (_with_hex(row, uuids) for row in rows.values_list(*columns).iterator(chunk))
    for place in uuids:
        columns[place] = HexId(columns[place])
    return iter(rows.values_list(*columns).iterator(chunk))


def _with_hex(row: Row, uuids: list[int]) -> Row:
    values = list(row)
    for place in uuids:
        values[place] = values[place].hex
    return tuple(values)
