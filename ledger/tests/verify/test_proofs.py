"""A thousand random proofs: the core that makes them, connect_verify and the browser's code agree on each of them.

Sizes are 1, 2, each 2^k − 1, 2^k and 2^k + 1, and random ones up to 66,000. For each sound proof there is a broken one.
"""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

import connect_verify
from connect.tests.node import NODE
from ledger.core import proofs
from ledger.core.errors import LedgerFormatError
from ledger.core.merkle import append_leaves, root_from_tiles
from ledger.core.tilepaths import tile_path
from ledger.tests.core.trees import LEAVES

COUNT = 1_000
RANDOM = random.Random(9162)
EDGES = [1, 2] + [size for k in range(2, 17) for size in (2**k - 1, 2**k, 2**k + 1)]
TILES = append_leaves(0, {}, LEAVES)
Case = dict[str, Any]


def root(size: int) -> str:
    return root_from_tiles(size, TILES).hex()


def inclusion(index: int, size: int) -> Case:
    proof = [hash_.hex() for hash_ in proofs.plan_inclusion(index, size).assemble(TILES)]
    leaf = LEAVES[index].hex()
    return {"kind": "inclusion", "leaf": leaf, "index": index, "size": size, "proof": proof, "root": root(size)}


def consistency(old: int, size: int) -> Case:
    proof = [hash_.hex() for hash_ in proofs.plan_consistency(old, size).assemble(TILES)]
    roots = {"oldRoot": root(old), "root": root(size)}
    return {"kind": "consistency", "old": old, "size": size, "proof": proof, **roots}


def broken(case: Case) -> Case:
    """The case with one thing changed: a hash, the order, the length, a place, a size."""
    proof, number = list(case["proof"]), RANDOM.randrange(6)
    if number == 0 and proof:
        at = RANDOM.randrange(len(proof))
        return case | {"proof": [*proof[:at], _flip(proof[at]), *proof[at + 1 :]]}
    if number == 1 and len(set(proof)) > 1:
        return case | {"proof": proof[::-1]} if proof != proof[::-1] else case | {"proof": proof[1:]}
    if number == 2 and proof:
        return case | {"proof": proof[:-1]}
    if number == 3:
        return case | {"proof": [*proof, proof[0] if proof else case["root"]]}
    if number == 4:
        key = "index" if case["kind"] == "inclusion" else "old"
        return case | {key: case[key] + 1}
    key = RANDOM.choice(["root", "leaf" if case["kind"] == "inclusion" else "oldRoot"])
    return case | {key: _flip(case[key])}


def _flip(hash_: str) -> str:
    at = RANDOM.randrange(64)
    return hash_[:at] + RANDOM.choice([digit for digit in "0123456789abcdef" if digit != hash_[at]]) + hash_[at + 1 :]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """COUNT sound ones, then as many broken ones."""
    sizes = EDGES + [RANDOM.randrange(1, len(LEAVES)) for _ in range(COUNT // 2 - len(EDGES))]
    sound = [inclusion(RANDOM.randrange(size), size) for size in sizes]
    sound += [consistency(RANDOM.randrange(1, size + 1), size) for size in sizes]
    assert len(sound) == COUNT
    return sound + [broken(case) for case in sound]


def by_core(case: Case) -> bool:
    proof = [bytes.fromhex(hash_) for hash_ in case["proof"]]
    root_ = bytes.fromhex(case["root"])
    try:
        if case["kind"] == "inclusion":
            proofs.check_inclusion(bytes.fromhex(case["leaf"]), case["index"], case["size"], proof, root_)
        else:
            proofs.check_consistency(case["old"], bytes.fromhex(case["oldRoot"]), case["size"], root_, proof)
    except LedgerFormatError:
        return False
    return True


def by_connect_verify(case: Case) -> bool:
    proof = [bytes.fromhex(hash_) for hash_ in case["proof"]]
    root_ = bytes.fromhex(case["root"])
    try:
        if case["kind"] == "inclusion":
            leaf = bytes.fromhex(case["leaf"])
            return connect_verify.inclusion_root(leaf, case["index"], case["size"], proof) == root_
        old_root = bytes.fromhex(case["oldRoot"])
        connect_verify.check_consistency(case["old"], old_root, case["size"], root_, proof)
    except connect_verify.Refused:
        return False
    return True


def by_browser(cases: list[Case], folder: Path) -> list[bool]:
    path = folder / "cases.json"
    path.write_text(json.dumps(cases))
    script = Path(__file__).with_name("proofs.mjs")
    done = subprocess.run([str(NODE), str(script), str(path)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    verdicts: list[bool] = json.loads(done.stdout)
    return verdicts


def test_all_three_agree_on_every_proof(cases: list[Case], tmp_path: Path) -> None:
    expected = [True] * COUNT + [False] * COUNT
    assert [by_core(case) for case in cases] == expected
    assert [by_connect_verify(case) for case in cases] == expected
    assert by_browser(cases, tmp_path) == expected


def test_proofs_from_a_folder_of_tiles_are_the_cores(tmp_path: Path) -> None:
    sizes = [size for size in EDGES if size > 250] + [len(LEAVES), 1_000, 40_000]
    for size in sizes:
        folder = connect_verify.LogFolder(tmp_path, size)
        for old in {1, 2, size // 2, size - 1, size, RANDOM.randrange(1, size)}:
            for level, index in proofs.plan_consistency(old, size).tiles:
                path = tmp_path / tile_path(level, index)  # as in a folder that has grown since: full where it can be
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(TILES[level, index].ljust(256 * 32, b"\0"))
            expected = proofs.plan_consistency(old, size).assemble(TILES)
            assert folder.consistency_proof(old) == expected
