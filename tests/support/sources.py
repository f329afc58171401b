"""The sources of files: their examples, what an import of one gives, and docs/sources.md, made from the registry."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import openpyxl

from outreach_results.ingest.content import Content, open_contents
from outreach_results.ingest.context import Context
from outreach_results.ingest.load import LoadReport, load
from outreach_results.ingest.plans import Answers, plan_import
from outreach_results.ingest.records import FileItem
from outreach_results.ingest.registry import SOURCES, TOOL_FORMATS
from outreach_results.ingest.tool_formats import ToolFormat
from outreach_results.models.metric_definitions import COST, COUNTS, METRICS
from outreach_results.store.engine import Store
from support.server import ROOT

EXAMPLES = ROOT / "sample_data" / "sources"
AS_OF = datetime(2026, 2, 1, 12, tzinfo=UTC)
ANSWERS = Answers(campaign="Example", as_of=AS_OF)
CONTEXT = Context(campaign=ANSWERS.campaign, as_of=AS_OF)

_FORM_FIELD = "mandrill_events"


# --- reading -----------------------------------------------------------------------------------------------------


@contextmanager
def content_of(path: Path) -> Iterator[Content]:
    """The one table or list in a file."""
    with open_contents(path) as [content]:
        yield content


def import_file(store: Store, path: Path, answers: Answers = ANSWERS) -> LoadReport:
    """Import a file the way the page and the command do."""
    with plan_import(path, path.name, zone=ZoneInfo("UTC"), known={}, answers=answers) as [plan]:
        assert plan.questions == []
        return load(store, path.name, plan.records())


def records_of(entry: ToolFormat, path: Path, context: Context = CONTEXT) -> list[FileItem]:
    """What a reader makes of a file."""
    with content_of(path) as content:
        assert entry.recognizes(content)
        return list(entry.read(content, context))


def entry_of(key: str) -> ToolFormat:
    """The format with this key."""
    return next(entry for entry in TOOL_FORMATS if entry.key == key)


def expected_rejects(entry: ToolFormat) -> list[list[str]]:
    """Row, column and reason of each row of an example that cannot be used, as the folder ``rejected`` lists them."""
    listed = ROOT / "tests" / "ingest" / "readers" / "rejected" / f"{entry.key}.csv"
    return list(csv.reader(listed.read_text(encoding="utf-8").splitlines()))[1:] if listed.exists() else []


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as a CSV, or as a JSON array where the name ends in .json."""
    if path.suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
        return path
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


# --- shuffling ---------------------------------------------------------------------------------------------------


def shuffled(path: Path, chance: random.Random) -> bytes:
    """A file with its rows in another order, and some of them repeated."""
    text = path.read_text(encoding="utf-8-sig")
    if text.startswith(f"{_FORM_FIELD}="):
        events = json.loads(parse_qs(text.strip())[_FORM_FIELD][0])
        return urlencode({_FORM_FIELD: json.dumps(_mixed(events, chance))}).encode()
    if path.suffix in (".json", ".ndjson", ".jsonl"):
        try:
            document = json.loads(text)
        except json.JSONDecodeError:
            return ("\n".join(_mixed(text.split("\n"), chance)) + "\n").encode()
        return json.dumps(_with_mixed_list(document, chance), ensure_ascii=False).encode()
    header, *rows = _raw_rows(text)
    return (header + "".join(_mixed(rows, chance))).encode()


