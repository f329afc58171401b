"""The large chart of the overview: ranges, labels, comparison."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from outreach_results.metrics import Every
from outreach_results.models import Annotation
from outreach_results.results import HeadlineSeries
from outreach_results.ui.charts import headline as figures
from outreach_results.ui.charts.headline import subtitle
from support.figures import checked

headline_chart = checked(figures.headline_chart)

NAN = float("nan")


def series(name="reply_rate", *, every=Every.DAY, **columns):
    points = {"value": [0.04, 0.05], "low": [0.03, 0.04], "high": [0.06, 0.07], "compared": [NAN, NAN]} | columns
    return HeadlineSeries(name, every, pd.DataFrame({"date": pd.date_range("2026-03-01", periods=2), **points}))


def test_a_rate_is_a_line_in_its_range():
    figure = headline_chart(series())
    assert [trace.type for trace in figure.data] == ["scatter", "scatter"]
    assert figure.data[0].fill == "toself"
    assert [note.text for note in figure.layout.annotations] == ["<b>5.0%</b>"]
    assert figure.data[1].customdata[0] == "Reply rate: 4.0% (3.0% to 6.0%)"


def test_the_range_leaves_gaps_as_the_line_does():
    days = pd.date_range("2026-03-01", periods=6)
    columns = {"value": [1.0, 1.0, NAN, 2.0, 2.0, 2.0], "compared": [NAN] * 6}
    ends = {"low": [0.5, 0.5, NAN, 1.5, 1.5, NAN], "high": [2.0, 2.0, NAN, 3.0, 3.0, NAN]}
    (area, *_) = headline_chart(
        HeadlineSeries("reply_rate", Every.DAY, pd.DataFrame({"date": days, **columns, **ends}))
    ).data
    assert list(area.y) == [2.0, 2.0, 0.5, 0.5, None, 3.0, 3.0, 1.5, 1.5]
    assert [day is None for day in area.x] == [end is None for end in area.y]


def test_a_number_is_drawn_as_bars():
    figure = headline_chart(series("emails_sent", value=[1_200, 0], low=[NAN, NAN], high=[NAN, NAN]))
    assert [trace.type for trace in figure.data] == ["bar"]
    assert list(figure.data[0].customdata) == ["Sent: 1,200", "Sent: 0"]


def test_the_comparison_is_named_in_its_tooltip():
    figure = headline_chart(series(compared=[0.02, NAN]), compared_with="“<b>”")
    assert list(figure.data[-1].customdata) == ["“&lt;b&gt;”: 2.0%"]


def test_a_single_day_is_a_mark():
    figure = headline_chart(series(value=[0.04, NAN], low=[0.03, NAN], high=[0.06, NAN]))
    assert figure.data[-1].mode == "markers"
    assert figure.data[-1].error_y.array[0] == pytest.approx(0.02)


def test_notes_are_marks_of_the_chart():
    note = Annotation("1", date(2026, 3, 2), "", "New subject line", None, datetime(2026, 3, 2, tzinfo=UTC))
    figure = headline_chart(series(), [note])
    assert "New subject line" in " ".join(one.text for one in figure.layout.annotations)
    assert [shape.type for shape in figure.layout.shapes] == ["line"]


def test_a_day_that_is_not_over_is_marked():
    noon, said = datetime(2026, 3, 2, 12, tzinfo=UTC), "<br>The day is not over: known until 12:00 PM."
    line, step, end = headline_chart(series(), unfinished=noon).data[1:]
    assert (list(line.y), list(step.y), list(end.y)) == ([0.04], [0.04, 0.05], [0.05])
    assert (step.line.dash, end.marker.symbol) == ("dot", "circle-open")
    assert list(end.customdata) == [f"Reply rate: 5.0% (4.0% to 7.0%){said}"]
    (bars,) = headline_chart(series("cost", low=[NAN, NAN], high=[NAN, NAN]), unfinished=noon).data
    assert [color.rpartition(" ")[2] for color in bars.marker.color] == ["0.75)", "0.35)"]
    assert [told.endswith(said) for told in bars.customdata] == [False, True]


def test_one_compared_value_is_wider_than_the_mark():
    only = series(value=[0.04, NAN], low=[0.03, NAN], high=[0.06, NAN], compared=[0.04, NAN])
    mark, compared = headline_chart(only, compared_with="Mar 1").data
    assert (compared.mode, compared.marker.size > 2 * mark.marker.size) == ("markers", True)


def test_few_days_have_a_tick_each_and_no_hours():
    figure = headline_chart(series())
    assert [f"{day:%b %-d}" for day in figure.layout.xaxis.tickvals] == ["Mar 1", "Mar 2"]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (series(), "Reply rate, 7-day average with 95% range"),
        (series("cost_per_meeting_usd"), "Cost per meeting, over 28 days"),
        (series("cost"), "Cost by day"),
        (series("emails_sent", every=Every.WEEK), "Sent by week"),
    ],
)
def test_the_heading_says_what_a_point_covers(one, said):
    assert subtitle(one) == said
