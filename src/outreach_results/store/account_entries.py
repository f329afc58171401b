"""What people entered of the account because no source says it: the plan, and the days off.

An entered plan counts instead of the source's, which stays in `plan`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from outreach_results.errors import QueryError
from outreach_results.models import MICROS_PER_DOLLAR, Plan, dollars
from outreach_results.models.numbers import counted
from outreach_results.store import audit
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.schema import meta, plan
from outreach_results.store.sync_state import reported_usages

_PLAN, _DAYS_OFF = "entered_plan", "days_off"
MAX_NAME = 100
MAX_LIMIT = 1_000_000_000


def entered_plan(connection: Connection) -> Plan | None:
    """The plan that was entered; None where the source's counts."""
    text = get_meta(connection, _PLAN)
    return None if text is None else Plan.model_validate_json(text)


def source_plan(connection: Connection) -> Plan | None:
    """The plan as its source says it; None where none does.

    Of several accounts it is all their plans together, and unknown where the plan of one is.
    """
    accounts = reported_usages(connection)
    if len(accounts) > 1:
        return sum_of_plans([account.usage.plan for account in accounts])
    row = connection.execute(select(plan)).first()
    return None if row is None else Plan(name=row.name, email_limit=row.email_limit, price_usd=dollars(row.price))


def sum_of_plans(plans: Sequence[Plan | None]) -> Plan | None:
    """Several plans as one; None where one of them is unknown."""
    known = [each for each in plans if each is not None]
    if not known or len(known) < len(plans):
        return None
    return Plan(
        name=" + ".join(each.name for each in known),
        email_limit=sum(each.email_limit for each in known),
        price_usd=dollars(sum(round(each.price_usd * MICROS_PER_DOLLAR) for each in known)),
    )


def plan_known_at(connection: Connection) -> datetime | None:
    """As of when the source's plan is known; of several accounts the earliest. None where no source says."""
    accounts = reported_usages(connection)
    if len(accounts) > 1:
        return min(account.fetched_at for account in accounts)
    return connection.execute(select(plan.c.known_at)).scalar()


def enter_plan(store: Store, entered: Plan | None, *, by: str | None = None) -> None:
    """Let this plan count; None leaves it to the source.

    Raises:
        QueryError: it cannot be right.
    """
    if entered is not None and not (entered.name.isprintable() and 0 < len(entered.name) <= MAX_NAME):
        raise QueryError("name", f"The name of a plan is one line of at most {MAX_NAME} characters.")
    if entered is not None and not 0 <= entered.email_limit <= MAX_LIMIT:
        raise QueryError("limit", f"The limit of a plan is between 0 and {MAX_LIMIT:,} emails a month.")
    if entered is not None and not 0 <= entered.price_usd <= MAX_LIMIT:
        raise QueryError("price", f"The price of a plan is between 0 and {MAX_LIMIT:,} dollars a month.")
    with store.write() as connection:
        if entered is None:
            connection.execute(delete(meta).where(meta.c.key == _PLAN))
        else:
            set_meta(connection, _PLAN, entered.model_dump_json())
        what = "of the source" if entered is None else f"{entered.name}, {counted(entered.email_limit, 'email')}"
        audit.record(connection, audit.Action.CHANGED, f"plan: {what}", by=by)


def days_off(connection: Connection) -> frozenset[date]:
    """The days on which nothing is sent on purpose, such as holidays."""
    return frozenset(map(date.fromisoformat, json.loads(get_meta(connection, _DAYS_OFF) or "[]")))


def enter_days_off(store: Store, days: Iterable[date], *, by: str | None = None) -> None:
    """Set all days off."""
    with store.write() as connection:
        chosen = [day.isoformat() for day in sorted(set(days))]
        set_meta(connection, _DAYS_OFF, json.dumps(chosen))
        audit.record(connection, audit.Action.CHANGED, f"days off: {', '.join(chosen) or 'none'}", by=by)