def _mixed(rows: list[Any], chance: random.Random) -> list[Any]:
    more = [*rows, *chance.choices(rows, k=len(rows) // 2)]
    chance.shuffle(more)
    return more


def _with_mixed_list(value: Any, chance: random.Random) -> Any:
    """A JSON document with the outermost list of objects in it in another order."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return _mixed(value, chance)
    if isinstance(value, dict):
        return {name: _with_mixed_list(inner, chance) for name, inner in value.items()}
    return value


def _raw_rows(text: str) -> list[str]:
    """The rows of a CSV as they stand there; one may have several lines."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, delimiter=_delimiter(text))
    ends = [reader.line_num for _ in reader]
    return ["".join(lines[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


# --- Excel -------------------------------------------------------------------------------------------------------


def saved_with_semicolons(path: Path, folder: Path) -> Path:
    """A CSV as Excel saves it where the comma is the decimal sign."""
    return _saved(path, folder / "semicolons.csv", ";", "utf-8-sig")


def saved_as_unicode_text(path: Path, folder: Path) -> Path:
    """A CSV as Excel saves it as "Unicode text"."""
    return _saved(path, folder / "unicode.txt", "\t", "utf-16")


def _saved(path: Path, target: Path, delimiter: str, encoding: str) -> Path:
    with target.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(_cells(path))
    return target


def saved_as_workbook(path: Path, folder: Path) -> Path:
    """A CSV as a workbook, with numbers and truth values as such."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in _cells(path):
        sheet.append([_typed(cell) for cell in row])
    target = folder / "saved.xlsx"
    workbook.save(target)
    return target


def _typed(cell: str) -> str | int | bool | None:
    if cell.isdigit() and len(cell) < 12:
        return int(cell)
    return {"true": True, "false": False, "": None}.get(cell.lower(), cell)


def _cells(path: Path) -> list[list[str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))


def _delimiter(text: str) -> str:
    return max(",;\t", key=text.split("\n", 1)[0].count)


# --- documents ---------------------------------------------------------------------------------------------------

DOCUMENT = ROOT / "docs" / "sources.md"
_NEEDS = {
    "campaign": "the campaign of rows that name none",
    "as_of": "the day of the export",
    "zone": "the time zone of times that name none",
}
_HEAD = """# Sources

The files of other tools that can be imported, and what becomes of each of their fields. Files are recognized by their
fields, whatever their name, and however they are packed, encoded and separated. This page is made from the readers in
`src/outreach_results/ingest/readers/`; a test keeps the two in step. Any other table is imported by assigning its
columns.

Fields that are not named here, and those with a dash, are left out. What a tool cannot know is unknown and never 0. An
email that is opened or answered, and that the file never mentions as sent, is counted without a date of sending.
"""
LIST_HEAD = "| Files | Content |\n|---|---|\n"


def sources_document() -> str:
    """The whole of docs/sources.md."""
    return _HEAD + "".join(map(_section, TOOL_FORMATS))


def sources_list() -> str:
    """The table of sources in the README."""
    ours = "".join(f"| {source.name} | {source.description} |\n" for source in SOURCES)
    theirs = "".join(f"| {entry.name} | {_counts(entry, known=True)} |\n" for entry in TOOL_FORMATS)
    return LIST_HEAD + ours + theirs


def _section(entry: ToolFormat) -> str:
    needs = " and ".join(_NEEDS[need] for need in entry.needs)
    facts = [f"Counts: {_counts(entry, known=True)}", f"Unknown: {_counts(entry, known=False)}"]
    if needs:
        facts.append(f"To be entered: {needs}")
    facts.append(f"Example: `sample_data/sources/{entry.example}`")
    facts = [f"- {fact}\n" for fact in facts]
    rows = "".join(f"| {_cell(_code(field.theirs))} | {_cell(field.ours) or '–'} |\n" for field in entry.fields)
    return f"\n## {entry.name}\n\n{''.join(facts)}\n| Field | Becomes |\n|---|---|\n{rows}"


def _counts(entry: ToolFormat, *, known: bool) -> str:
    names = [name for name, metric in METRICS.items() if not metric.numerator and name in _COUNTED]
    return ", ".join(METRICS[name].label.lower() for name in names if (name in entry.tracks) == known)


_COUNTED = frozenset((*COUNTS, COST.name))


def _code(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(sources_document(), encoding="utf-8")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    new = re.sub(re.escape(LIST_HEAD) + r"(?:\|.*\n)*", lambda _: sources_list(), text)
    readme.write_text(new, encoding="utf-8")
