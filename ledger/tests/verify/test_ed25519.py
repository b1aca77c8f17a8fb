"""Our Ed25519 verification: RFC 8032's examples, the crypto library's verdicts, whatever has a second spelling."""

import hashlib
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import connect_verify
from connect_verify import ORDER, P, is_signed
from ledger.keys import verify

RANDOM = random.Random(8032)

# RFC 8032 §7.1: secret key, message, public key, signature
EXAMPLES = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def signed(message: bytes, seed: bytes = bytes(range(32))) -> tuple[bytes, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.public_key().public_bytes_raw(), key.sign(message)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_standard(example: tuple[str, str, str, str]) -> None:
    _, message, public, signature = map(bytes.fromhex, example)
    assert is_signed(public, message, signature)
    assert not is_signed(public, message + b"\0", signature)


def test_it_agrees_with_the_crypto_library() -> None:
    for number in range(60):
        message = RANDOM.randbytes(number)
        public, signature = signed(message, RANDOM.randbytes(32))
        assert is_signed(public, message, signature)
        for at in (RANDOM.randrange(32), RANDOM.randrange(32, 64)):
            bad = signature[:at] + bytes((signature[at] ^ 1 << RANDOM.randrange(8),)) + signature[at + 1 :]
            assert not is_signed(public, message, bad)
            assert not verify(public, message, bad)
        other = RANDOM.randbytes(32)  # half of all strings are no point at all
        assert is_signed(other, message, signature) == verify(other, message, signature) is False


@pytest.mark.parametrize("size", [0, 31, 33, 63, 65])
def test_keys_and_signatures_of_another_length_are_refused(size: int) -> None:
    public, signature = signed(b"hello")
    assert not is_signed(public, b"hello", bytes(size))
    assert not is_signed(bytes(size), b"hello", signature)


def test_the_second_spelling_of_s_is_refused() -> None:
    public, signature = signed(b"hello")
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(public, b"hello", signature[:32] + s.to_bytes(32, "little"))


def small_order_keys() -> list[bytes]:
    """Each spelling, the non-canonical ones included, of the eight points whose order divides 8."""
    points = set()
    for start in range(40):  # some point, times the group's order, leaves its part of small order
        point = connect_verify.decode_point(hashlib.sha256(b"%d" % start).digest())
        if point is not None:
            points.add(connect_verify._encode_point(connect_verify._double_multiply(ORDER, point, 0, point)))
    assert len(points) == 8
    spellings = set(points)
    for data in points:
        number = int.from_bytes(data, "little")
        sign, y = number >> 255, number & (2**255 - 1)
        spellings |= {(n | s << 255).to_bytes(32, "little") for n in (y, y + P) if n < 2**255 for s in (0, 1, sign)}
    return sorted(spellings)


def test_small_order_keys_never_verify() -> None:
    """With R = A and S = 0, such a key signs one message in eight or more: that is what must not count."""
    accepted_without_the_check = 0
    for public in small_order_keys():
        for number in range(32):
            message = b"%d" % number
            for r in (public, (1).to_bytes(32, "little")):
                signature = r + bytes(32)
                assert not is_signed(public, message, signature)
                assert not verify(public, message, signature)
                accepted_without_the_check += _equation_holds(public, message, signature)
    assert accepted_without_the_check > 100


def _equation_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    point = connect_verify.decode_point(public)
    if point is None:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    product = connect_verify._double_multiply(0, point, k, connect_verify._negate(point))
    return connect_verify._encode_point(product) == signature[:32]


def test_a_key_or_r_beyond_the_field_is_refused() -> None:
    for y in (P, P + 1, P + 3, 2**255 - 1):
        data = y.to_bytes(32, "little")
        assert connect_verify.decode_point(data) is None
        assert not is_signed(data, b"", bytes(64))
