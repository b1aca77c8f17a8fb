"""The whole of ledger-v1.json, byte for byte: what every part of Connect agrees on."""

import hashlib
from typing import Any

import pytest

from ledger.core.bodies import check_body, commit_body
from ledger.core.canonical import encode_canonical, format_base64, parse_canonical
from ledger.core.checkpoints import (
    Checkpoint,
    format_checkpoint,
    format_receipt,
    parse_checkpoint,
    parse_receipt,
)
from ledger.core.headers import block_hash, check_link, encode_header, meets_target, parse_header
from ledger.core.merkle import append_leaves, leaf_hash, root_from_tiles, root_hash
from ledger.core.notes import format_note, format_vkey, open_note, parse_note, sign_note
from ledger.core.proofs import check_consistency, check_inclusion, plan_consistency, plan_inclusion
from ledger.core.receipts import encode_extra, parse_extra
from ledger.core.records import (
    block_leaf_data,
    device_id,
    encode_record,
    genesis_leaf_data,
    parse_record,
    record_leaf_data,
    statement_signing_input,
)
from ledger.core.tilepaths import parse_tile_path, tile_path
from ledger.core.work import search
from ledger.tests.core.golden import BLOCKS, GOLDEN, LEAF_HASHES, LOG_VKEY, MESSAGES, ORIGIN, WITNESS_VKEY, sign, verify

TREE: dict[str, Any] = GOLDEN["tree"]
TREE_LEAVES = [leaf_hash(b"\x01\x10" + hashlib.sha256(i.to_bytes(4)).digest()) for i in range(600)]


def test_genesis() -> None:
    genesis = GOLDEN["genesis"]
    assert encode_canonical(genesis) == GOLDEN["genesis_jcs"].encode()
    leaf_data = genesis_leaf_data(genesis["log"], genesis["created_ms"], genesis["min_bits"], genesis["key"])
    assert leaf_data.hex() == GOLDEN["leaf_data"][0]
    assert genesis["key"] == GOLDEN["log_vkey"] == format_vkey(LOG_VKEY)


@pytest.mark.parametrize("message", MESSAGES)
def test_message(message: dict[str, Any]) -> None:
    statement = message["record"]["statement"]
    check_body(statement["kind"], message["body"])
    if message["body"] is None:
        assert statement["body"] is None
    else:
        body_jcs = encode_canonical(message["body"])
        assert body_jcs == message["body_jcs"].encode()
        assert parse_canonical(body_jcs) == message["body"]
        assert commit_body(bytes.fromhex(message["salt"]), body_jcs).hex() == statement["body"]
    record = parse_record(message["record"])
    assert record == parse_record(message["record_jcs"].encode())
    assert encode_record(record) == message["record_jcs"].encode()
    assert record_leaf_data(record).hex() == message["leaf_data"]
    assert leaf_hash(record_leaf_data(record)).hex() == message["leaf_hash"]


def test_the_signed_message_is_signed_by_the_device() -> None:
    public = bytes.fromhex(GOLDEN["device_public"])
    signed = [record for record in map(parse_record, (m["record"] for m in MESSAGES)) if record.signature]
    assert len(signed) == 1
    assert signed[0].statement.device == device_id(public)
    assert verify(public, statement_signing_input(signed[0].statement), signed[0].signature or b"")


def test_messages_are_linked_in_their_rooms() -> None:
    heads: dict[str, tuple[int, str]] = {}
    for message in MESSAGES:
        record = message["record"]
        seq, previous = heads.get(record["statement"]["room"], (0, bytes(32).hex()))
        assert (record["room_seq"], record["previous"]) == (seq + 1, previous)
        heads[record["statement"]["room"]] = seq + 1, message["leaf_hash"]


@pytest.mark.parametrize("block", BLOCKS)
def test_block(block: dict[str, Any]) -> None:
    data = bytes.fromhex(block["header"])
    header = parse_header(data, ORIGIN)
    assert encode_header(header) == data
    assert block_hash(data).hex() == block["hash"]
    assert (header.height, header.nonce, header.tree_size) == (block["height"], block["nonce"], block["tree_size"])
    assert header.root.hex() == block["root"]
    assert meets_target(block_hash(data), header.bits)
    assert search(data[:144], header.bits, 0, header.nonce + 1) == header.nonce
    before = [parse_header(bytes.fromhex(other["header"]), ORIGIN) for other in BLOCKS[: header.height]]
    check_link(before[-1] if before else None, header, GOLDEN["genesis"]["min_bits"])


@pytest.mark.parametrize("block", BLOCKS)
def test_block_seals_its_leaves(block: dict[str, Any]) -> None:
    size = block["tree_size"]
    assert root_hash(LEAF_HASHES[:size]).hex() == block["root"]
    assert root_from_tiles(size, append_leaves(0, {}, LEAF_HASHES[:size])).hex() == block["root"]
    if size < len(LEAF_HASHES):
        assert block_leaf_data(bytes.fromhex(block["header"])).hex() == GOLDEN["leaf_data"][size]


