"""The explorer: everyone sees that something was said and can check it; nobody sees what, who or where."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger import validity
from ledger.blocks.genesis import ensure_genesis
from ledger.core.tilepaths import TILE_WIDTH
from ledger.explorer import views as explorer
from ledger.models import Block, Message, Tile
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.tampering import read_everything, run, write_everything
from ledger.validity import forget_validity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_answer_of_another_test() -> None:
    forget_validity()


def page(client: Client, address: str = "/chain/") -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def whole_page(client: Client) -> list[str]:
    """Every page of the explorer that the chain has."""
    heights = Block.objects.values_list("height", flat=True)
    return [
        page(client),
        page(client, "/chain/live/"),
        *(page(client, f"/chain/blocks/{height}/") for height in heights),
    ]


def test_the_first_page_shows_the_tip_the_difficulty_what_waits_and_the_last_audit(client: Client) -> None:
    chain = small_chain(pending=3)
    shown = page(client)
    assert 'href="/chain/blocks/2/">Block 2</a>' in shown
    assert "8 bits" in shown
    assert "about 256 attempts" in shown
    assert re.search(r"<dt>Waiting</dt><dd>3</dd>", shown)
    assert "Valid</span>" in shown
    for block in chain.blocks:
        assert bytes(block.hash).hex() in shown
        assert f'data-height="{block.height}"' in shown


def test_a_fault_is_said_aloud(client: Client) -> None:
    chain = small_chain()
    Message.objects.filter(pk=chain.messages[3].pk).update(sent_ms=1)
    shown = page(client)
    assert 'role="alert">Not valid' in shown


def test_the_ribbon_ends_with_the_forming_block(client: Client) -> None:
    small_chain(pending=4)
    boxes = re.findall(r"ribbon__block--(\w+)", page(client).partition("<svg")[2])
    assert boxes == ["sealed", "sealed", "tip", "forming"]
    assert "Forming: 4 entries" in page(client)


def test_no_page_shows_a_text_an_author_a_room_or_a_client_id(client: Client) -> None:
    room, author = uuid4(), uuid4()
    ensure_genesis()
    message = post("a secret sentence", room=room, author=author)
    seal()
    waiting = post("another secret sentence", room=room, author=author)
    found = [page(client, f"/chain/?q={bytes(row.hash).hex()}") for row in (waiting,)]
    for shown in [*whole_page(client), *found]:
        for secret in ("secret", message.client_id.hex, room.hex, author.hex, str(room), str(author), "post"):
            assert secret not in shown
        for hidden in (message.salt, message.body_commitment):
            assert hidden is not None
            assert bytes(hidden).hex() not in shown


def test_a_block_lists_each_of_its_leaves(client: Client) -> None:
    small_chain()
    tile = bytes(Tile.objects.get(level=0, index=0).hashes)
    leaves = [tile[at : at + 32].hex() for at in range(0, len(tile), 32)]
    assert len(leaves) < TILE_WIDTH
    shown = []
    for block in Block.objects.order_by("height"):
        rows = re.findall(r'id="entry-(\d+)".*?</tr>', page(client, f"/chain/blocks/{block.height}/"), re.DOTALL)
        shown += [int(index) for index in rows]
        for index in map(int, rows):
            short = f'<code title="{leaves[index]}">{leaves[index][:8]}'
            assert short in page(client, f"/chain/blocks/{block.height}/")
    assert shown == list(range(len(leaves)))


def test_entries_show_their_family(client: Client) -> None:
    small_chain()
    assert re.findall(r"<td>(genesis|block|room|key|message)</td>", page(client, "/chain/blocks/0/")) == ["genesis"]
    families = re.findall(r"<td>(genesis|block|room|key|message)</td>", page(client, "/chain/blocks/1/"))
    assert families[0] == "block"  # What follows may be of one moment, and then comes in any order.
    assert [families.count(family) for family in ("genesis", "block", "key", "room")] == [0, 1, 1, 3]
    assert families.count("message") == len(families) - 5 > 0


def test_a_block_of_many_entries_has_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "ENTRIES_A_PAGE", 4)
    ensure_genesis()
    for number in range(9):
        post(str(number))
    seal()
    seen, address = [], "/chain/blocks/1/"
    while address:
        shown = page(client, address)
        seen += re.findall(r'id="entry-(\d+)"', shown)
        following = re.search(r'href="(\?from=\d+)#entries-title">Later', shown)
        address = f"/chain/blocks/1/{following[1]}" if following else ""
    assert seen == [str(index) for index in range(1, 11)]
    assert 'href="?from=5#entries-title"' in page(client, "/chain/blocks/1/?from=9")


def test_older_blocks_follow_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "BLOCKS_A_PAGE", 3)
    small_chain(blocks=7)
    seen, address = [], "/chain/"
    while address:
        shown = page(client, address)
        seen += [int(height) for height in re.findall(r'data-height="(\d+)"', shown)]
        following = re.search(r'href="(/chain/\?before=\d+)">Older', shown)
        address = following[1] if following else ""
    assert seen == list(range(7, -1, -1))


def test_an_unsigned_block_is_shown_to_nobody(client: Client) -> None:
    small_chain()
    tip = Block.objects.latest("height")
    Block.objects.filter(pk=tip.pk).update(checkpoint=None)
    for shown in (page(client), page(client, "/chain/live/")):
        assert bytes(tip.hash).hex() not in shown
    assert "Nothing in the log." in page(client, f"/chain/?q={bytes(tip.hash).hex()}")
    assert client.get(f"/chain/blocks/{tip.height}/").status_code == 404
    assert client.get("/chain/blocks/1/").status_code == 200
    assert f"/chain/blocks/{tip.height}/" not in page(client, "/chain/blocks/1/")


def test_search_by_height_index_and_hash(client: Client) -> None:
    chain = small_chain()
    block, message = chain.blocks[1], chain.messages[5]
    assert message.leaf_index is not None
    whole = bytes(block.hash).hex()
    assert client.get(f"/chain/?q={whole}").headers["Location"] == "/chain/blocks/1/"
    assert client.get(f"/chain/?q=0x{whole[:20].upper()}").headers["Location"] == "/chain/blocks/1/"
    entry = f"/chain/blocks/{message.block_id}/?from={message.leaf_index}#entry-{message.leaf_index}"
    assert client.get(f"/chain/?q={bytes(message.hash).hex()}").headers["Location"] == entry
    both = page(client, "/chain/?q=2")
    assert 'href="/chain/blocks/2/">Block 2</a>' in both
    assert "#entry-2" in both


def test_search_finds_what_still_waits_and_says_when_nothing_is_there(client: Client) -> None:
    waiting = small_chain().messages[-1]
    assert "waiting for the next block" in page(client, f"/chain/?q={bytes(waiting.hash).hex()}")
    for nothing in ("hello", "zz", "f" * 64, "99999", "9" * 40, "<script>alert(1)</script>"):
        shown = client.get("/chain/", {"q": nothing}).content.decode()
        assert "Nothing in the log." in shown
        assert "<script>alert" not in shown


def test_whatever_was_looked_for_leads_back_to_the_newest_blocks(client: Client) -> None:
    small_chain()
    for address in ("/chain/?q=2", "/chain/?q=hello", "/chain/?before=2", "/chain/?before=0"):
        assert "Newest blocks</a>" in page(client, address)
    assert "Newest blocks</a>" not in page(client)


def test_a_log_that_has_not_begun_is_no_error(client: Client) -> None:
    assert "No block yet" in page(client)
    assert "No block yet" in page(client, "/chain/live/")
    assert "Nothing in the log." in page(client, "/chain/?q=1")
    assert client.get("/chain/blocks/0/").status_code == 404


@pytest.mark.parametrize(
    "address", ["/chain/?before=x", "/chain/?before=-1", "/chain/blocks/1/?from=x", "/chain/blocks/1/?from=999"]
)
def test_odd_numbers_in_an_address_do_no_harm(client: Client, address: str) -> None:
    small_chain()
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("height", [99, 2**53, 10**30])
def test_a_block_beyond_the_tip_is_not_found(client: Client, height: int) -> None:
    small_chain()
    assert client.get(f"/chain/blocks/{height}/").status_code == 404


@pytest.mark.parametrize("address", ["/chain/", "/chain/live/", "/chain/blocks/1/"])
def test_the_explorer_is_for_reading(client: Client, address: str) -> None:
    small_chain()
    assert client.post(address).status_code == 405


def test_damaged_rows_are_shown_as_damaged(client: Client) -> None:
    chain = small_chain()
    gone = next(message for message in chain.messages if message.block_id == 1)
    Message.objects.filter(pk=gone.pk).delete()
    assert "missing" in page(client, "/chain/blocks/1/")
    Block.objects.filter(pk=1).update(bits=300)
    assert "not readable" in page(client, "/chain/blocks/1/")
    assert client.get("/chain/blocks/2/").status_code == 200


@pytest.mark.parametrize("address", ["/chain/", "/chain/live/", "/chain/?before=2", "/chain/blocks/1/", "/chain/?q=1"])
def test_a_page_costs_the_same_queries_however_long_the_chain(
    client: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validity, "FRESH_S", 600.0)  # the audit's own cost is bounded elsewhere
    small_chain()
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(30):
        post(str(number), room=uuid4())
        seal()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few) <= 5


@pytest.mark.parametrize("value", ["'x'", "CAST(x'ff' AS TEXT)", "1000000000000"])
def test_a_row_that_holds_what_no_column_may_is_said_to_by_a_page(client: Client, value: str) -> None:
    if connection.vendor != "sqlite":  # the only one that takes any value in any column
        return
    small_chain(messages=1, blocks=1)
    columns = [(Message, "hash"), *((Block, column) for column in ("hash", "root", "tree_size", "bits", "checkpoint"))]
    seen = set()
    for model, column in columns:
        rows = read_everything()
        table = model._meta.db_table
        run(f"UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT max(rowid) FROM {table})", [])
        for address in ("/chain/", "/chain/live/", "/chain/blocks/1/"):
            response = client.get(address)  # the client raises what a view does
            seen.add(response.status_code)
            assert response.status_code == 200 or "A stored row is not what was recorded" in response.content.decode()
        write_everything(rows)
    assert seen == {200, 503}
