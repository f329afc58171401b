"""Campaigns known by exports of contacts: what is not dated counts by the day of sending, and exports make a trend."""

from __future__ import annotations

from datetime import date

import pytest

from outreach_results import results
from outreach_results.models import Basis, Filters
from support.sheets import HAND_MADE, import_sheet

JANUARY = Filters(start=date(2026, 1, 4), end=date(2026, 1, 31))
FEBRUARY = Filters(start=date(2026, 2, 1), end=date(2026, 2, 28))
DATED_REPLIES = (
    "Email,Sent at,Opened,Replied at\n"
    "ada@acme.example,2026-01-05,yes,2026-02-02\n"
    "ben@bolt.example,2026-01-06,yes,2026-01-07\n"
    "cy@cove.example,2026-01-06,no,\n"
)


@pytest.fixture
def store(make_store):
    return make_store()


@pytest.fixture
def hand_made(store, tmp_path):
    import_sheet(store, tmp_path, HAND_MADE)
    return store


def counts_of(totals):
    return totals.stats.emails_sent, totals.stats.opened, totals.stats.replied


def test_undated_counts_are_those_of_the_sending_days(hand_made):
    january = results.totals(hand_made, JANUARY)
    assert counts_of(january) == (2, 1, 0)
    assert january.undated == {"opened", "replied"}
    assert january.stats.delivered is None  # bounces are not in the file
    assert january.rates.open_rate is None


def test_the_days_keep_their_gaps(hand_made):
    assert results.daily_stats(hand_made, JANUARY)["opened"].isna().all()
    own = results.all_campaigns(hand_made)[0].id
    assert {row.opened for row in results.campaign_daily(hand_made, own, JANUARY).daily} == {None}


def test_nothing_is_counted_where_nothing_was_sent(hand_made):
    assert counts_of(results.totals(hand_made, FEBRUARY)) == (0, 0, 0)


def test_the_send_basis_dates_everything(hand_made):
    by_sending = results.totals(hand_made, Filters(start=JANUARY.start, end=JANUARY.end, basis=Basis.SEND))
    assert counts_of(by_sending) == (2, 1, 0)
    assert by_sending.undated == frozenset()


def test_totals_table_and_api_give_the_same(hand_made):
    own = results.all_campaigns(hand_made)[0].id
    table = results.campaign_totals(hand_made, JANUARY)
    api = results.campaign_stats(hand_made, own, JANUARY)
    assert table[["emails_sent", "opened", "replied"]].to_numpy().tolist() == [[2, 1, 0]]
    assert (api.stats.emails_sent, api.stats.opened, api.stats.replied) == (2, 1, 0)
    assert api.rates.open_rate is None


def test_dated_counts_stay_on_their_dates(store, tmp_path):
    import_sheet(store, tmp_path, DATED_REPLIES, as_of="2026-02-10")
    assert results.totals(store, JANUARY).undated == {"opened"}
    assert counts_of(results.totals(store, JANUARY)) == (3, 2, 1)
    assert counts_of(results.totals(store, FEBRUARY)) == (0, 0, 1)


def test_shares_of_sent_have_an_interval(hand_made):
    count, sent = results.totals(hand_made, JANUARY).of_sent["open_rate"]
    assert (count, sent) == (1, 2)
    share = results.share_of_sent(count, sent, list(results.sending_days(hand_made, JANUARY, "opened").values()))
    assert share.rate == 0.5
    assert share.interval is not None
    assert 0 < share.interval[0] < 0.5 < share.interval[1] < 1


def test_the_table_shows_shares_of_sent(hand_made):
    (row,) = results.compared_campaigns(hand_made, JANUARY)
    assert results.is_of_sent(row)
    assert results.shown_rate(row, "open_rate") == 0.5
    assert row["open_rate"] is None  # in files it stays unknown
    assert row["reply_rate_high"] is not None


def test_known_deliveries_are_divided_by(sample_store):
    assert results.totals(sample_store, Filters()).of_sent == {}
    assert not any(map(results.is_of_sent, results.compared_campaigns(sample_store, Filters())))


def test_what_was_sent_on_no_day_counts_in_all(store, tmp_path):
    import_sheet(store, tmp_path, "Email,Opened\nada@acme.example,yes\n", as_of="2026-02-01")
    assert results.date_range(store) is None
    assert results.snapshot_range(store) == (date(2026, 2, 1), date(2026, 2, 1))
    assert results.totals(store, Filters()).stats.opened == 1


def test_all_time_totals_are_those_of_the_choice(store, tmp_path):
    import_sheet(store, tmp_path, HAND_MADE, campaign="Q1")
    import_sheet(store, tmp_path, HAND_MADE, campaign="Q2")
    for campaign in results.all_campaigns(store):
        assert counts_of(results.totals(store, Filters((campaign.id,)))) == (2, 1, 0)


def test_two_weekly_exports_make_a_trend(store, tmp_path):
    import_sheet(store, tmp_path, "Email,Opened\nada@acme.example,no\n", as_of="2026-02-01")
    import_sheet(store, tmp_path, "Email,Opened\nada@acme.example,yes\nben@bolt.example,yes\n", as_of="2026-02-08")
    import_sheet(store, tmp_path, "Email,Opened\ncy@cove.example,yes\n", campaign="Q2", as_of="2026-02-08")
    trend = results.snapshot_trend(store, Filters())
    assert trend["date"].dt.date.tolist() == [date(2026, 2, 1), date(2026, 2, 8)]
    assert trend["campaigns"].tolist() == [1, 2]
    assert trend["opened"].tolist() == [0, 3]


def test_campaigns_with_events_have_no_exports(sample_store):
    assert results.snapshot_trend(sample_store, Filters()).empty
