"""Notes on charts over time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest

from outreach_results.models import Annotation
from outreach_results.ui.charts import annotate
from outreach_results.ui.charts.base import empty
from support.figures import checked
from support.hostile import HOSTILE

FIRST = date(2026, 3, 1)


def note(day=0, text="New subject line"):
    return Annotation(f"{day}{text}", FIRST + timedelta(days=day), "", text, None, datetime(2026, 3, 1, tzinfo=UTC))


@checked
def a_month(*notes):
    figure = empty(340)
    figure.add_scatter(x=[FIRST + timedelta(days=n) for n in range(31)], y=list(range(31)))
    annotate(figure, notes)
    return figure


def test_note_is_a_line_with_a_label():
    figure = a_month(note(9))
    (line,), (label,) = figure.layout.shapes, figure.layout.annotations
    assert (line.x0, line.x1, line.y0, line.y1, line.yref) == ("2026-03-10", "2026-03-10", 0, 1, "paper")
    assert (label.x, label.text) == ("2026-03-10", "New subject line")
    assert label.hovertext == "Tue, Mar 10, 2026: New subject line"


def test_without_notes_nothing_changes():
    assert not a_month().layout.shapes
    assert a_month().layout.height == 340


def test_long_note_is_cut_but_whole_on_hover():
    words = "We changed the subject line, the sender and the first sentence"
    (label,) = a_month(note(3, words)).layout.annotations
    assert label.text == "We changed the su…"
    assert label.hovertext.endswith(words)


def boxes(figure):
    """The start and end of each label as shares of a month, and its height."""
    result = []
    for label in figure.layout.annotations:
        at = (date.fromisoformat(label.x) - FIRST).days / 30
        width = len(label.text) * 0.0185
        result.append((at - width, at, label.yshift) if label.xanchor == "right" else (at, at + width, label.yshift))
    return result


def test_labels_do_not_overlap_or_overflow():
    placed = boxes(a_month(note(1), note(3), note(5), note(28), note(29)))
    assert all(start >= 0 and end <= 1 for start, end, _ in placed)
    for one in placed:
        for other in placed:
            assert one is other or one[2] != other[2] or one[1] <= other[0] or other[1] <= one[0]


def test_chart_grows_with_rows_of_note_labels():
    one_row, two_rows = a_month(note(1)), a_month(note(1), note(2))
    assert a_month().layout.height < one_row.layout.height < two_rows.layout.height
    assert one_row.layout.legend.y < two_rows.layout.legend.y


def test_many_notes_keep_lines_without_labels():
    many = a_month(*(note(n % 7, f"Note number {n:03}") for n in range(60)))
    assert len(many.layout.shapes) == 60
    assert many.layout.height <= a_month().layout.height + 5 * 15
    assert len({label.yshift for label in many.layout.annotations}) == 5


@pytest.mark.parametrize("words", HOSTILE)
def test_the_words_of_a_note_are_never_markup(words):
    (label,) = a_month(note(3, words)).layout.annotations
    for shown in (label.text, label.hovertext):
        assert "<" not in shown
        assert "$" not in shown
        assert "%{" not in shown
    assert " ".join(words.split()) in unescape(label.hovertext)
