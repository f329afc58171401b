"""What the rules of alerts look for, and which alerts are raised. Each function finds the causes of one kind.

All look at the days up to today of the reporting time zone, not at the newest of the data: an old file that is imported
now is no news.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from outreach_results.metrics.dispersion import DailyCounts
from outreach_results.metrics.exceedance import firmly_exceeding
from outreach_results.metrics.falls import Fall, falls
from outreach_results.models import Basis, Filters, InboxReply, OpenAlert, OpenAlerts, Sentiment, dates, numbers
from outreach_results.models.numbers import counted
from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.campaign_totals import CampaignRow, campaign_rows
from outreach_results.results.campaigns import last_day, last_sent
from outreach_results.results.daily import daily_stats
from outreach_results.results.day_table import day_table
from outreach_results.results.inbox_filters import InboxFilters, ReplyKind, ReplyStatus
from outreach_results.results.insights import POSITIVE_REPLY, above_limit, limit_words, parts_of_limit
from outreach_results.results.own_days import OwnDays, own_days
from outreach_results.results.query import MAX_PER_PAGE
from outreach_results.results.replies import inbox
from outreach_results.results.usage import outlook
from outreach_results.store.account_entries import days_off
from outreach_results.store.alert_state import AlertCause, RaisedAlert, choices_in, state_in
from outreach_results.store.engine import Store
from outreach_results.store.reach import LimitedStore

WINDOW = 28
"""Rates are those of so many days up to today; a fall is against as many before."""

DORMANT_AFTER = 60
"""An account that sent nothing for so many days has stopped, which is no news."""

NEW_FOR = 7
"""A positive reply that came in more days ago is no news, although it may have been synced just now."""

ALL_CAMPAIGNS = "All campaigns"
"""What an alert on their rate together is about."""

MOST_REPLIES = 1_000
"""So many of the newest positive replies are looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an account.

    Attributes:
        now: the instant; ``today`` is its day in the reporting time zone.
        known_until: until when the data is known. Days after it may be missing, so nothing is said of them.
        began_at: when the account was looked at first.
    """

    store: Store
    now: datetime
    known_until: datetime
    began_at: datetime

    @property
    def today(self) -> date:
        """The day in the reporting time zone."""
        return self.now.astimezone(self.store.zone()).date()

    @property
    def window(self) -> Filters:
        """The last `WINDOW` days."""
        return Filters(start=self.today - timedelta(days=WINDOW - 1), end=self.today)


# --- rates -------------------------------------------------------------------------------------------------------


def above(look: Look, name: str, limit: float) -> list[AlertCause]:
    """The campaigns whose rate is above a limit, as pages show them; firm where it holds however often one looks."""
    totals, days = _by_sending(look, *parts_of_limit(name))
    firm = dict(zip(days, firmly_exceeding(list(days.values()), limit), strict=True))
    return [
        AlertCause(
            kind=name,
            campaign_id=alert.campaign_id,
            title=alert.kind,
            name=alert.campaign,
            what=alert.what,
            next_step=alert.next_step,
            is_firm=firm.get(alert.campaign_id, False),
        )
        for alert in above_limit(totals, name, limit)
    ]


def _by_sending(look: Look, count: str, of: str) -> tuple[list[CampaignRow], dict[str, DailyCounts]]:
    """The totals of the emails sent in the window, and their days; of campaigns known by days, those by event date.

    By event date a campaign that just stopped has the unsubscribes of many emails and the deliveries of few, so that
    is taken only where outcomes are not known by sending.
    """
    rows: list[CampaignRow] = []
    days: dict[str, DailyCounts] = {}
    for basis in (Basis.SEND, Basis.ACTIVITY):
        chosen = replace(look.window, basis=basis)
        known = [
            row
            for row in campaign_rows(look.store, chosen)
            if row[count] is not None and row[of] is not None and row["campaign_id"] not in days
        ]
        rows += known
        by_day = _days(look.store, chosen, count, of)
        days |= {row["campaign_id"]: by_day[row["campaign_id"]] for row in known if row["campaign_id"] in by_day}
    return rows, days


def _days(store: Store, filters: Filters, count: str, of: str) -> dict[str, DailyCounts]:
    with store.read() as connection:
        table = day_table(connection, filters)
    counts, whole = table.column(count), table.column(of)
    return {own: DailyCounts(counts[rows], whole[rows]) for own, rows in table.by_campaign()}


def reply_rate_fell(look: Look, least: float) -> list[AlertCause] | None:
    """The account, and the campaigns, to whose emails people reply less than to those sent before.

    By send date, adjusted for replies still to come, and without automatic replies, which come and go with holidays.

    Returns:
        None where it is not known how long replies take: the newest emails would look like a fall.
    """
    last = last_day(look.store)
    if last is None or last <= look.today - timedelta(days=WINDOW):
        return []
    middle = last - timedelta(days=WINDOW)
    chosen = Filters(start=middle - timedelta(days=WINDOW - 1), end=last, basis=Basis.SEND, humans_only=True)
    days = own_days(look.store, chosen)
    if "replied" not in days.curves.by_count:
        return None
    now, before = days.between(middle + timedelta(days=1), last), days.between(chosen.start, middle)
    by_campaign, earlier = now.by_campaign(), before.by_campaign()
    pairs = {"": (_replied(now), _replied(before))}
    # Of a single campaign, the account is that campaign: told once, and tested once.
    both = sorted(by_campaign.keys() & earlier.keys()) if len(by_campaign) > 1 else []
    pairs |= {own: (_replied(by_campaign[own]), _replied(earlier[own])) for own in both}
    with look.store.read() as connection:
        facts = campaign_facts(connection)
    return [_fell(own, facts[own].name if own else ALL_CAMPAIGNS, fall) for own, fall in falls(pairs, least).items()]


def _replied(days: OwnDays) -> DailyCounts:
    return days.of_rate("reply_rate").counts("replied", "delivered")


def _fell(campaign_id: str, name: str, fall: Fall) -> AlertCause:
    now, before = numbers.percent(fall.now), numbers.percent(fall.before)
    return AlertCause(
        kind="reply_rate_fell",
        campaign_id=campaign_id,
        title="Reply rate fell",
        name=name,
        what=f"{now} of the emails of the last {WINDOW} days are answered (was {before}), statistically significant.",
        next_step="Compare steps, mailboxes and recipient domains in the breakdown.",
        is_firm=fall.is_firm,
    )


# --- the account -------------------------------------------------------------------------------------------------


def quota(look: Look, limit: float) -> list[AlertCause] | None:
    """Whether the month will use more than a share of the plan: firm where 90% of its likely totals do.

    Returns:
        None where the month cannot be told yet.
    """
    month = look.today.replace(day=1)
    seen = outlook(look.store, month, now=look.now)
    if seen.plan is None or not seen.plan.email_limit or not seen.total:
        return []
    allowed = seen.plan.email_limit * limit
    sent = f"{seen.total:,} of {seen.plan.email_limit:,} emails of the plan are used"
    if seen.total >= allowed:
        what, is_firm = f"{sent}.", True
    elif seen.forecast is None:
        return None
    else:
        low, high = seen.forecast.emails
        if seen.forecast.likely_emails <= allowed:
            return []
        what = f"{sent}, and by {dates.short_day(seen.last)} it will be {low:,.0f} to {high:,.0f} (80% likely)."
        is_firm = low > allowed
    return [
        AlertCause(
            kind="quota_pace",
            item=f"{month:%Y-%m}",  # another month is another cause
            title=f"Plan used beyond {limit_words(limit)}" if limit < 1 else "Quota runs out",
            what=what,
            next_step="Send less until the month is over, or choose a larger plan.",
            is_firm=is_firm,
        )
    ]


def no_sends(look: Look, days: float) -> list[AlertCause]:
    """Whether nothing was sent on so many whole days, and for longer than is usual: bulk senders pause often.

    Days off do not count, nor do days after the data is known until.
    """
    sent_on = max(last_sent(look.store).values(), default=None)
    if sent_on is None:
        return []
    known_on = min(look.known_until.astimezone(look.store.zone()).date(), look.today)
    with look.store.read() as connection:
        off = days_off(connection)
    idle = _working_days(sent_on, known_on, off)
    if idle < days or (known_on - sent_on).days > DORMANT_AFTER or idle <= _longest_pause(look.store, sent_on, off):
        return []
    return [
        AlertCause(
            kind="no_sends",
            item=sent_on.isoformat(),
            title="No emails sent",
            what=f"Nothing was sent since {dates.day(sent_on)}: {counted(idle, 'whole day')}.",
            next_step="Check that campaigns run and mailboxes are connected, or enter days off under Data, Settings.",
        )
    ]


def _longest_pause(store: Store, last: date, off: frozenset[date]) -> int:
    """The most days without emails between two days with some, in the weeks before the last of them."""
    frame = daily_stats(store, Filters(start=last - timedelta(days=DORMANT_AFTER), end=last))
    sent = frame.loc[frame["emails_sent"].fillna(0) > 0, "date"].dt.date
    return max((_working_days(one, other, off) for one, other in pairwise(sent)), default=0)


def _working_days(after: date, before: date, off: frozenset[date]) -> int:
    """How many whole days lie between two days, without those off."""
    between = (after + timedelta(days=n) for n in range(1, (before - after).days))
    return sum(day not in off for day in between)


# --- replies -----------------------------------------------------------------------------------------------------


def positive_replies(look: Look, _limit: float) -> list[AlertCause]:
    """The positive replies of people that came since the account was looked at first and are still to do, each one.

    A cause has no word of them: who may see those is decided when it is sent.
    """
    with look.store.read() as connection:
        facts = campaign_facts(connection)
    return [
        AlertCause(
            kind=POSITIVE_REPLY,
            campaign_id=reply.campaign_id,
            item=_item(reply),
            title="New positive replies",
            name=facts[reply.campaign_id].name,
            what="1 new positive reply.",
            next_step="Answer it in the inbox.",
        )
        for reply in _new_positive(look)
        if reply.campaign_id in facts
    ]


_TO_ANSWER = InboxFilters(kind=ReplyKind.PEOPLE, status=ReplyStatus.OPEN, sentiments=(Sentiment.POSITIVE,))


def _new_positive(look: Look) -> Iterator[InboxReply]:
    since = Filters(start=look.today - timedelta(days=NEW_FOR - 1))
    for page in range(1, MOST_REPLIES // MAX_PER_PAGE + 1):
        listed = inbox(look.store, since, _TO_ANSWER, page=page, per_page=MAX_PER_PAGE)
        for reply in listed.replies:
            if reply.received_at < look.began_at:
                return  # the newest come first
            yield reply
        if listed.after is None:
            return


def _item(reply: InboxReply) -> str:
    # Not the id itself, which some sources make of the address: forgetting a person looks for none among alerts.
    return hashlib.sha256(reply.id.encode()).hexdigest()[:20]


def announced_replies(store: Store, causes: Sequence[AlertCause], most: int) -> list[InboxReply]:
    """The newest of the positive replies that alerts are about, without those that are done or gone by now."""
    wanted = {(cause.campaign_id, cause.item) for cause in causes if cause.kind == POSITIVE_REPLY}
    if not wanted:
        return []
    of_these = Filters(campaigns=tuple({campaign_id for campaign_id, _ in wanted}))
    listed = inbox(store, of_these, _TO_ANSWER, per_page=MAX_PER_PAGE).replies
    return [reply for reply in listed if (reply.campaign_id, _item(reply)) in wanted][:most]


# --- what is raised ----------------------------------------------------------------------------------------------


def open_alerts(store: Store, campaigns: Sequence[str] | None = None) -> OpenAlerts:
    """The alerts whose cause lasts, the oldest first; positive replies together by campaign.

    Of a store that has a part of the campaigns, those on these campaigns.

    Args:
        campaigns: only what is about these, or about the account; None is all.
    """
    with store.read() as connection:
        shown = campaign_facts(connection)
        state = store.alerts() if isinstance(store, LimitedStore) else state_in(connection)
    alerts = [
        alert
        for alert in ([] if state is None else state.open_alerts)
        if not alert.cause.campaign_id
        or (alert.cause.campaign_id in shown and (campaigns is None or alert.cause.campaign_id in campaigns))
    ]
    # Of those that one look raised, the order is that of the rules: the most urgent first.
    return OpenAlerts(alerts=sorted(grouped_alerts(alerts), key=lambda alert: alert.since))


def grouped_alerts(alerts: Sequence[RaisedAlert]) -> list[OpenAlert]:
    """Alerts as they are listed: one a cause, but one a campaign for positive replies, of which there may be many."""
    single = [alert for alert in alerts if alert.cause.kind != POSITIVE_REPLY]
    replies = [alert for alert in alerts if alert.cause.kind == POSITIVE_REPLY]
    replies.sort(key=lambda alert: alert.cause.campaign_id)
    groups = [list(group) for _, group in groupby(replies, key=lambda alert: alert.cause.campaign_id)]
    return [_listed([alert]) for alert in single] + [_listed(group) for group in groups]


def _listed(group: Sequence[RaisedAlert]) -> OpenAlert:
    cause = group[0].cause
    what = cause.what if len(group) == 1 else f"{counted(len(group), 'new positive reply')}."
    return OpenAlert(
        kind=cause.kind,
        title=cause.title,
        campaign_id=cause.campaign_id or None,
        name=cause.name or None,
        what=what,
        next_step=cause.next_step if len(group) == 1 else "Answer them in the inbox.",
        count=len(group),
        since=min(alert.since for alert in group),
    )


def chosen_limits(store: Store) -> dict[str, float]:
    """The limits of rates that people chose, by kind of rule; pages and reports judge by them too."""
    with store.read() as connection:
        return {kind: choice.limit for kind, choice in choices_in(connection).items() if choice.limit is not None}
