"""The heat map of the week."""

from __future__ import annotations

import numpy as np
import pytest

from outreach_results import results
from outreach_results.models import Filters
from outreach_results.results import HOURLY_COUNTS, WeeklyActivity
from outreach_results.ui.charts import busiest
from outreach_results.ui.charts import seasonality as figures
from support.figures import checked

heat_map = checked(figures.heat_map)


def week(grid):
    counts = np.asarray(grid).reshape(7, 24)
    return WeeklyActivity(dict.fromkeys(HOURLY_COUNTS, counts), "Europe/Zurich", dict.fromkeys(HOURLY_COUNTS, 0))


def even(each=10):
    return np.full((7, 24), each)


@pytest.mark.parametrize("metric", HOURLY_COUNTS)
def test_each_cell_is_the_count_of_its_hour(sample_store, metric):
    rhythm = results.weekly_activity(sample_store, Filters())
    (cells,) = heat_map(rhythm, metric).data
    assert cells.z.shape == (7, 24)
    assert cells.z.reshape(-1).tolist() == rhythm.hours[metric].tolist()
    assert list(cells.y) == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def test_heat_map_cell_text():
    grid = np.zeros((7, 24), dtype=int)
    grid[1, 9], grid[4, 23] = 34, 1
    (cells,) = heat_map(week(grid), "opened").data
    assert cells.text[1][9] == ("Tuesdays, 9 – 10 AM (Europe/Zurich):<br>34 emails were first opened, 97.1% of all.")
    assert cells.text[4][23].endswith(
        "Fridays, 11 PM – 12 AM (Europe/Zurich):<br>1 email was first opened, 2.9% of all."
    )
    assert cells.text[0][0].endswith("<br>0 emails were first opened.")


def test_an_hour_that_stands_out_is_named():
    grid = even()
    grid[1, 9] = 70
    share = 70 / grid.sum()
    assert busiest(week(grid), "replied") == f"Best time: Tuesdays, 9 – 10 AM, with {share:.1%} of replies."


def test_plain_office_hours_have_no_best_hour():
    chance, office = np.random.default_rng(5), np.zeros((7, 24))
    office[:5, 9:18] = 1 / 45
    sentences = [busiest(week(chance.multinomial(3_000, office.ravel())), "replied") for _ in range(50)]
    assert set(sentences) == {"No single best time among 3,000 replies."}


def test_few_replies_make_no_best_time():
    assert busiest(week(even(1)), "replied") == "Not enough replies to find a best time (168 so far)."


def test_a_week_without_anything_says_so_and_draws():
    assert busiest(week(even(0)), "replied") == "No activity in this period."
    (cells,) = heat_map(week(even(0)), "replied").data
    assert not cells.z.any()
    assert (cells.zmin, cells.zmax) == (0, 1)  # so that nothing looks like much
