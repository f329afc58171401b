"""On a cluster, one machine answers a question about one campaign: every part of each statement names the campaign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from outreach_results import results
from outreach_results.models import Dimension, Filters
from outreach_results.sample import load_sample
from outreach_results.store.engine import Store
from support.distribution import parts_of_all_campaigns
from support.optional import present

pytestmark = pytest.mark.postgres

CAMPAIGN = "camp_abc123"
ONLY = Filters((CAMPAIGN,))


def questions(store: Store) -> dict[str, Callable[[], object]]:
    listed = results.inbox(store, ONLY).replies
    key = results.key_of(listed[0])
    reply = present(results.reply(store, *key))
    now = datetime(2026, 2, 10, tzinfo=UTC)
    return {
        "totals": lambda: results.totals(store, ONLY),
        "headlines": lambda: results.headlines(store, ONLY, ONLY, now=now),
        "headline_series": lambda: results.headline_series(store, ONLY, "reply_rate"),
        "headline_lines": lambda: results.headline_lines(store, ONLY),
        "daily_stats": lambda: results.daily_stats(store, ONLY),
        "daily_costs": lambda: results.daily_costs(store, ONLY),
        "trends": lambda: results.trends(store, ONLY, ["opened", "reply_rate"]),
        "weekly_activity": lambda: results.weekly_activity(store, ONLY),
        "campaign_stats": lambda: results.campaign_stats(store, CAMPAIGN),
        "campaign_daily": lambda: results.campaign_daily(store, CAMPAIGN),
        "campaign_costs": lambda: results.campaign_costs(store, ONLY),
        "breakdown": lambda: results.breakdown(store, ONLY, Dimension.STEP),
        "replies": lambda: results.replies(store, CAMPAIGN, ONLY),
        "inbox": lambda: results.inbox(store, ONLY),
        "neighbors": lambda: results.neighbors(store, ONLY, results.EVERYTHING, reply),
        "reply": lambda: results.reply(store, *key),
        "timeline": lambda: results.timeline(store, *key),
    }


def test_questions_of_one_campaign_name_it(make_postgres: Callable[[], Store]) -> None:
    store = make_postgres()
    load_sample(store)
    of_one = questions(store)
    statements: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: statements.append(statement))
    everywhere = {}
    for name, ask in of_one.items():
        statements.clear()
        ask()
        assert statements
        everywhere[name] = {part for statement in statements for part in parts_of_all_campaigns(statement)}
    assert {name: parts for name, parts in everywhere.items() if parts} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM emails",
        "SELECT * FROM emails WHERE campaign_id = %(one)s AND email_id IN (SELECT email_id FROM events)",
        "SELECT * FROM emails WHERE campaign_id <> %(one)s",
    ],
)
def test_a_part_without_the_campaign_would_be_found(statement: str) -> None:
    assert list(parts_of_all_campaigns(statement))
