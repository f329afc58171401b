"""A failed comparison of two databases is quick and says where they differ."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from support.snapshot import SHOWN, Snapshot, explain_difference


def tables(*, rows: range, account: int = 1) -> Snapshot:
    return Snapshot(
        {"plan": Counter([(account,)]), "events": Counter((n, f"row {n}") for n in rows), "loads": Counter()}
    )


def test_only_what_differs_is_shown_and_little_of_it():
    lines = explain_difference(tables(rows=range(10)), tables(rows=range(9, 12)))
    assert lines is not None
    text = "\n".join(lines)
    assert "events: 9 rows only on the left" in text
    assert "events: 2 rows only on the right" in text
    assert text.count("row ") == SHOWN + 2
    assert "plan" not in text


def test_files_are_shown_around_the_first_difference():
    left, right = (Snapshot({"a.json": b"x" * 500 + end, name: b""}) for end, name in ((b"1", "b"), (b"2", "c")))
    text = "\n".join(explain_difference(left, right) or ())
    assert "a.json: 501 and 501 bytes, the first difference at 500" in text
    assert "b: only on the left" in text
    assert "c: only on the right" in text


def test_a_version_beside_the_tables_is_explained_too():
    text = "\n".join(explain_difference((tables(rows=range(3)), 4), (tables(rows=range(2)), 5)) or ())
    assert "events: 1 rows only on the left" in text
    assert "left:  4" in text


def test_a_failure_takes_no_time(monkeypatch):
    monkeypatch.setenv("CI", "true")  # where pytest cuts nothing short
    began = time.monotonic()
    with pytest.raises(AssertionError, match="events: 20000 rows only on the left"):
        assert tables(rows=range(20_000)) == tables(rows=range(20_000, 40_000))
    assert time.monotonic() - began < 2


def test_snapshots_are_equal_where_all_parts_are():
    assert tables(rows=range(3)) == tables(rows=range(3))
    assert tables(rows=range(3)) != tables(rows=range(3), account=2)
    assert tables(rows=range(3), account=2).without("plan") == tables(rows=range(3)).only("events", "loads")
