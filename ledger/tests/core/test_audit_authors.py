"""What the audit says of author signatures, of whose entries live where, and of erased bodies."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from ledger.core.audit_rows import MessageRow, Trust
from ledger.core.canonical import format_base64
from ledger.core.records import NO_ROOM, SYSTEM_AUTHOR, device_id
from ledger.tests.core.chains import ALICE, BOB, OTHER_ROOM, ROOM, Chain, codes, public
from ledger.tests.core.golden import verify

# Keys and signatures


def with_device(chain: Chain, author: UUID = BOB, name: str = "phone") -> bytes:
    chain.add("key.add", NO_ROOM, author, {"public": format_base64(public(name)), "label": name})
    return device_id(public(name))


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda chain: None, "device_unknown"),
        (lambda chain: with_device(chain, ALICE), "device_unknown"),
        (lambda chain: with_device(chain), None),
    ],
)
def test_a_signature_counts_by_a_key_of_its_author_alone(
    prepare: Callable[[Chain], object], code: str | None, sealed: bool
) -> None:
    chain = Chain()
    prepare(chain)
    chain.say(ROOM, BOB, "signed", device="phone")
    if sealed:
        chain.seal()
    assert codes(chain) == ([code] if code else [])


def test_a_signature_does_not_count_before_its_key_nor_after_its_revocation() -> None:
    chain = Chain()
    chain.say(ROOM, BOB, "too early", device="phone")
    device = with_device(chain)
    chain.say(ROOM, BOB, "in time", device="phone")
    chain.add("key.revoke", NO_ROOM, BOB, {"device": device.hex(), "reason": "lost"})
    chain.say(ROOM, BOB, "too late", device="phone")
    chain.seal()
    assert codes(chain) == ["device_unknown", "device_revoked"]


def test_a_key_that_the_verifier_refuses_signs_nothing() -> None:
    """Small-order keys: the callable says no whatever the signature."""
    chain = Chain()
    with_device(chain)
    chain.say(ROOM, BOB, "signed", device="phone")
    refused = public("phone")
    picky = Trust(chain.trust().vkey, chain.signed, lambda key, *rest: key != refused and verify(key, *rest))
    assert codes(chain, picky) == ["signature_bad"]


@pytest.mark.parametrize(("kind", "room"), [("key.add", ROOM), ("post", NO_ROOM)])
def test_keys_live_in_no_room_and_nothing_else_does(kind: str, room: UUID) -> None:
    chain = Chain()
    body: dict[str, Any] = (
        {"public": format_base64(public("phone")), "label": ""} if kind == "key.add" else {"text": ""}
    )
    chain.add(kind, room, BOB, body)
    assert codes(chain) == ["room_wrong"]


def test_the_systems_entries_are_not_signed_by_anybodys_key() -> None:
    chain = Chain()
    with_device(chain)
    chain.say(ROOM, SYSTEM_AUTHOR, "welcome")
    assert codes(chain) == []
    chain.say(ROOM, SYSTEM_AUTHOR, "welcome", device="phone")
    assert codes(chain) == ["device_unknown"]


# Erasure


def without_body(chain: Chain, row: MessageRow) -> None:
    place = next(place for place, other in enumerate(chain.messages) if other.id == row.id)
    chain.messages[place] = chain.messages[place]._replace(body=None, salt=None)


@pytest.mark.parametrize(
    ("room", "ref", "found"),
    [(ROOM, True, []), (OTHER_ROOM, True, ["body_missing"]), (ROOM, False, ["body_missing"])],
)
def test_a_missing_body_needs_an_erasure_that_names_it_in_its_room(room: UUID, ref: bool, found: list[str]) -> None:
    chain = Chain()
    row = chain.say(ROOM, ALICE, "secret")
    chain.add("erase", room, BOB, {"reason": ""}, ref=row.hash if ref else bytes(32))
    without_body(chain, row)
    assert codes(chain) == found
    chain.seal()
    assert codes(chain) == found


def test_an_erasure_recorded_before_does_not_excuse_a_missing_body() -> None:
    chain = Chain()
    row = chain.say(ROOM, ALICE, "secret")
    chain.add("erase", ROOM, BOB, {"reason": ""}, ref=row.hash)
    edit = chain.add("edit", ROOM, ALICE, {"text": "after"}, ref=row.hash)
    without_body(chain, edit)
    assert codes(chain) == ["body_missing"]


def test_each_version_of_an_erased_post_is_named_by_an_entry_of_its_own() -> None:
    chain = Chain()
    row = chain.say(ROOM, ALICE, "secret")
    edit = chain.add("edit", ROOM, ALICE, {"text": "still secret"}, ref=row.hash)
    chain.add("erase", ROOM, BOB, {"reason": ""}, ref=row.hash)
    without_body(chain, row)
    without_body(chain, edit)
    assert codes(chain) == ["body_missing"]
    chain.add("erase", ROOM, BOB, {"reason": ""}, ref=edit.hash)
    assert codes(chain) == []
