"""No request is the server's error, whatever its address, its parameters and its body: drawn at random, on every route.

`make test` asks each a few times; `make soak` asks a hundred times as often.
"""

import json
import random
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.models import User
from chat.membership.opening import create_room
from chat.models import Room
from chat.rooms import ensure_world
from chat.tests.entries import act, post
from connect.tests.people import as_
from ledger.blocks.genesis import ensure_genesis
from ledger.sealing import seal
from ledger.tests.sealed import assert_valid

_NAMES = """
access act after all archived at auth back ban before client_id code credential days digest e email emoji endpoint
expires file files from hash heads hold id keep kind language level limit login members name next note o on p p256dh
password password1 password2 people person q quiet_from quiet_to reason ref reply_to role room sent_ms seq since
size slug sound text theme timezone to topic until user username uses value
"""
NAMES = _NAMES.split()
_WORDS = """
0 -1 1 1.5 1e5 +1 1_000 9007199254740992 9223372036854775808 9999999999999999999999999 ٣ ² １２ é 😀 true null [] {} # %
%00 @bob x@y <script> ' "in from:@bob before:2026-99-99 2026-02-30 ../../etc/passwd
"""
VALUES = ["", " ", "\0", "\n", "\u202e", "in:# has: is:", "a" * 3000, "0" * 32, "f" * 64, *_WORDS.split()]
PARTS = [*VALUES[1:], "000", "000.p/2", "000.p/300", "0/000", "entries/000.p/2", "63/000", "0/" + "x001/" * 50 + "000"]
"""Of an address."""
DJANGOS_OWN = "admin/r/"
"""Leads from an object to its page, of which nothing here has one; answers an id that is no UUID with 500."""
BODIES = [b"", b"{", b"[]", b"null", b'{"a":1}', b'"x"', b"[" * 5000, b"\0", b"\xff\xfe--x\r\n"]
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-99",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "text/plain",
]


def find_routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each address with places for its parts, and their names."""
    for _, found in resolver.reverse_dict.lists():
        for possibilities, *_ in found:
            for address, names in possibilities:
                yield prefix + address, tuple(names)
    for deeper, namespace in resolver.namespace_dict.values():
        yield from find_routes(namespace, prefix + deeper)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("seed", "times"), [(0, 4), *(pytest.param(seed, 80, marks=pytest.mark.soak) for seed in range(1, 6))]
)
def test_no_request_is_the_servers_error(seed: int, times: int, alice: User, bob: User) -> None:
    chance = random.Random(seed)
    ensure_genesis()
    ensure_world()
    rooms = [create_room(bob, "Tea", "", Room.Access.PUBLIC), create_room(alice, "Plans", "", Room.Access.PRIVATE)]
    kept, gone = (post(text, bob, rooms[0].pk) for text in ("kept", "gone"))
    act("edit", kept, bob, text="mended")
    act("delete", gone, bob)
    seal()
    post("pending", bob, rooms[0].pk)
    real = {"slug": [room.slug for room in rooms], "leaf_hash": [bytes(row.hash).hex() for row in (kept, gone)]}
    errors = []
    routes = {route for route in find_routes(get_resolver()) if not route[0].startswith(DJANGOS_OWN)}
    for address, names in sorted(routes):
        clients = [as_(alice, raise_request_exception=False), as_(bob, raise_request_exception=False)]
        clients.append(Client(raise_request_exception=False))
        for _ in range(times):
            parts = {name: quote(chance.choice(real.get(name, PARTS)), safe="/") for name in names}
            path = "/" + address % parts + "?" + "&".join(f"{key}={quote(value)}" for key, value in draw(chance))
            client = chance.choice(clients)
            match chance.choice(["get", "get", "form", "json", "bytes"]):
                case "get":
                    answer = client.get(path)
                case "form":
                    answer = client.post(path, dict(draw(chance)))
                case "json":
                    answer = client.post(path, json.dumps(dict(draw(chance))), content_type="application/json")
                case _:
                    answer = client.generic("POST", path, chance.choice(BODIES), content_type=chance.choice(TYPES))
            if answer.status_code >= 500:
                errors.append((answer.status_code, answer.request["REQUEST_METHOD"], path))
    assert errors == []
    assert_valid()


def draw(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Half of the names, each with a value."""
    return ((name, chance.choice(VALUES)) for name in NAMES if chance.random() < 0.5)
