"""The table that compares campaigns: it agrees with the API, ranks by estimates, and gives ranges for few meetings."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from outreach_results import export, results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord
from outreach_results.metrics.small_numbers import cost_per_event
from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.models.metric_definitions import RATES
from outreach_results.results.rows import records
from support.optional import present
from support.records import CAMPAIGN, at, campaign, email

YOUNG = Filters(start=date(2026, 3, 14), end=date(2026, 3, 27), basis=Basis.SEND)
DAY = date(2026, 1, 5)


@pytest.mark.parametrize("filters", [YOUNG, Filters(), Filters(start=date(2026, 2, 1))])
def test_rates_are_those_of_the_api(sample_store, filters):
    table = results.campaign_table(sample_store, filters)
    assert len(table) >= 3
    for row in table.to_dict("records"):
        result = results.campaign_stats(sample_store, row["campaign_id"], filters).model_dump()
        adjusted, share_in = result.get("adjusted_rates", {}), result.get("share_in", {})
        for name in RATES:
            assert row[name] == pytest.approx(result["rates"][name], abs=0.0005, nan_ok=True)
            shown = adjusted.get(name)
            if shown is not None:
                assert row[f"{name}_adjusted"] == pytest.approx(shown, abs=0.0005)
                assert row[f"{name}_share_in"] == pytest.approx(share_in[name], abs=0.0005)
    assert (f"{name}_adjusted" in table) == (filters.basis == Basis.SEND)


def test_the_download_agrees_with_the_api(sample_store):
    table = results.campaign_table(sample_store, YOUNG)
    file = json.loads(export.table_download(sample_store, "campaigns", table, "json", YOUNG).content())
    assert {"*_adjusted", "*_share_in"} < set(file["meta"]["definitions"])
    for row in file["rows"]:
        result = results.campaign_stats(sample_store, row["campaign_id"], YOUNG).model_dump()
        for name in RATES:
            written = {"rates": row[name]} | {
                key: row[f"{name}_{key.removesuffix('_rates')}"] for key in ("adjusted_rates", "share_in")
            }
            assert {key: value if value is None else round(value, 3) for key, value in written.items()} == {
                key: result[key][name] for key in written
            }


def test_positive_replies_are_those_of_the_inbox(sample_store):
    for filters in (Filters(), YOUNG, Filters(humans_only=True, start=date(2026, 2, 1))):
        table = results.campaign_table(sample_store, filters).set_index("campaign_id")
        for campaign_id, positive in table["positive_replies"].items():
            counts = results.inbox(sample_store, filters.of(str(campaign_id))).counts
            assert positive == counts[Sentiment.POSITIVE]


def test_unreadable_replies_are_not_0_positive(sqlite_store):
    day = DailyRecord(CAMPAIGN, DAY, emails_sent=100, delivered=90, replied=4)
    load(sqlite_store, "one", [campaign(detail="daily"), day])
    (row,) = results.campaign_table(sqlite_store, Filters()).to_dict("records")
    assert pd.isna(row["positive_replies"])


def test_status_is_active_for_14_days(sqlite_store):
    sendings = [email("e1", at(1)), email("e2", at(2), of="camp_2"), email("e3", at(16), of="camp_3")]
    load(sqlite_store, "one", [campaign(), campaign("camp_2"), campaign("camp_3"), *sendings])
    table = results.campaign_table(sqlite_store, Filters()).set_index("campaign_id")
    assert table["status"].to_dict() == {CAMPAIGN: "ended", "camp_2": "active", "camp_3": "active"}


@pytest.mark.parametrize("filters", [Filters(), Filters(start=date(2026, 2, 28)), YOUNG])
def test_what_stands_out_is_outside_its_range(sample_store, filters):
    table = results.campaign_table(sample_store, filters)
    marked = table[table["reply_rate_stands_out"].fillna(False)]
    inside = marked["reply_rate_of_others"].between(marked["reply_rate_low"], marked["reply_rate_high"])
    assert not inside.any()
    assert len(marked) == (2 if filters == Filters() else 0)


def test_bounces_and_unsubscribes_are_shares(sample_store):
    row = results.campaign_table(sample_store, Filters()).set_index("campaign_id").loc["camp_4be889"]
    assert row["bounce_rate"] == pytest.approx(row["bounced"] / row["emails_sent"])
    assert row["unsubscribe_rate"] == pytest.approx(row["unsubscribed"] / row["delivered"])


def test_what_hardly_came_in_is_shown_as_unknown():
    row: dict[str, float | None] = {"emails_sent": 100, "delivered": 100, "replied": 1, "reply_rate": 0.01}

    def shown(rate: float | None, share_in: float | None) -> float | None:
        return results.shown_rate(row | {"reply_rate_adjusted": rate, "reply_rate_share_in": share_in}, "reply_rate")

    assert [shown(None, 0.02), shown(None, None), shown(0.06, 0.5)] == [None, 0.01, 0.06]


def test_adjusted_rates_are_shown_where_known(sample_store):
    rows = results.compared_campaigns(sample_store, YOUNG)
    above = [present(results.shown_rate(row, "reply_rate")) - row["reply_rate"] for row in rows]
    assert min(above) >= 0 < max(above)
    for row in results.compared_campaigns(sample_store, Filters()):
        assert results.shown_rate(row, "reply_rate") == row["reply_rate"]


def test_the_frame_holds_the_rows(sample_store):
    for filters in (Filters(), YOUNG):
        frame = results.campaign_table(sample_store, filters)
        assert records(frame) == results.compared_campaigns(sample_store, filters)
        assert list(frame.columns) == list(results.frame_of_campaigns([], filters).columns)


def test_the_interval_is_that_of_the_tile(sample_store):
    table = results.campaign_table(sample_store, YOUNG).set_index("campaign_id")
    for campaign_id, row in table.iterrows():
        tile = results.headlines(sample_store, YOUNG.of(str(campaign_id))).rates["reply_rate"]
        assert (row["reply_rate_low"], row["reply_rate_high"]) == pytest.approx(tile.interval)


def test_meeting_costs_allow_for_meetings_to_come(sample_store):
    for row in results.campaign_table(sample_store, YOUNG).to_dict("records"):
        result = cost_per_event(row["cost_usd"], row["meetings_booked"], row["conversion_rate_share_in"])
        assert result is not None
        assert row["cost_per_meeting_low_usd"] == pytest.approx(result.low)
        if row["meetings_booked"] < 3:
            assert row["cost_per_meeting_usd"] != row["cost_per_meeting_usd"]
            assert row["cost_per_meeting_estimate_usd"] != row["cost_per_meeting_estimate_usd"]


def days(campaign_id: str, *, sent: int, replied: int, meetings: int, cost: float):
    yield campaign(campaign_id, detail="daily")
    counts = {"emails_sent": sent, "delivered": sent, "opened": sent // 2, "replied": replied}
    yield DailyRecord(campaign_id, DAY, **counts, meetings_booked=meetings, cost=round(cost * 1_000_000))


def column(table: pd.DataFrame, name: str) -> dict[str, float]:
    """A column by campaign."""
    return dict(zip(table["campaign_id"], table[name].astype("float64"), strict=True))


@pytest.fixture
def lucky(sqlite_store):
    """Six campaigns of usual rates, and a tiny one with the best raw reply rate and the cheapest meetings."""
    records = list(days("lucky", sent=8, replied=2, meetings=3, cost=0.4))
    for place in range(6):
        more = place % 3
        counts = {"sent": 2_000, "replied": 100 + 10 * more, "meetings": 20 + more}
        records += days(f"usual{place}", **counts, cost=100)
    records += days("best", sent=2_000, replied=200, meetings=60, cost=100)
    load(sqlite_store, "test", records)
    return results.campaign_table(sqlite_store, Filters())


def test_luck_does_not_lead_the_reply_rates(lucky):
    assert lucky.loc[lucky["reply_rate"].idxmax(), "campaign_id"] == "lucky"
    assert lucky.loc[lucky["reply_rate_estimate"].idxmax(), "campaign_id"] == "best"


def test_luck_does_not_lead_the_meetings(lucky):
    assert lucky.loc[lucky["meetings_per_email_estimate"].idxmax(), "campaign_id"] == "best"


def test_more_sending_is_not_a_success(sqlite_store):
    small = days("small", sent=1_000, replied=50, meetings=30, cost=50)
    large = days("large", sent=5_000, replied=250, meetings=50, cost=250)
    load(sqlite_store, "test", [*small, *large])
    rate = column(results.campaign_table(sqlite_store, Filters()), "meetings_per_email_estimate")
    assert rate["small"] > rate["large"]


def test_fewer_than_three_meetings_are_not_ranked(sqlite_store):
    two = days("two", sent=500, replied=50, meetings=2, cost=1)
    many = days("many", sent=500, replied=50, meetings=20, cost=50)
    none = days("none", sent=500, replied=50, meetings=0, cost=50)
    load(sqlite_store, "test", [*two, *many, *none])
    table = results.campaign_table(sqlite_store, Filters())
    assert list(table.dropna(subset="cost_per_meeting_estimate_usd")["campaign_id"]) == ["many"]
    low, high = (column(table, f"cost_per_meeting_{end}_usd") for end in ("low", "high"))
    assert low["two"] < 0.5 < high["two"]
    assert {name for name, end in high.items() if end != end} == {"none"}


def test_without_campaigns_the_table_is_empty(sqlite_store):
    assert results.campaign_table(sqlite_store, Filters(basis=Basis.SEND)).empty
