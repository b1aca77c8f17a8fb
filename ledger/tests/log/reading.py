"""The public log as somebody reads it who has nothing but its addresses."""

import hashlib
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client

from ledger.core.checkpoints import Checkpoint, format_checkpoint, parse_checkpoint
from ledger.core.cosignatures import cosignature_message
from ledger.core.notes import WITNESS_KEY_TYPE, Vkey, format_vkey, make_vkey, open_note, parse_note, parse_vkey
from ledger.keys import verify
from ledger.models import Block, Cosignature

ORIGIN = "connect.test/ledger"


def fetch(client: Client, path: str) -> bytes:
    response = client.get(f"/log/{path}")
    assert response.status_code == 200, path
    content: bytes = response.content
    return content


def log_key(client: Client) -> Vkey:
    return parse_vkey(fetch(client, "key").decode().removesuffix("\n"))


def opened(client: Client) -> Checkpoint:
    note = parse_note(fetch(client, "checkpoint").decode())
    open_note(note, [log_key(client)], verify)
    return parse_checkpoint(note.body)


def cosign(height: int) -> Vkey:
    """A witness's signature on a block's checkpoint, stored."""
    block = Block.objects.get(height=height)
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"witness").digest())
    vkey = make_vkey("witness.test/w", WITNESS_KEY_TYPE, key.public_key().public_bytes_raw())
    body = format_checkpoint(Checkpoint(ORIGIN, block.tree_size, bytes(block.root)))
    signature = key.sign(cosignature_message(1_790_000_000, body))
    row = Cosignature(id=uuid4(), block=block, vkey=format_vkey(vkey), time_s=1_790_000_000, signature=signature)
    row.save(force_insert=True)
    return vkey
