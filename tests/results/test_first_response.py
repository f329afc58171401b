"""First response: from a positive reply to done, with those that still wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

import pytest

from outreach_results import results
from outreach_results.export.report import report_content
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.models import Filters
from outreach_results.results.first_response import lasting
from support.optional import present
from support.records import at as on
from support.records import campaign, email, mark, reply

NOW = on(20)


def at(hour: float) -> datetime:
    return on(5) + timedelta(hours=hour)


def test_open_replies_count_as_waiting(store, monkeypatch):
    replies = [reply(f"r{n}", at(n), email_id="e1", sentiment="positive") for n in range(12)]
    others: list[Record] = [
        reply("negative", at(1), email_id="e1", sentiment="negative"),
        mark("negative", None, handled_at=at(90)),
    ]
    # Done after 1, 2, … 9 hours; three are open, one of them for less than a day.
    done = [mark(f"r{n}", None, handled_at=at(n + n + 1), marked_at=at(n + n + 1)) for n in range(9)]
    young = [reply("r11", NOW - timedelta(hours=3), email_id="e1", sentiment="positive")]
    load(store, "replies", [campaign(), email("e1"), *replies[:11], *young, *others, *done])
    found = results.first_response(store, Filters(), NOW)
    assert (found.hours.cases, found.hours.done, found.overdue) == (12, 9, 2)
    # 9 of 12 are left after 3 hours; from there on, without the youngest, 8 go one by one: 0.75 · 5/8 < 0.5.
    assert found.hours.median == 6, "those that are done alone would have a median of 5"
    assert found.sentence().startswith("First response after 6 hours (")
    with monkeypatch.context() as patch:
        patch.setattr(import_module("outreach_results.results.first_response"), "LATEST", 3)
        assert results.first_response(store, Filters(), NOW).overdue == 2, "of all, though only the newest are read"
    assert found.waiting() == "2 positive replies are open for more than a day"
    # By now all three have waited for long.
    report = report_content(store, present(results.chosen_period(store, Filters())))
    assert [one.value for one in report.outcomes if one.name == "first_response"] == ["6.5 hours"], (
        "by now all three wait for long"
    )
    assert "3 positive replies are open for more than a day." in report.attention
    assert results.first_response(store, Filters(start=on(6).date()), NOW).hours.cases == 1


def test_few_that_are_done_are_said_to_be_too_few(sample_store):
    found = results.first_response(sample_store, Filters(), NOW)
    assert found.value() == ""
    assert found.sentence() == f"First response: not enough yet, 0 of {found.hours.cases} positive replies done"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.001, "1 minute"), (0.5, "30 minutes"), (1, "1 hour"), (3.24, "3.2 hours"), (47, "47 hours"), (60, "2.5 days")],
)
def test_waits_are_said_in_the_unit_that_fits(hours, words):
    assert lasting(hours) == words
