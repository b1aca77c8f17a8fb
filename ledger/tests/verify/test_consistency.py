"""Two checkpoints: one history, or evidence that there are two."""

import json
from pathlib import Path

import pytest

from ledger.tests.core.chains import ALICE, ROOM, Chain
from ledger.tests.verify.cases import Outcome, checkpoint_of, consistency_of, receipt_of, run, vkey_of, write_log


def chain_of(*texts: str) -> Chain:
    """A chain of a block a text. The same texts give the same chain."""
    chain = Chain()
    for text in texts:
        for number in range(100):
            chain.say(ROOM, ALICE, f"{text} {number}")
        chain.seal()
    return chain


CHAIN = chain_of("one", "two", "three")
FORK = chain_of("one", "zwei", "three")
KEY = vkey_of(CHAIN)


def check(*words: object) -> Outcome:
    return run("consistency", *words, "--key", KEY)


@pytest.fixture
def notes(tmp_path: Path) -> list[Path]:
    """Every checkpoint of the log in a file."""
    paths = [tmp_path / f"{block.height}.checkpoint" for block in CHAIN.blocks]
    for path, block in zip(paths, CHAIN.blocks, strict=True):
        path.write_text(checkpoint_of(CHAIN, block))
    return paths


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    """What the same key signed in another history, at the size of the second block."""
    path = tmp_path / "fork.checkpoint"
    path.write_text(checkpoint_of(FORK, FORK.blocks[2]))
    return path


def proof_file(tmp_path: Path, old: int, new: int) -> Path:
    path = tmp_path / f"{old}-{new}.json"
    path.write_text(json.dumps({"from": old, "to": new, "proof": consistency_of(CHAIN, old, new)}))
    return path


def test_every_pair_verifies_by_folder_and_by_proof(notes: list[Path], tmp_path: Path) -> None:
    log = write_log(CHAIN, tmp_path / "log")
    for i, old in enumerate(notes):
        proof = proof_file(tmp_path, CHAIN.blocks[i].tree_size, CHAIN.blocks[-1].tree_size)
        assert check(old, notes[-1], "--log", log).code == 0
        assert check(old, notes[-1], "--proof", proof).code == 0


def test_receipts_bring_their_checkpoints_along(notes: list[Path], tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.tlog-proof"
    receipt.write_text(receipt_of(CHAIN, CHAIN.messages[0]))
    assert check(receipt, notes[-1], "--log", write_log(CHAIN, tmp_path / "log")).code == 0


def test_a_fork_is_called_one_by_folder(notes: list[Path], fork: Path, tmp_path: Path) -> None:
    outcome = check(fork, notes[-1], "--log", write_log(CHAIN, tmp_path / "log"))
    assert outcome.code == 1
    assert "FORK" in outcome.out
    assert FORK.blocks[2].root.hex() in outcome.out
    assert CHAIN.blocks[2].root.hex() in outcome.out
    assert "NOT VERIFIED because of history." in outcome.out


def test_a_fork_at_one_size_needs_no_proof(notes: list[Path], fork: Path) -> None:
    assert check(notes[2], notes[2]).code == 0
    outcome = check(notes[2], fork)
    assert (outcome.code, "FORK" in outcome.out) == (1, True)


def test_no_proof_leads_from_one_fork_to_the_other(notes: list[Path], fork: Path, tmp_path: Path) -> None:
    sizes = CHAIN.blocks[2].tree_size, CHAIN.blocks[3].tree_size
    proof = proof_file(tmp_path, *sizes)
    assert check(notes[2], notes[3], "--proof", proof).code == 0
    outcome = check(fork, notes[3], "--proof", proof)
    assert outcome.code == 1
    assert f"got      {CHAIN.blocks[2].root.hex()} by the proof" in outcome.out


def test_a_folder_of_another_history_is_no_proof(notes: list[Path], tmp_path: Path) -> None:
    outcome = check(notes[1], notes[3], "--log", write_log(FORK, tmp_path / "log"))
    assert outcome.code == 1
    assert "FORK" not in outcome.out


def test_every_changed_hash_of_a_proof_fails(notes: list[Path], tmp_path: Path) -> None:
    path = proof_file(tmp_path, CHAIN.blocks[1].tree_size, CHAIN.blocks[3].tree_size)
    good = path.read_text()
    hashes = json.loads(good)["proof"]
    changed = [good.replace(hash_[:8], "00000000") for hash_ in hashes] + [
        good.replace(f'"{hashes[0]}", ', ""),
        good.replace(f', "{hashes[-1]}"', ""),
        good.replace("]", f', "{hashes[0]}"]'),
        good.replace('"from": 102', '"from": 103'),
        good.replace(hashes[0], hashes[0].upper()),
        good.replace("proof", "hashes"),
        "[]",
        "",
    ]
    assert good not in changed
    for text in changed:
        path.write_text(text)
        assert check(notes[1], notes[3], "--proof", path).code == 1, text
    path.write_text(good)
    assert check(notes[1], notes[3], "--proof", path).code == 0


def test_both_signatures_count(notes: list[Path], tmp_path: Path) -> None:
    log = write_log(CHAIN, tmp_path / "log")
    mallory = Chain(log_key="mallory")
    stranger = tmp_path / "stranger"
    stranger.write_text(checkpoint_of(mallory, mallory.blocks[0]))
    outcome = check(stranger, notes[-1], "--log", log)
    assert outcome.code == 1
    assert "older signature" in outcome.out


def test_the_older_one_comes_first(notes: list[Path], tmp_path: Path) -> None:
    outcome = check(notes[-1], notes[0], "--log", write_log(CHAIN, tmp_path / "log"))
    assert (outcome.code, "the older tree first" in outcome.out) == (1, True)


def test_between_two_sizes_something_must_lead(notes: list[Path]) -> None:
    outcome = check(notes[0], notes[1])
    assert (outcome.code, outcome.out) == (2, "")


def test_a_folder_that_is_not_there_says_nothing_of_the_log(notes: list[Path], tmp_path: Path) -> None:
    outcome = check(notes[0], notes[-1], "--log", tmp_path / "nowhere")
    assert (outcome.code, outcome.out) == (2, "")
    assert "nowhere is no folder" in outcome.err
