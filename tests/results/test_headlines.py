"""The rates that pages lead with: plain by event date, adjusted by send date, changes only beyond chance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from outreach_results import metrics, results
from outreach_results.metrics import Change
from outreach_results.models import COUNTS, Basis, Filters
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.daily import DayNumbers
from outreach_results.results.headlines import PeriodDays
from outreach_results.results.headlines import headlines_of as headlines_of_numbers
from outreach_results.results.seasonality import MaturityCurves
from support.clustered import outcomes, volumes

LAST = date(2026, 3, 31)
LATER = datetime(2026, 4, 2, 12, tzinfo=UTC)
CURVE = metrics.MaturityCurve((*(float(1 - 0.6 * 0.5**age) for age in range(30)), 1.0), 500)
CURVES = MaturityCurves(dict.fromkeys(("opened", "clicked", "replied", "meetings_booked"), CURVE), LAST)


def frame(random: np.random.Generator, days: int, last: date, rate: float = 0.05) -> pd.DataFrame:
    """Days on which replies come in as CURVE says; everything else is a fixed share."""
    of = volumes(random, days, 180)
    ages = np.array([(LAST - last).days + back for back in reversed(range(days))])
    share = np.array([CURVE.at(int(age)) for age in ages])
    replied = random.binomial(outcomes(random, of, rate, 0.01), share)
    columns = dict.fromkeys(COUNTS, of) | {"replied": replied, "opened": of // 3, "meetings_booked": replied // 9}
    result = pd.DataFrame({name: pd.array(values, dtype="Int64") for name, values in columns.items()})
    return result.assign(date=pd.date_range(end=last, periods=days))


def numbers(days: pd.DataFrame) -> DayNumbers:
    columns = {str(name): days[name].to_numpy(np.float64, na_value=np.nan) for name in days.columns.drop("date")}
    return DayNumbers(days["date"].to_numpy().astype("datetime64[D]"), columns)


def headlines_of(days: pd.DataFrame, before: pd.DataFrame | None, curves: MaturityCurves, **how):
    return headlines_of_numbers(numbers(days), None if before is None else numbers(before), curves, **how)


def rolling_headlines(days: pd.DataFrame, curves: MaturityCurves, **how):
    by_day = numbers(days)
    period = PeriodDays(by_day.dates, by_day.numbers, curves, **how)
    return {name: period.rolling(name) for name in RATES}


def replies(random: np.random.Generator, *, days: int = 7, now: float = 0.05):
    period, before = frame(random, days, LAST, now), frame(random, days, LAST - timedelta(days=days))
    return headlines_of(period, before, CURVES, basis=Basis.SEND, clock=LATER)


def test_event_date_rates_are_the_plain_ones(sample_store):
    filters = Filters(start=date(2026, 2, 1), end=date(2026, 3, 10))
    result = results.headlines(sample_store, filters)
    stats = results.totals(sample_store, filters).stats
    for name in RATES:
        assert result.rates[name].rate == pytest.approx(metrics.rate_of(stats, name))
        assert result.rates[name].share_in is None


def test_old_send_dates_are_the_plain_ones(sample_store):
    filters = Filters(end=date(2026, 1, 31), basis=Basis.SEND)
    result = results.headlines(sample_store, filters)
    stats = results.totals(sample_store, filters).stats
    assert result.rates["reply_rate"].share_in == pytest.approx(1)
    assert result.rates["reply_rate"].rate == pytest.approx(metrics.rate_of(stats, "reply_rate"))


def test_young_send_dates_are_adjusted():
    result = [replies(np.random.default_rng(seed)).rates["reply_rate"] for seed in range(100)]
    assert np.mean([one.rate for one in result]) == pytest.approx(0.05, abs=0.002)
    assert all(0.5 < (one.share_in or 0) < 1 for one in result)


def test_nothing_changed_is_rarely_called_a_change():
    alarms = [
        any(not change.is_noise for change in replies(np.random.default_rng(seed)).changes.values())
        for seed in range(150)
    ]
    assert np.mean(alarms) <= 0.06 + 2.33 * np.sqrt(0.06 * 0.94 / 150)


def test_a_real_fall_is_found():
    result = [replies(np.random.default_rng(seed), days=28, now=0.02).changes["reply_rate"] for seed in range(50)]
    assert np.mean([not change.is_noise and change.difference < 0 for change in result]) >= 0.8


def test_the_line_of_a_tile_does_not_fall_at_its_end():
    """With nothing changed, the youngest days of the line are as high as the oldest."""
    lines = []
    for seed in range(40):
        days = frame(np.random.default_rng(seed), 28, LAST)
        result = rolling_headlines(days, CURVES, basis=Basis.SEND, clock=LATER)
        lines.append(result["reply_rate"][[6, -1]])
    assert np.mean(lines, axis=0) == pytest.approx([0.05, 0.05], abs=0.004)


def test_lines_end_before_hardly_anything_is_in():
    hardly = metrics.MaturityCurve((*(0.01,) * 29, 1.0, 1.0), 500)
    curves = MaturityCurves({"replied": hardly}, LAST)
    result = rolling_headlines(frame(np.random.default_rng(1), 7, LAST), curves, basis=Basis.SEND, clock=LATER)
    assert np.isnan(result["reply_rate"]).all()
    assert not np.isnan(result["open_rate"]).any()


def test_no_rate_while_hardly_anything_is_in():
    hardly = metrics.MaturityCurve((*(0.01,) * 29, 1.0, 1.0), 500)
    curves = MaturityCurves({"replied": hardly}, LAST)
    days = frame(np.random.default_rng(1), 7, LAST)
    result = headlines_of(days, None, curves, basis=Basis.SEND, clock=LATER).rates["reply_rate"]
    assert (result.rate, result.interval) == (None, None)
    assert result.share_in == pytest.approx(0.01)


def test_the_last_point_of_a_line_is_the_tile(sample_store):
    week = Filters(start=date(2026, 3, 21), end=date(2026, 3, 27), basis=Basis.SEND)
    days, curves = results.daily_stats(sample_store, week), results.maturity_curves(sample_store)
    result = rolling_headlines(days, curves, basis=Basis.SEND, clock=results.data_as_of(sample_store))
    tiles = results.headlines(sample_store, week).rates
    for name in ("open_rate", "click_rate", "reply_rate"):
        assert result[name][-1] == pytest.approx(tiles[name].rate)


def test_twice_the_emails_and_meetings_are_no_change():
    days = frame(np.random.default_rng(1), 28, LAST)
    counts = ["emails_sent", "delivered", "opened", "clicked", "replied", "meetings_booked"]
    twice = days.assign(**{name: days[name] * 2 for name in counts})
    result = headlines_of(twice, days, CURVES, basis=Basis.ACTIVITY, clock=LATER).changes["meetings_booked"]
    assert result.relative == pytest.approx(0)
    assert result.is_noise


def test_an_unfinished_last_day_counts_by_its_fraction():
    days = frame(np.random.default_rng(1), 7, LAST)
    noon = datetime(LAST.year, LAST.month, LAST.day, 12, tzinfo=UTC)
    result = [headlines_of(days, None, CURVES, basis=Basis.SEND, clock=clock) for clock in (noon, LATER)]
    shares = [one.rates["reply_rate"].share_in or 0 for one in result]
    assert shares[0] < shares[1]


def test_an_unknown_count_has_no_rate():
    days = frame(np.random.default_rng(1), 7, LAST)
    days.loc[2, "opened"] = pd.NA
    result = headlines_of(days, None, CURVES, basis=Basis.SEND, clock=LATER).rates
    assert (result["open_rate"].rate, result["open_rate"].interval) == (None, None)
    assert result["reply_rate"].rate is not None


def test_more_replies_than_deliveries_have_no_interval():
    days = frame(np.random.default_rng(1), 7, LAST)
    days["replied"] = days["delivered"] + 5
    result = headlines_of(days, None, CURVES, basis=Basis.ACTIVITY, clock=LATER).rates["reply_rate"]
    assert result.rate is not None
    assert result.rate > 1
    assert result.interval is None


@pytest.mark.parametrize(
    ("humans", "holds"),
    [
        (Change(0.03, 0.1), True),
        (Change(0.03, 0.1, is_noise=True), False),
        (Change(-0.03, -0.1), False),
        (None, False),
    ],
)
def test_a_change_holds_only_if_people_changed_too(humans, holds):
    assert results.holds_for_humans(Change(0.1, 0.3), humans) is holds
