"""A database with its tables and nothing in them, laid out once by each process of the tests: it takes two seconds."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from connect.tests.served import ROOT

NAME = "connect.sqlite3"


def lay_out(data_dir: Path) -> None:
    """A new DATA_DIR for a site that was never served."""
    data_dir.mkdir(mode=0o700)
    shutil.copy(Path(_laid_out().name, NAME), data_dir)


@cache
def _laid_out() -> tempfile.TemporaryDirectory[str]:
    """The folder goes with this process."""
    folder = tempfile.TemporaryDirectory(prefix="connect-tables-")
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env={"PATH": os.environ["PATH"], "DATA_DIR": folder.name}, check=True)
    return folder
