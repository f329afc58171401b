"""The figures of the benchmark page: right is better, empty dots are undecided, every mark has a hover text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from outreach_results import results
from outreach_results.metrics import Interval
from outreach_results.models import Distribution, Filters
from outreach_results.results import COST_PER_EMAIL
from outreach_results.ui.charts import COLORS
from outreach_results.ui.charts import benchmarks as figures
from outreach_results.ui.charts.benchmarks import Mark, value_text
from support import hostile
from support.figures import checked
from support.optional import present

beside_community = checked(figures.beside_community)
bullet = checked(figures.bullet)
over_time = checked(figures.over_time)

REPLY = Distribution(average=0.048, p25=0.031, p50=0.045, p75=0.062)
COST = Distribution(average=0.018, p25=0.015, p50=0.017, p75=0.021)
OWN = Distribution(average=0.05, p25=0.02, p50=0.04, p75=0.07)
LONG_AGO = date(2025, 1, 1)


def mark(value: float | None = 0.05, *, is_settled: bool = False, key: str = "c1", name: str = "First") -> Mark:
    interval = None if value is None else Interval(value * 0.8, value * 1.2)
    return Mark(key, name, value, interval, REPLY, "Yours is 5.0%.", is_settled)


def dots(figure):
    return next(trace for trace in figure.data if trace.customdata is not None)


def hover(figure) -> list[str]:
    texts: list[str] = []
    for trace in figure.data:
        if trace.hovertemplate == "%{text}<extra></extra>":
            texts += list(trace.text)
        elif trace.hovertemplate:
            texts.append(trace.hovertemplate.removesuffix("<extra></extra>"))
    return texts


def bands(figure) -> list[tuple[float, float]]:
    return [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"]


# --- bullets -----------------------------------------------------------------------------------------------------


def test_bullet_has_band_median_average_and_value():
    figure = bullet("reply_rate", mark(), OWN, lower_is_better=False)
    assert bands(figure) == [(0.031, 0.062)]
    assert [(line.x0, line.x1) for line in figure.layout.shapes if line.type == "line"] == [(0.045, 0.045)]
    ours = dots(figure)
    assert list(ours.x) == [0.05]
    assert (ours.error_x.array[0], ours.error_x.arrayminus[0]) == pytest.approx((0.01, 0.01))
    assert ours.marker.color == COLORS["reply_rate"]
    assert hover(figure) == [
        "A quarter of the community's campaigns lie below 3.1%.",
        "Half of the community's campaigns lie below 4.5%, the median.",
        "A quarter of the community's campaigns lie above 6.2%.",
        "The community's average is 4.8%.",
        "Your own campaigns: half of them lie between 2.0% and 7.0%, their median is 4.0%.",
        "Yours is 5.0%.",
    ]


@pytest.mark.parametrize("value", [0.001, 0.03, 0.05, 0.4])
@pytest.mark.parametrize("lower_is_better", [True, False])
def test_median_is_centered_and_everything_fits(value, lower_is_better):
    figure = bullet("reply_rate", mark(value), OWN, lower_is_better=lower_is_better)
    first, last = figure.layout.xaxis.range
    assert (first + last) / 2 == pytest.approx(0.045)
    low, high = sorted((first, last))
    assert low < min(value * 0.8, 0.02)
    assert high > max(value * 1.2, 0.07)
    assert first < last


@pytest.mark.parametrize("value", [0.0, 0.002, 0.3, 1.0])
def test_axis_has_no_mark_that_no_rate_can_be(value):
    """The median stands in the middle, so that the axis may reach beyond."""
    ticks = bullet("reply_rate", mark(value), OWN, lower_is_better=False).layout.xaxis.tickvals
    assert 2 <= len(ticks) <= 7
    assert all(0 <= tick <= 1 for tick in ticks)


def test_all_bullets_have_the_same_height_and_margins():
    layouts = [
        bullet(metric, mark(value), None, lower_is_better=lower).layout
        for metric, value, lower in (
            ("reply_rate", 0.05, False),
            (COST_PER_EMAIL, 0.02, True),
            ("open_rate", None, False),
        )
    ]
    assert len({(layout.height, layout.margin.l, layout.margin.r, layout.margin.t) for layout in layouts}) == 1


def test_the_medians_own_uncertainty_is_a_band():
    vague = replace(mark(), median=Interval(0.04, 0.05))
    assert bands(bullet("reply_rate", vague, None, lower_is_better=False)) == [(0.031, 0.062), (0.04, 0.05)]
    assert bands(beside_community("reply_rate", [vague]))[1] == (0.04, 0.05)
    exact = replace(mark(), median=Interval(0.045, 0.045))
    assert bands(bullet("reply_rate", exact, None, lower_is_better=False)) == [(0.031, 0.062)]


def test_thin_arms_are_the_interval_of_the_verdict():
    figure = bullet("reply_rate", replace(mark(), firm=Interval(0.03, 0.08)), None, lower_is_better=False)
    thin = next(trace for trace in figure.data if trace.error_x.thickness == 1)
    assert (thin.x[0] - thin.error_x.arrayminus[0], thin.x[0] + thin.error_x.array[0]) == pytest.approx((0.03, 0.08))
    first, last = figure.layout.xaxis.range
    assert first < 0.03 < 0.08 < last


@pytest.mark.parametrize(("is_settled", "symbol"), [(True, "circle"), (False, "circle-open")])
def test_dot_is_filled_if_side_is_certain(is_settled, symbol):
    figure = bullet("reply_rate", mark(is_settled=is_settled), None, lower_is_better=False)
    assert list(dots(figure).marker.symbol) == [symbol]


def test_bullet_without_value_or_quartiles_is_drawn():
    assert len(dots(bullet("reply_rate", mark(None), None, lower_is_better=False)).x) == 0
    unknown = Mark("x", "x", 0.05, None, Distribution(), "Yours is 5.0%.", False)
    figure = bullet("reply_rate", unknown, None, lower_is_better=False)
    assert bands(figure) == []
    assert dots(figure).error_x.array[0] == 0


def test_money_is_dollars_and_shares_are_percent():
    assert value_text(COST_PER_EMAIL, 0.0197) == "$0.0197"
    assert value_text(COST_PER_EMAIL, 0.018) == "$0.018"
    assert value_text("reply_rate", 0.05) == "5.0%"
    assert value_text("reply_rate", None) == "–"
    for cost, decimals in ((0.02, 3), (0.2, 2)):
        community = Distribution(p25=cost * 0.9, p50=cost, p75=cost * 1.1)
        axis = bullet(COST_PER_EMAIL, Mark("c", "C", cost, None, community, "", False), None, lower_is_better=True)
        assert axis.layout.xaxis.tickformat == f"$.{decimals}f", cost  # as many in all of them


# --- rows --------------------------------------------------------------------------------------------------------


def test_each_row_has_name_band_and_dot():
    marks = [mark(0.05, key="a", name="First", is_settled=True), mark(0.03, key="b", name="Second")]
    figure = beside_community("reply_rate", marks)
    assert bands(figure) == [(0.031, 0.062)] * 2
    assert [annotation.text for annotation in figure.layout.annotations] == ["First", "Second"]
    assert list(dots(figure).customdata) == ["a", "b"]
    assert list(dots(figure).marker.symbol) == ["circle", "circle-open"]
    first, last = figure.layout.yaxis.range
    assert first > last  # the first row is on top


def test_a_row_without_a_value_keeps_its_band():
    figure = beside_community("reply_rate", [mark(None), mark(0.05, key="b")])
    assert len(bands(figure)) == 2
    assert list(dots(figure).customdata) == ["b"]


def test_wide_interval_does_not_squeeze_the_axis():
    tiny = Mark("t", "Tiny", 0.05, Interval(0.0, 0.95), REPLY, "", False)
    _, last = beside_community("reply_rate", [mark(), tiny]).layout.xaxis.range
    assert last < 0.3


def test_a_long_name_stands_in_full_above_its_row():
    name = "Spring launch for operations leads at mid-size manufacturers in Germany, Austria and Switzerland"
    figure = beside_community("reply_rate", [mark(name=name), mark(key="b")])
    shown = figure.layout.annotations[0].text
    assert shown.replace("<br>", " ") == name
    assert shown.count("<br>") == 2
    assert figure.layout.height > beside_community("reply_rate", [mark(), mark(key="b")]).layout.height
    first, second = (annotation.y for annotation in figure.layout.annotations)
    assert 0 < first < 1 < second < 2  # the first row is taller by the other lines


def test_more_rows_make_a_taller_figure_of_equal_rows():
    heights = [beside_community("reply_rate", [mark()] * rows).layout.height for rows in (1, 2, 3)]
    assert heights[1] - heights[0] == heights[2] - heights[1] > 30
    # A few rows fill the height of the chart beside them, and many are as tall as ever.
    filled = {rows: beside_community("reply_rate", [mark()] * rows, fills=320).layout.height for rows in (3, 9)}
    assert 310 <= filled[3] <= 330
    assert filled[9] == beside_community("reply_rate", [mark()] * 9).layout.height


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_a_name_that_is_markup_shows_as_it_is(name):
    figure = beside_community("reply_rate", [mark(name=name)])
    (shown,) = (annotation.text for annotation in figure.layout.annotations)
    assert "<" not in shown.replace("<br>", "")


# --- over time ---------------------------------------------------------------------------------------------------


@pytest.fixture
def weeks(sample_store) -> list[results.PartComparison]:
    return results.comparison_over_time(sample_store, Filters(), results.community(sample_store, None), "reply_rate")


def over_weeks(weeks: list[results.PartComparison], community: Distribution, first: date, **drawn: Any):
    sentences = [f"week {n}" for n in range(len(weeks))]
    return over_time("reply_rate", weeks, sentences, community, chosen_from=first, **drawn)


def test_each_week_is_a_dot_with_interval(weeks):
    figure = over_weeks(weeks, REPLY, date(2026, 3, 1))
    before, chosen = (trace for trace in figure.data if trace.mode == "markers")
    known = [(n, week) for n, week in enumerate(weeks) if week.comparison.value is not None]
    assert [*before.customdata, *chosen.customdata] == [f"{week.start:%Y-%m-%d}" for _, week in known]
    assert list(chosen.customdata) == ["2026-02-23", "2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    assert before.opacity < chosen.opacity
    highs = [present(week.comparison.interval).high for _, week in known]
    ends = [value + reach for value, reach in zip(chosen.y, chosen.error_y.array, strict=True)]
    assert ends == pytest.approx(highs[-5:])
    assert hover(figure) == [f"week {n}" for n, _ in known]


def test_the_benchmark_lies_behind_the_line(weeks):
    figure = over_weeks(weeks, REPLY, LONG_AGO)
    assert [(shape.y0, shape.y1) for shape in figure.layout.shapes] == [(0.031, 0.062), (0.045, 0.045)]
    assert figure.layout.yaxis.range[0] == 0
    vague = over_weeks(weeks, REPLY, LONG_AGO, median=Interval(0.04, 0.05))
    assert (0.04, 0.05) in [(shape.y0, shape.y1) for shape in vague.layout.shapes]
    assert over_weeks(weeks, Distribution(), LONG_AGO).layout.shapes == ()


def test_weeks_without_emails_leave_a_gap(weeks):
    line = over_weeks(weeks, REPLY, LONG_AGO).data[0]
    assert line.mode == "lines"
    assert list(line.y).count(None) == 2  # the turn of the year
    assert not line.connectgaps
