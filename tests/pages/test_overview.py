"""The overview page shows the results of the queries."""

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results import results
from outreach_results.export.report import report_content
from outreach_results.ingest.load import load
from outreach_results.models import COUNTS, Basis, Filters
from outreach_results.models.metric_definitions import METRICS, RATES
from outreach_results.store.alert_state import AlertCause, AlertState, RaisedAlert, keep_state
from outreach_results.store.engine import Store, open_store
from outreach_results.store.goals import set_goals
from outreach_results.ui import text
from outreach_results.ui.overview.costs import cost_rows
from outreach_results.ui.tables import Cell, Tone
from support import records
from support.dashboard import components, file_frame, table, tiles
from support.optional import present

APP = Path(__file__).parents[2] / "app.py"
MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))


@pytest.fixture
def overview(sample_database: Path, use_database: Callable[[str], None]) -> AppTest:
    use_database(f"sqlite:///{sample_database}")
    return AppTest.from_file(APP, default_timeout=60)


def metric(page: AppTest, label: str) -> str:
    return str(tiles(page)[label]["value"])


def note(page: AppTest, label: str) -> str:
    """What a tile says below its value."""
    return " · ".join(tiles(page)[label]["notes"])


def test_tiles_show_totals_of_last_28_days(overview: AppTest, sample_store: Store) -> None:
    overview.run()
    totals = results.totals(sample_store, MARCH)
    assert not overview.exception
    assert metric(overview, "Sent") == text.number(totals.stats.emails_sent)
    assert metric(overview, "Cost") == text.money(totals.costs.total_byok_usd)


@pytest.mark.parametrize(("basis", "period"), [("activity", "28d"), ("send", "last_month")])
def test_report_has_the_words_of_the_page(overview: AppTest, sample_store: Store, basis: str, period: str) -> None:
    overview.query_params.update(basis="send" if basis == "send" else "", period=period)
    overview.run()
    chosen = present(results.chosen_period(sample_store, Filters(basis=Basis(basis)), period))
    report = report_content(sample_store, chosen)
    assert {one.label: one.value for one in report.outcomes} == {
        label: str(tile["value"]) for label, tile in tiles(overview).items()
    }
    for one in report.outcomes:
        tile = tiles(overview)[one.label]
        change, _, remark = one.change.partition(", ")
        assert (change, one.tone) == (re.sub("^[▲▼] ", "", tile["change"]), tile["tone"])
        assert not remark or remark in tile["notes"]
    assert "\n".join(report.changes) in [element.value for element in overview.text]


def test_goal_is_on_the_tile_and_in_the_report(overview: AppTest, sample_database: Path) -> None:
    with closing(open_store(f"sqlite:///{sample_database}")) as store:
        set_goals(store, {"meetings_booked": 30})
        (pace,) = results.paces(store)
        report = report_content(store, present(results.chosen_period(store, Filters(), "28d")))
    overview.run()
    assert f"Mar: {pace.words()}" in note(overview, "Meetings")
    assert report.goals == (f"Meetings in March 2026: {pace.words()}.",)


def test_tiles_lead_with_what_counts(overview: AppTest) -> None:
    overview.run()
    assert list(tiles(overview))[:4] == ["Positive replies", "Reply rate", "Meetings", "Cost per meeting"]


def test_every_number_of_the_contract_has_its_place(overview: AppTest) -> None:
    """On a tile, in the funnel or below it, or in a column of the table of campaigns."""
    overview.run()
    drawn = [one for one in components(overview, "outreach_table") if one["leads_to"]]
    columns = [column["label"] for one in drawn for column in json.loads(one["table"])["columns"]]
    funnel = " ".join(one["figure"] for one in components(overview, "outreach_chart"))
    beside = " ".join(str(shown.value) for shown in overview.caption)
    for name in (*COUNTS, *RATES):
        label = METRICS[name].label
        places = [label in tiles(overview), label in columns, f'"{label}"' in funnel, f" {label.lower()} " in beside]
        assert any(places), label


def test_contract_campaign_numbers_on_tiles(overview: AppTest) -> None:
    overview.query_params.update(campaign="camp_abc123", period="all")
    overview.run()
    shown = {label: metric(overview, label) for label in ("Sent", "Open rate", "Meetings", "Cost", "Cost per meeting")}
    assert shown == {
        "Sent": "487",
        "Open rate": "24.6%",
        "Meetings": "5",
        "Cost": "$8.74",
        "Cost per meeting": "$1.75",
    }
    assert note(overview, "Open rate") == "21.3% human"


