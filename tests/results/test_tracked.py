"""What is not tracked is never 0: totals are those of the campaigns that track it, and say so."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import event as listening

from outreach_results import export, results
from outreach_results.api.in_process import get
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record
from outreach_results.models import COUNTS, Basis, Filters
from outreach_results.models.metric_definitions import COST_PER_EMAIL, RATES, TRACKED
from outreach_results.results import TrackedPart, insights
from outreach_results.store.tracking import choose_tracking
from support.records import at, campaign, email, event
from support.recount import RATE_PARTS, days_of, tracked_totals, untracked_in


def activity(own: str, sent: int, **happened: int) -> list[Record]:
    """A campaign of so many emails, to the first of which things happened: ``opened=3`` to three."""
    records: list[Record] = [campaign(own, own)]
    for n in range(sent):
        records.append(email(f"e{n}", at(5 + n % 4), of=own))
        records += [
            event(kind, at(6 + n % 4), of=own, email_id=f"e{n}", event_id=f"{kind}{n}")
            for kind, count in happened.items()
            if n < count
        ]
    return records


def three() -> list[Record]:
    """Three campaigns; the second tracks neither opens nor costs, the third no deliveries."""
    first = activity("one", 12, delivered=10, opened=4, clicked=1, meeting_booked=2)
    second = activity("two", 8, delivered=8, opened=1, meeting_booked=1)
    second[0] = campaign("two", "two")._replace(tracks=(("opens", False), ("costs", False)))
    third = activity("three", 6, opened=5)
    third[0] = campaign("three", "three")._replace(
        tracks=(("deliveries", True),), tracks_choice=(("deliveries", False),)
    )
    return [*first, *second, *third]


def expected(records: Sequence[Record]) -> dict[str, float | None]:
    return tracked_totals(days_of(records).items(), untracked_in(records))


def test_totals_equal_a_recount_of_the_tracked_part(store):
    records = three()
    load(store, "f", records)
    known = expected(records)
    result = results.totals(store, Filters())
    assert result.stats.model_dump() == {name: known[name] for name in COUNTS}
    assert result.costs.total_byok_usd == pytest.approx((known["cost"] or 0) / 1_000_000)
    for name in RATE_PARTS:
        assert result.value(RATES[name]) == pytest.approx(known[name]), name
    assert result.tracked["open_rate"] == TrackedPart(1, 3, 10)
    assert result.tracked["opened"] == TrackedPart(2, 3)
    assert "clicked" not in result.tracked


def test_days_headlines_and_trends_agree_with_totals(store):
    records = three()
    load(store, "f", records)
    known = expected(records)
    days = results.daily_stats(store, Filters())
    assert {name: int(days[name].sum()) for name in COUNTS} == {name: known[name] for name in COUNTS}
    headlines = results.headlines(store, Filters())
    [whole] = results.trends(store, Filters(start=date(2026, 1, 1), end=date(2026, 1, 31)), ["open_rate"]).series
    for name in RATE_PARTS:
        assert headlines.rates[name].rate == pytest.approx(known[name]), name
    assert whole.points["count"].sum() / whole.points["of"].sum() == pytest.approx(known["open_rate"])


@pytest.mark.parametrize("basis", Basis)
def test_campaign_tracking_nothing_leaves_no_trace(store, basis):
    """Rates are those without it, to the digit."""
    load(store, "f", activity("one", 12, delivered=10, opened=4, clicked=1))
    filters = Filters(basis=basis)
    alone = results.totals(store, filters), results.headlines(store, filters)
    load(store, "f", activity("two", 9, delivered=9, opened=9))
    choose_tracking(store, "two", dict.fromkeys(TRACKED, False))
    both = results.totals(store, filters), results.headlines(store, filters)
    assert both[0].rates.model_copy(update={"delivery_rate": None}) == alone[0].rates.model_copy(
        update={"delivery_rate": None}
    )
    assert both[1].rates == alone[1].rates
    assert both[0].ratio("cost", "emails_sent") == alone[0].ratio("cost", "emails_sent")
    assert results.weekly_activity(store, filters).hours["opened"].sum() == 4


def test_an_untracked_number_is_null_in_api_and_files(store):
    load(store, "f", three())
    body = answer(store, "campaigns/two/stats")
    assert (body["stats"]["opened"], body["rates"]["open_rate"]) == (None, None)
    assert body["costs"] == {
        "total_byok_usd": None,
        "breakdown": dict.fromkeys(("ai_generation", "lead_enrichment", "email_sending")),
    }
    assert body["stats"]["clicked"] == 0
    days = answer(store, "campaigns/two/stats/daily")["daily"]
    assert {(day["opened"], day["cost_usd"]) for day in days} == {(None, None)}
    table = results.campaign_totals(store, Filters())
    rows = {
        row["campaign_id"]: row
        for row in json.loads(export.table_download(store, "t", table, "json", Filters()).content())["rows"]
    }
    text = export.table_download(store, "t", table, "csv", Filters()).content().decode("utf-8-sig")
    cells = {row["campaign_id"]: row for row in csv.DictReader(io.StringIO(text))}
    for name in ("opened", "open_rate", "cost_usd"):
        assert rows["two"][name] is None
        assert cells["two"][name] == ""
    assert rows["two"]["clicked"] == 0
    listed = {row["id"]: row["tracked"] for row in answer(store, "campaigns")["campaigns"]}
    assert "opens" not in listed["two"]
    assert "opens" in listed["one"]


def answer(store, path):
    chunks: list[bytes] = []
    get(store, path, chunks.append)
    return json.loads(b"".join(chunks))


def test_usage_is_of_the_campaigns_that_track_costs(store):
    load(store, "f", three())
    usage = answer(store, "usage?period=2026-01")["usage"]
    assert usage["emails_sent"] == 26
    assert usage["cost_tracked"] == {"campaigns": 2, "of_campaigns": 3}
    assert usage["byok_cost_usd"] == pytest.approx(18 * 0.0033)
    for own in ("one", "three"):
        choose_tracking(store, own, {"costs": False})
    assert answer(store, "usage?period=2026-01")["usage"]["byok_cost_usd"] is None


def test_the_four_states_differ(store):
    load(store, "f", [*three(), campaign("empty")])
    result = results.totals(store, Filters())
    assert result.stats.clicked == 1  # of all campaigns
    assert result.stats.bounced == 0  # zero
    assert "bounced" not in result.tracked
    assert result.tracked["opened"].campaigns == 2  # partly tracked
    alone = results.totals(store, Filters(campaigns=("two",)))
    assert (alone.stats.opened, alone.tracked["opened"].is_none) == (None, True)  # not tracked
    nothing = results.totals(store, Filters(campaigns=("empty",)))
    assert (nothing.value(RATES["open_rate"]), "open_rate" in nothing.tracked) == (None, False)  # nothing to divide by


def test_days_without_a_number_leave_the_denominator(store):
    """Campaigns known by the day only, as by the contract alone."""
    load(store, "f", activity("one", 12, delivered=10, opened=4))
    days = [DailyRecord("daily", date(2026, 1, 5) + timedelta(days=n), emails_sent=10, opened=3) for n in range(3)]
    load(store, "f", [campaign("daily", detail="daily"), *days])
    result = results.totals(store, Filters())
    assert (result.stats.opened, result.stats.delivered) == (13, 10)
    assert result.value(RATES["open_rate"]) == pytest.approx(0.4)
    assert results.headlines(store, Filters()).rates["open_rate"].rate == pytest.approx(0.4)
    assert result.ratio(*COST_PER_EMAIL.parts) == pytest.approx(0.0033)


def test_an_untracked_count_raises_no_alert(store):
    load(store, "f", activity("one", 80, delivered=80))
    rows = results.campaign_rows(store, Filters())
    assert any("tracking" in alert.cause for alert in insights.alerts(rows, rows))
    choose_tracking(store, "one", {"opens": False, "clicks": False})
    rows = results.campaign_rows(store, Filters())
    assert not insights.alerts(rows, rows)


def test_reading_days_asks_for_nothing_by_email(store):
    """The tracked part is known from the rollup and the campaigns."""
    load(store, "f", three())
    statements: list[str] = []
    listening.listen(store.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    results.totals(store, Filters())
    results.daily_stats(store, Filters())
    results.campaign_totals(store, Filters())
    assert statements
    assert not [sql for sql in statements if "FROM emails" in sql or "FROM events" in sql]


def test_the_sample_campaign_without_tracking(writable_sample):
    """Its 249 delivered emails, of which none can be seen to be opened, lower the open rate until that is declared."""
    march = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))
    assert results.totals(writable_sample, march).rates.open_rate == 0.366
    choose_tracking(writable_sample, "camp_401889", {"opens": False})
    result = results.totals(writable_sample, march)
    assert (result.rates.open_rate, result.tracked["open_rate"]) == (0.407, TrackedPart(4, 5, 2_246))
