"""What the rollups have to hold, worked out from the records alone and in plain Python.

Written from the product's definitions and not from its code: it shares no line with the loader or the rollup.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select

from outreach_results.ingest.records import CampaignRecord, EmailRecord, EventRecord, MarkRecord, Record, ReplyRecord
from outreach_results.store import schema
from outreach_results.store.engine import Store

Day = tuple[str, str, date]
Numbers = dict[str, int]

_COUNT = {
    "delivered": "delivered",
    "bounced": "bounced",
    "opened": "opened",
    "clicked": "clicked",
    "replied": "replied",
    "unsubscribed": "unsubscribed",
    "meeting_booked": "meetings_booked",
}


_NUMBER_OF = {
    "deliveries": "delivered",
    "bounces": "bounced",
    "opens": "opened",
    "clicks": "clicked",
    "replies": "replied",
    "unsubscribes": "unsubscribed",
    "meetings": "meetings_booked",
    "costs": "cost",
}
RATE_PARTS = {
    "delivery_rate": ("delivered", "emails_sent"),
    "open_rate": ("opened", "delivered"),
    "click_rate": ("clicked", "delivered"),
    "reply_rate": ("replied", "delivered"),
    "conversion_rate": ("meetings_booked", "delivered"),
}
"""Numerator and denominator of the contract's rates."""

_HOURLY = {"emails_sent", "opened", "opened_human", "replied", "replied_human"}
_LAG = {f"{name}{twin}" for name in ("opened", "clicked", "replied", "meetings_booked") for twin in ("", "_human")}

Firsts = dict[tuple[str, str, str], datetime]
"""(campaign, email, count) → when it first happened."""


def days_of(records: Iterable[Record], zone: str = "UTC") -> dict[Day, Numbers]:
    """(campaign, basis, date) → every number that is not 0."""
    sent, costs, first = _facts(records)
    return _tally(sent, costs, first, ZoneInfo(zone))


Groups = dict[tuple[str, str, str, str, date], Numbers]
"""(campaign, dimension, value, basis, date) → every count that is not 0"""

_SAID_BY = {"step": "step", "variant": "variant", "mailbox": "mailbox", "domain": "recipient", "subject": "subject"}


def groups_of(records: Iterable[Record], least: int, zone: str = "UTC") -> Groups:
    """The days of the emails of each step, variant, mailbox, and of each domain and subject of ``least`` emails.

    The emails without a domain or subject have an empty one.
    """
    records = list(records)
    sent, _, first = _facts(records)
    said: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for record in records:
        if isinstance(record, EmailRecord):
            for dimension, field in _SAID_BY.items():
                value = getattr(record, field)
                if value:
                    of_email = said[record.campaign_id, record.email_id]
                    of_email[dimension] = max(value, of_email.get(dimension, value))
    members: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for email, values in said.items():
        for dimension, value in values.items():
            name = _domain(value) if dimension == "domain" else value
            if name is not None:
                members[email[0], dimension, name].add(email)
    for campaign_id, email_id in {*sent, *(key[:2] for key in first)}:
        for dimension in ("domain", "subject"):
            value = said[campaign_id, email_id].get(dimension)
            if value is None or (dimension == "domain" and _domain(value) is None):
                members[campaign_id, dimension, ""].add((campaign_id, email_id))
    groups: Groups = {}
    for (campaign_id, dimension, name), emails in members.items():
        if dimension in ("domain", "subject") and name and len(emails) < least:
            continue
        own_sent = {email: instant for email, instant in sent.items() if email in emails}
        own_first = {key: instant for key, instant in first.items() if key[:2] in emails}
        days = _tally(own_sent, defaultdict(lambda: [0, 0, 0]), own_first, ZoneInfo(zone))
        groups |= {(campaign_id, dimension, name, basis, on): numbers for (_, basis, on), numbers in days.items()}
    return groups


def _domain(address: str) -> str | None:
    before, at, after = address.strip().casefold().rpartition("@")
    return after if before and at and after else None


def stored_groups(store: Store) -> Groups:
    """``breakdown_stats`` in the same form."""
    names = ("campaign_id", "dimension", "value", "basis", "date")
    with store.read() as connection:
        rows = [dict(row) for row in connection.execute(select(schema.breakdown_stats)).mappings()]
    return {tuple(row.pop(name) for name in names): {name: n for name, n in row.items() if n} for row in rows}


