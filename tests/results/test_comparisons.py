"""Our own numbers beside the community's: the same numbers as everywhere else, and never more than they carry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from outreach_results import metrics, results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord, DailyRecord
from outreach_results.metrics import Standing
from outreach_results.models import Basis, Filters
from outreach_results.results import COST_PER_EMAIL, Peers
from outreach_results.store.engine import Store
from support import records
from support.optional import present

CONTRACT = Filters(campaigns=("camp_abc123",))
LAST_DAY = date(2026, 3, 27)


def by_campaign(*asked: Any) -> pd.DataFrame:
    return results.campaign_comparison_table(results.campaign_comparison(*asked))


def by_mcp(*asked: Any) -> pd.DataFrame:
    return results.mcp_comparison_table(results.mcp_comparison(*asked)).set_index("mcp")


def of_metric(result: list[results.Comparison], metric: str) -> results.Comparison:
    return next(one for one in result if one.metric == metric)


# --- all together ------------------------------------------------------------------------------------------------


def test_every_metric_has_value_interval_verdict(every_sample_store: Store):
    peers = results.community(every_sample_store, "sales-outreach")
    result = results.comparisons(every_sample_store, CONTRACT, peers)
    assert [one.metric for one in result] == list(peers.numbers.benchmarks)
    reply = of_metric(result, "reply_rate")
    assert reply.value == pytest.approx(23 / 456)
    assert reply.cases == 456
    assert reply.community == peers.numbers.benchmarks["reply_rate"]
    assert reply.percentiles is not None
    assert reply.percentiles.low < 0.5 < reply.percentiles.high
    assert not reply.verdict.is_settled
    assert reply.median == peers.median_range("reply_rate")
    for one in result:
        assert one.interval is not None
        assert one.firm is not None
        assert one.firm.low < one.interval.low < present(one.value) < one.interval.high < one.firm.high
    independent = metrics.wilson(23, 456)
    assert independent is not None
    assert present(reply.interval).low < independent.low
    assert present(reply.interval).high > independent.high


def test_the_values_are_those_of_the_overview(every_sample_store: Store):
    for mcp in ("sales-outreach", None):
        filters = Filters(start=date(2026, 2, 1), end=LAST_DAY, humans_only=True)
        ours = [one.id for one in results.all_campaigns(every_sample_store) if mcp in (None, one.mcp)]
        totals = results.totals(every_sample_store, Filters(tuple(ours), filters.start, filters.end, humans_only=True))
        result = results.comparisons(every_sample_store, filters, results.community(every_sample_store, mcp))
        for one in result:
            expected = (
                metrics.ratio(totals.costs.total_byok_usd, totals.stats.emails_sent)
                if one.metric == COST_PER_EMAIL
                else metrics.rate_of(totals.stats, one.metric)
            )
            assert one.value == pytest.approx(expected)


def test_needed_emails_count_sent_ones(sqlite_store: Store):
    """Where one of two emails is delivered, twice as many have to be sent."""
    benchmark = BenchmarkRecord("", "open_rate", 0.2, 0.1, 0.2, 0.3, 5_000, datetime(2026, 1, 1, tzinfo=UTC))
    opened = [3, 1, 2, 4, 2, 3, 1, 2, 4, 3]
    for of, sent in (("all", 10), ("half", 20)):
        days = [
            DailyRecord(of, date(2026, 1, 5) + timedelta(day), emails_sent=sent, delivered=10, opened=count)
            for day, count in enumerate(opened)
        ]
        load(sqlite_store, "test", [records.campaign(of, detail="daily"), *days, benchmark])
    peers = results.community(sqlite_store, None)
    frame = by_campaign(sqlite_store, Filters(), peers, "open_rate").set_index("campaign_id")
    more = frame["more_emails"].astype(float)
    assert more["half"] == pytest.approx(2 * more["all"], rel=0.08)


def test_the_cost_has_an_interval_from_how_days_differ(every_sample_store: Store):
    result = of_metric(
        results.comparisons(every_sample_store, CONTRACT, results.community(every_sample_store, None)), COST_PER_EMAIL
    )
    days = results.campaign_daily(every_sample_store, "camp_abc123").daily
    sent = np.array([day.emails_sent for day in days if day.emails_sent])
    cost = np.array([day.cost_usd for day in days if day.emails_sent])
    ratio = cost.sum() / sent.sum()
    error = np.sqrt(((cost - ratio * sent) ** 2).sum() * len(sent) / (len(sent) - 1)) / sent.sum()
    reach = stats.t.ppf(0.975, len(sent) - 1) * error
    assert result.value == pytest.approx(8.74 / 487)
    assert result.interval is not None
    assert result.interval == pytest.approx((ratio - reach, ratio + reach), rel=2e-3)
    assert result.lower_is_better
    assert result.is_money


def test_lower_costs_are_better(sample_store: Store):
    peers = results.community(sample_store, None)
    frame = by_campaign(sample_store, Filters(), peers, COST_PER_EMAIL)
    assert list(frame["value"]) == sorted(frame["value"])
    assert frame["percentile_high"].iloc[0] < frame["percentile_low"].iloc[-1]
    assert frame["standing"].iloc[0] in (Standing.BEST_QUARTER, Standing.BETTER)
    assert frame["standing"].iloc[-1] in (Standing.WEAKEST_QUARTER, Standing.WORSE)


def test_activity_of_earlier_emails_has_no_interval(sqlite_store: Store):
    days = [
        DailyRecord(records.CAMPAIGN, date(2026, 1, 5), emails_sent=10, delivered=10, opened=1),
        DailyRecord(records.CAMPAIGN, date(2026, 2, 5), emails_sent=1, delivered=1, opened=6),
    ]
    benchmark = BenchmarkRecord("", "open_rate", 0.2, 0.1, 0.2, 0.3, 500, datetime(2026, 1, 1, tzinfo=UTC))
    load(sqlite_store, "test", [records.campaign(detail="daily"), *days, benchmark])
    filters = Filters(start=date(2026, 2, 1), end=date(2026, 2, 28))
    (result,) = results.comparisons(sqlite_store, filters, results.community(sqlite_store, None))
    assert result.verdict.standing == Standing.NO_INTERVAL
    assert result.percentiles is None


def test_unknown_community_metric_has_no_value(sqlite_store: Store):
    known = BenchmarkRecord("", "smile_rate", 0.2, 0.1, 0.2, 0.3, 500, datetime(2026, 1, 1, tzinfo=UTC))
    load(sqlite_store, "test", [records.campaign(), *records.emails(40), known])
    (result,) = results.comparisons(sqlite_store, Filters(), results.community(sqlite_store, None))
    assert (result.value, result.verdict.standing) == (None, Standing.NO_VALUE)


# --- one metric, closer ------------------------------------------------------------------------------------------


def test_campaigns_are_compared_best_first(every_sample_store: Store):
    peers = results.community(every_sample_store, "sales-outreach")
    frame = by_campaign(every_sample_store, Filters(), peers, "reply_rate")
    totals = results.campaign_totals(every_sample_store, Filters()).set_index("campaign_id")
    assert set(frame["mcp"]) == {"sales-outreach"}
    assert len(frame) == (totals["mcp"] == "sales-outreach").sum() == 9
    assert list(frame["value"]) == sorted(frame["value"], reverse=True)
    for row in frame.to_dict("records"):
        own = totals.loc[row["campaign_id"]]
        assert row["value"] == pytest.approx(own["reply_rate"])
        assert row["verdict_low"] < row["low"] < row["value"] < row["high"] < row["verdict_high"]
        alone = results.comparisons(every_sample_store, Filters(campaigns=(row["campaign_id"],)), peers)
        assert of_metric(alone, "reply_rate").interval == (row["low"], row["high"])
    assert frame["campaign_id"].iloc[-1] == "camp_4be889"  # the bought list
    assert frame["standing"].iloc[-1] == Standing.WORSE


def test_own_peers_are_all_campaigns(sample_store: Store):
    peers = results.community(sample_store, None)
    assert len(results.campaign_comparison(sample_store, CONTRACT, peers, "open_rate")) == 1
    one, every = (
        of_metric(results.comparisons(sample_store, filters, peers), "open_rate") for filters in (CONTRACT, Filters())
    )
    assert one.own == every.own
    assert one.value != every.value


def test_each_mcp_is_beside_its_own_benchmark(every_sample_store: Store):
    frame = by_mcp(every_sample_store, Filters(), "reply_rate")
    assert list(frame.index) == ["sales-outreach", "partner-outreach", "recruiting-outreach"]
    for mcp, row in frame.iterrows():
        peers = results.community(every_sample_store, str(mcp))
        one = of_metric(results.comparisons(every_sample_store, Filters(), peers), "reply_rate")
        assert row["value"] == pytest.approx(one.value)
        assert row["verdict"] == one.verdict.words()
        assert row["p50"] == one.community.p50
        assert row["sample_size"] == peers.numbers.sample_size
    assert frame["campaigns"].sum() == len(results.all_campaigns(every_sample_store))


def test_mcps_without_benchmark_are_listed(sqlite_store: Store):
    load(
        sqlite_store,
        "test",
        [
            records.campaign(mcp="ours-alone"),
            *records.emails(40),
            BenchmarkRecord("theirs-alone", "delivery_rate", 0.9, 0.8, 0.9, 0.95, 300, None),
        ],
    )
    frame = by_mcp(sqlite_store, Filters(), "delivery_rate")
    assert set(frame.index) == {"ours-alone", "theirs-alone"}
    assert frame.loc["ours-alone", "standing"] == Standing.NO_QUARTILES
    assert frame.loc["theirs-alone", "standing"] == Standing.NO_VALUE


@pytest.mark.parametrize("by", ["week", "month"])
def test_over_time_each_row_equals_its_days(every_sample_store: Store, by):
    peers = results.community(every_sample_store, "sales-outreach")
    filters = Filters(start=date(2026, 1, 7), end=LAST_DAY, basis=Basis.SEND)

    @cache
    def over(start: date, end: date) -> list[results.Comparison]:
        return results.comparisons(every_sample_store, Filters(start=start, end=end, basis=Basis.SEND), peers)

    for metric in ("open_rate", COST_PER_EMAIL):
        rows = results.comparison_over_time(every_sample_store, filters, peers, metric, by)
        frame = results.comparison_over_time_table(rows)
        assert_rows_equal(frame, by, metric, filters, over)


def assert_rows_equal(frame, by, metric, filters, over) -> None:
    assert frame["start"].iloc[0].date() == filters.start
    assert frame["end"].iloc[-1].date() == filters.end
    assert len(frame) == (12 if by == "week" else 3)
    gaps = (frame["start"].iloc[1:].reset_index(drop=True) - frame["end"].iloc[:-1].reset_index(drop=True)).dt.days
    assert set(gaps) == {1}
    if by == "week":
        assert set(frame["start"].iloc[1:].dt.day_of_week) == {0}
    for row in frame.dropna(subset="value").to_dict("records"):
        one = of_metric(over(row["start"].date(), row["end"].date()), metric)
        assert row["value"] == pytest.approx(one.value)
        assert one.interval is not None
        assert (row["low"], row["high"]) == pytest.approx(one.interval)
        assert row["verdict"] == one.verdict.words()


def test_nothing_sent_is_nothing_over_time(sqlite_store: Store):
    peers = Peers(results.benchmarks(sqlite_store))
    assert results.comparison_over_time(sqlite_store, Filters(), peers, "open_rate") == []


# --- our own campaigns -------------------------------------------------------------------------------------------


def test_own_campaigns_are_peers_with_quartiles(every_sample_store: Store):
    peers = results.own_peers(every_sample_store, Filters())
    totals = results.campaign_totals(every_sample_store, Filters())
    rates = totals["reply_rate"][totals["delivered"] >= results.ENOUGH_CASES].astype(float)
    numbers = peers.numbers.benchmarks["reply_rate"]
    assert (numbers.p25, numbers.p50, numbers.p75) == pytest.approx(tuple(np.quantile(rates, [0.25, 0.5, 0.75])))
    assert numbers.average == pytest.approx(rates.mean())
    assert peers.is_own
    assert set(peers.numbers.benchmarks) == {*metrics.RATES, COST_PER_EMAIL}


def test_own_median_is_certain(sample_store: Store):
    peers = results.own_peers(sample_store, Filters())
    assert peers.numbers.sample_size == 13
    assert peers.sampled is None
    assert not peers.is_small
    best = by_campaign(sample_store, Filters(), peers, "reply_rate").iloc[1]
    assert best["campaign_id"] == "camp_4eaf56"
    assert best["standing"] in (Standing.BETTER, Standing.BEST_QUARTER)


def test_three_campaigns_have_no_quartiles(sqlite_store: Store):
    three = ("camp_1", "camp_2", "camp_3")
    for of in three:
        load(sqlite_store, "test", [records.campaign(of), *records.emails(40, of=of)])
    assert results.own_peers(sqlite_store, Filters()).numbers.benchmarks == {}


# --- by send date ------------------------------------------------------------------------------------------------


def test_rates_by_send_date_are_the_headlines(every_sample_store: Store):
    filters = Filters(start=LAST_DAY - timedelta(days=6), end=LAST_DAY, basis=Basis.SEND)
    headlines = results.headlines(every_sample_store, filters).rates
    for one in results.comparisons(every_sample_store, filters, results.community(every_sample_store, None)):
        if not one.is_money:
            expected = headlines[one.metric]
            assert one.value == pytest.approx(expected.rate)
            assert one.share_in == pytest.approx(expected.share_in)
            assert one.interval == pytest.approx(expected.interval)
    reply = headlines["reply_rate"]
    assert reply.share_in is not None
    assert reply.share_in < 0.95
    rates = results.campaign_rates(every_sample_store, filters)
    frame = by_campaign(every_sample_store, filters, results.community(every_sample_store, None), "reply_rate")
    for row in frame.to_dict("records"):
        assert row["value"] == pytest.approx(rates[row["campaign_id"]]["reply_rate"].rate)
        assert row["share_in"] == pytest.approx(rates[row["campaign_id"]]["reply_rate"].share_in)
        low, high = present(rates[row["campaign_id"]]["reply_rate"].interval)
        assert (row["low"], row["high"]) == pytest.approx((low, high))


@pytest.mark.parametrize("days", [7, 28])
def test_intervals_by_event_date_are_the_tiles(every_sample_store: Store, days: int):
    """The one of the verdict is never narrower."""
    asked = Filters(start=LAST_DAY - timedelta(days=days - 1), end=LAST_DAY)
    tiles = results.headlines(every_sample_store, asked).rates
    found = results.comparisons(every_sample_store, asked, results.community(every_sample_store, None))
    for one in found:
        if not one.is_money and one.interval is not None:
            assert one.interval == pytest.approx(tiles[one.metric].interval), one.metric
            firm = present(one.firm)
            assert firm.low <= one.interval.low < one.interval.high <= firm.high
    assert sum(one.interval is not None and not one.is_money for one in found) >= 3


def test_own_distribution_by_send_date_is_adjusted(sample_store: Store):
    filters = Filters(start=LAST_DAY - timedelta(days=27), end=LAST_DAY, basis=Basis.SEND)
    numbers = results.own_peers(sample_store, filters).numbers.benchmarks["reply_rate"]
    rates = results.campaign_rates(sample_store, filters)
    totals = results.campaign_totals(sample_store, filters).set_index("campaign_id")
    delivered = totals["delivered"].astype(float).to_dict()
    known = [
        present(rate["reply_rate"].rate)
        for campaign, rate in rates.items()
        if delivered[campaign] * (rate["reply_rate"].share_in or 1.0) >= results.ENOUGH_CASES
    ]
    assert numbers.p50 == pytest.approx(np.median(known))
    plain = totals["replied"].astype(float) / totals["delivered"].astype(float)
    assert numbers.average is not None
    assert numbers.average > plain.mean()


def test_without_a_curve_nothing_is_claimed(sqlite_store: Store):
    """How many replies are still to come is not known where only one day was seen."""
    benchmark = BenchmarkRecord("", "reply_rate", 0.05, 0.03, 0.05, 0.07, 5_000, datetime(2026, 1, 1, tzinfo=UTC))
    delivered = [records.event("delivered", records.SENT, email_id=f"e{n}") for n in range(1, 41)]
    replied = [records.event("replied", email_id=f"e{n}") for n in range(1, 4)]
    load(sqlite_store, "test", [records.campaign(), *records.emails(40), *delivered, *replied, benchmark])
    (result,) = results.comparisons(sqlite_store, Filters(basis=Basis.SEND), results.community(sqlite_store, None))
    assert result.value is not None
    assert result.share_in is None
    assert result.verdict.standing == Standing.TOO_LITTLE_DATA
