"""Everything that a report says, before it has a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unicodedata import combining, normalize

import pandas as pd

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.export.report.options import ReportOptions
from outreach_results.export.report.wording import Outcome, outcomes, price_words, response_outcome
from outreach_results.metrics.small_numbers import CostPerEvent
from outreach_results.models import Basis, InboxReply, Sentiment, dates, numbers
from outreach_results.models.metric_definitions import METRICS, POSITIVE_REPLIES
from outreach_results.models.numbers import counted
from outreach_results.results import (
    ChosenPeriod,
    Comparison,
    HeadlineSeries,
    InboxFilters,
    PeriodSummary,
    ReplyKind,
    is_of_sent,
    shown_rate,
)
from outreach_results.results.own_words import own_part
from outreach_results.results.rows import records
from outreach_results.store.engine import Store

CHARTS = ("reply_rate", POSITIVE_REPLIES.name, "meetings_booked", "emails_sent")
BEST_REPLIES = 8
LONGEST_QUOTE = 280
_NO_PLACE = "[name]"


@dataclass(frozen=True, slots=True)
class Quote:
    """A reply in the report; ``who`` is '' where names are not allowed. All of it is the text of other people."""

    campaign: str
    day: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One campaign in words."""

    name: str
    sent: str
    reply_rate: str
    reply_range: str
    positive: str
    meetings: str
    cost: str
    per_meeting: str


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One metric beside the community, in words."""

    label: str
    own: str
    own_range: str
    median: str
    quartiles: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    ``table`` is the frame of `campaign_table` behind ``campaigns``, ``compared`` the comparisons behind ``benchmarks``.
    ``small_print`` says how it is counted and how old the data is.
    """

    options: ReportOptions
    summary: PeriodSummary
    zone: str
    title: str
    subtitle: str
    outcomes: tuple[Outcome, ...]
    goals: tuple[str, ...]
    changes: tuple[str, ...]
    attention: tuple[str, ...]
    series: tuple[HeadlineSeries, ...]
    campaigns: tuple[CampaignRow, ...]
    replies: tuple[Quote, ...]
    benchmarks: tuple[BenchmarkRow, ...]
    definitions: tuple[tuple[str, str], ...]
    small_print: tuple[str, ...]
    table: pd.DataFrame
    compared: tuple[Comparison, ...]

    @property
    def period(self) -> ChosenPeriod:
        """What it is about."""
        return self.summary.period


def report_content(store: Store, period: ChosenPeriod, options: ReportOptions | None = None) -> Report:
    """The report of a period.

    Raises:
        OutreachError: nothing happened in the period, or no campaign is in it.
    """
    options = options or ReportOptions()
    if period.filters.campaigns == ():
        labels = results.labels_in_words(store, period.filters)
        raise OutreachError(f"No campaign matches {labels or 'the filters'}. Choose others.")
    summary = results.period_summary(store, period)
    if not summary.has_activity:
        raise OutreachError(f"Nothing happened in {period.days()} in these campaigns. Choose another period.")
    table = results.campaign_table(store, period.filters)
    names = {campaign.id: campaign.name for campaign in results.all_campaigns(store)}
    series = tuple(
        results.headline_series(store, period.filters, name, period.comparison)
        for name in CHARTS
        if summary.totals.tracked.get(name) is None or not summary.totals.tracked[name].is_none
    )
    response = results.first_response(store, period.filters, datetime.now(UTC))
    # Where nobody marks replies done, there is no response to measure, and all of them would be late.
    is_measured = response.hours.done > 0
    made = [*outcomes(summary), *([response_outcome(response)] if is_measured else [])]
    peers = results.community(store, None)
    compared = tuple(results.comparisons(store, period.filters, peers)) if peers.numbers.benchmarks else ()
    return Report(
        options=options,
        summary=summary,
        zone=store.zone().key,
        title=options.brand.name or "Campaign report",
        subtitle=_subtitle(store, period, names),
        outcomes=tuple(made),
        goals=tuple(pace.sentence() for pace in results.paces_of(store, period.filters, period.last)),
        changes=summary.changes,
        attention=(
            *(f"{alert.campaign}: {alert.what} {alert.next_step}" for alert in summary.alerts if not alert.is_watch),
            *([f"{response.waiting()}."] if is_measured and response.overdue else []),
        ),
        series=series,
        campaigns=tuple(map(_campaign, records(table))),
        replies=tuple(_quotes(store, period, names, with_names=options.with_names)),
        benchmarks=tuple(_benchmark(one) for one in compared),
        definitions=tuple(
            (METRICS[name].label, METRICS[name].definition)
            for name in dict.fromkeys([*(one.name for one in made), *(one.metric for one in compared)])
            if name in METRICS
        ),
        small_print=tuple(_small_print(store, period)),
        table=table,
        compared=compared,
    )


