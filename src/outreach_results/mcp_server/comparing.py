"""The tools that compare campaigns with each other and with other people's, and the month with its plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import Any

from outreach_results import results
from outreach_results.errors import OutreachError
from outreach_results.mcp_server.answers import (
    AlertsAnswer,
    ComparedAnswer,
    ComparedCampaign,
    ComparedMetric,
    GoalsAnswer,
    ListedAlert,
    MeetingCost,
    MonthGoal,
    Outlook,
    PeersAnswer,
    Quoted,
    Range,
    UsageAnswer,
)
from outreach_results.mcp_server.arguments import (
    AlertsArguments,
    CompareArguments,
    GoalsArguments,
    PeersArguments,
    UsageArguments,
)
from outreach_results.mcp_server.explained import about, quoted
from outreach_results.mcp_server.questions import period_of, shown
from outreach_results.models.metric_definitions import COST_PER_MEETING
from outreach_results.models.numbers import counted
from outreach_results.results import Comparison, shown_rate
from outreach_results.store.engine import Store
from outreach_results.store.reach import of_account

_ORDER = {
    "meetings_per_dollar": ("cost_per_meeting_estimate_usd", True),
    "meetings_per_email": ("meetings_per_email_estimate", False),
    "reply_rate": ("reply_rate_estimate", False),
    "open_rate": ("open_rate_estimate", False),
    "positive_replies": ("positive_replies", False),
    "emails_sent": ("emails_sent", False),
}
"""By order, the column that it sorts by, and whether less of it is better."""


def compare_campaigns(store: Store, arguments: CompareArguments) -> ComparedAnswer:
    """The campaigns of a period, the best first."""
    period = period_of(store, arguments)
    table = results.compared_campaigns(store, period.filters)
    if len(table) < 2:
        active = "Only one campaign was" if len(table) else "No campaign was"
        raise OutreachError(
            f"{active} active in {period.days()}, so there is nothing to compare. Choose a longer period, or more "
            "campaigns."
        )
    column, is_ascending = _ORDER[arguments.order_by]
    rows = [row | {name: shown_rate(row, name) for name in ("open_rate", "reply_rate")} for row in table]
    known, unknown = ([row for row in rows if (row[column] is None) == is_none] for is_none in (False, True))
    direction = 1 if is_ascending else -1
    known.sort(key=lambda row: (direction * row[column], row["campaign_id"]))
    ranked = [*known, *sorted(unknown, key=itemgetter("campaign_id"))]
    unranked = len(unknown)
    remarks = ["Rates are ranked by estimates that are pulled towards the account as far as they rest on few emails."]
    if unranked:
        remarks.append(
            f"{unranked} of {len(table)} campaigns cannot be ranked by {arguments.order_by} and come last: too little "
            "happened, or they do not track it."
        )
    names = ("open_rate", "reply_rate", "positive_replies", "meetings_booked", "cost", COST_PER_MEETING.name)
    return ComparedAnswer(
        about=about(
            store,
            period.filters,
            names,
            unknown={"cost_per_meeting": "The campaign tracks no costs or no meetings, or has neither."},
            remarks=remarks,
        ),
        period=shown(period),
        order_by=arguments.order_by,
        of_campaigns=len(table),
        campaigns=[_compared(rank, row) for rank, row in enumerate(ranked[: arguments.limit], 1)],
    )


def _compared(rank: int, row: dict[Any, Any]) -> ComparedCampaign:
    price = None
    if row["cost_per_meeting_low_usd"] is not None:
        price = MeetingCost(
            value_usd=row["cost_per_meeting_usd"],
            low_usd=row["cost_per_meeting_low_usd"],
            high_usd=row["cost_per_meeting_high_usd"],
        )
    as_they_are = ComparedCampaign.model_fields.keys() - {"rank", "id", "name", "cost_per_meeting"}
    return ComparedCampaign(
        rank=rank,
        id=row["campaign_id"],
        name=Quoted(written_by_others=row["name"]),
        cost_per_meeting=price,
        **{name: row[name] for name in as_they_are},
    )


def compare_with_benchmarks(store: Store, arguments: PeersArguments) -> PeersAnswer:
    """The campaigns beside the community's, or beside all your own."""
    period = period_of(store, arguments)
    mcp = arguments.mcp or _mcp_of(store, period.filters.campaigns)
    is_own = arguments.peers == "own"
    peers = results.own_peers(store, period.filters, mcp) if is_own else results.community(store, mcp)
    if not peers.numbers.benchmarks:
        raise OutreachError(
            "There are too few campaigns of your own for quartiles: four with 30 emails each are needed."
            if peers.is_own
            else "No benchmarks are known yet. Import a file of them, or sync an account that has them."
        )
    compared = results.comparisons(store, period.filters, peers)
    remarks = []
    if not peers.is_own and peers.is_stale_on(period.last):
        remarks.append(
            f"The benchmarks are {counted(peers.age_on(period.last) or 0, 'day')} older than the end of the period."
        )
    if peers.is_small:
        remarks.append(f"The benchmarks are of only {counted(peers.numbers.sample_size or 0, 'campaign')}.")
    whose = "all your own campaigns of the period" if peers.is_own else "the community"
    return PeersAnswer(
        about=about(store, period.filters, [one.metric for one in compared], remarks=remarks),
        period=shown(period),
        compared_with=whose if mcp is None else f"{whose}, only {mcp}",
        sample_size=peers.numbers.sample_size,
        metrics=[
            _compared_metric(one, "all your own campaigns" if peers.is_own else "the community") for one in compared
        ],
    )


