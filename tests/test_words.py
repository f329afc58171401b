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
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("better", RULED_OUT)
def test_no_docs_have_a_word_ruled_out(better: str) -> None:
    found = [
        f"{path.name}:{number}: {line.strip()[:80]}"
        for path in DOCS
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(RULED_OUT[better], line)
    ]
    assert found == [], "\n".join(found)


NOUNS = (
    "accounts campaigns clients columns contacts corrections days emails entries events imports issues machines "
    "meetings peers people replies rows tags texts"
)
FOLLOWED = re.compile(rf" (?:[a-z]+ )?(?:{'|'.join(NOUNS.split())})\b")
ALWAYS_MANY = {
    "ingest/readers/amazon_ses.py",  # what is said of several recipients
    "ingest/readers/lemlist.py",  # of several campaigns
    "ingest/readers/smartlead.py",  # of more emails than a file holds
    "server/supervisor.py",  # of several processes
}


def test_a_count_is_written_by_the_one_helper() -> None:
    """So that no text says "1 campaigns": `models.numbers.counted` knows singular and plural."""
    found = []
    for path in SOURCES:
        if str(path).partition("outreach_results/")[2] in ALWAYS_MANY:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.IfExp) and {ast.unparse(node.body), ast.unparse(node.orelse)} == {"''", "'s'"}:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
            if isinstance(node, ast.JoinedStr):
                found += [f"{path.relative_to(ROOT)}:{node.lineno}: {said}" for said in _uncounted(node)]
    assert found == [], "\n".join(found)


def _uncounted(words: ast.JoinedStr) -> Iterator[str]:
    """Numbers of a text that stand before a plural."""
    before = ""
    for one, after in zip(words.values, words.values[1:], strict=False):
        if isinstance(one, ast.Constant):
            before = str(one.value)
        is_count = (
            isinstance(one, ast.FormattedValue)
            and not ast.unparse(one.value).isupper()
            and (
                (one.format_spec is not None and "," in ast.unparse(one.format_spec))
                or ast.unparse(one.value).startswith(("len(", "number(", "text.number("))
            )
        )
        # "3 of 12 campaigns" says it for the whole, "90 to 110 emails" for the upper end; a constant is known.
        if is_count and isinstance(after, ast.Constant) and not before.endswith(("of ", "to ")):
            match = FOLLOWED.match(str(after.value))
            if match:
                yield f"{ast.unparse(one)}{match[0]}"
