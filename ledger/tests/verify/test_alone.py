"""connect_verify.py needs nothing but itself and a Python that is not new."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import connect_verify
from ledger.tests.core.golden import GOLDEN
from ledger.tests.verify.cases import RECEIPT

FILE = Path(str(connect_verify.__file__))


def test_a_receipt_is_checked_in_a_folder_that_holds_nothing_else(tmp_path: Path) -> None:
    """-I and -S: no installed package, no variable, no user's folder."""
    folder = tmp_path / "alone"
    folder.mkdir()
    shutil.copy(FILE, folder)
    (folder / "said.tlog-proof").write_bytes(RECEIPT)
    (folder / "changed.tlog-proof").write_bytes(RECEIPT.replace(b"index 5", b"index 4"))
    command = [sys.executable, "-I", "-S", "connect_verify.py", "--key", GOLDEN["log_vkey"]]
    codes, last = [], ""
    for name in ("said.tlog-proof", "changed.tlog-proof"):
        done = subprocess.run(
            [*command, name], cwd=folder, env={"LC_ALL": "C"}, capture_output=True, check=False, timeout=60
        )
        assert done.stderr == b""
        codes.append(done.returncode)
        last = done.stdout.decode()
    assert codes == [0, 1]
    assert last.strip().endswith("NOT VERIFIED because of path. Rely on nothing above.")


def test_it_imports_the_standard_library_alone() -> None:
    tree = ast.parse(FILE.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names
    assert len(names) > 10


def test_its_syntax_is_that_of_python_3_9() -> None:
    ast.parse(FILE.read_text(), feature_version=(3, 9))
