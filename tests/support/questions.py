"""Every question that the product answers, for a database that holds the sample."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial

from outreach_results import results
from outreach_results.metrics.buckets import Every
from outreach_results.models import Basis, Dimension, Filters, Sentiment
from outreach_results.results import InboxFilters, Limit, ReplyKind, ReplyStatus
from outreach_results.store.engine import Store
from outreach_results.store.labels import Match, Rule
from support.optional import present
from support.records import CAMPAIGN

SAMPLE = "camp_abc123"
EVERYTHING = Filters()
NARROW = Filters((SAMPLE, CAMPAIGN), date(2026, 1, 1), date(2026, 2, 28), Basis.SEND, humans_only=True)
OPEN_NOT_NEGATIVE = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN, (Sentiment.POSITIVE, Sentiment.NEUTRAL), "thanks")
OF_SOMEBODY = (InboxFilters(assignee="Ana"), InboxFilters(status=ReplyStatus.OPEN, assignee=results.NOBODY))


ACME = Rule(Match.STARTS_WITH, "Acme", client_id="acme")


def questions(
    store: Store, views: Iterable[Filters] = (EVERYTHING, NARROW)
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each question of `results`, in its widest and its narrowest form."""
    yield from filtered_questions(store, views)
    yield from other_questions(store)


