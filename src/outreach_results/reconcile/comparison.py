"""The numbers that a server reports beside those counted here, and why the two differ.

A difference is explained only by something that accounts for all of it, to the last email; otherwise the explanation
says that there is none, and names possible parts of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, Select, case, func, select

from outreach_results.models import COST_COLUMNS, COUNT_OF, COUNTS, Basis, Detail, EventType, dollars
from outreach_results.reconcile.evidence import Evidence, MonthEvidence, evidence_of, month_evidence
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.shown import IS_SHOWN
from outreach_results.store.sync_state import ReportedUsage, reported_usages

ACCOUNT_NAME = "Account"
_TYPE_OF = {name: kind for kind, name in COUNT_OF.items()}
_COSTS = ("cost", *COST_COLUMNS)
_CENT_ROUNDING = 5_000
_MACHINE = {"opened": "machine opens", "clicked": "machine clicks", "replied": "automatic replies"}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One number as the server reports it and as it is counted here; costs are in dollars.

    ``difference`` is counted minus reported, None where either is unknown. ``explanation`` is blank where both agree.
    """

    campaign_id: str
    campaign: str
    metric: str
    reported: float | None
    counted: float | None
    difference: float | None
    explanation: str


def reconciliation(store: Store) -> pd.DataFrame:
    """Every number that a server reported beside the one counted here: a row each, in the columns of `Reconciled`."""
    frame = pd.DataFrame([asdict(row) for row in reconcile(store)], columns=list(Reconciled.__dataclass_fields__))
    return frame.astype(dict.fromkeys(("reported", "counted", "difference"), "float64"))


def reconcile(store: Store) -> list[Reconciled]:
    """Every number that a server reported beside the one counted here: the account, then campaign by campaign."""
    with store.read() as connection:
        usages = reported_usages(connection)
        rows = [_account_row(connection, usage, is_only=len(usages) == 1) for usage in usages]
        for campaign in connection.execute(_query()).all():
            rows.extend(_campaign_rows(connection, campaign))
    return rows


# --- a campaign --------------------------------------------------------------------------------------------------


@cache  # it is always the same, and to build its four dozen columns takes longer than to run it
def _query() -> Select[Any]:
    """Reads the reported and the counted numbers of every campaign that a server reports on."""
    # An outer join, because a campaign without any day here is compared too: as 0.
    reported, campaign, day = schema.reported_stats.c, schema.campaigns.c, schema.daily_stats.c
    sums = (
        select(
            day.campaign_id,
            *(
                case((func.count(day[name]) == func.count(), func.sum(day[name]))).label(name)
                for name in (*COUNTS, *_COSTS)
            ),
        )
        # Named, so that the days of other campaigns, which may be most, are not summed.
        .where(day.campaign_id.in_(select(reported.campaign_id)), day.basis == Basis.ACTIVITY)
        .group_by(day.campaign_id)
        .subquery("sums")
    )
    return (
        select(
            campaign.campaign_id,
            campaign.name,
            campaign.detail,
            reported.period_start,
            reported.period_end,
            reported.fetched_at,
            *(reported[name].label(f"reported_{name}") for name in (*COUNTS, *_COSTS)),
            *(sums.c[name].label(f"counted_{name}") for name in (*COUNTS, *_COSTS)),
        )
        .select_from(
            schema.reported_stats.join(schema.campaigns, campaign.campaign_id == reported.campaign_id).outerjoin(
                sums, sums.c.campaign_id == reported.campaign_id
            )
        )
        .where(IS_SHOWN)
        .order_by(campaign.created_at.desc(), campaign.campaign_id)
    )


