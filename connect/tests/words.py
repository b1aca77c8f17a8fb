"""The words of the source and their translations. `python -m connect.tests.words` brings the first into the second."""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
DOMAINS = ("django", "djangojs")
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
LAZY = ("-k", "gettext_lazy", "-k", "ngettext_lazy:1,2", "-k", "gettext_noop")


def extract(domain: str, target: Path) -> Catalog:
    """Every word of the source that is to be translated, as written to `target`."""
    _babel("extract", "--mapping-file", f"locale/{domain}.cfg", *LAZY, "--add-location=file", "-o", str(target), ".")
    with target.open("rb") as file:
        return read_po(file)


def translations(language: str, domain: str) -> Catalog:
    with _source(language, domain).open("rb") as file:
        return read_po(file, language)


def extract_template(file: BinaryIO, keywords: Any, tags: Sequence[str], options: Any) -> Iterator[Any]:
    """What Babel calls for a template (locale/django.cfg): Django writes its tags as Python, Babel reads that."""
    lines: Iterable[str] = templatize(file.read().decode()).splitlines()
    # Outside of the tags there is nothing but "X": neither indentation nor brackets mean anything.
    code = "\n".join(re.sub(r"^\s+", "", line) for line in lines) + "\n"
    return extract_python(BytesIO(code.encode()), keywords, tags, {"encoding": "utf-8", **options})


def compile_words(language: str) -> None:
    """As `make` does, for tests that were started without it."""
    for domain in DOMAINS:
        source = _source(language, domain)
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with tempfile.NamedTemporaryFile(dir=source.parent, delete=False) as file:
            write_mo(file, translations(language, domain))
        os.replace(file.name, compiled)


def update() -> None:
    with tempfile.TemporaryDirectory() as directory:
        for domain in DOMAINS:
            found = Path(directory) / f"{domain}.pot"
            extract(domain, found)
            for language in LANGUAGES:
                _babel("update", "-D", domain, "-i", str(found), "-d", "locale", "-l", language, *UPDATE)


UPDATE = ("--init-missing", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--width", "120")


def _source(language: str, domain: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / f"{domain}.po"


def _babel(*arguments: str) -> None:
    os.chdir(ROOT)
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    update()
