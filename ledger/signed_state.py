"""What the log has signed last, kept outside the database: {"height", "origin", "root", "size"} in one small file.

A database that does not extend it is not signed for, so that an older backup put back by mistake cannot fork the log.
The file is written before a checkpoint is shown to anyone. Spec: docs/specs/ledger.md §5.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.core.canonical import encode_canonical, parse_canonical, parse_hex
from ledger.core.errors import LedgerFormatError
from ledger.errors import KeyFileError
from ledger.files import replace_durably


@dataclass(frozen=True, slots=True)
class SignedState:
    """The newest signed checkpoint and the height of its block."""

    origin: str
    size: int
    root: bytes
    height: int


def load_signed_state(path: Path, origin: str) -> SignedState | None:
    """None before the first signature. KeyFileError, one sentence, when the file is damaged or another log's."""
    try:
        return _parse(path.read_bytes(), origin)
    except FileNotFoundError:
        return None
    except OSError as error:  # no reason to put back a copy, which may be older
        raise KeyFileError(f"The signed state {path} cannot be read ({error}).") from error
    except LedgerFormatError as error:
        raise KeyFileError(f"The signed state {path} cannot be used ({error}); put it back from your copy.") from error


def advance_signed_state(path: Path, new: SignedState, check: Callable[[SignedState | None], None]) -> None:
    """Makes `new` the signed state, durably, once `check` has let it follow the old one. One process at a time."""
    with lock_signed_state(path):
        check(load_signed_state(path, new.origin))
        replace_durably(path, _format(new))  # the same, too: a crash may have come before it was durable


@contextmanager
def lock_signed_state(path: Path) -> Iterator[None]:
    """Whoever reads the signed state to replace it does both inside. Waits for whoever does."""
    # A file of its own: the state's is replaced, and a lock stays with the file that was there before.
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _format(state: SignedState) -> bytes:
    return encode_canonical(
        {"height": state.height, "origin": state.origin, "root": state.root.hex(), "size": state.size}
    )


def _parse(data: bytes, origin: str) -> SignedState:
    fields = parse_canonical(data.strip())
    if not isinstance(fields, dict) or fields.keys() != {"height", "origin", "root", "size"}:
        raise LedgerFormatError("its keys are not height, origin, root and size")
    size, height = fields["size"], fields["height"]
    if fields["origin"] != origin:
        raise LedgerFormatError(f"it belongs to {fields['origin']}, not to {origin}")
    if type(size) is not int or type(height) is not int or height < 0 or size < 1:
        raise LedgerFormatError("its size or height is no whole number")
    return SignedState(origin, size, parse_hex(fields["root"], 32), height)