def filtered_questions(store: Store, views: Iterable[Filters]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each question that has filters."""
    now = datetime(2026, 2, 10, tzinfo=UTC)
    key = results.key_of(results.inbox(store, EVERYTHING).replies[3])
    result = present(results.reply(store, *key))
    peers = results.community(store, None)
    for filters in views:
        of_one = filters.of(SAMPLE)
        for dimension in Dimension:
            yield "breakdown", partial(results.breakdown, store, filters, dimension)
        yield "campaign_breakdown", partial(results.campaign_breakdown, store, SAMPLE, of_one)
        yield "breakdown_dimensions", partial(results.breakdown_dimensions, store, filters)
        yield "annotations_in", partial(results.annotations_in, store, filters)
        yield "own_peers", partial(results.own_peers, store, filters)
        yield "comparisons", partial(results.comparisons, store, filters, peers)
        yield "campaign_comparison", partial(results.campaign_comparison, store, filters, peers, "reply_rate")
        yield "mcp_comparison", partial(results.mcp_comparison, store, filters, results.COST_PER_EMAIL)
        yield "comparison_over_time", partial(results.comparison_over_time, store, filters, peers, "reply_rate")
        yield "campaign_daily", partial(results.campaign_daily, store, SAMPLE, of_one)
        yield "campaign_stats", partial(results.campaign_stats, store, SAMPLE, of_one)
        yield "daily_stats", partial(results.daily_stats, store, filters)
        for name in ("reply_rate", "cost_per_meeting_usd", "positive_replies"):
            yield "headline_series", partial(results.headline_series, store, filters, name)
        yield "headline_lines", partial(results.headline_lines, store, filters)
        yield "positive_replies_change", partial(results.positive_replies_change, store, filters, filters, 9)
        yield "reply_totals", partial(results.reply_totals, store, filters)
        yield "first_response", partial(results.first_response, store, filters, now)
        yield "last_sent", partial(results.last_sent, store)
        yield "shows_sample", partial(results.shows_sample, store)
        yield "daily_costs", partial(results.daily_costs, store, filters)
        yield "replies", partial(results.replies, store, SAMPLE, of_one, sentiment=Sentiment.POSITIVE, q="a")
        yield "sentiment_over_time", partial(results.sentiment_over_time, store, filters, InboxFilters(q="a"))
        yield "sentiment_over_time", partial(results.sentiment_over_time, store, filters, OF_SOMEBODY[1])
        yield "labels_in_words", partial(results.labels_in_words, store, filters)
        yield "paces_of", partial(results.paces_of, store, filters)
        yield "people", partial(results.people, store, filters)
        yield "chosen_period", partial(results.chosen_period, store, filters)
        yield "period_summary", partial(results.period_summary, store, present(results.chosen_period(store, filters)))
        yield "totals", partial(results.totals, store, filters)
        yield "sending_days", partial(results.sending_days, store, filters, "replied")
        yield "reply_rate_bias", partial(results.reply_rate_bias, store, filters)
        yield "snapshot_trend", partial(results.snapshot_trend, store, filters)
        yield "snapshot_range", partial(results.snapshot_range, store, filters.campaigns)
        yield "headlines", partial(results.headlines, store, filters, filters, now=now)
        yield "campaign_rates", partial(results.campaign_rates, store, filters)
        yield "campaign_changes", partial(results.campaign_changes, store, filters, filters)
        yield "campaign_table", partial(results.campaign_table, store, filters)
        yield "campaign_totals", partial(results.campaign_totals, store, filters)
        yield "campaign_rows", partial(results.campaign_rows, store, filters)
        yield "compared_campaigns", partial(results.compared_campaigns, store, filters)
        yield "campaign_costs", partial(results.campaign_costs, store, filters)
        yield "campaign_time_series", partial(results.campaign_time_series, store, filters, "opened")
        yield "weekly_activity", partial(results.weekly_activity, store, filters)
        yield "maturity_curves", partial(results.maturity_curves, store, humans_only=filters.humans_only)
        yield "date_range", partial(results.date_range, store, filters.campaigns)
        for every in Every:
            yield "trends", partial(results.trends, store, filters, ["opened", "reply_rate"], every=every)
        for inbox_filters in (results.EVERYTHING, OPEN_NOT_NEGATIVE, *OF_SOMEBODY):
            yield "inbox", partial(results.inbox, store, filters, inbox_filters, page=1)
            yield "neighbors", partial(results.neighbors, store, filters, inbox_filters, result)
            yield "page_of", partial(results.page_of, store, filters, inbox_filters, key)
        yield "reply_rate_bias", partial(results.reply_rate_bias, store, filters)


def other_questions(store: Store) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each question about the account, or about one thing in it."""
    now = datetime(2026, 2, 10, tzinfo=UTC)
    key = results.key_of(results.inbox(store, EVERYTHING).replies[3])
    for limit in (None, Limit(campaigns=frozenset({SAMPLE}))):
        yield "known_clients", partial(results.known_clients, store, limit)
        yield "known_tags", partial(results.known_tags, store, limit)
        yield "narrowed", partial(results.narrowed, store, EVERYTHING, clients=(), limit=limit)
        yield "chosen_campaigns", partial(results.chosen_campaigns, store, [SAMPLE], limit=limit)
    yield "labels_of_campaigns", partial(results.labels_of_campaigns, store)
    yield "label_rules", partial(results.label_rules, store)
    yield "met_by", partial(results.met_by, store, ACME)
    yield "reply_rate_bias", partial(results.reply_rate_bias, store, EVERYTHING, "sales-outreach")
    yield "community", partial(results.community, store, "sales-outreach")
    yield "benchmarks", partial(results.benchmarks, store, "sales-outreach")
    yield "benchmark_mcps", partial(results.benchmark_mcps, store)
    yield "own_peers", partial(results.own_peers, store, EVERYTHING, "sales-outreach")
    yield "campaigns", partial(results.campaigns, store, page=2, per_page=5)
    yield "campaigns", partial(results.campaigns, store, among=[SAMPLE])
    yield "all_campaigns", partial(results.all_campaigns, store)
    yield "campaign", partial(results.campaign, store, SAMPLE)
    yield "last_day", partial(results.last_day, store)
    yield "assignees", partial(results.assignees, store)
    yield "reply", partial(results.reply, store, *key)
    yield "timeline", partial(results.timeline, store, *key)
    yield "data_as_of", partial(results.data_as_of, store)
    yield "load_history", partial(results.load_history, store)
    yield "audit_table", partial(results.audit_table, store, 100)
    yield "import_details", partial(results.import_details, store, "none")
    yield "usage", partial(results.usage, store, "2026-01")
    yield "usage_by_month", partial(results.usage_by_month, store)
    yield "outlook", partial(results.outlook, store, date(2026, 2, 1), now=now)
    yield "plan_known_at", partial(results.plan_known_at, store)
    yield "unsent_events", partial(results.unsent_events, store)
    last_week = present(results.chosen_period(store, EVERYTHING, "7d"))
    yield "period_summary", partial(results.period_summary, store, last_week)
    yield "open_alerts", partial(results.open_alerts, store)
    yield "chosen_limits", partial(results.chosen_limits, store)
    yield "paces", partial(results.paces, store)
    yield "plan_of", partial(results.plan_of, store)
