"""System checks of the ledger's set-up: the key's file, and whether settings still fit the log that they serve."""

import stat
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from ledger.core.notes import format_vkey
from ledger.errors import KeyFileError
from ledger.keys import load_key
from ledger.models import Genesis


@register()
def key_file(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A key that is missing is no error here: it is made on first use."""
    path = settings.LOG_KEY_FILE
    if not path.exists():
        return []
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        hint = f"Run: chmod 600 {path}"
        return [Error(f"The log's key {path} can be read by others.", hint=hint, id="ledger.E001")]
    try:
        load_key(path, settings.LOG_ORIGIN)
    except KeyFileError as error:
        hint = "LOG_ORIGIN and key belong together: a log never changes its name."
        return [Error(str(error), hint=hint, id="ledger.E002")]
    return []


@register(Tags.database)
def log(app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Whether name, key and difficulty are those that the database's log began with."""
    genesis = _genesis() if "default" in (databases or ()) else None
    if genesis is None:
        return []
    key = _key(genesis) if settings.MINER else []  # only the miner's machine holds it
    return [*_origin(genesis), *key, *_bits(genesis)]


def _genesis() -> Genesis | None:
    if Genesis._meta.db_table not in connections["default"].introspection.table_names():
        return None  # not migrated yet
    return Genesis.objects.first()


def _origin(genesis: Genesis) -> list[CheckMessage]:
    if genesis.origin == settings.LOG_ORIGIN:
        return []
    return [
        Error(
            f"LOG_ORIGIN is {settings.LOG_ORIGIN}, but this database's log is named {genesis.origin}.",
            hint=f"Set LOG_ORIGIN={genesis.origin}, or use another database.",
            id="ledger.E003",
        )
    ]


def _key(genesis: Genesis) -> list[CheckMessage]:
    try:
        vkey = format_vkey(load_key(settings.LOG_KEY_FILE, genesis.origin).vkey)
    except KeyFileError as error:
        return [Error(str(error), id="ledger.E004")]
    if vkey == genesis.key:
        return []
    return [
        Error(
            f"The key in {settings.LOG_KEY_FILE} is not the one that this database's log began with.",
            hint=f"Put back the key whose public part is {genesis.key}",
            id="ledger.E005",
        )
    ]


def _bits(genesis: Genesis) -> list[CheckMessage]:
    if genesis.min_bits <= settings.DIFFICULTY_BITS:
        return []
    return [
        Error(
            f"DIFFICULTY_BITS is {settings.DIFFICULTY_BITS}, but this log promises at least {genesis.min_bits}.",
            hint=f"Set DIFFICULTY_BITS={genesis.min_bits} or more.",
            id="ledger.E006",
        )
    ]