def _mcp_of(store: Store, campaign_ids: Sequence[str] | None) -> str | None:
    """The kind of outreach that all of these campaigns are of, if the community has benchmarks of it."""
    kinds = {results.campaign(store, campaign_id).mcp for campaign_id in campaign_ids or ()}
    return kind if len(kinds) == 1 and (kind := kinds.pop()) in results.benchmark_mcps(store) else None


def _compared_metric(one: Comparison, whom: str) -> ComparedMetric:
    low, high = one.interval or (None, None)
    return ComparedMetric(
        metric=one.metric,
        value=one.value,
        low=low,
        high=high,
        emails=one.cases,
        **one.community.model_dump(),
        standing=str(one.verdict.standing),
        verdict=one.verdict.words(whom),
        more_emails=one.verdict.more,
    )


def goals(store: Store, arguments: GoalsArguments) -> GoalsAnswer:
    """How the month stands beside its goals."""
    of_account(store)
    paces = results.paces(store, client=arguments.client)
    if not paces:
        raise OutreachError("No goal is set. Set one on Data → Settings, or with: outreach-results goals")
    unknown = {}
    if any(pace.done is None for pace in paces):
        unknown["done"] = "Not tracked: not all of the month's campaigns track it."
    if any(pace.low is None for pace in paces):
        unknown["low"] = unknown["high"] = "The month is over, or there are too few days to tell."
    return GoalsAnswer(
        about=about(store, None, [pace.name for pace in paces], unknown=unknown),
        goals=[
            MonthGoal(
                metric=pace.name,
                month=pace.month,
                goal=pace.goal,
                done=pace.done,
                low=pace.low,
                high=pace.high,
                sentence=pace.sentence(),
            )
            for pace in paces
        ],
    )


def alerts(store: Store, _arguments: AlertsArguments) -> AlertsAnswer:
    """What needs someone now."""
    return AlertsAnswer(
        about=about(store, None, []),
        alerts=[
            ListedAlert(
                kind=alert.kind,
                title=alert.title,
                campaign_id=alert.campaign_id,
                name=quoted(alert.name),
                # It may quote what another server answered.
                what=Quoted(written_by_others=alert.what),
                next_step=Quoted(written_by_others=alert.next_step),
                count=alert.count,
                since=alert.since,
            )
            for alert in results.open_alerts(store).alerts
        ],
    )


def usage(store: Store, arguments: UsageArguments) -> UsageAnswer:
    """What a month used of the plan, and how it will end."""
    last = results.last_day(store)
    answer = results.usage(store, arguments.period or ("month" if last is None else f"{last:%Y-%m}"))
    of_month = results.outlook(store, date.fromisoformat(f"{answer.period}-01"))
    unknown = {}
    if answer.plan is None:
        unknown["plan"] = "No source says it. Enter it in Data → Settings."
        unknown["emails_remaining"] = "The plan is not known."
    if answer.usage.byok_cost_usd is None:
        unknown["byok_cost_usd"] = "Not tracked: none of the month's campaigns tracks costs."
    forecast = of_month.forecast
    if forecast is None:
        unknown["forecast"] = (
            "The month is over." if of_month.is_over else "There are too few days of sending to forecast the month."
        )
    run_out = None if forecast is None else forecast.run_out
    return UsageAnswer(
        about=about(store, None, ("emails_sent", "cost"), unknown=unknown),
        answer=answer,
        outlook=Outlook(
            as_of=of_month.today,
            is_over=of_month.is_over,
            emails_sent=of_month.total,
            limit_reached_on=of_month.reached_on,
            emails_by_month_end=None
            if forecast is None
            else Range(low=forecast.emails.low, likely=forecast.likely_emails, high=forecast.emails.high),
            cost_by_month_end_usd=None
            if forecast is None
            else Range(low=forecast.cost.low, likely=forecast.likely_cost, high=forecast.cost.high),
            chance_of_running_out=None if run_out is None else run_out.chance,
            runs_out_first=None if run_out is None else run_out.first,
            runs_out_last=None if run_out is None else run_out.last,
        ),
    )
