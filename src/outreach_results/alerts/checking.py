"""Looks at all rules, and keeps which alerts are raised."""

from __future__ import annotations

import logging
from datetime import datetime

from outreach_results.alerts.kept import is_on
from outreach_results.alerts.rules import RULES, Rule
from outreach_results.errors import OutreachError
from outreach_results.results.alerts import Look
from outreach_results.store.alert_state import AlertCause, AlertState, choices_in, keep_state, state_in
from outreach_results.store.engine import Store
from outreach_results.sync.completeness import failed_syncs, is_unfinished, known_until

_log = logging.getLogger(__name__)
_RESTS = {rule.kind: rule.rest for rule in RULES.values()}


def check_rules(store: Store, now: datetime) -> AlertState:
    """Look at all rules that are on, and keep what is raised by them and what ended."""
    found, began_at = _found(store, now)
    with store.write(exclusive=True, is_data=False) as connection:
        known = state_in(connection)
        before = known or AlertState(began_at=began_at)
        after = before.after(found, now, _RESTS)
        if after == known:
            return after
        keep_state(connection, after)
    if after.open_alerts != before.open_alerts:
        # Answers of pages and API are cached by the version of the data; that of most looks is no other one.
        with store.write():
            pass
    return after


def _found(store: Store, now: datetime) -> tuple[dict[str, list[AlertCause] | None], datetime]:
    """The causes by kind of the rules that are on, all at one moment; and since when the account is looked at."""
    with store.at_one_moment():
        with store.read() as connection:
            state, choices = state_in(connection), choices_in(connection)
        began_at = now if state is None else state.began_at
        look = Look(store, now, known_until(store), began_at)
        # Judged on a part of the data, emails without their replies would look like a fall, and days whose emails are
        # still to come like a pause. So such rules neither raise nor end anything; the failed sync is told instead.
        is_partial = is_unfinished(store) or bool(failed_syncs(store))
        found = {
            rule.kind: None
            if is_partial and rule.needs_all_data
            else _causes(rule, look, rule.limit(choices.get(rule.kind)))
            for rule in RULES.values()
            if is_on(choices.get(rule.kind))
        }
    return found, began_at


def _causes(rule: Rule, look: Look, limit: float) -> list[AlertCause] | None:
    try:
        return rule.find(look, limit)
    except OutreachError:
        raise  # the database, which concerns all rules
    except Exception:
        # A defect in one rule must not keep the others from being told.
        _log.exception("The rule %s could not be looked at; what it raised stays as it is", rule.kind)
        return None
