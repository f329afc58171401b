"""The time series of one metric, and the flags of its points."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from outreach_results.metrics import ComparisonDays, Every, MaturityCurve, time_series
from outreach_results.models import COUNTS

FIRST = date(2026, 3, 2)  # a Monday
SLOW = MaturityCurve((0.5, 0.8, 0.96, 1.0), 1_000)


def history(first=FIRST, count=28, *, sent=100, **counts):
    """Daily counts as the data module gives them: all of ``sent`` delivered, nothing else unless it is given."""
    frame = pd.DataFrame({"date": pd.date_range(first, periods=count)} | dict.fromkeys(COUNTS, 0))
    frame = frame.assign(emails_sent=sent, delivered=sent, **counts)
    return frame.astype(dict.fromkeys(COUNTS, "Int64"))


# --- values, weeks, means ----------------------------------------------------------------------------------------


def test_rate_of_a_week_is_that_of_its_sums():
    sent = [10, 1_000, 10, 10, 10, 10, 10] * 2
    opened = [10, 0, 10, 10, 10, 10, 10] * 2
    points = time_series("open_rate", history(count=14, sent=sent, opened=opened), every=Every.WEEK).points
    assert points["value"].tolist() == [60 / 1_060] * 2


def test_mean_covers_seven_days():
    sent, opened = np.arange(100, 120), np.arange(20)
    days = history(count=20, sent=sent, opened=opened)
    of_count = time_series("opened", days).points["mean"]
    of_rate = time_series("open_rate", days).points["mean"]
    assert of_count[:6].isna().all()
    assert of_count[6:].tolist() == [opened[at - 6 : at + 1].mean() for at in range(6, 20)]
    assert of_rate[6:].tolist() == [opened[at - 6 : at + 1].sum() / sent[at - 6 : at + 1].sum() for at in range(6, 20)]


def test_earlier_days_feed_the_mean_but_are_hidden():
    points = time_series("opened", history(count=20, opened=range(20)), first=FIRST + timedelta(days=6)).points
    assert len(points) == 14
    assert points["mean"][0] == np.mean(range(7))


def test_no_denominator_no_rate():
    sent = [0, 50, 50]
    opened = pd.array([3, None, 5], dtype="Int64")
    days = history(count=3, sent=sent, opened=opened)
    assert time_series("open_rate", days).points["value"].isna().tolist() == [True, True, False]
    assert time_series("opened", days).points["value"].isna().tolist() == [False, True, False]
    assert not time_series("opened", days).is_unknown
    assert time_series("opened", days.assign(opened=pd.array([pd.NA] * 3, dtype="Int64"))).is_unknown


def test_few_emails_among_many_are_small():
    weekdays_only = [100, 100, 100, 100, 100, 3, 2]
    assert (
        time_series("open_rate", history(count=7, sent=weekdays_only)).points["is_small"].tolist()
        == [False] * 5 + [True] * 2
    )
    assert not time_series("open_rate", history(count=7, sent=3)).points["is_small"].any()
    assert not time_series("opened", history(count=7, sent=weekdays_only)).points["is_small"].any()


# --- comparison --------------------------------------------------------------------------------------------------


def test_comparison_is_aligned_day_by_day():
    earlier = history(FIRST - timedelta(days=28), opened=range(28))
    points = time_series("opened", history(), compared=ComparisonDays(earlier, timedelta(days=28))).points
    assert points["compared"].tolist() == list(range(28))
    assert points["compared_first"].tolist() == list(earlier["date"])
    assert points["compared_mean"][6] == np.mean(range(7))


def test_a_comparison_is_summed_into_the_same_weeks():
    earlier = history(FIRST - timedelta(days=30), count=30, opened=1)
    points = time_series(
        "opened", history(count=28), every=Every.WEEK, compared=ComparisonDays(earlier, timedelta(days=30))
    ).points
    assert points["compared"].tolist() == [7.0] * 4
    assert points["compared_first"].tolist() == list(earlier["date"][:28:7])


def test_days_missing_in_comparison_stay_empty():
    other = history(FIRST + timedelta(days=20), count=20, opened=4)
    points = time_series("opened", history(), compared=ComparisonDays(other, timedelta(0))).points
    assert points["compared"].isna().tolist() == [True] * 20 + [False] * 8


# --- unusual -----------------------------------------------------------------------------------------------------


def with_one_odd_day():
    opened = [20] * 28
    opened[10] = 60
    return history(opened=opened)


@pytest.mark.parametrize(("metric", "scale"), [("opened", 1), ("open_rate", 100)])
def test_day_outside_limits_is_unusual(metric, scale):
    result = time_series(metric, with_one_odd_day(), is_cohort=True)
    assert list(result.unusual["date"]) == [pd.Timestamp("2026-03-12")]
    (odd,) = result.unusual.to_dict("records")
    assert odd["usual_low"] * scale < 21 < odd["usual_high"] * scale < 60


@pytest.mark.parametrize("metric", ["opened", "open_rate"])
def test_where_days_are_not_cohorts_none_is_judged(metric):
    result = time_series(metric, with_one_odd_day(), is_cohort=False)
    assert result.unusual.empty
    assert result.points["usual_low"].isna().all()


def test_sending_is_chosen_and_not_judged():
    sent = [100] * 28
    sent[10] = 900
    assert time_series("emails_sent", history(sent=sent), is_cohort=True).points["usual_high"].isna().all()


def test_an_unripe_day_is_not_judged():
    opened = [20] * 27 + [1]
    last = FIRST + timedelta(days=27)
    judged = time_series("opened", history(opened=opened), is_cohort=True)
    waiting = time_series("opened", history(opened=opened), is_cohort=True, maturity=SLOW, last_day=last)
    assert list(judged.unusual["date"]) == [pd.Timestamp(last)]
    assert waiting.unusual.empty


# --- maturity ----------------------------------------------------------------------------------------------------


def maturity_curves(every=Every.DAY, **given):
    opened = [20] * 26 + [16, 10]
    arguments: dict[str, Any] = {"is_cohort": True, "maturity": SLOW, "last_day": FIRST + timedelta(days=27)} | given
    return time_series("opened", history(opened=opened), every=every, **arguments).points


def test_young_days_are_immature():
    points = maturity_curves()
    assert points["is_immature"].tolist() == [False] * 26 + [True] * 2
    assert points["arrived"][26:].tolist() == [0.8, 0.5]
    assert points["expected"][26:].tolist() == pytest.approx([20, 20], abs=0.3)
    for at in (26, 27):
        assert (
            points["count"][at] <= points["expected_low"][at] <= points["expected"][at] <= points["expected_high"][at]
        )


@pytest.mark.parametrize("given", [{"is_cohort": False}, {"maturity": None}, {"last_day": FIRST + timedelta(days=60)}])
def test_when_nothing_is_immature(given):
    points = maturity_curves(**given)
    assert not points["is_immature"].any()
    assert points[["arrived", "expected", "expected_low", "expected_high"]].isna().all(axis=None)


def test_a_week_is_as_ripe_as_its_emails_together():
    points = maturity_curves(Every.WEEK)
    assert points["is_immature"].tolist() == [False, False, False, True]
    assert points["arrived"][3] == pytest.approx((4 * 1.0 + 0.96 + 0.8 + 0.5) / 7)
    assert points["expected"][3] == pytest.approx(7 * 20, abs=1.5)


def test_a_rate_is_as_ripe_as_its_count():
    opened = [20] * 26 + [16, 10]
    last = FIRST + timedelta(days=27)
    rate = time_series("open_rate", history(opened=opened), is_cohort=True, maturity=SLOW, last_day=last).points
    assert rate["is_immature"].tolist() == maturity_curves()["is_immature"].tolist()
    assert rate["expected"][27] == maturity_curves()["expected"][27]