def _subtitle(store: Store, period: ChosenPeriod, names: Mapping[str, str]) -> str:
    chosen = period.filters.campaigns
    if chosen is None:
        campaigns = "all campaigns"
    elif len(chosen) == 1:
        campaigns = names.get(chosen[0], chosen[0])
    else:
        campaigns = counted(len(chosen), "campaign")
    compared = f"compared with {period.compared_with}" if period.comparison else period.remark
    labels = results.labels_in_words(store, period.filters)
    return " · ".join(filter(None, [period.days(), labels, campaigns, compared]))


def _small_print(store: Store, period: ChosenPeriod) -> list[str]:
    zone, last = store.zone(), results.last_day(store)
    by = "on the day it happened" if period.filters.basis == Basis.ACTIVITY else "on the day its email was sent"
    lines = [
        f"Days are those of the time zone {zone.key}. An event counts {by}. Counts are unique emails: an email opened "
        "five times is one opened.",
        "Ranges are of 95%. A change that chance alone may explain is called not significant.",
        f"{numbers.MISSING} is not known, and not 0.",
        f"Data through {dates.day(last)}, as imported {dates.moment(results.data_as_of(store), zone)}." if last else "",
    ]
    if period.filters.humans_only:
        lines.insert(1, "Opens and clicks by machines and automatic replies are left out.")
    if period.remark and period.comparison is not None:
        lines.insert(1, f"The {period.remark}.")
    return [line for line in lines if line]


def _campaign(row: Mapping[Any, Any]) -> CampaignRow:
    low, high = row["reply_rate_low"], row["reply_rate_high"]
    shown = shown_rate(row, "reply_rate")
    rate = numbers.percent(shown)
    price = None
    if row["cost_per_meeting_low_usd"] is not None:
        price = CostPerEvent(
            row["cost_per_meeting_usd"], row["cost_per_meeting_low_usd"], row["cost_per_meeting_high_usd"]
        )
    return CampaignRow(
        name=row["name"],
        sent=numbers.number(row["emails_sent"]),
        reply_rate=f"{rate} of sent" if is_of_sent(row) and shown is not None else rate,
        reply_range="" if low is None else numbers.span(numbers.percent(low), numbers.percent(high)),
        positive=numbers.number(row["positive_replies"]),
        meetings=numbers.number(row["meetings_booked"]),
        cost=numbers.money(row["cost_usd"]),
        per_meeting=numbers.MISSING if price is None else price_words(price),
    )


def _quotes(store: Store, period: ChosenPeriod, names: Mapping[str, str], *, with_names: bool) -> list[Quote]:
    """The newest positive replies of people."""
    chosen = InboxFilters(kind=ReplyKind.PEOPLE, sentiments=(Sentiment.POSITIVE,))
    zone = store.zone()
    return [
        Quote(
            campaign=names.get(reply.campaign_id, reply.campaign_id),
            day=dates.day(reply.received_at.astimezone(zone)),
            who=_reply_author(reply) if with_names else "",
            text=_beginning(reply) if with_names else without_names(reply),
        )
        for reply in results.inbox(store, period.filters, chosen, per_page=BEST_REPLIES).replies
        if reply.text_removed is None  # otherwise there is nothing to quote
    ]


def _beginning(reply: InboxReply) -> str:
    """What its sender wrote, without signature and quotes; the beginning of it where it is long."""
    words = " ".join(own_part(reply.body)[0].split()) if reply.body else reply.preview
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"


def _reply_author(reply: InboxReply) -> str:
    return ", ".join(filter(None, [reply.name or reply.email, reply.company]))


def without_names(reply: InboxReply) -> str:
    """The beginning of a reply without the name, the company and the addresses of who wrote it."""
    text = re.sub(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", _NO_PLACE, _beginning(reply))
    known = " ".join(filter(None, [reply.name, reply.company, (reply.email or "").partition("@")[0]]))
    parts = {_folded(part) for part in re.findall(r"[^\W\d_]{2,}", known)}
    text = re.sub(r"[^\W\d_]{2,}", lambda word: _NO_PLACE if _folded(word[0]) in parts else word[0], text)
    return re.sub(rf"{re.escape(_NO_PLACE)}([\s'-]+{re.escape(_NO_PLACE)})+", _NO_PLACE, text)


def _folded(word: str) -> str:
    """A word without case and accents: an address has none, where its owner signs with them."""
    return "".join(letter for letter in normalize("NFKD", word.casefold()) if not combining(letter))


def _benchmark(one: Comparison) -> BenchmarkRow:
    write = numbers.unit_price if one.is_money else numbers.percent
    community = one.community
    return BenchmarkRow(
        label=METRICS[one.metric].label if one.metric in METRICS else one.metric,
        own=write(one.value),
        own_range="" if one.interval is None else numbers.span(*(write(end) for end in one.interval)),
        median=write(community.p50),
        quartiles=numbers.span(write(community.p25), write(community.p75)),
        verdict=one.verdict.brief(),
    )
