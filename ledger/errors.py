"""Everything the ledger's shell refuses is one of these; `code` is stable, the text is for people.

Malformed bytes and values are `ledger.core.errors.LedgerFormatError`; these refusals depend on what is stored.
"""


class LedgerError(Exception):
    code = "ledger"


class RecordError(LedgerError):
    """A draft that was not recorded. `retry` tells what may help: the "same" again, a "new" client id, or "no"."""

    code = "not_recorded"
    retry = "no"


class BadDraft(RecordError):
    """What no row may hold: a body without its kind's keys, a number out of range."""

    code = "bad_frame"


class TooLong(BadDraft):
    """A body that its receipt could not carry."""

    code = "too_long"


class ClientIdReused(RecordError):
    """The author has used this client id for something else."""

    code = "client_id_reused"
    retry = "new"


class NoSuchPost(RecordError):
    """An act on what is no post of the room, or was deleted or erased."""

    code = "not_found"


class NotTheAuthor(RecordError):
    """An edit or a deletion of what somebody else wrote."""

    code = "forbidden"


class TooManyActs(RecordError):
    """More than one person needs to do to one post, or than one post carries of reactions."""

    code = "forbidden"


class NoSuchRoom(RecordError):
    """Words for a room that does not exist for their author, or not any more."""

    code = "not_found"


class NotAllowed(RecordError):
    """Words of somebody who may not write in this room now."""

    code = "forbidden"


class Busy(RecordError):
    """Too much waits, or the database does not take it now. It may be stored or not: the same may be sent again."""

    code = "busy"
    retry = "same"


class NotWritable(Busy):
    """The database is not the one that the log has signed for. The same is taken once that one is back."""


class KeyFileError(LedgerError):
    """The log's key or signed state is absent, unreadable, or belongs to another log."""

    code = "key_file"


class SealError(LedgerError):
    """A block that was not sealed."""

    code = "not_sealed"


class NoGenesis(SealError):
    code = "no_genesis"


class LostRace(SealError):
    """Another miner sealed first. Its block stands; what this one found is discarded."""

    code = "lost_race"


class Stopped(SealError):
    """Asked to stop before a nonce was found. Nothing was changed."""

    code = "stopped"


class CorruptLedger(SealError):
    """Stored rows contradict each other. Sealing them would vouch for the damage."""

    code = "corrupt"


class BehindSignedState(SealError):
    """The database does not hold, or does not extend, what the log has already signed."""

    code = "behind_signed_state"


class ExportError(LedgerError):
    """A folder that was not brought up to the log's newest checkpoint. What it held before stays valid."""

    code = "not_exported"


class NotErasable(LedgerError):
    """An entry whose words stay: it is no post, or the system's."""

    code = "not_erasable"


class BackupError(LedgerError):
    """A backup that was not made or not put back. What was there is as it was."""

    code = "no_backup"
