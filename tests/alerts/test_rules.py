"""Each rule finds its cause, says nothing of what it cannot know, and hardly ever raises a false alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import update

from outreach_results import results
from outreach_results.alerts.checking import check_rules
from outreach_results.alerts.kept import choose_rules
from outreach_results.alerts.rules import RULES
from outreach_results.errors import QueryError
from outreach_results.ingest.load import load
from outreach_results.ingest.records import Record
from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.metrics.exceedance import firmly_exceeding
from outreach_results.metrics.falls import falls
from outreach_results.models import Filters, Plan, Sentiment
from outreach_results.results import insights
from outreach_results.store import schema
from outreach_results.store.account_entries import enter_days_off, enter_plan
from outreach_results.store.alert_state import RuleChoice
from outreach_results.store.engine import Store
from outreach_results.store.replies.state_changes import Action, change_reply
from outreach_results.store.sync_runs import keep_start_failure
from support import records
from support.clustered import outcomes, volumes

SERVER = "https://platform.example.com/"
DAYS = 56


def known_until(store: Store, at: datetime) -> None:
    """Let the last import have been at this instant."""
    with store.write() as connection:
        connection.execute(update(schema.loads).values(finished_at=at))


def raised(store: Store, now: datetime) -> dict[str, list[str]]:
    """What is raised after a look, by kind: the campaigns, or '' for the account."""
    found: dict[str, list[str]] = {}
    for alert in check_rules(store, now).open_alerts:
        found.setdefault(alert.cause.kind, []).append(alert.cause.campaign_id)
    return found


def sending(of: str, days: int, a_day: int, replied: tuple[int, int], bounced: int = 0) -> Iterator[Record]:
    """A campaign that sends every day: of the emails of a day so many are answered before and after the middle."""
    yield records.campaign(of, name=f"{of} <b>")
    for day in range(days):
        answered = replied[day >= days // 2]
        for n in range(a_day):
            own, sent_at = f"{of}-{day}-{n}", records.at(day + 1, 9)
            yield records.email(own, sent_at, of=of, recipient=f"{own}@prospect.example")
            yield records.event("delivered" if n >= bounced else "bounced", sent_at, email_id=own, of=of)
            if bounced <= n < bounced + answered:
                yield records.event("replied", sent_at + timedelta(hours=5 + 20 * (n % 3)), email_id=own, of=of)


def test_rates_are_raised_by_campaign_and_page(writable_sample: Store) -> None:
    """The bought list of the sample; by a higher limit, neither the alert nor the page names it."""
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    known_until(writable_sample, now)
    found = check_rules(writable_sample, now).open_alerts
    named = {(alert.cause.kind, alert.cause.name) for alert in found}
    assert {("bounce_rate", "Facility managers US (bought list)")} <= named
    assert results.open_alerts(writable_sample, ["nothing"]).alerts == []
    choose_rules(writable_sample, {"bounce_rate": RuleChoice(limit=0.2)})
    assert "bounce_rate" not in raised(writable_sample, now + timedelta(hours=1))
    limits = results.chosen_limits(writable_sample)
    totals = results.campaign_rows(writable_sample, Filters(end=now.date()))
    assert not [alert for alert in insights.alerts(totals, totals, limits) if alert.kind.startswith("Bounce")]


def test_rule_that_is_off_raises_nothing(writable_sample: Store) -> None:
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    known_until(writable_sample, now)
    assert "bounce_rate" in raised(writable_sample, now)
    choose_rules(writable_sample, {"bounce_rate": RuleChoice(is_on=False)})
    assert "bounce_rate" not in raised(writable_sample, now)
    choose_rules(writable_sample, {"bounce_rate": RuleChoice(limit=0.03)})
    assert "bounce_rate" not in raised(writable_sample, now)


def test_pause_is_raised_only_where_all_is_known(writable_sample: Store) -> None:
    """The sample sends on workdays up to March 27, a Friday."""
    known_until(writable_sample, datetime(2026, 4, 1, 23, tzinfo=UTC))
    late = datetime(2026, 4, 9, 12, tzinfo=UTC)
    assert "no_sends" not in raised(writable_sample, late)  # four whole days are known, and nothing of the rest
    known_until(writable_sample, datetime(2026, 4, 3, 12, tzinfo=UTC))
    keep_start_failure(writable_sample, SERVER, "the row of ada@prospect.example was refused")
    assert raised(writable_sample, late).keys() & {"no_sends", "sync_failed"} == {"sync_failed"}
    failed = next(one for one in results.open_alerts(writable_sample).alerts if one.kind == "sync_failed")
    assert (failed.name, failed.what) == (SERVER, "the row of [address] was refused")


def test_pause_ends_with_an_email_and_days_off(writable_sample: Store) -> None:
    late = datetime(2026, 4, 6, 12, tzinfo=UTC)
    known_until(writable_sample, late)
    assert "no_sends" in raised(writable_sample, late)
    enter_days_off(writable_sample, [date(2026, 3, 30) + timedelta(days=n) for n in range(7)])
    assert "no_sends" not in raised(writable_sample, late + timedelta(hours=1))


def test_pause_of_one_who_often_pauses_is_no_alert(sqlite_store: Store) -> None:
    days = [records.email(f"e{n}", records.at(1 + 14 * n)) for n in range(4)]
    load(sqlite_store, "test", [records.campaign(), *days])
    known_until(sqlite_store, records.at(55))
    assert "no_sends" not in raised(sqlite_store, records.at(55))
    known_until(sqlite_store, records.at(59))
    assert "no_sends" in raised(sqlite_store, records.at(59))


def test_fall_of_the_reply_rate_is_raised(sqlite_store: Store) -> None:
    every = [*sending("fell", DAYS, 40, (8, 1)), *sending("same", DAYS, 15, (2, 2))]
    load(sqlite_store, "test", every)
    now = records.at(DAYS + 1)
    known_until(sqlite_store, now)
    assert raised(sqlite_store, now)["reply_rate_fell"] == ["", "fell"]
    told = {alert.campaign_id: alert.what for alert in results.open_alerts(sqlite_store).alerts}
    assert told["fell"].startswith("2.5% of the emails of the last 28 days are answered (was 19.")
    keep_start_failure(sqlite_store, SERVER, "the key was refused")
    assert "reply_rate_fell" in raised(sqlite_store, now + timedelta(days=40))  # it cannot be told whether it lasts


def test_quota_is_raised_before_it_runs_out(writable_sample: Store) -> None:
    now = datetime(2026, 3, 20, 18, tzinfo=UTC)
    known_until(writable_sample, now)
    sent = results.usage(writable_sample, "2026-03").usage.emails_sent
    for limit, is_raised in ((sent * 4, False), (sent - 1, True)):
        enter_plan(writable_sample, Plan(name="P", email_limit=limit, price_usd=1))
        assert ("quota_pace" in raised(writable_sample, now)) == is_raised
    assert "quota_pace" not in raised(writable_sample, datetime(2026, 5, 1, tzinfo=UTC))


def test_new_positive_reply_is_raised_until_done(sqlite_store: Store) -> None:
    old = records.reply("old", records.at(3), sentiment="positive")
    load(sqlite_store, "test", [records.campaign(), records.email(), old])
    assert "positive_reply" not in raised(sqlite_store, records.at(4))
    new = [records.reply(f"r{n}", records.at(5, n), sentiment="positive") for n in (1, 2)]
    others = [records.reply("no", records.at(5), sentiment="negative")]
    load(sqlite_store, "test", [*new, *others])
    assert raised(sqlite_store, records.at(6))["positive_reply"] == [records.CAMPAIGN] * 2
    (listed,) = results.open_alerts(sqlite_store).alerts
    assert (listed.count, listed.what) == (2, "2 new positive replies.")
    assert results.reply_totals(sqlite_store, Filters())[Sentiment.POSITIVE] == 3
    change_reply(sqlite_store, records.CAMPAIGN, "r1", Action.HANDLED, by="Ann", seen_version=0)
    assert len(raised(sqlite_store, records.at(6, 13))["positive_reply"]) == 1
    assert "positive_reply" not in raised(sqlite_store, records.at(20))


def test_only_what_is_raised_makes_a_new_version(writable_sample: Store) -> None:
    """Pages would otherwise compute all their answers again after every look."""
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    known_until(writable_sample, now)
    before = writable_sample.version()
    check_rules(writable_sample, now)
    first = writable_sample.version()
    check_rules(writable_sample, now + timedelta(minutes=15))
    assert (first != before, writable_sample.version() == first) == (True, True)


def test_new_database_raises_nothing(sqlite_store: Store) -> None:
    assert raised(sqlite_store, records.at(1)) == {}


@pytest.mark.parametrize("kind", RULES)
def test_limits_are_checked(kind: str) -> None:
    rule = RULES[kind]
    assert "{}" not in rule.words(None)
    with pytest.raises(QueryError, match=kind):
        rule.checked(rule.highest * 1.5 + 1)


def test_healthy_account_hardly_raises_a_false_alarm() -> None:
    """All rules of rates at one look: nothing fell, and every campaign is just at its limit, which is not above it."""
    random = np.random.default_rng(3)
    false = 0
    for _ in range(100):
        of = np.array([volumes(random, DAYS, random.uniform(5, 110)) for _ in range(13)]).astype(float)
        replied, bounced, unsubscribed = (
            np.array([outcomes(random, own.astype(int), rate, 0.01) for own in of]).astype(float)
            for rate in (0.06, insights.BOUNCE_LIMIT, insights.UNSUBSCRIBE_LIMIT)
        )
        pairs = {
            str(n): (DailyCounts(r[28:], o[28:]), DailyCounts(r[:28], o[:28]))
            for n, (r, o) in enumerate(zip(replied, of, strict=True))
        }
        pairs[""] = (
            DailyCounts(replied[:, 28:].sum(axis=0), of[:, 28:].sum(axis=0)),
            DailyCounts(replied[:, :28].sum(axis=0), of[:, :28].sum(axis=0)),
        )
        is_raised = [fall.is_firm for fall in falls(pairs, 0.2).values()]
        for counts, limit in ((bounced, insights.BOUNCE_LIMIT), (unsubscribed, insights.UNSUBSCRIBE_LIMIT)):
            days = [DailyCounts(c[28:], o[28:]) for c, o in zip(counts, of, strict=True)]
            is_raised += firmly_exceeding(days, limit)
        false += any(is_raised)
    assert false <= 6
