"""Exported logs: all of it verifies, and whatever is changed in it is found and named."""

import shutil
from pathlib import Path

import pytest

from ledger.tests.core.chains import ALICE, ROOM, Chain
from ledger.tests.verify.cases import Outcome, checkpoint_of, run, vkey_of, write_log

CHAIN = Chain()
for _number in range(3):
    for _text in range(200):
        CHAIN.say(ROOM, ALICE, f"{_number} {_text}")
    CHAIN.seal()
SIZE = CHAIN.blocks[-1].tree_size
KEY = vkey_of(CHAIN)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(CHAIN, tmp_path / "log")


def check(log: Path) -> Outcome:
    return run("log", log, "--key", KEY)


def test_the_whole_log_verifies(log: Path) -> None:
    outcome = check(log)
    assert outcome.code == 0, outcome.out
    assert f"{SIZE} well-formed entries: 1 genesis, 3 block, 600 message" in outcome.out
    assert "all 4 hold the hashes that follow from the entries" in outcome.out
    assert "the log holds the hashes of their headers, not the headers" in " ".join(outcome.out.split())


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513])
def test_logs_of_every_shape_verify(size: int, tmp_path: Path) -> None:
    chain = Chain()
    for number in range(size - 2):
        chain.say(ROOM, ALICE, str(number))
    if size > 1:
        chain.seal()
    assert chain.blocks[-1].tree_size == size
    outcome = run("log", write_log(chain, tmp_path / "log"), "--key", vkey_of(chain))
    assert outcome.code == 0, outcome.out
    assert f"{size} well-formed entries" in outcome.out


def files(log: Path) -> list[Path]:
    return sorted(path.relative_to(log) for path in log.rglob("*") if path.is_file())


def test_a_changed_byte_is_found_in_every_file(log: Path) -> None:
    assert len(files(log)) == 8
    for name in files(log):
        good = (log / name).read_bytes()
        for at in (0, 1, 2, 3, len(good) // 2, len(good) - 2):
            (log / name).write_bytes(good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :])
            outcome = check(log)
            assert outcome.code == 1, (name, at)
            assert "NOT VERIFIED" in outcome.out
        (log / name).write_bytes(good)
    assert check(log).code == 0


def test_a_missing_or_cut_file_is_found_in_every_place(log: Path) -> None:
    for name in files(log):
        good = (log / name).read_bytes()
        for content in (good[:-1], good + b"\0", b""):
            (log / name).write_bytes(content)
            assert check(log).code == 1, name
        (log / name).unlink()
        outcome = check(log)
        assert (outcome.code, str(name) in outcome.out + outcome.err) == (2 if name.name == "checkpoint" else 1, True)
        (log / name).mkdir()
        assert check(log).code == outcome.code
        (log / name).rmdir()
        (log / name).write_bytes(good)


def test_a_differing_tile_is_named_with_its_entries(log: Path) -> None:
    path = log / "tile/0/001"
    tile = path.read_bytes()
    path.write_bytes(tile[:320] + bytes(32) + tile[352:])
    out = check(log).out
    assert "tile/0/001, hash 10, over entries 266 to 266" in out
    assert f"expected {tile[320:352].hex()} by the entries" in out
    assert f"got      {bytes(32).hex()}" in out
    path.write_bytes(tile)
    upper = log / "tile/1/000.p/2"
    upper.write_bytes(upper.read_bytes()[:32] + bytes(32))
    assert "tile/1/000.p/2, hash 1, over entries 256 to 511" in check(log).out.replace("tile/1/000,", "tile/1/000.p/2,")


def test_a_replaced_entry_is_found_though_all_tiles_follow_from_it(tmp_path: Path) -> None:
    other = Chain()
    for number in range(3):
        for text in range(200):
            other.say(ROOM, ALICE, f"{number} {text}" if (number, text) != (1, 5) else "rewritten")
        other.seal()
    log = write_log(other, tmp_path / "log")
    (log / "checkpoint").write_text(checkpoint_of(CHAIN, CHAIN.blocks[-1]))
    out = check(log).out
    assert "the entries hash to another root than the checkpoint's" in out
    assert "NOT VERIFIED because of root." in out


def test_partial_tiles_of_smaller_trees_are_checked_too(log: Path) -> None:
    older = write_log(CHAIN, log.parent / "older")
    for name, unit in (("tile/0/001", 32), ("tile/0/002", 32), ("tile/entries/001", 36)):
        source = next(path for path in (older / name, *sorted((older / f"{name}.p").glob("*"))) if path.is_file())
        partial = log / f"{name}.p" / "17"
        partial.parent.mkdir(exist_ok=True)
        partial.write_bytes(source.read_bytes()[: 17 * unit])
        assert check(log).code == 0
        partial.write_bytes(partial.read_bytes()[:-1] + b"\0")
        outcome = check(log)
        assert outcome.code == 1
        assert f"{name}.p/17" in outcome.out
        partial.unlink()


def test_a_folder_that_has_grown_beyond_its_checkpoint_verifies(log: Path) -> None:
    """An export that was cut off, or one that is just under way."""
    grown = Chain()
    for number in range(3):
        for text in range(200):
            grown.say(ROOM, ALICE, f"{number} {text}")
        grown.seal()
    for number in range(300):
        grown.say(ROOM, ALICE, str(number))
    grown.seal()
    bigger = write_log(grown, log.parent / "bigger")
    (bigger / "checkpoint").unlink()
    shutil.copytree(bigger, log, dirs_exist_ok=True)
    for partial in (log / "tile/0/002.p", log / "tile/entries/002.p"):  # replaced by the full tile, as C2SP allows
        shutil.rmtree(partial)
    assert check(log).code == 0, check(log).out


def test_another_key_fails(log: Path) -> None:
    outcome = run("log", log, "--key", vkey_of(Chain(log_key="mallory")))
    assert outcome.code == 1
    assert "the checkpoint has none by the given key" in outcome.out


def test_many_failures_are_counted_not_listed(log: Path) -> None:
    for name in ("tile/0/000", "tile/0/001", "tile/1/000.p/2"):
        (log / name).write_bytes(bytes(len((log / name).read_bytes())))
    folder = log / "tile/0/000.p"
    folder.mkdir()
    for width in range(1, 100):
        (folder / str(width)).write_bytes(bytes(32 * width))
    out = check(log).out
    assert out.count("FAILED") == 20
    assert "and 82 more failures" in out
