"""No sentence that people read is written bare in Python: it stands in gettext, or is marked by gettext_noop.

Two rules, both by looks: a whole sentence, wherever it stands, and whatever refuses somebody. What operators and
programs read (logs, checks, commands, the answers of the log) is English and listed here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APART = {"tests", "migrations", "management", "demo", "mongo"}
TO_OPERATORS = {
    "accounts/tokens.py",
    *(f"connect/{name}.py" for name in ("env", "checks", "failures", "settings", "supervisor")),
    *(f"ledger/{name}.py" for name in ("bad_rows", "backups", "checks", "keys", "restoring", "sealing")),
    *(f"ledger/{name}.py" for name in ("signed_state", "standing", "views", "audit/auditing")),
    *(f"ledger/blocks/{name}.py" for name in ("genesis", "mining", "pending", "signing", "unsigned")),
    *(f"ledger/log/{name}.py" for name in ("exporting", "views")),
}
TO_PROGRAMS = {"chat/commands.py", "chat/protocol.py", "chat/fields.py", "ledger/recording/drafts.py"}
"""Frames and their values: the detail of what they refuse is for developers, and pages say it in words of their own."""
TRANSLATED = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
HEARD_BY_NONE = TRANSLATED | {"logger", "Http404", "ExportError"}
"""What is handed to these needs no other words."""
REFUSED = {
    *("Refusal", "UploadRefused", "NotErasable", "QueryError", "TooMany", "ValidationError", "BadDraft", "Busy"),
    *("ClientIdReused", "NoSuchFile", "NoSuchPost", "NoSuchRoom", "NotAllowed", "NotTheAuthor", "NotWritable"),
}


def sources() -> list[Path]:
    found = [path for app in ("accounts", "chat", "connect", "ledger") for path in sorted((ROOT / app).rglob("*.py"))]
    return [path for path in found if not APART & set(path.parts) and str(path.relative_to(ROOT)) not in TO_OPERATORS]


def bare_sentences(source: str, *, is_for_programs: bool = False) -> Iterator[str]:
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and is_sentence(text_of(node)):
            if not isinstance(parents[node], ast.Expr | ast.JoinedStr) and caller(parents[node]) not in HEARD_BY_NONE:
                yield text_of(node)
        elif isinstance(node, ast.Call) and name_of(node) in REFUSED and not is_for_programs:
            yield from (ast.unparse(text) for text in refusal(node) if isinstance(text, ast.Constant | ast.JoinedStr))


def text_of(node: ast.expr) -> str:
    """A text, with "{}" in the places of values; "" for what is none."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_sentence(text: str) -> bool:
    """Of several words, with a beginning and an end."""
    return " " in text and (text[0].isupper() or text[0] == "{") and text[-1] in ".?!…"


def caller(node: ast.AST) -> str:
    """Whom it is handed to."""
    is_logged = isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger.")
    return "logger" if is_logged else name_of(node) if isinstance(node, ast.Call) else ""


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def refusal(call: ast.Call) -> Iterator[ast.expr]:
    """The text, where it is said at all: after the code, but for a form's broken bytes."""
    texts = call.args
    if name_of(call) in ("Refusal", "UploadRefused"):
        code, *texts = call.args
        if isinstance(code, ast.Constant) and code.value in ("bad_frame", "unknown_type"):
            return
    yield from (text for text in texts[:1] if not (isinstance(text, ast.Constant) and text.value == ""))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_nothing_to_people_without_gettext(path: Path) -> None:
    is_for_programs = str(path.relative_to(ROOT)) in TO_PROGRAMS
    assert list(bare_sentences(path.read_text(), is_for_programs=is_for_programs)) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('"""What it does."""\nx = _("This is said.")', []),
        ('x = "This is said."', ["This is said."]),
        ('x = f"This is {y} said." if z else 1', ["This is {} said."]),
        ('messages.error(request, f"{thing} is gone. Try again.")', ["{} is gone. Try again."]),
        ('logger.error("The cache fails.")', []),
        ('raise Refusal("forbidden", "you may not")', ["'you may not'"]),
        ('raise Refusal("forbidden", f"at most {n}")', ["f'at most {n}'"]),
        ('raise Refusal("forbidden", _("You may not."))', []),
        ('raise Refusal("bad_frame", "act: unknown")', []),
        ("raise Refusal(code, str(error))", []),
        ('return NotAllowed("no")', ["'no'"]),
    ],
)
def test_bare_sentences_are_seen(source: str, found: list[str]) -> None:
    assert list(bare_sentences(source)) == found