def test_an_untracked_campaign_leaves_the_rates(
    overview: AppTest, writable_sample: Store, use_database: Callable[[str], None]
) -> None:
    """The alert suggests it, a click says it, and the tiles are those of the other campaigns."""
    use_database(str(writable_sample.engine.url))
    overview.query_params["period"] = "custom"
    overview.query_params["days"] = "2026-02-24..2026-03-27"
    overview.run()
    (button,) = [button for button in overview.button if button.label == "Not tracked"]
    button.click().run()
    assert not overview.exception
    assert not [button for button in overview.button if button.label == "Not tracked"]
    filters = Filters(None, date(2026, 2, 24), date(2026, 3, 27))
    totals = results.totals(writable_sample, filters)
    part = totals.tracked["open_rate"]
    assert (part.campaigns, part.of_campaigns) == (4, 5)
    assert metric(overview, "Open rate") == text.percent(totals.value(RATES["open_rate"]))
    assert f"of {part.emails:,} tracked" in note(overview, "Open rate")
    row = campaign_rows(overview)["camp_401889"]
    assert [row["open_rate"].text, row["open_rate"].title, row["click_rate"].text] == ["–", "Not tracked", "–"]
    overview.query_params["campaign"] = "camp_401889"
    overview.run()
    assert (metric(overview, "Open rate"), note(overview, "Open rate")) == ("–", "not tracked")


def test_a_rise_of_machine_opens_is_no_success(overview: AppTest) -> None:
    overview.query_params["period"] = "custom"
    overview.query_params["days"] = "2026-02-24..2026-03-27"
    overview.run()
    opens = tiles(overview)["Open rate"]
    assert opens["change"].startswith("+")
    assert opens["tone"] == ""
    assert opens["notes"][0] == "bots only"
    assert opens["notes"][-1].endswith("human")


def test_humans_only_leaves_machine_opens_out(overview: AppTest, sample_store: Store) -> None:
    overview.run()
    overview.toggle(key="humans_choice").set_value(True).run()
    humans = results.totals(sample_store, replace(MARCH, humans_only=True))
    delivered = humans.stats.delivered or 0
    assert metric(overview, "Open rate") == text.percent((humans.stats.opened or 0) / delivered)


def test_a_change_within_noise_says_so(overview: AppTest) -> None:
    overview.run()
    meetings = tiles(overview)["Meetings"]
    assert "not significant" in meetings["notes"]
    assert meetings["tone"] == ""


def test_without_a_comparison_nothing_changed(overview: AppTest) -> None:
    overview.run()
    overview.selectbox(key="compare_choice").select("No comparison").run()
    assert not any(heading.value == "What changed" for heading in overview.subheader)
    assert all(not tile["change"] for tile in tiles(overview).values())


def test_comparing_with_a_campaign_names_it(overview: AppTest, sample_store: Store) -> None:
    overview.run()
    name = results.campaign(sample_store, "camp_4eaf56").name
    overview.selectbox(key="compare_choice").select("camp_4eaf56").run()
    assert any(name in str(element.value) for element in overview.text) or "the other" in str(
        [tile["help"] for tile in tiles(overview).values()]
    )


def test_show_on_an_alert_filters_by_its_campaign(overview: AppTest) -> None:
    overview.query_params["period"] = "All time"
    overview.run()
    overview.button(key="alert-0-0").click().run()
    assert len(overview.multiselect(key="campaigns_choice").value) == 1


def campaign_rows(page: AppTest) -> dict[str, dict[str, Cell]]:
    """The rows of the table of campaigns by campaign id."""
    return {row["name"].value: row for row in table(page, "status")}


def test_table_has_search_and_order_of_the_url(overview: AppTest, sample_store: Store) -> None:
    overview.query_params["period"] = "All time"
    overview.query_params["sort"] = "Best reply rate"  # as links had it before
    overview.query_params["find"] = "q1"
    overview.run()
    (drawn,) = [one for one in components(overview, "outreach_table") if one["search"]]
    assert (drawn["sort"], drawn["searched"]) == (["reply_rate", True], "q1")
    assert drawn["reports"] == ["click", "sort", "search"]
    expected = results.campaign_table(sample_store, Filters()).sort_values("reply_rate_estimate", ascending=False)
    shown = expected[expected["name"].str.startswith("Q1")]
    assert len(shown) == 2
    assert list(file_frame(overview, "Campaigns")["campaign_id"]) == list(shown["campaign_id"])


def test_few_campaigns_are_not_searched(overview: AppTest) -> None:
    overview.run()
    assert [one["search"] for one in components(overview, "outreach_table")] == [None] * 3


def test_an_order_that_does_not_exist_is_noticed(overview: AppTest) -> None:
    overview.query_params["sort"] = "-nothing"
    overview.run()
    assert any("an unknown sort order" in shown.value for shown in overview.text)


