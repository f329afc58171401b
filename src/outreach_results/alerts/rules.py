"""The registry of rules: to add one, add an entry. Settings, command, messages and lists derive from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from outreach_results.errors import QueryError
from outreach_results.models.numbers import counted
from outreach_results.results.alerts import (
    NEW_FOR,
    Look,
    above,
    no_sends,
    positive_replies,
    quota,
    reply_rate_fell,
)
from outreach_results.results.insights import BOUNCE_LIMIT, POSITIVE_REPLY, UNSUBSCRIBE_LIMIT, limit_words
from outreach_results.store.alert_state import AlertCause, RuleChoice
from outreach_results.sync.completeness import failed_syncs


class LimitUnit(StrEnum):
    """What the limit of a rule is measured in."""

    PERCENT = "%"
    """Of a whole; kept as a share (0 to 1)."""
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for.

    Attributes:
        kind: its name for settings, command and API.
        sentence: what raises it, without a period; ``{}`` stands for the limit.
        find: the causes, by the limit; None where one cannot tell now.
        default: the limit, unless people chose another; None for a rule without one.
        unit: of the limit.
        lowest, highest: between which the limit may be chosen.
        needs_all_data: whether data that is still to come could look like a cause. Such a rule says nothing while a
            sync is running or has failed: that is told instead.
        rest: how long an alert that ended is remembered; one that comes back within is not told again.
    """

    kind: str
    sentence: str
    find: Callable[[Look, float], list[AlertCause] | None]
    default: float | None = None
    unit: LimitUnit = LimitUnit.PERCENT
    lowest: float = 0.0
    highest: float = 1.0
    needs_all_data: bool = False
    rest: timedelta = timedelta(hours=6)

    def limit(self, choice: RuleChoice | None) -> float:
        """The limit that counts; 0 for a rule without one."""
        chosen = None if choice is None else choice.limit
        return chosen if chosen is not None else self.default or 0.0

    def words(self, choice: RuleChoice | None) -> str:
        """What raises it, in a few words: they fit a phone."""
        return self.sentence.format(self.limit_words(self.limit(choice)))

    def limit_words(self, limit: float) -> str:
        """A limit as people write it: 2%, 5 days."""
        if self.unit == LimitUnit.PERCENT:
            return limit_words(limit)
        return counted(round(limit), "day")

    def checked(self, limit: float) -> float:
        """A limit that somebody chose.

        Raises:
            QueryError: it cannot be; says what can.
        """
        if self.default is None:
            raise QueryError("limit", f"The rule {self.kind} has no limit: switch it on or off.")
        is_whole = self.unit == LimitUnit.PERCENT or limit == int(limit)
        if not self.lowest <= limit <= self.highest or not is_whole:
            ends = f"{self.limit_words(self.lowest)} to {self.limit_words(self.highest)}"
            raise QueryError("limit", f"The limit of {self.kind} is from {ends}.")
        return limit


def _sync_failed(look: Look, _limit: float) -> list[AlertCause]:
    return [
        AlertCause(
            kind="sync_failed",
            item=account,
            title="Sync failed",
            name=failed.name,
            what=failed.reason,
            next_step="See Connect on Data, and sync again there.",
        )
        for account, failed in failed_syncs(look.store).items()
    ]


_ALL = (
    Rule("sync_failed", "A sync did not bring in everything", _sync_failed),
    Rule(
        "no_sends",
        "Nothing was sent for {}, longer than usual",
        no_sends,
        default=5,
        unit=LimitUnit.DAYS,
        lowest=1,
        highest=30,
        needs_all_data=True,
    ),
    Rule(
        "quota_pace",
        "The month will use over {} of the plan",
        quota,
        default=1.0,
        lowest=0.1,
        highest=1.0,
        # What is still to come can only be more emails, so what is known now is enough.
    ),
    Rule(
        "bounce_rate",
        "A campaign's bounce rate is above {}",
        lambda look, limit: above(look, "bounce_rate", limit),
        default=BOUNCE_LIMIT,
        lowest=0.001,
        highest=0.5,
    ),
    Rule(
        "unsubscribe_rate",
        "A campaign's unsubscribe rate is above {}",
        lambda look, limit: above(look, "unsubscribe_rate", limit),
        default=UNSUBSCRIBE_LIMIT,
        lowest=0.001,
        highest=0.5,
    ),
    Rule(
        "reply_rate_fell",
        "The reply rate fell by {} or more",
        reply_rate_fell,
        default=0.2,
        lowest=0.05,
        highest=0.9,
        needs_all_data=True,
    ),
    Rule(
        POSITIVE_REPLY,
        "Someone sent a positive reply",
        positive_replies,
        # Longer than one counts as new, so that one that was done and reopened is not told again.
        rest=timedelta(days=NEW_FOR + 1),
    ),
)

RULES: dict[str, Rule] = {rule.kind: rule for rule in _ALL}
"""All rules by kind, in the order in which they are listed and told: the most urgent first."""


def rule_of(kind: str) -> Rule:
    """The rule of that kind.

    Raises:
        QueryError: there is none.
    """
    try:
        return RULES[kind]
    except KeyError:
        raise QueryError("rule", f"There is no rule {kind[:40]!r}. Use one of {', '.join(RULES)}.") from None
