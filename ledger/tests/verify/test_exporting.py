"""export_log: what the server shows, as files; resumable, never beyond what is signed, never over another history."""

import os
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ledger.log.exporting import export_log
from ledger.log.published import checkpoint_note, published_tile
from ledger.log.receipts import is_provable, make_receipt
from ledger.models import Block, Genesis, Message
from ledger.sealing import seal
from ledger.tests.builders import post, small_chain
from ledger.tests.verify.cases import run
from ledger.tests.verify.exports import state, verified

pytestmark = pytest.mark.django_db


def test_the_folder_holds_what_the_server_shows(log: Path) -> None:
    small_chain(messages=520, pending=3)
    exported = export_log(log)
    tip = Block.objects.get(height=2)
    assert exported.size == tip.tree_size == 523
    files = {
        "checkpoint": checkpoint_note(tip).encode(),
        "log.vkey": f"{Genesis.objects.get().key}\n".encode(),
        "tile/0/000": published_tile(0, 0, 256),
        "tile/0/001": published_tile(0, 1, 256),
        "tile/0/002.p/11": published_tile(0, 2, 11),
        "tile/1/000.p/2": published_tile(1, 0, 2),
        "tile/entries/000": published_tile(-1, 0, 256),
        "tile/entries/001": published_tile(-1, 1, 256),
        "tile/entries/002.p/11": published_tile(-1, 2, 11),
    }
    assert {name: content for name, (_, content) in state(log).items()} == files
    assert (exported.files, exported.written) == (7, 7)
    assert verified(log)


def test_a_log_of_one_entry_is_exported(log: Path) -> None:
    small_chain(messages=0, blocks=0, pending=0)
    assert export_log(log).size == 1
    assert verified(log)


def test_what_is_there_is_not_written_again(log: Path) -> None:
    small_chain(messages=300, pending=0)
    export_log(log)
    before = state(log)
    assert export_log(log).written == 0
    for number in range(250):
        post(str(number))
    seal()
    assert export_log(log).written == 5  # two new bundles, two new tiles, one that grew
    after = state(log)
    for name in ("tile/0/000", "tile/entries/000", "tile/0/001.p/47", "tile/entries/001.p/47", "tile/1/000.p/1"):
        assert after[name] == before[name]
    assert {"tile/0/001", "tile/0/002.p/42", "tile/1/000.p/2"} <= after.keys()
    assert verified(log)


def test_a_file_that_lost_its_content_is_written_again(log: Path) -> None:
    """As after a power loss before the data reached the disk."""
    small_chain(messages=300, pending=0)
    export_log(log)
    for name in ("tile/0/000", "tile/entries/000"):
        (log / name).write_bytes(b"")
    assert export_log(log).written == 2
    assert verified(log)


def test_any_web_server_may_read_the_files(log: Path) -> None:
    small_chain(messages=2, pending=0)
    export_log(log)
    mask = os.umask(0)
    os.umask(mask)
    assert {path.stat().st_mode & 0o777 for path in log.rglob("*") if path.is_file()} == {0o666 & ~mask}


def test_the_command_says_what_it_did_and_how_to_check_it(log: Path) -> None:
    small_chain(messages=6, pending=0)
    out = StringIO()
    call_command("export_log", str(log), stdout=out)
    assert f"{log} holds 9 entries of connect.test/ledger: 2 files, 2 of them new." in out.getvalue()
    assert f"connect_verify.py log {log}" in out.getvalue()
    shutil.rmtree(log)
    log.mkdir()
    (log / "letter.txt").write_text("dear")
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_log", str(log))


def test_the_servers_receipts_verify(tmp_path: Path) -> None:
    small_chain(messages=14, pending=1)
    paths = []
    for message in Message.objects.order_by("id"):
        if is_provable(message):
            paths.append(tmp_path / f"{message.leaf_index}.tlog-proof")
            paths[-1].write_text(make_receipt(message))
    assert len(paths) == 14
    outcome = run(*paths, "--key", Genesis.objects.get().key)
    assert outcome.code == 0
    assert "14 of 14 verified." in outcome.out


def test_the_servers_consistency_proofs_verify(tmp_path: Path, client: Client) -> None:
    chain = small_chain(messages=14, blocks=4, pending=1)
    notes = [tmp_path / f"{block.height}.checkpoint" for block in chain.blocks]
    for note, block in zip(notes, chain.blocks, strict=True):
        note.write_text(checkpoint_note(block))
    key, newest = Genesis.objects.get().key, chain.blocks[-1].tree_size
    for note, block in zip(notes, chain.blocks, strict=True):
        proof = tmp_path / "proof.json"
        proof.write_bytes(client.get(f"/log/proof/consistency?from={block.tree_size}&to={newest}").content)
        assert run("consistency", note, notes[-1], "--proof", proof, "--key", key).code == 0
        other = client.get(f"/log/proof/consistency?from={block.tree_size}&to={newest - 1}").content
        proof.write_bytes(other)
        assert run("consistency", note, notes[-1], "--proof", proof, "--key", key).code == 1
