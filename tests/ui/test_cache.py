"""Answers are kept as long as the data has not changed, and no longer."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import event

from outreach_results import results
from outreach_results.errors import StoreBusyError
from outreach_results.ingest.load import load
from outreach_results.models import Filters
from outreach_results.store.engine import Store, open_store
from outreach_results.ui import cache, charts
from outreach_results.ui.cache import ask, derive, draw, request_snapshot, snapshot_value, store
from outreach_results.ui.figure import Figure
from support import records
from support.dashboard import PAGES, run_page, words
from support.databases import sqlite_url


@pytest.fixture(autouse=True)
def nothing_kept():
    """Empty the cache before and after every test."""
    cache._answer.clear()
    yield
    cache._answer.clear()


@pytest.fixture
def question():
    """A question that counts how often it ran."""
    calls = []

    def question(_store, *args, **kwargs):
        calls.append((args, kwargs))
        return list(args)

    question.calls = calls  # type: ignore[attr-defined]
    question.__qualname__ = "question"  # as if it were defined at the top of a module
    return question


def test_the_store_is_opened_once(sample_dashboard):
    assert store() is store()


def test_unchanged_question_runs_once(sample_dashboard, question):
    assert ask(question, 1) == ask(question, 1) == [1]
    assert len(question.calls) == 1


def test_other_parameters_are_another_question(sample_dashboard, question):
    ask(question, Filters())
    ask(question, Filters(humans_only=True))
    ask(question, Filters(campaigns=("camp_1",)))
    ask(question, Filters(campaigns=("camp_1",)), page=2)
    assert len(question.calls) == 4


def test_questions_have_keys_of_their_own(sample_dashboard):
    assert ask(results.totals, Filters()) != ask(results.daily_stats, Filters()).to_dict()


def test_a_load_makes_every_question_be_asked_again(sample_dashboard, writable_sample, question):
    ask(question, 1)
    load(writable_sample, "test", [records.campaign()])
    ask(question, 1)
    assert len(question.calls) == 2


def test_changed_answer_does_not_affect_cache(sample_dashboard):
    first = ask(results.campaign_totals, Filters())
    untouched = first.copy()
    first["name"] = "changed"
    assert ask(results.campaign_totals, Filters()).equals(untouched)


def test_an_error_is_not_kept(sample_dashboard):
    outcomes = iter([StoreBusyError("busy"), "answer"])

    def question(_store):
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    question.__qualname__ = "question"
    with pytest.raises(StoreBusyError):
        ask(question)
    assert ask(question) == "answer"


# --- one look a run ----------------------------------------------------------------------------------------------


@pytest.fixture
def looks(sample_dashboard, monkeypatch):
    """The data versions that were read from the database."""
    result = []
    look = Store.version

    def version(self):
        result.append(look(self))
        return result[-1]

    monkeypatch.setattr(Store, "version", version)
    return result


def test_a_run_looks_once_at_the_version_of_the_data(looks, question):
    with request_snapshot():
        ask(question, 1)
        ask(question, 2)
    assert len(looks) == 1


@pytest.mark.parametrize("page", PAGES)
def test_every_page_looks_once(looks, page):
    run_page(page)
    assert len(looks) == 1


def test_next_run_sees_loads_of_other_processes(looks, sample_dashboard, question):
    with request_snapshot():
        ask(question, 1)
    as_another_process_does(sample_dashboard)
    with request_snapshot():
        ask(question, 1)
    assert len(looks) == len(set(looks)) == len(question.calls) == 2


def test_after_a_write_of_its_own_a_run_looks_again(looks, question):
    with request_snapshot():
        ask(question, 1)
        load(store(), "test", [records.campaign()])
        ask(question, 1)
        ask(question, 1)
    assert len(looks) == len(question.calls) == 2


def test_a_write_that_was_taken_back_changes_nothing(looks, question):
    with request_snapshot():
        ask(question, 1)
        with pytest.raises(ZeroDivisionError), store().write():
            _ = 1 / 0
        ask(question, 1)
    assert len(looks) == len(question.calls) == 1


def test_outside_of_a_run_every_question_looks(looks, sample_dashboard, question):
    ask(question, 1)
    as_another_process_does(sample_dashboard)
    ask(question, 1)
    assert len(looks) == len(question.calls) == 2


def test_facts_outside_the_data_are_read_every_run(sample_dashboard, question):
    for _ in range(2):
        with request_snapshot():
            snapshot_value(question)
            snapshot_value(question)
    assert len(question.calls) == 2


def as_another_process_does(database):
    """Load a campaign through another store, as another process would."""
    other = open_store(sqlite_url(database))
    try:
        load(other, "test", [records.campaign()])
    finally:
        other.close()


# --- what is made of answers -------------------------------------------------------------------------------------


@pytest.fixture
def work():
    """A pure function of a frame that counts how often it ran."""
    calls = []

    def total(frame, column="sent", *, times=1):
        calls.append(column)
        return int(frame[column].sum()) * times

    total.calls = calls  # type: ignore[attr-defined]
    total.__qualname__ = "total"
    return total


def long_frame(**columns):
    return pd.DataFrame({"sent": range(60_000), "name": "a"} | columns)


def test_the_same_of_equal_answers_is_made_once(work):
    assert derive(work, long_frame()) == derive(work, long_frame()) == sum(range(60_000))
    assert len(work.calls) == 1


def test_derive_key_covers_every_value(work):
    changed = long_frame()
    changed.loc[31_234, "sent"] += 1
    assert derive(work, changed) == derive(work, long_frame()) + 1


def test_other_options_make_another(work):
    assert derive(work, long_frame(), times=2) == 2 * derive(work, long_frame())


def test_changed_derived_value_does_not_affect_cache():
    first = derive(pd.DataFrame.describe, long_frame())
    untouched = first.copy()
    first["sent"] = 0
    assert derive(pd.DataFrame.describe, long_frame()).equals(untouched)


def test_figure_is_built_once_and_unchanged(monkeypatch):
    stages = results.funnel(results.totals_of([{"emails_sent": 9, "delivered": 8, "opened": 4, "clicked": 2}]))
    plain = charts.funnel(stages).finished()
    assert draw(charts.funnel, stages) == plain
    monkeypatch.setattr(Figure, "add_bar", None)  # nothing can be built any more
    assert draw(charts.funnel, stages) == plain


UNCACHED = (
    *("FROM api_keys", "FROM audit_log", "FROM meta", "FROM saved_views", "FROM share_links", "FROM sync_runs"),
    *("FROM sync_sources", "FROM team_members"),
)
"""Tables that change without a new version of the data, and of which little is read."""


@pytest.mark.parametrize("page", PAGES)
def test_unchanged_page_reads_and_builds_nothing(sample_dashboard, monkeypatch, page):
    run_page(page)
    first = run_page(page)  # the first answers may be written in another way than those from the cache
    statements = []
    event.listen(store().engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    monkeypatch.setattr(Figure, "__init__", None)
    again = run_page(page)
    assert not again.exception
    assert words(again) == words(first) != []
    read = [one for one in statements if one != "BEGIN" and not any(table in one for table in UNCACHED)]
    assert read == []
    assert "".join(statements).count("FROM meta") >= 1  # whether there is anything new
