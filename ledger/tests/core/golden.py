"""The golden vectors, and the crypto library's answer to whether a signature is good."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.core.merkle import leaf_hash
from ledger.core.notes import parse_vkey

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "ledger-v1.json").read_text())
ORIGIN: str = GOLDEN["origin"]
MESSAGES: list[dict[str, Any]] = GOLDEN["messages"]
BLOCKS: list[dict[str, Any]] = GOLDEN["blocks"]
LEAF_HASHES = [leaf_hash(bytes.fromhex(data)) for data in GOLDEN["leaf_data"]]
LOG_VKEY = parse_vkey(GOLDEN["log_vkey"])
WITNESS_VKEY = parse_vkey(GOLDEN["witness_vkey"])


def sign(message: bytes) -> bytes:
    """By the log's key."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["log_seed"])).sign(message)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def corruptions(data: bytes) -> Iterator[bytes]:
    """The data with one byte changed: its lowest bit, its case bit, its highest bit; then shortened and lengthened."""
    for offset in range(len(data)):
        for bit in (0x01, 0x20, 0x80):
            yield data[:offset] + bytes((data[offset] ^ bit,)) + data[offset + 1 :]
    yield data[:-1]
    yield data[1:]
    yield data + b"\n"
    yield data + b"\0"


def text_corruptions(text: str) -> Iterator[str]:
    """As `corruptions`, of those that are text at all."""
    for data in corruptions(text.encode()):
        try:
            yield data.decode()
        except UnicodeDecodeError:
            continue