def test_few_meetings_have_a_range_and_no_rank(overview: AppTest) -> None:
    overview.query_params["period"] = "All time"
    overview.query_params["sort"] = "meeting_cost"
    overview.run()
    few = [row for row in table(overview, "cost_per_meeting_usd") if int(row["meetings_booked"].text) < 3]
    assert few
    for row in few:
        assert row["cost_per_meeting_usd"].by is None
        assert re.search(r"\$.+–\$|over \$", row["cost_per_meeting_usd"].text)
    ranked = file_frame(overview, "Campaigns")["meetings_booked"] < 3
    assert not ranked.head((~ranked).sum()).any()


def test_what_stands_out_is_said_in_words(overview: AppTest) -> None:
    overview.query_params["period"] = "All time"
    overview.run()
    rows = campaign_rows(overview)
    reply_rate, bounce_rate = (rows["camp_4be889"][name] for name in ("reply_rate", "bounce_rate"))
    assert reply_rate.title == "Below the other campaigns (5.1%), statistically significant"
    assert bounce_rate.title.startswith("Above 2%")
    assert (reply_rate.tone, bounce_rate.tone, bounce_rate.sign) == (Tone.WORSE, Tone.WORSE, "!")
    assert 0 < sum(bool(row["bounce_rate"].tone) for row in rows.values()) < len(rows)
    assert all(any(cell.line for cell in row.values()) for row in rows.values()), "each has its course as a line"


def test_each_campaign_is_a_link_that_keeps_filters(overview: AppTest) -> None:
    overview.query_params["period"] = "all"
    overview.query_params["humans"] = "true"
    overview.query_params["sort"] = "name"
    overview.run()
    (drawn,) = [one for one in components(overview, "outreach_table") if one["leads_to"]]
    assert drawn["leads_to"] == "/?campaigns=any-value&period=all&humans=true"
    assert campaign_rows(overview)["camp_abc123"]["name"].value == "camp_abc123"


def test_a_dash_says_why_there_is_no_number(
    overview: AppTest, writable_sample: Store, use_database: Callable[[str], None]
) -> None:
    load(writable_sample, "test", [records.campaign(), records.email(), records.event("sent")])
    use_database(str(writable_sample.engine.url))
    overview.query_params["period"] = "All time"
    overview.run()
    row = campaign_rows(overview)[records.CAMPAIGN]
    assert [row[name].text for name in ("bounce_rate", "positive_replies", "status")] == ["0.0%", "0", "Ended"]
    assert (row["reply_rate"].text, row["reply_rate"].title) == ("–", "Nothing delivered")


def test_cost_of_a_component_has_a_bar_of_its_share(overview: AppTest) -> None:
    overview.run()
    rows = table(overview, "per_email")
    bars = [present(row["total"].bar) for row in rows]
    assert sum(bars) == pytest.approx(1)
    assert bars[0] == pytest.approx(float(rows[0]["total"].by or 0) / sum(float(row["total"].by or 0) for row in rows))


def test_costs_of_few_outcomes_are_ranges() -> None:
    counts = {"emails_sent": 100, "replied": 8, "meetings_booked": 2}
    costs = {"cost": 4_000_000, "cost_ai_generation": 4_000_000, "cost_lead_enrichment": 0}
    totals = results.totals_of([counts | costs])
    rows = cost_rows(totals, 0, {"reply_rate": 0.5, "conversion_rate": None})
    prices = {row.pop("component"): row for row in rows}
    every = prices["All"]
    assert every["per_reply"] == pytest.approx(0.5 * 4 / 8)
    assert every["per_meeting"] is None
    assert every["per_meeting_low"] < 2 < every["per_meeting_high"]
    assert every["per_positive_reply_high"] is None
    assert set(prices["Email sending"].values()) == {None}


@pytest.mark.parametrize("humans", ["", "true"])
def test_by_send_date_page_and_api_agree(overview: AppTest, sample_store: Store, humans: str) -> None:
    """The tiles of one campaign, its row in the table, and the API's adjusted rates."""
    overview.query_params["basis"] = "send"
    overview.query_params["period"] = "custom"
    overview.query_params["days"] = "2026-03-14..2026-03-27"
    overview.query_params["humans"] = humans
    overview.run()
    assert any("expected once the youngest" in caption.value for caption in overview.caption)
    filters = Filters(None, date(2026, 3, 14), date(2026, 3, 27), Basis.SEND, humans_only=bool(humans))
    for campaign_id, row in campaign_rows(overview).items():
        result = results.campaign_stats(sample_store, campaign_id, filters).model_dump()
        for name, rate in result["adjusted_rates"].items():
            shown = result["rates"][name] if rate is None else rate
            assert float(row[name].text.strip("<%")) / 100 == pytest.approx(shown, abs=0.0011)
    overview.multiselect(key="campaigns_choice").set_value(["camp_2fa5bc"]).run()
    result = results.campaign_stats(sample_store, "camp_2fa5bc", filters).model_dump()
    assert float(metric(overview, "Reply rate").removesuffix("%")) / 100 == pytest.approx(
        result["adjusted_rates"]["reply_rate"], abs=0.001
    )
    assert any("What is in so far" in caption.value for caption in overview.caption)


