"""A table as a figure: formatted values, escaped text, and a size that fits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from outreach_results.ui import charts
from outreach_results.ui.charts import Inks
from outreach_results.ui.charts.table import MOST_ROWS
from support.figures import checked
from support.hostile import HOSTILE

table = checked(charts.table)

INKS = Inks(text="#111111", quiet="#222222", line="#333333", paper="#fafafa", header="#eeeeee", font="Some Font")


def drawn(frame: pd.DataFrame) -> dict[str, list[str]]:
    """The cells of a table's figure under their headers."""
    return {column.text[0]: list(column.text[1:]) for column in table(frame, "Numbers", "all days", INKS).data}


@pytest.mark.parametrize(
    ("name", "value", "header", "shown"),
    [
        ("emails_sent", 1247, "Sent", "1,247"),
        ("reply_rate", 0.0461, "Reply rate", "4.6%"),
        ("cost_usd", 8.74, "Cost", "&#36;8.74"),
        ("avg_cost_per_email_usd", 0.0197, "Cost per email", "&#36;0.0197"),
        ("cost_ai_generation_usd", 2.5, "AI generation", "&#36;2.50"),
        ("per_meeting", 3.0, "Per meeting", "&#36;3.00"),
        ("seconds", 0.4607, "Seconds", "0.4607"),
        ("more_emails", float("nan"), "More emails", "–"),
        ("replied", pd.NA, "Replied", "–"),
        ("date", pd.Timestamp(2026, 3, 7), "Date", "Mar 7, 2026"),
        ("finished_at", datetime(2026, 3, 7, 14, 23, tzinfo=UTC), "Finished at", "Mar 7, 2026, 2:23 PM"),
        ("day", date(2026, 3, 7), "Day", "Mar 7, 2026"),
        ("mcp", "sales-outreach", "Campaign type", "Sales outreach"),
        ("95% interval", "3.1–5.5%", "95% interval", "3.1–5.5%"),
    ],
)
def test_every_value_is_worded_as_on_the_pages(name, value, header, shown):
    assert drawn(pd.DataFrame({name: [value]}).convert_dtypes()) == {header: [shown]}


def test_what_strangers_wrote_shows_to_the_letter():
    cells = drawn(pd.DataFrame({"name": list(HOSTILE)}))["Name"]
    assert len(cells) == len(HOSTILE)
    for cell in cells:
        assert "<" not in cell
        assert "$" not in cell
        assert "%{" not in cell


def test_lists_and_ids_beside_a_name_are_left_out():
    frame = pd.DataFrame({"campaign_id": ["c1"], "name": ["One"], "course": [[1, 2]], "replied": [3]})
    assert list(drawn(frame)) == ["Name", "Replied"]
    assert list(drawn(frame.drop(columns="name"))) == ["Campaign id", "Replied"]


def test_table_figure_fits_its_text():
    narrow, wide = (table(pd.DataFrame({"name": [name], "mcp": ["x"]}), "T", "s", INKS) for name in ("a", "語" * 20))
    assert wide.layout.width > narrow.layout.width
    longest = table(pd.DataFrame({"name": ["語" * 400]}), "T", "s", INKS)
    assert longest.layout.width < 600
    assert longest.data[0].text[1].endswith("語…")
    none, one, many = (table(pd.DataFrame({"replied": range(rows)}), "T", "s", INKS) for rows in (0, 1, 11))
    row = one.layout.height - none.layout.height
    assert many.layout.height - one.layout.height == 10 * row
    around = many.layout.margin.t + many.layout.margin.b
    assert many.layout.height - around == pytest.approx(row * (many.layout.yaxis.range[0] - many.layout.yaxis.range[1]))


def test_words_stand_in_their_column():
    frame = pd.DataFrame({"name": ["One", "Two"], "replied": [3, 4]})
    figure = table(frame, "T", "s", INKS)
    name, replied = figure.data
    right = figure.layout.xaxis.range[1]
    assert (name.textposition, replied.textposition) == ("middle right", "middle left")
    assert 0 < name.x[0] < replied.x[0] < right
    assert list(name.y) == list(replied.y) == [0, 1, 2]
    upright = sorted(line.x0 for line in figure.layout.shapes if line.type == "line" and line.x0 == line.x1)
    assert upright[0] < name.x[0] < upright[1] < replied.x[0] < upright[2] == right


def test_a_long_table_says_that_it_is_cut():
    whole = table(pd.DataFrame({"replied": range(MOST_ROWS)}), "T", "all days", INKS)
    assert whole.layout.title.subtitle.text == "all days"
    cut = table(pd.DataFrame({"replied": range(1234)}), "T", "all days", INKS)
    assert len(cut.data[0].text) == MOST_ROWS + 1
    assert cut.layout.title.subtitle.text == f"all days · the first {MOST_ROWS} of 1,234 rows: every file has them all"
    assert cut.layout.width >= 7 * len(cut.layout.title.subtitle.text)


def test_an_empty_table_is_a_header_without_rows():
    assert drawn(pd.DataFrame({"name": [], "replied": []})) == {"Name": [], "Replied": []}
