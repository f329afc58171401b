"""Answers are kept as long as the data has not changed, and no longer."""

from __future__ import annotations

import pytest

from outreach_results import results
from outreach_results.errors import StoreBusyError
from outreach_results.ingest.load import load
from outreach_results.models import Filters
from outreach_results.ui.cache import ask, store
from support import records


@pytest.fixture
def asked():
    """A question that counts how often it was really asked."""
    calls = []

    def question(_store, *args, **kwargs):
        calls.append((args, kwargs))
        return list(args)

    question.calls = calls
    return question


def test_the_store_is_opened_once(sample_dashboard):
    assert store() is store()


def test_a_question_is_asked_once_while_nothing_changes(sample_dashboard, asked):
    assert ask(asked, 1) == ask(asked, 1) == [1]
    assert len(asked.calls) == 1


def test_other_parameters_are_another_question(sample_dashboard, asked):
    ask(asked, Filters())
    ask(asked, Filters(humans_only=True))
    ask(asked, Filters(campaigns=("camp_1",)))
    ask(asked, Filters(campaigns=("camp_1",)), page=2)
    assert len(asked.calls) == 4


def test_another_question_with_the_same_parameters_is_another_question(sample_dashboard):
    assert ask(results.totals, Filters()) != ask(results.daily_stats, Filters()).to_dict()


def test_a_load_makes_every_question_be_asked_again(sample_dashboard, writable_sample, asked):
    ask(asked, 1)
    load(writable_sample, "test", [records.campaign()])
    ask(asked, 1)
    assert len(asked.calls) == 2


def test_what_a_page_does_to_its_answer_stays_on_that_page(sample_dashboard):
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

    with pytest.raises(StoreBusyError):
        ask(question)
    assert ask(question) == "answer"
