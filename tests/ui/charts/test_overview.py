"""The figures of the overview draw the given values."""

from __future__ import annotations

import re

import pytest

from outreach_results import results
from outreach_results.models import Filters, Stats
from outreach_results.results import Totals
from outreach_results.ui.charts import COLORS, LABELS, base
from outreach_results.ui.charts import overview as figures
from support.figures import checked

funnel = checked(figures.funnel)


def totals(stats: Stats) -> Totals:
    return results.totals_of([stats.model_dump()])


STATS = Stats(emails_sent=487, delivered=456, bounced=31, opened=112, clicked=34, replied=23, meetings_booked=5)
STAGES = ("emails_sent", "delivered", "opened", "clicked", "replied", "meetings_booked")


def bars(figure):
    (trace,) = figure.data
    return trace


def test_funnel_has_one_bar_per_stage_in_order():
    trace = bars(funnel(results.funnel(totals(STATS))))
    assert list(trace.y) == [LABELS[stage] for stage in STAGES]
    assert list(trace.x) == [487, 456, 112, 34, 23, 5]
    assert trace.marker.color == COLORS["opened"]


def test_the_funnel_says_of_what_each_share_is():
    sent, delivered, opened, *_ = bars(funnel(results.funnel(totals(STATS)))).text
    assert sent == "487"
    assert delivered == "456 · 93.6% of sent"
    assert opened == "112 · 24.6% of delivered"


def test_the_funnel_leaves_out_what_is_not_tracked():
    trace = bars(funnel(results.funnel(totals(STATS.model_copy(update={"opened": None})))))
    assert "Opened" not in trace.y
    assert "nan" not in " ".join((*trace.text, *trace.customdata)).lower()


def test_a_share_of_a_tracked_part_says_of_how_many():
    untracked = STATS.model_copy(update={"opened": None, "clicked": None}).model_dump()
    trace = bars(funnel(results.funnel(results.totals_of([STATS.model_dump(), untracked]))))
    assert trace.text[1] == "912 · 93.6% of sent"
    assert trace.text[2] == "112 · 24.6% of 456 delivered, as far as tracked"


def test_more_clicks_than_opens_have_no_share():
    stages = results.funnel(totals(STATS.model_copy(update={"opened": 3})))
    trace = bars(funnel(stages))
    shares = [float(share) for share in re.findall(r"([\d.]+)%", " ".join(trace.text))]
    assert shares
    assert max(shares) <= 100


@pytest.mark.parametrize("stats", [Stats(), Stats(emails_sent=0, delivered=0, replied=0, meetings_booked=0)])
def test_a_funnel_of_nothing_can_be_drawn(stats):
    trace = bars(funnel(results.funnel(totals(stats))))
    assert sum(trace.x) == 0


def test_the_text_behind_each_bar_fits_into_the_figure():
    figure = funnel(results.funnel(totals(STATS)))
    assert figure.layout.xaxis.range[1] >= 1.5 * max(bars(figure).x)


def test_sample_funnel_matches_totals(sample_store):
    result = results.totals(sample_store, Filters())
    stats = result.stats
    trace = bars(funnel(results.funnel(result)))
    assert dict(zip(trace.y, trace.x, strict=True)) == {LABELS[stage]: getattr(stats, stage) for stage in STAGES}


def test_colors_are_valid_and_rates_share_their_counts():
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in COLORS.values())
    assert COLORS["reply_rate"] == COLORS["replied"]


def _luminance(color):
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("background", ["#ffffff", "#11161d"])
def test_every_color_stands_out_from_both_backgrounds(background):
    ground = _luminance(background)
    faint = {
        name: round(contrast, 2)
        for name, color in COLORS.items()
        if (contrast := (max(ground, _luminance(color)) + 0.05) / (min(ground, _luminance(color)) + 0.05)) < 3
    }
    assert not faint


@pytest.mark.parametrize("name", ["", "short", "a" * 120, "one two " * 20, "見出しの長い名前" * 8, "half-way " * 9])
def test_names_are_whole_in_lines_that_fit_a_phone(name):
    lines = base.lines_of(name, used=9)
    assert "".join("".join(lines).split()) == "".join(name.split())
    assert len(lines[0]) <= 37
    assert all(len(line) <= (24 if "見" in name else 46) for line in lines)


def test_long_titles_are_cut_with_a_sign():
    assert base.shorten("short") == "short"
    cut = base.shorten("a very long title that would not fit beside a bar")
    assert len(cut) <= 34
    assert cut.endswith("…")


def test_empty_figure_draws_no_background():
    figure = base.empty(100)
    assert figure.layout["dragmode"] is False
    assert figure.layout["xaxis"]["fixedrange"]
    assert figure.layout["yaxis"]["fixedrange"]
