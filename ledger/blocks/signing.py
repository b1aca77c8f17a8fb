"""From a committed block to its checkpoint: signed state first, then the note.

    advance the signed state (lock, check, fsync, rename)
    store the note where there is none
    send `block_sealed`

A crash between them leaves a block without a note, which the next miner signs first. A log that signed two trees of
which neither extends the other would be caught by anyone who saw both: nothing is signed that does not extend the
signed state, whatever the database says. Spec: docs/specs/ledger.md §5.
"""

from functools import partial

from django.conf import settings

from ledger.core.checkpoints import Checkpoint, format_checkpoint
from ledger.core.errors import ProofError, TileError
from ledger.core.merkle import edge_tiles_needed, root_from_tiles
from ledger.core.notes import format_note, sign_note
from ledger.core.proofs import check_consistency
from ledger.errors import BehindSignedState
from ledger.keys import LogKey
from ledger.models import Block
from ledger.signals import block_sealed
from ledger.signed_state import SignedState, advance_signed_state, load_signed_state
from ledger.standing import behind, check_never_signed, check_standing, other_tree
from ledger.tiles import consistency_proof, read_tiles


def sign_block(block: Block, key: LogKey) -> None:
    """Signs a committed block and tells it. Nothing happens when another process has signed it meanwhile."""
    new = SignedState(settings.LOG_ORIGIN, block.tree_size, bytes(block.root), block.height)
    try:
        advance_signed_state(settings.SIGNED_STATE_FILE, new, partial(_check_extends, new))
    except BehindSignedState:
        block.refresh_from_db()
        if block.checkpoint is None:
            raise
        return
    body = format_checkpoint(Checkpoint(new.origin, new.size, new.root))
    block.checkpoint = format_note(sign_note(body, key.vkey, key.sign))
    if Block.objects.filter(height=block.height, checkpoint=None).update(checkpoint=block.checkpoint):
        block_sealed.send_robust(sender=Block, block=block)


def check_signed_state() -> Block | None:
    """The newest block. BehindSignedState unless the database holds the tree that was signed last."""
    check_standing()
    # The state first: a block that another miner seals and signs in between is then in the database, never beyond it.
    state = load_signed_state(settings.SIGNED_STATE_FILE, settings.LOG_ORIGIN)
    tip = Block.objects.tip()
    if state is None:
        return tip
    if tip is None or tip.tree_size < state.size:
        raise behind(state, tip)
    try:
        root = root_from_tiles(state.size, read_tiles(edge_tiles_needed(state.size)))
    except TileError as error:
        raise other_tree(state) from error
    if root != state.root:
        raise other_tree(state)
    return tip


def _check_extends(new: SignedState, old: SignedState | None) -> None:
    if old is None:
        check_never_signed()
        return
    if new.size > old.size and new.height <= old.height:
        raise other_tree(old)  # the signed block was replaced, though its leaves are still there
    try:
        check_consistency(old.size, old.root, new.size, new.root, consistency_proof(old.size, new.size))
    except (ProofError, TileError) as error:
        raise other_tree(old) from error