def _campaign_rows(connection: Connection, campaign: Row[Any]) -> Iterator[Reconciled]:
    values = campaign._mapping
    is_daily = campaign.detail == Detail.DAILY
    for name in (*COUNTS, *_COSTS):
        reported, counted = values[f"reported_{name}"], values[f"counted_{name}"]
        if counted is None and not is_daily:
            counted = 0  # nothing has happened yet
        if reported is None and counted is None:
            continue
        counted = None if counted is None else int(counted)
        if reported is None or counted is None:
            explanation = _one_sided(reported is None)
        elif reported == counted:
            explanation = ""
        elif name in _COSTS:
            explanation = _explain_cost(counted - reported)
        elif is_daily:
            explanation = _explain_days(name, counted - reported)
        else:
            evidence = evidence_of(
                connection,
                campaign.campaign_id,
                _TYPE_OF[name],
                campaign.period_start,
                campaign.period_end,
                campaign.fetched_at,
            )
            explanation = _explain_count(name, counted - reported, evidence)
        yield _row(campaign, name, reported, counted, explanation)


def _row(campaign: Row[Any], name: str, reported: int | None, counted: int | None, explanation: str) -> Reconciled:
    is_money = name in _COSTS
    difference = None if reported is None or counted is None else counted - reported
    shown = [value if value is None or not is_money else dollars(value) for value in (reported, counted, difference)]
    metric = f"{name}_usd" if is_money else name
    return Reconciled(campaign.campaign_id, campaign.name, metric, shown[0], shown[1], shown[2], explanation)


def _one_sided(is_unreported: bool) -> str:
    return "The server does not report it." if is_unreported else "The server does not report it by day."


def _explain_cost(difference: int) -> str:
    if abs(difference) <= _CENT_ROUNDING:
        return "The server rounds to cents."
    return "Not explained."


def _explain_days(name: str, difference: int) -> str:
    if difference > 0 and name != "emails_sent":
        return "An email counts on each of its days in the daily numbers, and once in the server's total."
    return "Not explained: the server's total is not the sum of its days."


def _explain_count(name: str, difference: int, evidence: Evidence) -> str:
    machine = _MACHINE.get(name, f"{name} by machines")
    if difference < 0:
        if -difference == evidence.repeated:
            return f"The server counts every {name} event; here each email counts once."
        if name == COUNT_OF[EventType.REPLIED] and -difference == evidence.unlinked_replies:
            return "These replies name no email, so here no email counts as replied."
        return "Not explained: the server counts more than its export contains."
    outside = "outside of the period that the server reports on"
    zone = ", which uses another time zone" if evidence.is_zone_edge else ""
    reasons = {
        f"{machine.capitalize()} count here and not there.": evidence.machine,
        f"All of it lies {outside}{zone}.": evidence.outside,
        "All of it was marked in the inbox here.": evidence.marked,
        "All of it arrived after the server was asked for its total.": evidence.late,
        f"{machine.capitalize()} ({evidence.machine:,}), and others {outside} ({evidence.human_outside:,}).": (
            evidence.machine + evidence.human_outside
        ),
    }
    for sentence, explained in reasons.items():
        if explained == difference:
            return sentence
    parts = {machine: evidence.machine, outside: evidence.outside}
    hint = ", ".join(f"{what} ({count:,})" for what, count in parts.items() if count)
    return f"Not explained. Part of it may be: {hint}." if hint else "Not explained."


# --- the account -------------------------------------------------------------------------------------------------


def _account_row(connection: Connection, usage: ReportedUsage, *, is_only: bool) -> Reconciled:
    reported = usage.usage.usage.emails_sent
    evidence = month_evidence(connection, usage.usage.period, usage.server, usage.fetched_at, is_only=is_only)
    difference = evidence.here - reported
    return Reconciled(
        "",
        ACCOUNT_NAME if is_only else f"{ACCOUNT_NAME} {usage.name}",
        f"emails_sent in {usage.usage.period}",
        reported,
        evidence.here,
        difference,
        _explain_month(difference, reported, evidence) if difference else "",
    )


def _explain_month(difference: int, reported: int, evidence: MonthEvidence) -> str:
    if evidence.in_utc == reported:
        return f"The server's month is in UTC, the one here in {evidence.zone}."
    if difference == evidence.elsewhere:
        return "All of it belongs to campaigns that did not come from this server."
    if difference == evidence.late:
        return "All of it was sent after the server was asked."
    if -difference == evidence.deleted:
        return "All of it belongs to campaigns that are deleted here."
    if difference < 0:
        return "Not explained: some campaigns of the server may not be here."
    return "Not explained."
