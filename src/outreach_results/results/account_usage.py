"""What each of several accounts used of its plan."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from outreach_results.models import Filters, UsageOfAccount
from outreach_results.results.query import chosen_days
from outreach_results.store import schema
from outreach_results.store.sync_state import campaigns_of, reported_usages


def usage_of_accounts(connection: Connection, in_month: Filters) -> list[UsageOfAccount]:
    """The usage of each account in a month, where several are connected that report one; otherwise nothing.

    Args:
        in_month: the days of the month by sending.
    """
    accounts = reported_usages(connection)
    days = schema.daily_stats.c
    found = []
    for account in accounts if len(accounts) > 1 else ():
        own = days.campaign_id.in_(campaigns_of(account.server))
        query = select(func.sum(days.emails_sent)).where(*chosen_days(in_month), own)
        sent = int(connection.execute(query).scalar() or 0)
        plan = account.usage.plan
        remaining = None if plan is None else max(0, plan.email_limit - sent)
        found.append(UsageOfAccount(name=account.name, emails_sent=sent, emails_remaining=remaining, plan=plan))
    return found
