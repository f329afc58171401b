"""Every question that the product answers, to be asked of a database that holds the sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from outreach_results import results
from outreach_results.metrics.buckets import Every
from outreach_results.models import Basis, Filters, Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus
from outreach_results.store.engine import Store
from support.records import CAMPAIGN

SAMPLE = "camp_abc123"
EVERYTHING = Filters()
NARROW = Filters((SAMPLE, CAMPAIGN), date(2026, 1, 1), date(2026, 2, 28), Basis.SEND, humans_only=True)
TRIAGE = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE, Sentiment.NEUTRAL), "thanks")


def questions(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each question of `results`, in its narrowest and its widest form."""
    now = datetime(2026, 2, 10, tzinfo=UTC)
    key = results.key_of(results.inbox(store, EVERYTHING).replies[3])
    found = results.reply(store, *key)
    peers = results.community(store, None)
    for filters in (EVERYTHING, NARROW):
        of_one = filters.of(SAMPLE)
        yield "annotations_in", lambda f=filters: results.annotations_in(store, f)
        yield "own_peers", lambda f=filters: results.own_peers(store, f)
        yield "comparisons", lambda f=filters: results.comparisons(store, f, peers)
        yield "campaign_comparison", lambda f=filters: results.campaign_comparison(store, f, peers, "reply_rate")
        yield "mcp_comparison", lambda f=filters: results.mcp_comparison(store, f, results.COST_PER_EMAIL)
        yield "comparison_over_time", lambda f=filters: results.comparison_over_time(store, f, peers, "reply_rate")
        yield "campaign_daily", lambda f=of_one: results.campaign_daily(store, SAMPLE, f)
        yield "campaign_stats", lambda f=of_one: results.campaign_stats(store, SAMPLE, f)
        yield "daily_stats", lambda f=filters: results.daily_stats(store, f)
        yield "daily_costs", lambda f=filters: results.daily_costs(store, f)
        yield "replies", lambda f=of_one: results.replies(store, SAMPLE, f, sentiment=Sentiment.POSITIVE, q="a")
        yield "sentiment_over_time", lambda f=filters: results.sentiment_over_time(store, f, InboxFilters(q="a"))
        yield "totals", lambda f=filters: results.totals(store, f)
        yield "headlines", lambda f=filters: results.headlines(store, f, f, now=now)
        yield "campaign_rates", lambda f=filters: results.campaign_rates(store, f)
        yield "campaign_changes", lambda f=filters: results.campaign_changes(store, f, f)
        yield "campaign_totals", lambda f=filters: results.campaign_totals(store, f)
        yield "campaign_costs", lambda f=filters: results.campaign_costs(store, f)
        yield "campaign_time_series", lambda f=filters: results.campaign_time_series(store, f, "opened")
        yield "weekly_activity", lambda f=filters: results.weekly_activity(store, f)
        yield "maturity_curves", lambda f=filters: results.maturity_curves(store, humans_only=f.humans_only)
        yield "date_range", lambda f=filters: results.date_range(store, f.campaigns)
        for every in Every:
            yield "trends", lambda f=filters, e=every: results.trends(store, f, ["opened", "reply_rate"], every=e)
        for inbox_filters in (results.EVERYTHING, TRIAGE):
            yield "inbox", lambda f=filters, t=inbox_filters: results.inbox(store, f, t, page=1)
            yield "neighbors", lambda f=filters, t=inbox_filters: results.neighbors(store, f, t, found)
            yield "page_of", lambda f=filters, t=inbox_filters: results.page_of(store, f, t, key)
    yield "community", lambda: results.community(store, "sales-outreach")
    yield "benchmarks", lambda: results.benchmarks(store, "sales-outreach")
    yield "benchmark_mcps", lambda: results.benchmark_mcps(store)
    yield "own_peers", lambda: results.own_peers(store, EVERYTHING, "sales-outreach")
    yield "campaigns", lambda: results.campaigns(store, page=2, per_page=5)
    yield "all_campaigns", lambda: results.all_campaigns(store)
    yield "campaign", lambda: results.campaign(store, SAMPLE)
    yield "last_day", lambda: results.last_day(store)
    yield "reply", lambda: results.reply(store, *key)
    yield "timeline", lambda: results.timeline(store, *key)
    yield "data_as_of", lambda: results.data_as_of(store)
    yield "load_history", lambda: results.load_history(store)
    yield "usage", lambda: results.usage(store, "2026-01")
    yield "usage_by_month", lambda: results.usage_by_month(store)
    yield "outlook", lambda: results.outlook(store, date(2026, 2, 1), now=now)
    yield "plan_of", lambda: results.plan_of(store)