@pytest.mark.parametrize("block", BLOCKS)
def test_checkpoint_with_its_signature(block: dict[str, Any]) -> None:
    checkpoint = Checkpoint(ORIGIN, block["tree_size"], bytes.fromhex(block["root"]))
    assert format_note(sign_note(format_checkpoint(checkpoint), LOG_VKEY, sign)) == block["checkpoint"]
    note = parse_note(block["checkpoint"])
    assert format_note(note) == block["checkpoint"]
    assert parse_checkpoint(note.body) == checkpoint
    assert [signature.name for signature in open_note(note, [LOG_VKEY], verify)] == [ORIGIN]


def test_cosigned_checkpoint() -> None:
    note = parse_note(GOLDEN["cosigned_checkpoint"])
    assert format_note(note) == GOLDEN["cosigned_checkpoint"]
    assert format_vkey(WITNESS_VKEY) == GOLDEN["witness_vkey"]
    names = [signature.name for signature in open_note(note, [LOG_VKEY, WITNESS_VKEY], verify)]
    assert names == [ORIGIN, "witness.example/w1"]


def test_receipt_from_body_to_signature() -> None:
    receipt = parse_receipt(GOLDEN["receipt"])
    assert format_receipt(receipt) == GOLDEN["receipt"]
    extra = parse_extra(receipt.extra)
    assert encode_extra(extra) == receipt.extra
    assert extra.salt is not None
    assert commit_body(extra.salt, encode_canonical(extra.body)) == extra.record.statement.body
    note = parse_note(receipt.checkpoint_note)
    checkpoint = parse_checkpoint(note.body)
    leaf = leaf_hash(record_leaf_data(extra.record))
    check_inclusion(leaf, receipt.index, checkpoint.size, receipt.proof, checkpoint.root)
    header = parse_header(extra.header, checkpoint.origin)
    assert (header.height, header.tree_size, header.root) == (extra.height, checkpoint.size, checkpoint.root)
    assert meets_target(block_hash(extra.header), header.bits)
    assert open_note(note, [LOG_VKEY], verify)


def test_receipt_is_what_a_log_of_these_leaves_hands_out() -> None:
    receipt = parse_receipt(GOLDEN["receipt"])
    size = BLOCKS[1]["tree_size"]
    plan = plan_inclusion(receipt.index, size)
    assert tuple(plan.assemble(append_leaves(0, {}, LEAF_HASHES[:size]))) == receipt.proof
    assert receipt.checkpoint_note == BLOCKS[1]["checkpoint"]
    assert f"extra {format_base64(receipt.extra)}\n" in GOLDEN["receipt"]


@pytest.mark.parametrize(("size", "root"), TREE["roots"].items())
def test_root(size: str, root: str) -> None:
    leaves = TREE_LEAVES[: int(size)]
    assert root_hash(leaves).hex() == root
    assert root_from_tiles(int(size), append_leaves(0, {}, leaves)).hex() == root


@pytest.mark.parametrize("case", TREE["inclusion"])
def test_inclusion_proof(case: dict[str, Any]) -> None:
    index, size = case["index"], case["size"]
    proof = plan_inclusion(index, size).assemble(append_leaves(0, {}, TREE_LEAVES))
    assert [sibling.hex() for sibling in proof] == case["proof"]
    check_inclusion(TREE_LEAVES[index], index, size, proof, root_hash(TREE_LEAVES[:size]))


@pytest.mark.parametrize("case", TREE["consistency"])
def test_consistency_proof(case: dict[str, Any]) -> None:
    old, new = case["from"], case["to"]
    proof = plan_consistency(old, new).assemble(append_leaves(0, {}, TREE_LEAVES))
    assert [sibling.hex() for sibling in proof] == case["proof"]
    check_consistency(old, root_hash(TREE_LEAVES[:old]), new, root_hash(TREE_LEAVES[:new]), proof)


@pytest.mark.parametrize("case", TREE["tile_paths"])
def test_tile_path(case: dict[str, Any]) -> None:
    assert tile_path(case["level"], case["index"], case["width"]) == case["path"]
    assert parse_tile_path(case["path"]) == (case["level"], case["index"], case["width"])


def test_no_vector_is_left_out() -> None:
    tested = {"genesis", "genesis_jcs", "leaf_data", "messages", "blocks", "cosigned_checkpoint", "receipt", "tree"}
    keys = {"origin", "log_vkey", "log_seed", "device_public", "witness_vkey"}
    assert GOLDEN.keys() == tested | keys | {"about"}
    assert TREE.keys() == {"leaf_rule", "roots", "inclusion", "consistency", "tile_paths"}
