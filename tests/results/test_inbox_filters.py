"""One field a filter of the inbox, respected by the list, its counts and its kept queries."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from outreach_results import results
from outreach_results.models import Filters, Sentiment
from outreach_results.results import EVERYTHING, InboxFilters, ReplyKind, ReplyStatus
from outreach_results.results.inbox_filters import (
    CELL_FILTERS,
    DESCRIPTIONS,
    ROW_FILTERS,
    chosen_cells,
    parameter_values,
    query_shape,
)
from outreach_results.store import schema
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Action, Assignment, Change, Snooze

NAMES = [one.name for one in fields(InboxFilters)]
CHOSEN: dict[str, Any] = {
    "kind": ReplyKind.AUTOMATIC,
    "status": ReplyStatus.HANDLED,
    "sentiments": (Sentiment.POSITIVE,),
    "q": "the",
    "assignee": "Ben",
}
"""A value of each filter that leaves out some of the sample data, not all of it."""


@pytest.fixture
def sample(writable_sample):
    """The sample data, with one reply handled, one assigned, and one snoozed."""
    changes: tuple[Change, ...] = (Action.HANDLED, Assignment("Ben"), Snooze(date(2100, 1, 1)))
    for reply, change in zip(results.inbox(writable_sample, Filters()).replies, changes, strict=False):
        state_changes.change_reply(
            writable_sample, reply.campaign_id, reply.id, change, by="Ana", seen_version=reply.mark_version
        )
    return writable_sample


def only(name):
    return InboxFilters(**{name: CHOSEN[name]})


def test_every_inbox_filter_is_described():
    assert list(DESCRIPTIONS) == NAMES
    assert all(description.endswith(".") for description in DESCRIPTIONS.values())


def test_every_inbox_filter_chooses_cells_or_replies():
    assert sorted([*CELL_FILTERS, *ROW_FILTERS]) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_list_and_counts_respect_every_inbox_filter(name, sample):
    result = results.inbox(sample, Filters(), only(name), per_page=100)
    everything = results.inbox(sample, Filters())
    assert 0 < result.pagination.total < everything.pagination.total
    assert len(result.replies) == min(100, result.pagination.total)


@pytest.mark.parametrize("name", NAMES)
def test_conditions_choose_what_the_list_counts(name, sample):
    where = results.chosen_replies(Filters(), only(name))
    with sample.read() as connection:
        rows = connection.execute(schema.inbox.select().where(*where)).all()
    assert len(rows) == results.inbox(sample, Filters(), only(name)).pagination.total


@pytest.mark.parametrize("name", CELL_FILTERS)
def test_cells_are_chosen_by_one_part_only(name):
    """Each choice of cells is a product of sentiments and states, so two lists in SQL are exact."""
    cells = chosen_cells(Filters(), only(name))
    sentiments, states = ({cell[part] for cell in cells} for part in (0, 1))
    assert len(cells) == len(sentiments) * len(states) < len(chosen_cells(Filters()))


@pytest.mark.parametrize("name", ROW_FILTERS)
def test_kept_queries_differ_by_filters_on_replies(name):
    chosen = only(name)
    assert query_shape(Filters(), chosen) != query_shape(Filters())
    assert parameter_values(Filters(), chosen)
    assert chosen.choose_rows()
    assert not EVERYTHING.choose_rows()


def test_unassigned_are_counted_as_they_are_listed(sample):
    """Of the replies of nobody the precomputed counts are told apart by the few that are somebody's."""
    whole = results.inbox(sample, Filters()).pagination.total
    for chosen, expected in (
        (InboxFilters(assignee=results.NOBODY), whole - 1),
        (InboxFilters(status=ReplyStatus.OPEN, assignee=results.NOBODY), whole - 3),
        (InboxFilters(status=ReplyStatus.SNOOZED), 1),
        (InboxFilters(status=ReplyStatus.SNOOZED, assignee="Ben"), 0),
    ):
        assert results.inbox(sample, Filters(), chosen).pagination.total == expected
        with sample.read() as connection:
            where = results.chosen_replies(Filters(), chosen)
            assert len(connection.execute(schema.inbox.select().where(*where)).all()) == expected
        of_days = results.sentiment_over_time(sample, Filters(), chosen.of_rows())
        alike = results.inbox(sample, Filters(), chosen.of_rows()).pagination.total
        assert of_days[[*Sentiment]].sum().sum() == alike


def test_searches_for_other_words_share_a_query():
    one, other = InboxFilters(q="price"), InboxFilters(q="call me")
    assert query_shape(Filters(), one) == query_shape(Filters(), other)
    assert parameter_values(Filters(), one) != parameter_values(Filters(), other)
    assert query_shape(Filters(), InboxFilters(q=" ")) == query_shape(Filters())


def test_cells_and_replies_are_filtered_apart():
    every = InboxFilters(**CHOSEN)
    assert every.of_rows() == InboxFilters(q="the", assignee="Ben")
    assert every.of_cells() == replace(every, q=None, assignee=None)
