"""Who may import whom: connect → accounts, ledger, chat · chat → ledger, accounts · the others → nothing of ours."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "connect": {"connect", "accounts", "ledger", "chat"},
    "chat": {"chat", "ledger", "accounts"},
    "ledger": {"ledger"},
    "accounts": {"accounts"},
}
CORE_MAY_IMPORT = {"orjson", "ledger"}
CORE_MUST_NOT = {"time", "random", "secrets", "os", "socket", "datetime"}


def modules(app: str) -> list[Path]:
    return [path for path in sorted((ROOT / app).rglob("*.py")) if "tests" not in path.parts]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports by a relative path"
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_the_apps_below_it(app: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(app)
        for line, name in imported(path)
        if name.split(".")[0] in MAY_IMPORT.keys() - MAY_IMPORT[app]
    ]
    assert wrong == []


def test_the_core_is_pure() -> None:
    allowed = (sys.stdlib_module_names - CORE_MUST_NOT) | CORE_MAY_IMPORT
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules("ledger/core")
        for line, name in imported(path)
        if name.split(".")[0] not in allowed or (name.startswith("ledger") and not name.startswith("ledger.core"))
    ]
    assert wrong == []


def test_only_keys_touches_the_crypto_library() -> None:
    users = {
        str(path.relative_to(ROOT))
        for app in MAY_IMPORT
        for path in modules(app)
        if any(name.split(".")[0] == "cryptography" for _, name in imported(path))
    }
    assert users <= {"ledger/keys.py"}


def test_what_tests_share_is_in_no_file_of_tests() -> None:
    tests = [path for app in MAY_IMPORT for path in sorted((ROOT / app).rglob("*.py")) if "tests" in path.parts]
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in tests
        for line, name in imported(path)
        if name.split(".")[0] in MAY_IMPORT and name.rpartition(".")[2].startswith("test_")
    ]
    assert wrong == []