def untracked_in(records: Iterable[Record]) -> dict[str, set[str]]:
    """By campaign, the numbers that it does not track: a person's choice goes before what its source declares."""
    untracked: dict[str, set[str]] = {}
    for record in records:
        if isinstance(record, CampaignRecord):
            flags = {**dict(record.tracks), **dict(record.tracks_choice)}
            off = {_NUMBER_OF[kind] for kind, is_tracked in flags.items() if not is_tracked}
            untracked[record.campaign_id] = off
    return untracked


def tracked_totals(days: Iterable[tuple[Day, Numbers]], untracked: dict[str, set[str]]) -> dict[str, float | None]:
    """Counts, cost (micro-dollars) and rates of one basis over the campaigns that track what each of them needs."""
    by_campaign: dict[str, Numbers] = {campaign_id: defaultdict(int) for campaign_id in untracked}
    for (campaign_id, basis, _), numbers in days:
        if basis == "activity":
            for name, n in numbers.items():
                by_campaign[campaign_id][name] += n
    totals: dict[str, float | None] = {}
    for name in ("emails_sent", *_COUNT.values(), "cost"):
        tracking = [own for own, off in untracked.items() if name not in off]
        totals[name] = sum(by_campaign[own][name] for own in tracking) if tracking else None
    for rate, (part, whole) in RATE_PARTS.items():
        tracking = [own for own, off in untracked.items() if part not in off and whole not in off]
        below = sum(by_campaign[own][whole] for own in tracking)
        totals[rate] = sum(by_campaign[own][part] for own in tracking) / below if below else None
    return totals


def hours_of(records: Iterable[Record], zone: str = "UTC") -> dict[Day, Numbers]:
    """(campaign, metric, date) → hour of the day on the zone's clocks (h00 …) → how many, where there are any."""
    sent, _, first = _facts(records)
    hours: dict[Day, Numbers] = defaultdict(lambda: defaultdict(int))
    every = first | {(*email, "emails_sent"): instant for email, instant in sent.items()}
    for (campaign_id, _, metric), instant in every.items():
        if metric in _HOURLY:
            local = instant.astimezone(ZoneInfo(zone))
            hours[campaign_id, metric, local.date()][f"h{local.hour:02}"] += 1
    return {day: dict(numbers) for day, numbers in hours.items()}


def lags_of(records: Iterable[Record], zone: str = "UTC") -> dict[Day, Numbers]:
    """(campaign, metric, sending day) → days until it happened (l00 … l30: or later) → how many."""
    sent, _, first = _facts(records)
    lags: dict[Day, Numbers] = defaultdict(lambda: defaultdict(int))
    for (campaign_id, email_id, metric), instant in first.items():
        if metric in _LAG and (campaign_id, email_id) in sent:
            sent_on = sent[campaign_id, email_id].astimezone(ZoneInfo(zone)).date()
            days = (instant.astimezone(ZoneInfo(zone)).date() - sent_on).days
            lags[campaign_id, metric, sent_on][f"l{max(0, min(days, 30)):02}"] += 1
    return {day: dict(numbers) for day, numbers in lags.items()}


