"""`manage.py serve` with real processes: set-up from nothing, revival, a clean stop, a taken port."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connect.tests.copies import copy_database
from connect.tests.ports import free_port
from connect.tests.served import PATIENCE_S, ROOT, Served, wait_until
from connect.web import listen


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    server = Served(tmp_path)
    yield server
    if server.process.poll() is None:
        server.process.kill()


def test_a_first_start_prints_the_address_and_the_owners_link(served: Served) -> None:
    printed = served.output.read_text()
    assert f"Connect is at http://127.0.0.1:{served.port}/" in printed
    link = re.search(rf"http://127\.0\.0\.1:{served.port}(/owner/\S+)", printed)
    assert link is not None
    assert served.get(link[1]) == 200
    assert served.get("/static/base/css/base.css") == 200
    assert "arning" not in served.output.read_text()


def test_the_miner_seals_what_is_pending(served: Served) -> None:
    wait_until(lambda: "Block 1 " in served.output.read_text())


def test_sigterm_stops_everything_cleanly_and_the_next_start_goes_on(served: Served) -> None:
    children = served.children()
    assert served.stop() == 0
    assert not any(child.is_running() for child in children)
    served.start()
    assert "Mined the genesis" not in served.output.read_text()
    assert served.stop() == 0


def test_ctrl_c_stops_everything_cleanly(served: Served) -> None:
    children = served.children()
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(PATIENCE_S) == 0
    assert not any(child.is_running() for child in children)
    assert "Traceback" not in served.output.read_text()


def test_ctrl_c_while_it_prepares_leaves_no_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    # A shell lets what it runs in the background ignore Ctrl-C, and whatever that starts.
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Preparing")
        process.send_signal(signal.SIGINT)
        try:
            assert process.communicate(timeout=PATIENCE_S)[1] == ""
        finally:
            process.kill()
    assert process.returncode == 130


def heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_static_file_that_was_cut_off_is_whole_after_the_next_start(served: Served, tmp_path: Path) -> None:
    """Also one of before an upgrade whose files are older than the day on which that was collected."""
    name = "static/base/css/base.css"
    assert served.stop() == 0
    (tmp_path / "data" / name).write_text("body {")
    served.start()
    assert (tmp_path / "data" / name).read_bytes() == (ROOT / name).read_bytes()


def test_signals_in_quick_succession_stop_it_as_one_does(served: Served) -> None:
    """`make` hands on the SIGTERM that a service manager has sent to everybody already."""
    web = served.web()
    while web.is_running():
        served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(PATIENCE_S) == 0
    assert "Stopped." in served.output.read_text()


def test_a_killed_web_server_is_started_again(served: Served) -> None:
    killed = served.web()
    killed.kill()
    killed.wait(PATIENCE_S)
    wait_until(lambda: served.get("/healthz") == 200)
    assert served.web().pid != killed.pid


def test_a_taken_port_is_one_clear_sentence(served: Served) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    done = subprocess.run(command, env=served.environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {served.port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "static").touch()
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    environment = {"DATA_DIR": str(tmp_path), "PORT": str(free_port())}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The site cannot be prepared ([Errno 17] File exists: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_database_of_a_newer_version_is_one_clear_sentence(served: Served, tmp_path: Path) -> None:
    assert served.stop() == 0
    with closing(sqlite3.connect(tmp_path / "data" / "connect.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('chat', '9999_more', '2026-11-28'), "
            "('an_app_that_was_here_once', '0001_initial', '2026-11-28')"
        )
    command = [sys.executable, str(ROOT / "manage.py"), "serve"]
    done = subprocess.run(command, env=served.environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == (
        "CommandError: A newer version of Connect has changed this database (chat.9999_more). Start that version.\n"
    )


def test_an_older_database_put_back_is_shown_and_not_written_to_until_the_newer_one_is_back(
    served: Served, tmp_path: Path
) -> None:
    wait_until(lambda: "Block 1 " in served.output.read_text())
    database = tmp_path / "data" / "connect.sqlite3"
    copy_database(database, tmp_path / "older")
    assert served.stop() == 0
    command = [sys.executable, str(ROOT / "manage.py"), "mine_block"]
    subprocess.run(command, env=served.environment, check=True, capture_output=True, timeout=60)
    copy_database(database, tmp_path / "newer")
    copy_database(tmp_path / "older", database)
    served.start(until="/")
    assert served.get("/healthz") is None
    assert "It is an older copy: put back a newer one." in served.output.read_text()
    copy_database(tmp_path / "newer", database)
    wait_until(lambda: served.get("/healthz") == 200)


def test_a_block_that_nobody_mined_is_not_signed_for_and_keeps_nobody_from_reading(
    served: Served, tmp_path: Path
) -> None:
    wait_until(lambda: "Block 1 " in served.output.read_text())
    assert served.stop() == 0
    with closing(sqlite3.connect(tmp_path / "data" / "connect.sqlite3")) as database, database:
        database.execute("UPDATE ledger_block SET checkpoint = NULL, nonce = nonce + 1 WHERE height = 1")
    served.start(until="/")
    assert "Block 1 is not the one that was mined." in served.output.read_text()


def test_small_frames_do_not_wait_for_each_other() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted, client:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
