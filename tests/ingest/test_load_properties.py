"""What holds for every load, whatever arrives in whatever order."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import strategies as st

from outreach_results import results
from outreach_results.ingest import load as loading
from outreach_results.ingest.columns import Columns
from outreach_results.ingest.load import load
from outreach_results.ingest.records import EmailRecord, EventRecord
from outreach_results.ingest.rollup_updates import RollupUpdater
from outreach_results.models import Basis, Filters
from outreach_results.store import admin, breakdown
from support.databases import contents, every_database, wipe
from support.recount import (
    days_of,
    groups_of,
    hours_of,
    lags_of,
    stored_days,
    stored_groups,
    stored_hours,
    stored_lags,
)
from support.strategies import ZONES, files_of_totals, histories

LEAST = 2
"""How many emails make a domain or a subject a group here: histories are short."""


@pytest.fixture(autouse=True)
def small_groups(monkeypatch):
    monkeypatch.setattr(breakdown, "LEAST", LEAST)


def bring(store, campaigns, units, splits=(), batch=10_000):
    """Load the units in several loads, each of which also describes the campaigns."""
    edges = sorted({0, len(units), *(split % (len(units) + 1) for split in splits)})
    parts = [units[start:end] for start, end in pairwise(edges)] or [[]]
    with mock.patch.object(loading, "BATCH", batch):
        return [load(store, "part", read_records(campaigns, part)) for part in parts]


def read_records(campaigns, units):
    return [*campaigns, *(record for unit in units for record in unit)]


several = st.lists(st.integers(0, 30), max_size=4)
batches = st.sampled_from([1, 2, 3, 7, 10_000])


@every_database(histories(plain=True), several, batches, st.sampled_from(ZONES), st.sampled_from([None, 10**6]))
def test_what_pages_read_equals_an_independent_recount(store, history, splits, batch, zone, stored_emails):
    """By changes or by rebuilds, whichever a load takes: small ones into campaigns of many emails add changes."""
    wipe(store, zone)
    with (
        mock.patch.object(RollupUpdater, "_count_emails", return_value=stored_emails) if stored_emails else ExitStack()
    ):
        bring(store, *history, splits, batch)  # type: ignore[call-arg]
    records = read_records(*history)
    assert stored_days(store) == days_of(records, zone)
    assert stored_hours(store) == hours_of(records, zone)
    assert stored_lags(store) == lags_of(records, zone)
    assert stored_groups(store) == groups_of(records, LEAST, zone)


@every_database(histories(), several, batches)
def test_loading_again_changes_nothing(store, history, splits, batch):
    wipe(store)
    bring(store, *history, splits, batch)  # type: ignore[call-arg]
    before = contents(store)
    again = bring(store, *history, splits, batch)  # type: ignore[call-arg]
    assert contents(store) == before
    assert sum(report.inserted.total() for report in again) == 0


@every_database(histories(), several, batches, several, batches, st.randoms(use_true_random=False))
def test_order_and_split_of_records_do_not_matter(store, history, splits, batch, others, size, chance):
    wipe(store)
    campaigns, units = history
    bring(store, campaigns, units, splits, batch)
    one_way = contents(store)
    chance.shuffle(campaigns)
    chance.shuffle(units)
    wipe(store)
    bring(store, campaigns, units, others, size)
    assert contents(store) == one_way


@every_database(histories(), several, batches, st.randoms(use_true_random=False))
def test_columns_load_as_their_records(store, history, splits, batch, chance):
    """Whichever records of a kind come together as columns, and wherever they are cut."""
    wipe(store)
    campaigns, units = history
    bring(store, campaigns, units)
    one_by_one = contents(store)
    wipe(store)
    records = [record for unit in units for record in unit]
    sent = [one for one in records if isinstance(one, EmailRecord) and one.sent_at is not None]
    events = [one for one in records if isinstance(one, EventRecord)]
    size = chance.randint(1, 5)
    emails = [[Columns.of(EmailRecord, sent[at : at + size])] for at in range(0, len(sent), size)]
    later = [[Columns.of(EventRecord, events[at : at + size])] for at in range(0, len(events), size)]
    others = [[one for one in unit if one not in sent and not isinstance(one, EventRecord)] for unit in units]
    items = [*emails, *later, *others]
    chance.shuffle(items)
    bring(store, campaigns, items, splits, batch)
    assert contents(store) == one_by_one


@every_database(histories(all_sent=True, plain=True), several)
def test_both_bases_have_the_same_totals(store, history, splits):
    wipe(store)
    bring(store, *history, splits)  # type: ignore[call-arg]
    for humans_only in (False, True):
        by_activity = Filters(basis=Basis.ACTIVITY, humans_only=humans_only)
        by_sending = Filters(basis=Basis.SEND, humans_only=humans_only)
        assert results.totals(store, by_activity) == results.totals(store, by_sending)


@every_database(histories(plain=True), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_changed_zone_equals_a_fresh_load_in_it(store, history, first, second):
    wipe(store, second)
    bring(store, *history)
    fresh = contents(store)
    wipe(store, first)
    bring(store, *history)
    admin.change_time_zone(store, second)
    assert contents(store) == fresh


@every_database(files_of_totals(), st.randoms(use_true_random=False))
def test_order_of_files_of_totals_does_not_matter(store, files, chance):
    outcomes = []
    for _ in range(2):
        wipe(store)
        for file in files:
            load(store, "file", file)
        outcomes.append(contents(store))
        chance.shuffle(files)
    assert outcomes[0] == outcomes[1]


@every_database(files_of_totals())
def test_a_file_of_totals_again_adds_nothing(store, files):
    wipe(store)
    for file in files:
        load(store, "file", file)
    before = contents(store)
    assert sum(load(store, "file", file).inserted.total() for file in files) == 0
    assert contents(store) == before
