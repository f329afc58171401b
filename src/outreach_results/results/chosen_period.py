"""A period by its name or its days, and the one before it: what pages, reports and assistants look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from outreach_results.errors import QueryError
from outreach_results.models import Filters
from outreach_results.models import dates as words
from outreach_results.models.periods import PRESETS, Days, days_before, previous_days
from outreach_results.results.campaigns import date_range, last_day
from outreach_results.results.query import check_period
from outreach_results.results.undated import snapshot_range
from outreach_results.store.engine import Store

ALL_TIME = "all"
"""The code of the whole history. The others are those of `PRESETS`."""

PERIODS: dict[str, str] = {preset.code: preset.label for preset in PRESETS} | {ALL_TIME: "All time"}
"""The label of every period by its code."""

_PRESET_OF = {preset.code: preset for preset in PRESETS}


@dataclass(frozen=True, slots=True)
class ChosenPeriod:
    """The filters of a period and those of its comparison.

    ``first`` and ``last`` are the days shown; ``filters`` has open ends where the whole history is meant.
    ``compared_with`` names the comparison's days, ``versus`` is a short name that follows "vs.". ``remark`` says why
    there is no comparison, or why it falls short.
    """

    label: str
    filters: Filters
    first: date
    last: date
    comparison: Filters | None = None
    compared_with: str = ""
    versus: str = ""
    remark: str = ""

    def days(self) -> str:
        """The days in words: Feb 28 – Mar 27, 2026."""
        return words.days(self.first, self.last)


def chosen_period(
    store: Store, filters: Filters, code: str | None = None, *, today: date | None = None
) -> ChosenPeriod | None:
    """The period of a code, or without one that of the filters' own days; None while there is no data at all.

    Args:
        filters: narrow the campaigns, and say how is counted.
        code: one of `PERIODS`.
        today: the day from which named periods are counted back; by default the last day of the account's data, which
            stands for today as it does on pages.

    Raises:
        QueryError: there is no such code, it is given together with days, or the days are in the wrong order.
    """
    account = date_range(store) or snapshot_range(store)
    if account is None:
        return None
    own = date_range(store, filters.campaigns) or snapshot_range(store, filters.campaigns) or account
    if code is not None and (filters.start or filters.end):
        raise QueryError("period", "Name a period or its days, not both.")
    if code is None and (filters.start or filters.end):
        check_period(filters)
        first = filters.start or min(own[0], filters.end or own[0])
        last = filters.end or max(own[1], first)
        chosen = ChosenPeriod(words.days(first, last), replace(filters, start=first, end=last), first, last)
        before, versus = days_before(first, last), previous_days((last - first).days + 1)
    elif code in (None, ALL_TIME):
        return ChosenPeriod(PERIODS[ALL_TIME], filters, *own, remark="no comparison for all time")
    elif code in _PRESET_OF:
        preset = _PRESET_OF[code]
        first, last = preset.days(today or last_day(store) or account[1])
        chosen = ChosenPeriod(preset.label, replace(filters, start=first, end=last), first, last)
        before, versus = preset.before(first, last), preset.versus
    else:
        raise QueryError("period", f"{code[:40]!r} isn't a period. Use one of {', '.join(PERIODS)}.")
    comparison, remark = compared(chosen.filters, before, own[0])
    if comparison is None:
        return replace(chosen, remark=remark)
    return replace(chosen, comparison=comparison, compared_with=words.days(*before), versus=versus, remark=remark)


def compared(filters: Filters, before: Days, begins: date) -> tuple[Filters | None, str]:
    """The filters of the days that a period is compared with, and what is wrong with them.

    Args:
        begins: the first day of the chosen campaigns' data. Before it nothing is known, which is not the same as zero.

    Returns:
        None where all of the days are before it, with the reason; the reason is '' where nothing is wrong.
    """
    start, end = before
    if end < begins:
        return None, f"no comparison: the data begins {words.day(begins)}"
    falls_short = f"comparison is partial: the data begins {words.day(begins)}" if start < begins else ""
    return replace(filters, start=start, end=end), falls_short