@pytest.mark.usefixtures("sample_dashboard")
def test_alerts_are_paginated() -> None:
    def script() -> None:
        from outreach_results.results.insights import Alert
        from outreach_results.ui.overview import attention

        attention.alerts(
            [
                Alert("camp_abc123" if n == 20 else f"camp_{n}", f"Campaign {n}", "Seen.", "Cause.", "Do.", kind="Kind")
                for n in range(25)
            ]
        )

    page = AppTest.from_function(script).run()
    assert [part.label for part in page.expander] == ["Kind\\: 25 campaigns"]
    assert [shown.value for shown in page.markdown] == ["Cause\\. *Do\\.*"]  # once for all of them
    assert [button.label for button in page.button] == [f"Campaign {n}" for n in range(10)]
    page.session_state["alert-0-page"] = 3
    page.run()
    assert [button.label for button in page.button] == [f"Campaign {n}" for n in range(20, 25)]
    page.button(key="alert-0-0").click().run()
    assert page.session_state["url-changes"]["campaigns"] == "camp_abc123"


@pytest.mark.usefixtures("sample_dashboard")
def test_what_to_watch_is_a_quieter_list():
    def script() -> None:
        from outreach_results.results.insights import Alert
        from outreach_results.ui.overview import attention

        urgent = Alert("camp_1", "One", "Seen.", "Cause.", "Do.", kind="Kind")
        attention.alerts([urgent, urgent._replace(campaign_id="camp_abc123", campaign="Two", is_watch=True)])

    page = AppTest.from_function(script).run()
    assert [part.label for part in page.expander] == ["Kind\\: 1 campaign", "To watch\\: 1 campaign"]
    page.button(key="watch-0").click().run()
    assert page.session_state["url-changes"]["campaigns"] == "camp_abc123"


def test_raised_alerts_stand_in_the_same_list(writable_sample: Store, use_database: Callable[[str], None]) -> None:
    """Those of the account first; an issue that the view shows too stands there once, with the view's numbers."""
    at_rate = AlertCause(
        kind="bounce_rate",
        campaign_id="camp_8316e8",
        title="Bounce rate above 2%",
        name="Old",
        what="Old numbers.",
        next_step="Pause it.",
    )
    failed = AlertCause(
        kind="sync_failed", title="Sync failed", name="<b>Main</b>", what="*No* answer.", next_step="See Data."
    )
    alerts = tuple(RaisedAlert(cause=cause, since=datetime(2026, 3, 20, tzinfo=UTC)) for cause in (at_rate, failed))
    with writable_sample.write() as connection:
        keep_state(connection, AlertState(began_at=datetime(2026, 3, 1, tzinfo=UTC), alerts=alerts))
    use_database(str(writable_sample.engine.url))
    page = AppTest.from_file(APP, default_timeout=60).run()
    assert not page.exception
    first, second = [part.label for part in page.expander][:2]
    assert (first, second.startswith("Bounce rate above 2%")) == ("Sync failed", True)
    said = [shown.value for shown in page.caption]
    assert any("&lt;b&gt;Main" in words and "\\*No\\* answer" in words for words in said)
    assert not any("Old numbers" in words for words in said)
    page.query_params.update(period="custom", days="2026-07-01..2026-07-07")
    page.run()
    assert not page.exception
    assert "Sync failed" in [part.label for part in page.expander]


def test_first_point_of_a_rate_is_a_whole_week(overview: AppTest, sample_store: Store) -> None:
    overview.query_params["period"] = "Custom"
    overview.query_params["days"] = ["2026-02-03", "2026-02-16"]
    overview.run()
    week = results.totals(sample_store, Filters(start=date(2026, 1, 28), end=date(2026, 2, 3))).stats
    assert week.opened is not None
    assert week.delivered
    last = results.totals(sample_store, Filters(start=date(2026, 2, 10), end=date(2026, 2, 16))).stats
    assert last.opened is not None
    assert last.delivered
    heights = [19 - float(point.partition(",")[2]) for point in tiles(overview)["Open rate"]["line"].split()]
    assert len(heights) == 14
    expected = (week.opened / week.delivered) / (last.opened / last.delivered)
    assert heights[0] / heights[-1] == pytest.approx(expected, abs=0.02)
