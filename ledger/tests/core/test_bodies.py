"""Bodies and commitments: exactly the keys of the kind, and every byte under the hash."""

import hashlib
from typing import Any

import pytest

from ledger.core.bodies import check_body, commit_body, commit_file
from ledger.core.canonical import MAX_INT
from ledger.core.errors import BodyError
from ledger.core.statements import KIND_BYTES
from ledger.tests.core.golden import corruptions

FILE = {"name": "a.png", "type": "image/png", "size": 3, "commitment": "ab" * 32}
ROOM = {"name": "World", "topic": "", "access": "open"}
PUBLIC = "A" * 43 + "="
GOOD: dict[str, Any] = {
    "post": {"text": "hello"},
    "edit": {"text": ""},
    "delete": None,
    "react": {"emoji": "👍"},
    "unreact": {"emoji": "👍"},
    "erase": {"reason": "asked for"},
    "room.create": ROOM,
    "room.update": ROOM,
    "member.join": {"member": "0" * 32},
    "member.leave": {"member": "0" * 32},
    "member.remove": {"member": "0" * 32},
    "key.add": {"public": PUBLIC, "label": "phone"},
    "key.revoke": {"device": "ab" * 32, "reason": "lost"},
}
WRONG_VALUES: list[Any] = [None, 1, True, ["a"], {}, b"a"]


def test_every_kind_has_an_example_here() -> None:
    assert GOOD.keys() == KIND_BYTES.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_a_body_of_its_kind_passes_and_of_a_stranger_not(kind: str) -> None:
    check_body(kind, GOOD[kind])
    for other, body in GOOD.items():
        if (body or {}).keys() != (GOOD[kind] or {}).keys():
            with pytest.raises(BodyError):
                check_body(kind, GOOD[other])


@pytest.mark.parametrize("kind", GOOD)
def test_a_key_more_or_less_or_of_another_type_is_refused(kind: str) -> None:
    good = GOOD[kind] or {}
    wrong = [{**good, "more": "a"}, "text", [good], 1]
    wrong += [{k: v for k, v in good.items() if k != key} for key in good]
    wrong += [{**good, key: value} for key in good for value in WRONG_VALUES]
    wrong += [{}] if good else [good]
    wrong += [None] if GOOD[kind] else []
    for body in wrong:
        with pytest.raises(BodyError):
            check_body(kind, body)


@pytest.mark.parametrize("kind", ["post", "edit"])
def test_files_are_exact(kind: str) -> None:
    check_body(kind, {"text": "", "files": [FILE]})
    check_body(kind, {"text": "", "files": [FILE, {**FILE, "size": 0}, {**FILE, "size": MAX_INT}]})
    wrong: list[Any] = [None, [], {}, "a", [None], ["a"], [{}], [FILE, {}], [{**FILE, "more": 1}]]
    wrong += [[{**FILE, key: value}] for key in FILE for value in WRONG_VALUES if (key, value) != ("size", 1)]
    wrong += [[{**FILE, "size": size}] for size in (-1, MAX_INT + 1, 1.0)]
    wrong += [[{**FILE, "commitment": text}] for text in ("", "AB" * 32, "ab" * 31)]
    for files in wrong:
        with pytest.raises(BodyError):
            check_body(kind, {"text": "", "files": files})


def test_only_messages_have_files() -> None:
    with pytest.raises(BodyError):
        check_body("react", {"emoji": "👍", "files": [FILE]})


@pytest.mark.parametrize(
    ("kind", "key", "texts"),
    [
        ("member.join", "member", ["", "A" * 32, "0" * 31, "00000000-0000-0000-0000-000000000000"]),
        ("key.add", "public", ["", "A" * 44, "A" * 42 + "B=", "A" * 43, "AAAA"]),
        ("key.revoke", "device", ["", "AB" * 32, "ab" * 33]),
    ],
)
def test_ids_and_keys_have_one_spelling(kind: str, key: str, texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(BodyError):
            check_body(kind, {**GOOD[kind], key: text})


@pytest.mark.parametrize("kind", ["", "Post", "genesis", "block", "member"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(BodyError):
        check_body(kind, None)


def test_commitments_are_the_formulas_of_the_spec() -> None:
    salt = bytes(range(32))
    assert commit_body(salt, b"{}") == hashlib.sha256(b"connect-body/v1\n" + salt + b"{}").digest()
    assert commit_file(salt, [b"{", b"", b"}"]) == hashlib.sha256(b"connect-file/v1\n" + salt + b"{}").digest()
    assert commit_file(salt, []) == hashlib.sha256(b"connect-file/v1\n" + salt).digest()
    assert commit_file(salt, [b"{}"]) != commit_body(salt, b"{}")


def test_every_byte_of_salt_and_body_is_committed_to() -> None:
    salt, body = bytes(range(32)), b'{"text":"hello"}'
    commitment = commit_body(salt, body)
    assert all(commit_body(salt, other) != commitment for other in corruptions(body))
    assert all(commit_body(other, body) != commitment for other in corruptions(salt) if len(other) == 32)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(BodyError):
        commit_body(bytes(size), b"{}")
    with pytest.raises(BodyError):
        commit_file(bytes(size), [])
