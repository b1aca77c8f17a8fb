"""An exported log checked by a program that shares nothing with ours: Go's own sumdb/note and sumdb/tlog."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ledger.log.exporting import export_log
from ledger.log.published import checkpoint_note
from ledger.models import Block, Genesis
from ledger.tests.builders import small_chain
from ledger.tests.core.chains import ALICE, ROOM, Chain
from ledger.tests.verify.cases import checkpoint_of, run, vkey_of, write_log

SOURCE = Path(__file__).parent / "go" / "main.go"
GOPATH = Path("/usr/share/gocode")


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled program."""
    missing = shutil.which("go") is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir()
    assert not missing, "Go is missing: run .ci/go, or install Debian's golang-go and golang-golang-x-mod-dev."
    program = tmp_path_factory.mktemp("go") / "check"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "", "CGO_ENABLED": "0"}
    if "HOME" not in environment:
        environment["GOCACHE"] = str(program.parent / "cache")
    command = ["go", "build", "-o", str(program), str(SOURCE)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return program


def check(checker: Path, *words: object) -> tuple[int, str]:
    done = subprocess.run([checker, *map(str, words)], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.django_db
def test_go_verifies_an_exported_log_and_its_history(checker: Path, tmp_path: Path) -> None:
    """Signature, every entry, every tile, the root; and every older checkpoint is the beginning of the newest."""
    small_chain(messages=560, blocks=6, pending=2)
    log, vkey = tmp_path / "log", Genesis.objects.get().key
    size = export_log(log).size
    notes = []
    for block in Block.objects.order_by("height"):
        notes.append(tmp_path / f"{block.height}.checkpoint")
        notes[-1].write_text(checkpoint_note(block))
    assert (size, len(notes)) == (567, 7)
    assert check(checker, log, vkey, *notes) == (0, "567 entries, 4 tiles, 7 older checkpoints\n")
    for old in notes:
        assert run("consistency", old, notes[-1], "--log", log, "--key", vkey).code == 0


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 512, 513])
def test_go_verifies_logs_of_every_shape(size: int, checker: Path, tmp_path: Path) -> None:
    chain = chain_of(size)
    log = write_log(chain, tmp_path / "log")
    code, out = check(checker, log, vkey_of(chain), log / "checkpoint")
    assert (code, out.startswith(f"{size} entries")) == (0, True), out


def test_go_refuses_what_connect_verify_refuses(checker: Path, tmp_path: Path) -> None:
    chain = chain_of(300)
    log = write_log(chain, tmp_path / "log")
    names = sorted(path.relative_to(log) for path in log.rglob("*") if path.is_file())
    assert len(names) == 6
    for name in names:
        good = (log / name).read_bytes()
        for at in (0, len(good) // 2, len(good) - 3):
            (log / name).write_bytes(good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :])
            assert check(checker, log, vkey_of(chain))[0] != 0, (name, at)
            assert run("log", log, "--key", vkey_of(chain)).code == 1, (name, at)
        (log / name).write_bytes(good)
    assert check(checker, log, vkey_of(chain))[0] == 0
    assert check(checker, log, vkey_of(Chain(log_key="mallory")))[0] != 0


def test_go_refuses_a_checkpoint_of_another_history(checker: Path, tmp_path: Path) -> None:
    chain, other = chain_of(300), chain_of(200)
    log = write_log(chain, tmp_path / "log")
    old = tmp_path / "old"
    old.write_text(checkpoint_of(other, other.blocks[-1]))
    code, out = check(checker, log, vkey_of(chain), old)
    assert (code, "consistency of 200 with 300" in out) == (1, True)


def chain_of(size: int) -> Chain:
    """A log of so many entries; two of different sizes share their genesis alone."""
    chain = Chain()
    for number in range(size - 2):
        chain.say(ROOM, ALICE, f"{size} {number}")
    if size > 1:
        chain.seal()
    return chain
