"""The public log, proofs and receipts over HTTP: what is shown, to whom, and that it proves what it says."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.core.checkpoints import Checkpoint
from ledger.core.merkle import leaf_hash, root_hash
from ledger.core.notes import open_note, parse_note
from ledger.core.proofs import check_consistency
from ledger.keys import verify
from ledger.models import Block, Message
from ledger.recording.batches import record_batch
from ledger.sealing import seal
from ledger.tests.builders import draft, post, small_chain
from ledger.tests.log.reading import ORIGIN, cosign, fetch, log_key, opened
from ledger.tests.tampering import read_everything, run, set_column, write_everything

pytestmark = pytest.mark.django_db(transaction=True)


def entries(client: Client, path: str) -> list[bytes]:
    """The leaf data of a bundle."""
    bundle, found = fetch(client, f"tile/entries/{path}"), []
    while bundle:
        size = int.from_bytes(bundle[:2])
        found.append(bundle[2 : 2 + size])
        bundle = bundle[2 + size :]
    return found


def fill(leaves: int) -> None:
    """A chain of so many leaves, the last in a block of its own."""
    small_chain(messages=12, rooms=2, blocks=2, pending=0)
    record_batch([draft(f"post {number}") for number in range(leaves - 18)])
    seal()
    post("the last")
    seal()


# Checkpoint, tiles, entries


def test_the_newest_checkpoint_is_signed_by_the_logs_key(visitor: Client) -> None:
    made = small_chain(blocks=2)
    tip = made.blocks[-1]
    assert opened(visitor) == Checkpoint(ORIGIN, tip.tree_size, bytes(tip.root))
    assert "no-store" in visitor.get("/log/checkpoint")["Cache-Control"]


def test_the_checkpoint_carries_its_cosignatures(visitor: Client) -> None:
    small_chain(blocks=2)
    witness = cosign(2)
    note = parse_note(fetch(visitor, "checkpoint").decode())
    assert len(open_note(note, [log_key(visitor), witness], verify)) == 2


def test_before_anything_is_signed_there_is_nothing(visitor: Client) -> None:
    for path in ("checkpoint", "key", "tile/0/000.p/1", "tile/entries/000.p/1"):
        assert visitor.get(f"/log/{path}").status_code == 404


def test_tiles_and_entries_rebuild_the_root(visitor: Client) -> None:
    fill(300)
    tree = opened(visitor)
    assert tree.size == 300
    leaves = entries(visitor, "000") + entries(visitor, "001.p/44")
    assert {len(leaf) for leaf in leaves} == {34}
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert b"".join(hashes) == fetch(visitor, "tile/0/000") + fetch(visitor, "tile/0/001.p/44")
    assert root_hash(hashes) == tree.root
    assert fetch(visitor, "tile/1/000.p/1") == root_hash(hashes[:256])


@pytest.mark.parametrize("path", ["0/000", "0/000.p/17", "0/001.p/44", "1/000.p/1", "entries/000", "entries/001.p/3"])
def test_what_is_shown_once_is_cacheable_for_ever(visitor: Client, path: str) -> None:
    fill(300)
    before = visitor.get(f"/log/tile/{path}")
    assert before["Cache-Control"] == "public, max-age=31536000, immutable"
    assert before["Content-Type"] == "application/octet-stream"
    post()
    seal()
    assert fetch(visitor, f"tile/{path}") == before.content


@pytest.mark.parametrize(
    "path",
    [
        *("0/001", "0/001.p/45", "1/000", "1/000.p/2", "2/000.p/1", "entries/001", "entries/001.p/45", "0/002.p/1"),
        *("0/0", "0/0000", "00/000", "0/000.p/256", "0/000.p/0", "0/000.p/01", "64/000", "x/000", "0/x000/000"),
        "63/x009/x007/x199/x254/x740/991",
        pytest.param("0/" + "x001/" * 1500 + "000", id="a number of 4,503 digits"),
    ],
)
def test_a_tile_that_is_not_whole_yet_or_no_tile_is_not_found(visitor: Client, path: str) -> None:
    fill(300)
    response = visitor.get(f"/log/tile/{path}")
    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")


def test_nothing_is_shown_beyond_the_signed_checkpoint(visitor: Client) -> None:
    made = small_chain(messages=12, blocks=3, pending=0)
    signed = made.blocks[2].tree_size
    set_column(Block, 3, "checkpoint", None)
    assert opened(visitor).size == signed
    assert visitor.get(f"/log/tile/0/000.p/{signed}").status_code == 200
    for kind in ("0", "entries"):
        assert visitor.get(f"/log/tile/{kind}/000.p/{signed + 1}").status_code == 404
    refused = visitor.get(f"/log/proof/consistency?from=1&to={signed + 1}")
    assert (refused.status_code, refused.json()["code"], type(refused.json()["detail"])) == (404, "not_found", str)


# Consistency


def test_every_two_signed_trees_are_proved_consistent(visitor: Client) -> None:
    made = small_chain(messages=20, blocks=6, pending=0)
    for old in made.blocks:
        for new in made.blocks[old.height :]:
            told = visitor.get(f"/log/proof/consistency?from={old.tree_size}&to={new.tree_size}").json()
            assert told.keys() == {"from", "to", "proof"}
            proof = [bytes.fromhex(hash_) for hash_ in told["proof"]]
            check_consistency(old.tree_size, bytes(old.root), new.tree_size, bytes(new.root), proof)


@pytest.mark.parametrize("query", ["", "?from=1", "?from=0&to=1", "?from=2&to=1", "?from=01&to=2", "?from=a&to=2"])
def test_a_proof_of_nothing_is_a_bad_request(visitor: Client, query: str) -> None:
    small_chain()
    refused = visitor.get(f"/log/proof/consistency{query}")
    assert (refused.status_code, refused.json()["code"], type(refused.json()["detail"])) == (400, "bad_request", str)


# Cost and methods


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("checkpoint", 2),
        ("tile/0/000.p/9", 2),
        ("tile/entries/000.p/9", 4),
        ("proof/consistency?from=3&to=9", 2),
        ("key", 1),
    ],
)
def test_each_answer_costs_the_same_queries_however_long_the_log(visitor: Client, path: str, most: int) -> None:
    small_chain(messages=12, blocks=2)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            fetch(visitor, path)
        assert len(queries) == most
        for _ in range(3):
            post()
            seal()


@pytest.mark.parametrize("path", ["checkpoint", "key", "tile/0/000.p/1", "proof/consistency", "receipt/" + "0" * 64])
def test_the_log_is_only_read(path: str) -> None:
    """A program that has no CSRF token is told so, too."""
    response = Client(enforce_csrf_checks=True).post(f"/log/{path}")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("value", ["'x'", "CAST(x'ff' AS TEXT)"])
def test_a_row_that_holds_what_no_column_may_is_answered_with_a_sentence(member: Client, value: str) -> None:
    if connection.vendor != "sqlite":  # the only one that takes any value in any column
        return
    small_chain(messages=1, blocks=1)
    row = Message.objects.sealed()[0]
    tampered = [
        (Message, "hash", ["/get_chain"]),
        (Message, "body_commitment", ["/log/tile/entries/000.p/3", f"/log/receipt/{bytes(row.hash).hex()}"]),
        (Block, "checkpoint", ["/get_chain", "/log/checkpoint"]),
        (Block, "tree_size", ["/get_chain", "/log/tile/0/000.p/3", "/log/proof/consistency?from=1&to=3"]),
    ]
    for model, column, addresses in tampered:
        end = "max" if model is Block else "min"
        rows = read_everything()
        table = model._meta.db_table
        run(f"UPDATE {table} SET {column} = {value} WHERE rowid IN (SELECT {end}(rowid) FROM {table})", [])
        for address in addresses:
            response = member.get(address)  # the client raises what a view does
            assert response.status_code in (200, 404) or response.json()["code"] == "corrupt", (column, address)
        write_everything(rows)
