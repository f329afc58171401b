"""The figure of the trends page draws the given values, with sentences as hover texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from outreach_results import results
from outreach_results.metrics import ComparisonDays, Every, MaturityCurve, bucketed, time_series
from outreach_results.models import COST_COLUMNS, COUNTS, Annotation, Basis, Filters
from outreach_results.results import MaturityCurves, Trends
from outreach_results.ui.charts import COLORS, trend_chart
from outreach_results.ui.charts.trend_labels import lag_sentence, unusual_sentence

FIRST = date(2026, 3, 2)  # a Monday
LAST = FIRST + timedelta(days=27)
SLOW = MaturityCurve((0.5, 0.8, 1.0), 500)
MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27), basis=Basis.SEND)
SOME_COST = ("cost_usd", *(f"{name}_usd" for name in (*COST_COLUMNS, "cost_not_broken_down")))


def history(first=FIRST, count=28, **counts):
    frame = pd.DataFrame({"date": pd.date_range(first, periods=count)} | dict.fromkeys(COUNTS, 0))
    return frame.assign(**{"emails_sent": 100, "delivered": 100} | counts).astype(dict.fromkeys(COUNTS, "Int64"))


def trends(*names, every=Every.DAY, days=None, is_cohort=True, maturity=None, spent=1.0, **options):
    days = history(opened=[20] * 10 + [60] + [20] * 17, replied=5) if days is None else days
    courses = tuple(
        time_series(name, days, every=every, is_cohort=is_cohort, maturity=maturity, last_day=LAST, **options)
        for name in names
    )
    costs = bucketed(days[["date"]].assign(**dict.fromkeys(SOME_COST, spent)), every)
    known = {"opened": SLOW, "replied": MaturityCurve((0.2, 0.9, 0.96, 1.0), 90)}
    return Trends(every, courses, costs, is_cohort, MaturityCurves(known, LAST))


def group(figure, metric):
    return [trace for trace in figure.data if trace.legendgroup == metric]


def marks(figure, metric):
    (result,) = [trace for trace in group(figure, metric) if trace.mode == "markers"]
    return result


def texts_of(figure):
    return [text for trace in figure.data if trace.text is not None for text in trace.text if text]


def legend(figure):
    return [trace.name for trace in figure.data if trace.showlegend is not False]


# --- what is drawn -----------------------------------------------------------------------------------------------


def test_metric_line_has_values_and_color():
    result = trends("opened", "replied")
    figure = trend_chart(result)
    for series in result.series:
        drawn = marks(figure, series.metric)
        assert list(drawn.y) == series.points["value"].tolist()
        assert [str(day)[:10] for day in drawn.x] == [f"{day:%Y-%m-%d}" for day in series.points["date"]]
        assert set(drawn.marker.color) == {COLORS[series.metric]}
    assert legend(figure)[:2] == ["Opened", "Replied"]


def test_cost_has_its_own_axis_on_same_days():
    figure = trend_chart(trends("opened"))
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == 4
    assert {trace.yaxis for trace in bars} == {"y2"}
    assert {trace.xaxis for trace in figure.data} <= {None, "x"}, "one x axis for both"
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    assert figure.layout.yaxis2.title.text == "Dollars"


def test_zero_rest_of_cost_is_not_drawn():
    result = trends("opened")
    broken_down = replace(result, costs=result.costs.assign(cost_not_broken_down_usd=0.0))
    assert "Not broken down" in legend(trend_chart(result))
    assert "Not broken down" not in legend(trend_chart(broken_down))


@pytest.mark.parametrize(
    ("names", "title", "tick"), [(("opened",), "Emails a day", None), (("open_rate",), "Share of emails", ".0%")]
)
def test_the_axis_says_what_it_measures(names, title, tick):
    axis = trend_chart(trends(*names)).layout.yaxis
    assert axis.title.text == title
    assert axis.tickformat == tick


def test_a_small_day_is_faint_and_stays_on_the_page():
    sent = [100] * 27 + [4]
    days = history(emails_sent=sent, delivered=sent, opened=[20] * 27 + [4])
    figure = trend_chart(trends("open_rate", days=days))
    drawn = marks(figure, "open_rate")
    assert drawn.y[-1] <= figure.layout.yaxis.range[1] < 0.5
    assert drawn.marker.symbol[-1] == "triangle-up"
    assert drawn.marker.color[-1].endswith(", 0.35)"), "in its color: an opacity would not outlive a click"
    assert "Open rate 100.0%" in drawn.text[-1]
    assert set(drawn.marker.color[:-1]) == {COLORS["open_rate"]}


# --- signs -------------------------------------------------------------------------------------------------------


def test_unusual_day_is_marked_and_explained():
    drawn = marks(trend_chart(trends("opened")), "opened")
    assert [at for at, symbol in enumerate(drawn.marker.symbol) if symbol == "diamond"] == [10]
    assert drawn.marker.line.width[10] > 0
    assert drawn.text[10] == "60 emails were opened, of 100 delivered.<br>Unusual: between 10 and 34 would be usual."


def test_usual_range_is_drawn_for_one_metric_only():
    assert any(getattr(trace, "fill", None) == "tonexty" for trace in trend_chart(trends("opened")).data)
    assert not any(getattr(trace, "fill", None) for trace in trend_chart(trends("opened", "replied")).data)


def test_immature_day_marker_and_hover():
    figure = trend_chart(trends("opened", maturity=SLOW, days=history(opened=[20] * 26 + [16, 10])))
    drawn = marks(figure, "opened")
    assert list(drawn.marker.symbol) == ["circle"] * 26 + ["circle-open"] * 2
    assert "About 50% of its opens are in;<br>expect" not in drawn.text[-1]
    assert "About 50% of its opens are in; expect about 20 in the end, likely " in drawn.text[-1]
    dotted = [trace for trace in group(figure, "opened") if trace.line.dash == "dot"]
    assert [list(trace.y) for trace in dotted] == [[20, 16, 10]]
    assert "Still collecting" in legend(figure)


def test_partial_week_is_marked_and_explained():
    days = history(FIRST + timedelta(days=2), 15, opened=3)
    figure = trend_chart(trends("opened", every=Every.WEEK, days=days))
    assert list(marks(figure, "opened").marker.symbol) == ["square-open", "circle", "square-open"]
    assert "$5.00 was spent in all.<br>Only 5 of the 7 days of this week are in the period." in texts_of(figure)
    assert "$3.00 was spent in all.<br>Only 3 of the 7 days of this week are in the period." in texts_of(figure)
    assert "Part of a week" in legend(figure)
    assert figure.layout.xaxis.hoverformat == "Week of %a %-d %b %Y"


def test_a_sign_that_does_not_occur_is_not_explained():
    assert legend(trend_chart(trends("replied")))[1:] == [
        "AI generation", "Lead enrichment", "Email sending", "Not broken down",
    ]  # fmt: skip


# --- mean and comparison -----------------------------------------------------------------------------------------


def test_the_mean_is_strong_and_the_days_are_faint():
    result = trends("opened", days=history(opened=range(28)))
    figure = trend_chart(result, with_mean=True)
    strong = [trace for trace in group(figure, "opened") if trace.mode == "lines+markers" and trace.opacity == 1.0]
    means = result.series[0].points["mean"].dropna()
    assert [list(trace.y) for trace in strong] == [means.tolist()]
    assert max(trace.opacity for trace in group(figure, "opened") if trace.line.width == 1.0) < 0.5
    assert "Opened: 3.0 a day in these seven days." in texts_of(figure)


def test_weeks_have_no_seven_day_mean():
    figure = trend_chart(trends("opened", every=Every.WEEK), with_mean=True)
    assert not any("seven days" in text for text in texts_of(figure))


def test_comparison_is_thin_dashed_and_named():
    earlier = ComparisonDays(history(FIRST - timedelta(days=28), opened=range(28)), timedelta(days=28))
    figure = trend_chart(trends("opened", compared=earlier), compared_with="2 Feb – 1 Mar 2026")
    (dashed,) = [trace for trace in group(figure, "opened") if trace.line.dash == "dash"]
    assert list(dashed.y) == list(range(28))
    assert dashed.line.width < 2
    assert dashed.text[3] == "Opened compared: 3 (Thu 5 Feb 2026)."
    assert "Compared: 2 Feb – 1 Mar 2026" in legend(figure)


@pytest.mark.parametrize("every", Every)
def test_whatever_is_clicked_reports_its_bucket(every):
    """Plotly reports a click on the first mark it finds at that place, so all marks need the click data."""
    earlier = ComparisonDays(history(FIRST - timedelta(days=28), opened=range(28)), timedelta(days=28))
    figure = trend_chart(trends("opened", "replied", every=every, compared=earlier), with_mean=True)
    hovered = [trace for trace in figure.data if trace.hovertemplate and trace.x[0] is not None]
    assert len(hovered) > 6
    for trace in hovered:
        assert [str(day)[:10] for day in trace.x] == list(trace.customdata)
        assert trace.type == "bar" or "markers" in trace.mode


def test_new_click_resets_the_selection():
    one, other = (trend_chart(trends("opened"), selected_day=day).layout for day in ("2026-02-02", "None"))
    assert one.selectionrevision != other.selectionrevision


# --- words -------------------------------------------------------------------------------------------------------


def test_the_list_says_an_unusual_day_in_one_sentence():
    result = trends("open_rate")
    (series,) = result.series
    (point,) = series.unusual.to_dict("records")
    sentence = unusual_sentence(series, point, Every.DAY)
    assert sentence == "Thu 12 Mar 2026: open rate 60.0% of 100 delivered; between 10.0% and 34.0% would be usual"


@pytest.mark.parametrize(
    ("name", "count", "sentence"),
    [
        ("emails_sent", 1, "1 email was sent."),
        ("emails_sent", 1_200, "1,200 emails were sent."),
        ("opened", 1, "1 email was opened, of 2,000 delivered."),
        ("replied", 0, "0 emails got a reply, of 2,000 delivered."),
        ("unsubscribed", 2, "2 emails led to an unsubscription, of 2,000 delivered."),
    ],
)
def test_a_count_has_a_sentence(name, count, sentence):
    days = history(count=1, **{"emails_sent": 2_000, "delivered": 2_000} | {name: count})
    assert texts_of(trend_chart(trends(name, days=days)))[0] == sentence


def test_activity_rates_do_not_claim_a_cohort():
    days = history(count=1, delivered=10, replied=12)
    said_of_rate = texts_of(trend_chart(trends("reply_rate", days=days, is_cohort=False)))[0]
    assert said_of_rate == "Reply rate 120.0%: 12 emails got a reply while 10 were delivered."


def test_cost_is_shown_by_component():
    hovered = texts_of(trend_chart(trends("opened", days=history(count=1), spent=1.25)))[-4:]
    assert hovered == [
        "$1.25 was spent on AI generation.",
        "$1.25 was spent on lead enrichment.",
        "$1.25 was spent on email sending.",
        "$1.25 was spent without saying on what.",
    ]


def test_the_lag_names_only_what_is_shown_and_known():
    learned = trends("opened").maturity_curves.by_count
    assert lag_sentence(learned, ["open_rate", "opened", "emails_sent"]) == (
        "In this account 95% of opens within 2 days of the sending have arrived."
    )
    assert "of opens within 2 days and of replies within 2 days" in lag_sentence(learned, ["opened", "reply_rate"])
    assert lag_sentence(learned, ["bounced"]) == ""


# --- with the sample data, and without any -----------------------------------------------------------------------


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("every", Every)
@pytest.mark.parametrize(
    "names", [COUNTS, ("delivery_rate", "open_rate", "click_rate", "reply_rate", "conversion_rate")]
)
def test_every_metric_is_drawn_with_hover_sentences(sample_store, basis, every, names):
    earlier = replace(MARCH, basis=basis, start=date(2026, 1, 31), end=date(2026, 2, 27))
    result = results.trends(sample_store, replace(MARCH, basis=basis), names, every=every, comparison=earlier)
    figure = trend_chart(result, with_mean=True, compared_with="before")
    texts = texts_of(figure)
    assert len(texts) > len(result.costs)
    assert not [text for text in texts if not text.endswith(".") or "nan" in text]


def test_unknown_values_draw_no_points():
    unknown = pd.array([pd.NA] * 28, dtype="Int64")
    figure = trend_chart(trends("opened", days=history(opened=unknown)), with_mean=True)
    assert len(marks(figure, "opened").x) == 0
    assert np.isfinite(figure.layout.height)


@pytest.mark.parametrize("every", Every)
def test_single_point_is_shown_with_its_value(every):
    one = history(count=1, opened=20, replied=5)
    shown = trends("opened", "reply_rate", every=every, days=one)
    figure = trend_chart(shown)
    counts, rates = (
        next(trace for trace in group(figure, name) if trace.texttemplate) for name in ("opened", "reply_rate")
    )
    assert (list(counts.y), counts.texttemplate, counts.mode) == ([20], "  %{y:,}", "markers+text")
    assert (list(rates.y), rates.texttemplate) == ([0.05], "  %{y:.1%}")
    axis, (start,) = figure.layout.xaxis, shown.costs["date"]
    assert axis.type == "date"
    assert axis.range[0] < start < axis.range[1]
    assert list(axis.tickvals) == [start]
    assert all(bar.width for bar in figure.data if bar.type == "bar")


def test_mean_and_comparison_of_one_day_are_dashes():
    days = history(first=FIRST - timedelta(days=6), count=7, opened=20)
    earlier = ComparisonDays(history(first=FIRST - timedelta(days=13), count=7, opened=10), timedelta(days=7))
    series = time_series("opened", days, first=FIRST, compared=earlier)
    costs = bucketed(days[["date"]].tail(1).assign(**dict.fromkeys(SOME_COST, 1.0)), Every.DAY)
    figure = trend_chart(Trends(Every.DAY, (series,), costs, False, MaturityCurves({}, None)), with_mean=True)
    dashes = [trace for trace in group(figure, "opened") if trace.marker.symbol == "line-ew"]
    assert sorted(trace.y[0] for trace in dashes) == [10, 20]
    assert all(trace.mode == "markers" for trace in dashes)


def test_several_points_have_no_figures():
    figure = trend_chart(trends("opened"), with_mean=True)
    lines = [trace for trace in figure.data if trace.type == "scatter"]
    assert not [trace for trace in lines if trace.texttemplate or trace.marker.symbol == "line-ew"]


def test_notes_stand_at_the_bucket_they_belong_to():
    note = Annotation("1", FIRST + timedelta(days=9), "", "New subject line", None, datetime(2026, 3, 1, tzinfo=UTC))
    by_day, by_week = (trend_chart(trends("opened", every=every), [note]) for every in (Every.DAY, Every.WEEK))
    assert by_day.layout.shapes[0].x0 == "2026-03-11"
    assert by_week.layout.shapes[0].x0 == "2026-03-09"
    assert "Wed 11 Mar 2026: New subject line" in by_week.layout.annotations[-1].hovertext
