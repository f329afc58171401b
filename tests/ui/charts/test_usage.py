"""The figures of the usage page draw the given values, with sentences as hover texts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from outreach_results import results
from outreach_results.metrics import Forecast, Interval, RunOut
from outreach_results.models import Basis, Filters
from outreach_results.ui.charts import COLORS
from outreach_results.ui.charts import usage as figures
from outreach_results.ui.charts.usage import MOST_CAMPAIGNS
from support import hostile
from support.figures import checked

costs_of_campaigns = checked(figures.costs_of_campaigns)
costs_of_components = checked(figures.costs_of_components)
costs_of_months = checked(figures.costs_of_months)
month_progress = checked(figures.month_progress)
quota = checked(figures.quota)

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
COMING = tuple(date(2026, 3, day) for day in (29, 30, 31))


def forecast(run_out: RunOut | None = None) -> Forecast:
    return Forecast(
        days=COMING,
        low=(300.0, 320.0, 340.0),
        middle=(310.0, 350.0, 390.0),
        high=(320.0, 400.0, 480.0),
        emails=Interval(340, 480),
        cost=Interval(6, 9),
        likely_emails=390,
        likely_cost=7.5,
        run_out=run_out,
    )


def hover(figure) -> list[str]:
    """All hover texts of the figure."""
    texts: list[str] = []
    for trace in figure.data:
        template = trace.hovertemplate
        if template is None:
            continue
        if template == "%{text}<extra></extra>":
            texts += list(trace.text)
        else:
            texts += [template] if isinstance(template, str) else list(template)
    return [one.removesuffix("<extra></extra>") for one in texts]


def labels(figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


def spans(figure) -> list[tuple[float, float]]:
    return [(bar.base[0], bar.base[0] + bar.x[0]) for bar in figure.data if bar.type == "bar"]


# --- the gauge ---------------------------------------------------------------------------------------------------


def test_gauge_shows_use_limit_and_forecast():
    figure = quota(2600, 10_000, 9032.0, Interval(2782, 3091))
    assert spans(figure) == [(0, 10_000), (0, 2600), (2782, 3091)]
    (line,) = (trace for trace in figure.data if trace.type == "scatter")
    assert list(line.x) == [9032]
    assert labels(figure) == ["expected by today 9,032"]
    assert hover(figure) == [
        "The plan allows 10,000 emails a month.",
        "2,600 of 10,000 emails are used.",
        "By the end of the month 2,782 to 3,091 emails, 80% likely.",
        "Expected by today, to end the month exactly at the limit: 9,032.",
    ]


def test_excess_over_limit_has_its_own_color():
    figure = quota(12_000, 10_000, None, None)
    assert spans(figure) == [(0, 10_000), (0, 10_000), (10_000, 12_000)]
    assert figure.data[2].marker.color == COLORS["meetings_booked"]
    assert "2,000 emails went beyond the limit of 10,000." in hover(figure)
    assert figure.layout.xaxis.range[1] >= 12_000


def test_a_forecast_beyond_the_limit_still_fits():
    assert quota(2600, 2850, 2574.0, Interval(2782, 3091)).layout.xaxis.range[1] >= 3091


@pytest.mark.parametrize(("due", "side"), [(1000.0, "left"), (9000.0, "right")])
def test_the_words_of_the_expected_line_stay_inside(due, side):
    assert quota(10, 10_000, due, None).layout.annotations[0].xanchor == side


def test_a_month_that_is_over_expects_nothing():
    assert labels(quota(1247, 10_000, None, None)) == []


# --- the series --------------------------------------------------------------------------------------------------


def test_progress_is_cumulative_with_forecast_range():
    sent = [10] * 27 + [30]
    figure = month_progress(FIRST, LAST, sent, 400, forecast())
    known = next(trace for trace in figure.data if trace.mode == "lines+markers" and len(trace.x) == 28)
    assert known.y[-1] == 300
    assert hover(figure)[-1] == "Sat, Mar 28: 300 emails since the 1st, 30 of them on this day."
    high, low = figure.data[:2]
    assert low.fill == "tonexty"
    assert list(high.x) == list(low.x) == [date(2026, 3, 28), *COMING]
    assert list(low.y) == [300, 300, 320, 340]
    assert list(high.y) == [300, 320, 400, 480]
    assert "By the end of Tue, Mar 31: 340 to 480 emails, 80% likely." in hover(figure)


def test_forecast_range_can_begin_today():
    figure = month_progress(FIRST, LAST, [10] * 29, None, forecast())
    assert list(figure.data[0].x) == list(COMING)


def test_near_limit_is_a_line_and_far_limit_a_text():
    near = month_progress(FIRST, LAST, [10] * 28, 800, None)
    assert labels(near) == ["limit 800"]
    assert near.layout.yaxis.range[1] > 800
    far = month_progress(FIRST, LAST, [10] * 28, 10_000, None)
    assert labels(far) == ["↑ limit 10,000, above this chart"]
    assert far.layout.yaxis.range[1] < 1000
    assert labels(month_progress(FIRST, LAST, [10] * 28, None, None)) == []


@pytest.mark.parametrize(("last", "words"), [(date(2026, 3, 30), "quota runs out"), (None, "quota may run out")])
def test_run_out_days_are_shaded(last, words):
    figure = month_progress(FIRST, LAST, [10] * 28, 400, forecast(RunOut(0.6, date(2026, 3, 29), last)))
    (shade,) = (shape for shape in figure.layout.shapes if shape.type == "rect")
    assert pd.Timestamp(shade.x0) == pd.Timestamp("2026-03-28 12:00")
    assert pd.Timestamp(shade.x1) == pd.Timestamp((last or LAST) + timedelta(days=0)) + pd.Timedelta(hours=12)
    assert words in labels(figure)


def test_a_quota_that_lasts_is_not_shaded():
    figure = month_progress(FIRST, LAST, [10] * 28, 900, forecast(RunOut(0.01)))
    assert [shape.type for shape in figure.layout.shapes] == ["line"]


# --- costs -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def costs(sample_store) -> pd.DataFrame:
    return results.campaign_costs(sample_store, Filters(start=FIRST, end=LAST, basis=Basis.SEND))


def test_each_component_has_its_bar_and_says_its_price(costs):
    components = results.component_costs(costs)
    (bar,) = costs_of_components(components, per_email=True).data
    assert list(bar.x) == pytest.approx(list(components["cost_per_email_usd"]))
    assert list(bar.y) == ["AI generation", "Lead enrichment", "Email sending"]
    assert hover(costs_of_components(components, per_email=True))[0] == "AI generation costs $0.0044 per email."
    assert hover(costs_of_components(components, per_email=False))[0] == "AI generation costs $11.49 in total."


@pytest.mark.parametrize("per_email", [True, False])
def test_campaign_bars_sum_to_its_cost(costs, per_email):
    figure = costs_of_campaigns(costs, per_email=per_email)
    by = "cost_per_email_usd" if per_email else "cost_usd"
    expected = costs.sort_values(by, ascending=False)
    stacked = np.sum([trace.x for trace in figure.data], axis=0)
    assert list(stacked) == pytest.approx(list(expected[by]))
    assert all(list(trace.customdata) == list(expected["campaign_id"]) for trace in figure.data)
    assert [trace.name for trace in figure.data] == ["AI generation", "Lead enrichment", "Email sending"]


def test_what_is_not_broken_down_has_a_bar_of_its_own(costs):
    daily = costs.assign(cost_not_broken_down_usd=1.0)
    assert [trace.name for trace in costs_of_campaigns(daily, per_email=True).data][-1] == "Not broken down"


def test_only_the_most_expensive_campaigns_are_drawn():
    many = pd.DataFrame(
        {"campaign_id": [f"c{n}" for n in range(40)], "name": "x", "emails_sent": 10, "cost_usd": range(40)}
    ).assign(
        cost_ai_generation_usd=lambda frame: frame["cost_usd"],
        cost_lead_enrichment_usd=0.0,
        cost_email_sending_usd=0.0,
        cost_not_broken_down_usd=0.0,
        cost_per_email_usd=lambda frame: frame["cost_usd"] / 10,
    )
    figure = costs_of_campaigns(many, per_email=True)
    assert list(figure.data[0].customdata) == [f"c{n}" for n in range(39, 39 - MOST_CAMPAIGNS, -1)]


def test_months_have_customdata_empty_ones_no_price(sample_store):
    months = results.usage_by_month(sample_store)
    figure = costs_of_months(months, per_email=True)
    assert list(figure.data[0].customdata) == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    stacked = np.sum([trace.y for trace in figure.data], axis=0)
    assert list(stacked) == pytest.approx(list(months["cost_per_email_usd"]))
    empty = months.assign(emails_sent=0, cost_per_email_usd=float("nan"))
    assert pd.Series(costs_of_months(empty, per_email=True).data[0].y).isna().all()
    assert hover(figure)[0] == "November 2025: AI generation $0.0043 per email. Click to show it."


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_a_name_that_is_markup_shows_as_it_is(costs, name):
    figure = costs_of_campaigns(costs.assign(name=name), per_email=True)
    for texts in (*labels(figure), *hover(figure)):
        assert "<" not in texts.replace("<extra></extra>", "").replace("<br>", "")
