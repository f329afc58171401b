"""The series behind the tiles agree with the totals of the same days."""

from datetime import date, timedelta

import numpy as np
import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord
from outreach_results.metrics import Every
from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.models.metric_definitions import TILES
from outreach_results.results import InboxFilters, headline_series
from outreach_results.results.headline_series import COST_WINDOW
from support.records import campaign

FIRST, LAST = date(2026, 2, 28), date(2026, 3, 27)
MARCH = Filters(start=FIRST, end=LAST)
BEFORE = Filters(start=date(2026, 1, 31), end=date(2026, 2, 27))


@pytest.mark.parametrize("name", [metric.name for metric in TILES])
@pytest.mark.parametrize("basis", Basis)
def test_every_tile_has_a_series(sample_store, name, basis):
    filters = Filters(start=MARCH.start, end=MARCH.end, basis=basis)
    points = headline_series(sample_store, filters, name, BEFORE).points
    assert len(points) == 28
    assert points["value"].notna().any()
    assert points["compared"].notna().any()


def test_numbers_add_up_to_the_total(sample_store):
    totals = results.totals(sample_store, MARCH)
    assert headline_series(sample_store, MARCH, "emails_sent").points["value"].sum() == totals.stats.emails_sent
    cost = headline_series(sample_store, MARCH, "cost").points["value"].sum()
    assert cost == pytest.approx(totals.costs.total_byok_usd)
    positive = headline_series(sample_store, MARCH, "positive_replies").points["value"].sum()
    assert positive == results.inbox(sample_store, MARCH, InboxFilters()).counts[Sentiment.POSITIVE]


def test_a_point_of_a_rate_is_that_of_its_week(sample_store):
    points = headline_series(sample_store, MARCH, "reply_rate").points.set_index("date")
    for day in (FIRST, date(2026, 3, 20)):
        week = results.totals(sample_store, Filters(start=day - timedelta(days=6), end=day)).stats
        point = points.loc[np.datetime64(day)]
        assert week.delivered
        assert point["value"] == pytest.approx((week.replied or 0) / week.delivered)
        assert point["low"] < point["value"] < point["high"]


@pytest.mark.parametrize("basis", Basis)
def test_the_lines_of_the_tiles_are_their_series(sample_store, basis):
    filters = Filters(start=MARCH.start, end=MARCH.end, basis=basis)
    lines = results.headline_lines(sample_store, filters)
    for tile in TILES:
        values = headline_series(sample_store, filters, tile.name).points["value"].dropna()
        assert lines[tile.name] == pytest.approx(values.tolist()), tile.name


def test_an_unknown_day_is_not_drawn_as_zero(sqlite_store):
    days = [
        DailyRecord("daily", date(2026, 1, day), emails_sent=9, meetings_booked=meetings)
        for day, meetings in ((1, 3), (2, None), (3, 0))
    ]
    load(sqlite_store, "f", [campaign("daily", detail="daily"), *days])
    assert results.headline_lines(sqlite_store, Filters())["meetings_booked"] == [3, 0]


def test_cost_per_meeting_covers_four_weeks(sample_store):
    last = headline_series(sample_store, MARCH, "cost_per_meeting_usd").points["value"].iloc[-1]
    totals = results.totals(sample_store, Filters(start=LAST - timedelta(days=COST_WINDOW - 1), end=LAST))
    assert last == pytest.approx(totals.ratio("cost", "meetings_booked"))


def test_the_comparison_is_shifted_to_the_first_day(sample_store):
    now = headline_series(sample_store, MARCH, "emails_sent", BEFORE).points
    earlier = headline_series(sample_store, BEFORE, "emails_sent").points
    assert now["compared"].tolist() == earlier["value"].tolist()


def test_a_long_period_is_summed_by_whole_weeks(sample_store):
    series = headline_series(sample_store, Filters(start=date(2026, 1, 1), end=date(2026, 3, 27)), "emails_sent")
    assert series.every == Every.WEEK
    assert series.points["date"].iloc[0].date() == date(2026, 1, 5)
    assert series.points["date"].iloc[-1].date() == date(2026, 3, 16)
    first = results.totals(sample_store, Filters(start=date(2026, 1, 5), end=date(2026, 1, 11))).stats.emails_sent
    assert series.points["value"].iloc[0] == first


def test_more_sending_is_no_rise_of_positive_replies(sample_store):
    change = results.positive_replies_change(sample_store, MARCH, BEFORE, 9)
    assert change is not None
    assert change.is_noise
    assert change.relative == pytest.approx(0.17, abs=0.01)


def test_nothing_before_has_no_change(sample_store):
    never = Filters(start=date(2020, 1, 1), end=date(2020, 1, 28))
    assert results.positive_replies_change(sample_store, MARCH, never, 9) is None
    assert headline_series(sample_store, MARCH, "cost", never).points["compared"].isna().all()
