"""The benchmark page: verdicts, peers and comparisons."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.models import Filters
from outreach_results.models.metric_definitions import BENCHMARK_METRICS
from outreach_results.store import schema
from outreach_results.store.engine import open_store
from outreach_results.ui.charts import LABELS
from support import records
from support.dashboard import file_frame, run_page, table, words
from support.databases import sqlite_url

CAMPAIGN = "Q1 Outreach – US & UK operations leads"


def page_text(app) -> str:
    return "\n".join(words(app))


def values(app) -> dict[str, str]:
    """Your value of each metric in the rows with bullet charts, by label."""
    shown = [markdown.value.replace("\\", "") for markdown in app.markdown]
    labels = {f"**{LABELS[name]}**": LABELS[name] for name in BENCHMARK_METRICS}
    return {labels[text]: shown[place + 1].strip("*") for place, text in enumerate(shown) if text in labels}


def verdict_table(app):
    """What the file of the verdicts has, and what the page says of each."""
    return file_frame(app, "Verdicts").assign(brief=[row["brief"].text for row in table(app, "brief")])


def test_every_metric_has_value_and_verdict(sample_dashboard, sample_store):
    app = run_page("benchmarks", period="All time")
    peers = results.community(sample_store, "sales-outreach")
    rows = results.comparisons(sample_store, Filters(), peers)
    assert values(app) == {
        "Delivery rate": "96.0%",
        "Open rate": "30.3%",
        "Reply rate": "4.6%",
        "Cost per email": "$0.0177",
    }
    badges = [markdown.value.replace("\\", "") for markdown in app.markdown if "-badge[" in markdown.value]
    assert [badge.partition("[")[2].removesuffix("]") for badge in badges] == [row.verdict.brief() for row in rows]
    assert page_text(app).count("percentile") >= 4


def test_undecided_verdict_counts_missing_emails(sample_dashboard):
    undecided = verdict_table(run_page("benchmarks", period="All time")).dropna(subset="more_emails")
    assert len(undecided) >= 2
    for row in undecided.to_dict("records"):
        assert row["brief"] == f"Too early to call: about {row['more_emails']:,.0f} more emails"


def test_young_rates_say_how_much_is_in(sample_dashboard):
    by_send = page_text(run_page("benchmarks", basis="send")).replace("\\", "")
    assert "of replies are in; the rate is the one expected in the end." in by_send
    assert "of replies are in" not in page_text(run_page("benchmarks"))


def test_fast_growth_by_event_date_shows_a_warning(sample_dashboard):
    first_days = {"period": "Custom", "days": ["2025-11-10", "2025-11-13"]}
    assert "Sending grew fast in this period" in page_text(run_page("benchmarks", **first_days)).replace("\\", "")
    assert "Sending grew fast" not in page_text(run_page("benchmarks", **first_days, basis="send"))
    assert "Sending" not in page_text(run_page("benchmarks", period="All time")).replace("Sending day", "")


def test_size_and_age_are_in_view(sample_dashboard):
    app = run_page("benchmarks")
    sentence = "1,247 peer campaigns · updated Jan 30, 2026 (56 days old)"
    assert sentence in page_text(app)
    assert not app.warning


def test_an_old_and_a_small_benchmark_say_so(sample_dashboard):
    app = run_page("benchmarks", mcp="partner-outreach", period="All time")
    old, small = (warning.value for warning in app.warning)
    assert old.startswith("These benchmarks are 283 days old.")
    assert small.startswith("These benchmarks rest on 38 campaigns only")
    assert "Median not known well enough" in page_text(app).replace("\\", "")


def test_the_legend_is_shown_once(sample_dashboard):
    legends = [caption.help for caption in run_page("benchmarks").caption if "Gray band" in (caption.help or "")]
    assert len(legends) == 1


def test_the_whole_community_compares_all_campaigns(sample_dashboard):
    app = run_page("benchmarks", mcp="Whole community", period="All time")
    assert len(verdict_table(app)) == 13
    assert "5,316 peer campaigns" in page_text(app)


def test_own_campaigns_as_benchmark(sample_dashboard):
    app = run_page("benchmarks", mcp="Our own campaigns", period="All time", campaigns=CAMPAIGN)
    assert set(values(app)) == {
        "Delivery rate",
        "Open rate",
        "Click rate",
        "Reply rate",
        "Conversion rate",
        "Cost per email",
    }
    assert "13 of your own campaigns in this period" in page_text(app)
    assert len(verdict_table(app)) == 1


@pytest.mark.parametrize("metric", ["Delivery rate", "Open rate", "Reply rate", "Cost per email"])
def test_each_metric_can_be_looked_at_closer(sample_dashboard, sample_store, metric):
    app = run_page("benchmarks", period="All time", metric=metric)
    assert not app.exception
    verdicts = verdict_table(app)
    assert len(verdicts) == 9
    assert all(("$" if metric == "Cost per email" else "%") in row["shown"].text for row in table(app, "shown"))
    assert set(verdicts["campaign_id"]) == {
        one.id for one in results.all_campaigns(sample_store) if one.mcp == "sales-outreach"
    }


def test_chosen_campaign_narrows_everything(sample_dashboard):
    app = run_page("benchmarks", period="All time", campaigns=CAMPAIGN)
    assert values(app)["Reply rate"] == "5.0%"
    assert list(verdict_table(app)["campaign_id"]) == ["camp_abc123"]
    app.button("all-campaigns").click().run()
    assert len(verdict_table(app)) == 9


@pytest.mark.parametrize(
    ("parameter", "notice"),
    [
        ({"mcp": "fishing"}, "This link uses unknown benchmarks; showing the default."),
        ({"metric": "Luck"}, "This link uses a metric without a benchmark; showing the default."),
    ],
)
def test_invalid_url_parameter_shows_a_notice(sample_dashboard, parameter, notice):
    app = run_page("benchmarks", **parameter)
    assert not app.exception
    assert notice in app.session_state["address-notices"]


def test_own_campaigns_without_benchmarks(writable_sample, sample_database, use_database):
    with writable_sample.write() as connection:
        connection.execute(delete(schema.benchmarks))
    use_database(sqlite_url(sample_database))
    app = run_page("benchmarks", period="All time")
    assert not app.exception
    assert "13 of your own campaigns in this period" in page_text(app)
    assert app.selectbox("mcp_choice").options == ["Your own campaigns"]


@pytest.fixture
def many_campaigns(tmp_path, use_database) -> None:
    """45 campaigns of 40 emails each."""
    url = sqlite_url(tmp_path / "many.db")
    store = open_store(url)
    mailed: list[Record] = []
    for name in (f"camp_{number}" for number in range(45)):
        mailed += [records.campaign(name, name=name), *records.emails(40, of=name)]
    load(store, "test", mailed)
    store.close()
    use_database(url)


@pytest.mark.parametrize(("parameters", "has_notice"), [({}, False), ({"rank": "3"}, False), ({"rank": "4"}, True)])
def test_many_campaigns_come_in_pages(many_campaigns, parameters, has_notice):
    app = run_page("benchmarks", metric="Cost per email", **parameters)
    assert not app.exception
    assert len(verdict_table(app)) == 45
    notices = app.session_state.get("address-notices", [])
    assert ("This link uses an unknown page; showing the default." in notices) == has_notice


def test_other_campaign_types_are_no_error(sample_dashboard):
    app = run_page("benchmarks", mcp="recruiting-outreach", campaigns=CAMPAIGN)
    assert not app.exception
    assert "No value" in page_text(app)
    assert set(values(app).values()) == {"–"}


def test_the_order_of_the_campaigns_is_in_the_address(sample_dashboard, sample_store):
    peers = results.community(sample_store, "sales-outreach")
    rows = results.campaign_comparison(sample_store, Filters(), peers, "reply_rate")
    best_first = results.campaign_comparison_table(rows)
    assert list(verdict_table(run_page("benchmarks", period="All time"))["name"]) == list(best_first["name"])
    for order, column, is_ascending in (("Weakest first", "value", True), ("Most emails first", "cases", False)):
        shown = verdict_table(run_page("benchmarks", period="All time", ranked=order))
        assert sorted(shown["name"]) == sorted(best_first["name"])
        assert list(shown[column]) == sorted(best_first[column], reverse=not is_ascending)
    by_name = list(verdict_table(run_page("benchmarks", period="All time", ranked="By name"))["name"])
    assert by_name == sorted(best_first["name"], key=str.casefold)


def test_the_weakest_cost_is_the_highest(sample_dashboard):
    parameters = {"period": "All time", "metric": "Cost per email", "ranked": "Weakest first"}
    costs = list(verdict_table(run_page("benchmarks", **parameters))["value"])
    assert len(costs) > 3
    assert costs == sorted(costs, reverse=True)


def test_an_unknown_order_shows_a_notice(sample_dashboard):
    assert "This link uses an unknown sort order" in page_text(run_page("benchmarks", ranked="Sideways"))