def _facts(
    records: Iterable[Record],
) -> tuple[dict[tuple[str, str], datetime], dict[tuple[str, str], list[int]], Firsts]:
    """When each email was sent, what it cost, and what first happened to it when."""
    sent: dict[tuple[str, str], datetime] = {}
    costs: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    events: dict[tuple[str, str], list[EventRecord]] = defaultdict(list)
    replies: dict[tuple[str, str], list[ReplyRecord]] = defaultdict(list)
    marks: dict[tuple[str, str], list[MarkRecord]] = defaultdict(list)
    for record in records:
        if isinstance(record, EmailRecord):
            email = (record.campaign_id, record.email_id)
            if record.sent_at is not None:
                sent[email] = min(record.sent_at, sent.get(email, record.sent_at))
            amounts = (record.cost_ai_generation, record.cost_lead_enrichment, record.cost_email_sending)
            costs[email] = [max(pair) for pair in zip(costs[email], amounts, strict=True)]
        elif isinstance(record, EventRecord) and record.type == "sent":
            email = (record.campaign_id, record.email_id)
            sent[email] = min(record.occurred_at, sent.get(email, record.occurred_at))
        elif isinstance(record, EventRecord):
            events[record.campaign_id, record.event_id].append(record)
        elif isinstance(record, ReplyRecord):
            replies[record.campaign_id, record.reply_id].append(record)
        elif isinstance(record, MarkRecord):
            marks[record.campaign_id, record.reply_id].append(record)
    happened: list[tuple[str, str, str, datetime, bool]] = []
    of_an_email = set()
    for own, versions in replies.items():
        email_id = max((version.email_id for version in versions if version.email_id is not None), default=None)
        if email_id is not None:
            of_an_email.add(own)
            judged = max((v.sentiment for v in versions if v.sentiment != "unclassified"), default="unclassified")
            counted = _correction(marks[own]) or judged  # what a person says goes before what the source says
            received_at = min(v.received_at for v in versions)
            happened.append((own[0], email_id, "replied", received_at, counted == "automatic"))
            if _has_meeting(marks[own]):
                happened.append((own[0], email_id, "meeting_booked", received_at, False))
    for own, candidates in events.items():
        stays = _event_that_stays(candidates)
        if stays.type != "replied" or own not in of_an_email:  # otherwise the reply says the same
            is_machine = any(event.is_machine for event in candidates if event[2:5] == stays[2:5])
            happened.append((own[0], *stays[2:5], is_machine))
    first: Firsts = {}
    for campaign_id, email_id, kind, instant, is_machine in happened:
        for name in (_COUNT[kind],) if is_machine else (_COUNT[kind], f"{_COUNT[kind]}_human"):
            key = (campaign_id, email_id, name)
            first[key] = min(instant, first.get(key, instant))
    return sent, costs, first


def _correction(marks: list[MarkRecord]) -> str | None:
    return _mark_that_stays(marks).sentiment if marks else None


def _has_meeting(marks: list[MarkRecord]) -> bool:
    return bool(marks) and _mark_that_stays(marks).meeting_marked_at is not None


def _mark_that_stays(marks: list[MarkRecord]) -> MarkRecord:
    """The mark of the highest version, of these the latest."""
    return max(marks, key=lambda m: (m.version, m.marked_at, [(value is not None, value) for value in m]))


def _event_that_stays(candidates: list[EventRecord]) -> EventRecord:
    """Of several events of one id: the earliest, but a reply only where there is nothing else."""
    others = [event for event in candidates if event.type != "replied"] or candidates
    earliest = min(event.occurred_at for event in others)
    return max((event for event in others if event.occurred_at == earliest), key=lambda e: (e.type, e.email_id))


def _tally(
    sent: dict[tuple[str, str], datetime],
    costs: dict[tuple[str, str], list[int]],
    first: Firsts,
    zone: ZoneInfo,
) -> dict[Day, Numbers]:
    days: dict[Day, Numbers] = defaultdict(lambda: defaultdict(int))

    def local(instant: datetime) -> date:
        return instant.astimezone(zone).date()

    for email, instant in sent.items():
        for basis in ("activity", "send"):
            row = days[email[0], basis, local(instant)]
            row["emails_sent"] += 1
            for name, amount in zip(("ai_generation", "lead_enrichment", "email_sending"), costs[email], strict=True):
                row[f"cost_{name}"] += amount
                row["cost"] += amount
    for (campaign_id, email_id, name), instant in first.items():
        days[campaign_id, "activity", local(instant)][name] += 1
        if (campaign_id, email_id) in sent:
            days[campaign_id, "send", local(sent[campaign_id, email_id])][name] += 1
    return {day: {name: n for name, n in numbers.items() if n} for day, numbers in days.items()}


def stored_days(store: Store) -> dict[Day, Numbers]:
    """``daily_stats`` in the same form; a number that is not known is -1."""
    return _stored(store, schema.daily_stats, "basis")


def stored_hours(store: Store) -> dict[Day, Numbers]:
    """``hourly_stats`` in the same form."""
    return _stored(store, schema.hourly_stats, "metric")


def stored_lags(store: Store) -> dict[Day, Numbers]:
    """``lag_stats`` in the same form."""
    return _stored(store, schema.lag_stats, "metric")


def _stored(store: Store, table: Table, kind: str) -> dict[Day, Numbers]:
    with store.read() as connection:
        rows: list[dict[str, Any]] = [dict(row) for row in connection.execute(select(table)).mappings()]
    return {
        (row.pop("campaign_id"), row.pop(kind), row.pop("date")): {
            name: -1 if n is None else n
            for name, n in row.items()
            if n != 0 and (name, n) != ("source_cost", None)  # no cost was entered
        }
        for row in rows
    }
