"""What ``make bench`` writes into docs/performance.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from figures import BEGIN, DOCS, END, Figure, keep
from sections import SECTIONS

FIGURE = Figure("API", "/stats", "2 ms", "bare 1 ms", 2.0, at_most=1.5)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A copy of the document as it is."""
    path = tmp_path / "performance.md"
    path.write_text(DOCS.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def sections(docs: Path) -> dict[str, str]:
    """The sections of the figures, by name and in their order."""
    figures = docs.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    blocks = re.split(r"^### ", figures, flags=re.MULTILINE)[1:]
    return {block.partition(",")[0].lower(): block.strip() for block in blocks}


def test_a_run_replaces_its_own_section_only(docs: Path) -> None:
    before = sections(docs)
    prose = docs.read_text(encoding="utf-8").partition(BEGIN)[0]
    keep("growth", [FIGURE], "SQLite only", docs)
    after = sections(docs)
    assert re.match(r"Growth, \d{4}-\d\d-\d\d, SQLite only\n\n\| \| \| measured", after["growth"])
    assert after["growth"].endswith("| API | /stats | 2 ms | bare 1 ms | 2.00 | ≤ 1.5 | **missed by 33%** |")
    assert {**after, "growth": ""} == {**before, "growth": ""}
    text = docs.read_text(encoding="utf-8")
    assert text.startswith(prose)
    assert text.endswith(f"{END}\n")
    assert text.count("Machine: ") == 1


def test_sections_stand_in_their_order(docs: Path) -> None:
    """The last and the first, measured in the wrong order into a document without figures."""
    docs.write_text(f"Before\n\n{BEGIN}\n{END}\n", encoding="utf-8")
    first, *_, last = SECTIONS
    for name in (last, first, last):
        keep(name, [FIGURE], docs=docs)
    assert list(sections(docs)) == [first, last]


def test_document_has_sections_that_can_be_measured(docs: Path) -> None:
    known = [name for name in SECTIONS if name in sections(docs)]
    assert list(sections(docs)) == known
    explained = re.findall(r"^- \*\*(\w+)\*\*: ", docs.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [name.lower() for name in explained] == list(SECTIONS)
    modules = {path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py")}
    assert modules == set(SECTIONS)


def test_a_second_part_of_figures_is_refused(docs: Path) -> None:
    """It would be lost, or keep figures that no run replaces."""
    docs.write_text(f"{docs.read_text(encoding='utf-8')}{END}\n", encoding="utf-8")
    before = docs.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="has to have one part"):
        keep("growth", [FIGURE], docs=docs)
    assert docs.read_text(encoding="utf-8") == before
