"""What people read follows docs/copy.md: none of the words that it rules out occur in a text of the product."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RULED_OUT = {
    "email": r"\be-mail",
    "36.6%": r"\d %|\} %(?![-a-zA-Z])",
    "isn't a date": r"(?<![Tt]here )\b(?:is|are) no (?!longer\b|more\b|one\b)",
    "someone": r"\b(?:[Ss]omebody|[Nn]obody)\b",
    "not significant": r"within noise",
    "issues need attention": r"things? to look after",
    "were sent": r"\bwent out\b",
    "again": r"\banew\b",
    "now": r"\bat the moment\b",
    "send date": r"\bsending day\b|\bday of sending\b",
    "too early to call": r"\b[Cc]annot tell\b",
    "per row": r"\b[Rr]ows? an? [a-z]",
    "current": r"\bthe present (?:one|key)\b",
    "in total": r"(?<=\w )in all\b(?=[.,)]|$| \()",
    "anyone who": r"\b[Ww]hoever\b",
    "color, behavior, license": r"\b(?:colour|behaviour|licence|favourite|recognise|organise|centre)",
}
SOURCES = [*ROOT.glob("src/outreach_results/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]
DOCS = [*ROOT.glob("*.md"), *(path for path in ROOT.glob("docs/*.md") if path.name != "copy.md")]


@cache
def texts(path: Path) -> list[tuple[int, str]]:
    """The line and text of every string literal with a space in it that is no docstring."""
    return list(_texts(path))


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


@pytest.mark.parametrize("better", RULED_OUT)
def test_no_text_has_a_word_ruled_out(better: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text.strip()[:80]}"
        for path in SOURCES
        for line, text in texts(path)
        if re.search(RULED_OUT[better], text)
    ]
    assert found == []


@pytest.mark.parametrize("better", RULED_OUT)
def test_no_docs_have_a_word_ruled_out(better: str) -> None:
    found = [
        f"{path.name}:{number}: {line.strip()[:80]}"
        for path in DOCS
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(RULED_OUT[better], line)
    ]
    assert found == []
