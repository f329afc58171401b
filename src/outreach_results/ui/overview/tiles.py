"""The strip of tiles on top of the overview: what each says, and how it gets onto the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import streamlit as st

from outreach_results import metrics, results
from outreach_results.metrics.small_numbers import cost_per_event
from outreach_results.models import Filters, Sentiment
from outreach_results.models.metric_definitions import (
    COST,
    COST_PER_MEETING,
    METRICS,
    POSITIVE_REPLIES,
    RATES,
    TILES,
    Metric,
    Unit,
)
from outreach_results.results import HeadlineRate, Headlines, Totals, TrackedPart
from outreach_results.results.period_summary import LOOKS
from outreach_results.store.engine import Store
from outreach_results.ui import parts, text
from outreach_results.ui.cache import ask
from outreach_results.ui.components import FULL, rate_with_interval
from outreach_results.ui.filters import View

_component = parts.component("tiles")


@dataclass(frozen=True, slots=True)
class Tile:
    """One metric of the strip. All of it is shown as text.

    Attributes:
        name: of the metric.
        change: since the comparison, with a sentence about it; empty without one.
        tone: ``better`` or ``worse`` where a change is by more than chance and neither decided by people nor by
            machines; else empty.
        notes: lines below, such as which part of the campaigns the number is of.
        help: the tooltip.
        line: the points of its sparkline in a box of 100 by 20.
    """

    name: str
    label: str
    value: str
    change: str = ""
    tone: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""
    line: str = ""


def show(tiles: Sequence[Tile], chosen: str = "", *, key: str, on_choice: Callable[[str], None] | None = None) -> None:
    """Draw the strip.

    Args:
        chosen: the metric that the chart draws.
        on_choice: called before the next run with the metric that was clicked; without it, tiles are only read.
    """

    def report() -> None:
        name = st.session_state[key].get("chosen")
        if name in METRICS and on_choice is not None:
            on_choice(name)

    data = {"tiles": [asdict(tile) for tile in tiles], "chosen": chosen, "leads": on_choice is not None}
    _component(key=key, data=data, on_chosen_change=report)


def tiles(view: View) -> list[Tile]:
    """One tile for each metric that the registry places on the overview."""
    filters, comparison = view.filters, view.comparison
    totals = ask(results.totals, filters)
    before = ask(results.totals, comparison) if comparison else None
    shown, humans = (
        ask(results.headlines, filters, comparison),
        ask(results.headlines, *_of_humans(filters, comparison)),
    )
    of_sent = {} if not totals.of_sent else ask(shares_of_sent, filters)
    lines = ask(results.headline_lines, filters)
    goals = {pace.name: (pace_note(pace),) for pace in ask(results.paces_of, filters)}
    made = []
    for metric in TILES:
        if metric is POSITIVE_REPLIES:
            tile = _positive_replies(view, totals)
        elif metric is COST_PER_MEETING:
            tile = _cost_per_meeting(totals, before, shown)
        else:
            tile = _tile(metric, totals, before, shown, humans, of_sent, view)
        notes = (*tile.notes, *goals.get(metric.name, ()))
        made.append(replace(tile, notes=notes, line=points(lines.get(metric.name, []))))
    return made


def _of_humans(filters: Filters, comparison: Filters | None) -> tuple[Filters, Filters | None]:
    """The same without machines: what counts as success has to hold for people."""
    return replace(filters, humans_only=True), comparison and replace(comparison, humans_only=True)


def pace_note(pace: results.Pace) -> str:
    """How the month of the last data stands beside its goal: Mar: 9 of 20, on pace for 17–24."""
    return f"{pace.month:%b}: {pace.words()}"


def _tile(
    metric: Metric,
    totals: Totals,
    before: Totals | None,
    shown: Headlines,
    humans: Headlines,
    of_sent: dict[str, HeadlineRate],
    view: View,
) -> Tile:
    value, then = totals.value(metric), before.value(metric) if before else None
    rate = shown.rates.get(metric.name) if metric.name not in of_sent else of_sent[metric.name]
    number = value if rate is None or (value is not None and rate.share_in is None) else rate.rate
    human = humans.rates.get(metric.name)
    note = (
        ("of sent",)
        if metric.name in of_sent
        else ("entered by hand",)
        if metric is COST and totals.has_entered_cost
        else _note(metric, number, totals.tracked.get(metric.name), human)
    )
    moved = shown.changes.get(metric.name)
    help_text = metric.definition if rate is None else rate_with_interval(metric.definition, rate)
    if metric.is_decided:
        change, tone, remark = _decided(metrics.relative_change(value, then)), "", ""
    else:
        is_human = moved is None or results.holds_for_humans(moved, humans.changes.get(metric.name))
        per_email = metric.numerator is None
        is_rate = metric.unit == Unit.SHARE
        change, tone, remark = _judged(moved, is_rate=is_rate, per_email=per_email, is_human=is_human)
    versus = f" Compared with {view.compared_with}." if change else ""
    value_text, notes = FORMATS[metric.unit](number), _notes(remark, *note)
    return Tile(metric.name, metric.label, value_text, change, tone, notes, help_text + versus)


def _decided(change: metrics.Change | None) -> str:
    return "" if change is None else text.change(change.relative)


def _notes(*lines: str) -> tuple[str, ...]:
    return tuple(filter(None, lines))


def _judged(change: metrics.Change | None, *, is_rate: bool, per_email: bool, is_human: bool) -> tuple[str, str, str]:
    """A change, its tone, and a remark on it."""
    if change is None:
        return "", "", ""
    moved = text.points(change.difference) if is_rate else text.change(change.relative)
    if per_email:
        moved += " per email"
    if change.is_noise:
        return moved, "", "not significant"
    if not is_human:
        return moved, "", "bots only"
    return (f"▲ {moved}", "better", "") if change.difference > 0 else (f"▼ {moved}", "worse", "")


def _positive_replies(view: View, totals: Totals) -> Tile:
    """How many positive replies arrived, compared for each email sent; unknown where no reply can be read."""
    counts, replied = ask(results.reply_totals, view.filters), totals.value(METRICS["replied"])
    # Asked of all time: a period may have no reply, but who never gave the text of one does not know.
    if not any(counts.values()) and replied != 0 and not _has_readable_replies(view):
        note, about = "not tracked" if replied is None else "texts not known", POSITIVE_REPLIES.definition
        return Tile(POSITIVE_REPLIES.name, POSITIVE_REPLIES.label, text.MISSING, notes=(note,), help=about)
    positive, unclassified = counts[Sentiment.POSITIVE], counts[Sentiment.UNCLASSIFIED]
    moved = None
    if view.comparison is not None:
        moved = ask(results.positive_replies_change, view.filters, view.comparison, LOOKS)
    change, tone, remark = _judged(moved, is_rate=False, per_email=True, is_human=True)
    notes = _notes(remark, f"{text.number(unclassified)} unclassified" if unclassified else "")
    definition = POSITIVE_REPLIES.definition
    versus = f" Compared with {view.compared_with}." if change else ""
    return Tile(
        POSITIVE_REPLIES.name, POSITIVE_REPLIES.label, text.number(positive), change, tone, notes, definition + versus
    )


def _has_readable_replies(view: View) -> bool:
    return any(ask(results.reply_totals, Filters(view.filters.campaigns)).values())


def _cost_per_meeting(totals: Totals, before: Totals | None, shown: Headlines) -> Tile:
    """What a meeting costs: a price, or with fewer than three meetings the range in which it lies."""
    price = cost_per_event(
        *totals.dollars_and_count("cost", "meetings_booked"), shown.rates["conversion_rate"].share_in
    )
    then = None if before is None else cost_per_event(*before.dollars_and_count("cost", "meetings_booked"))
    metric = COST_PER_MEETING
    part = totals.tracked.get("meetings_booked") or totals.tracked.get(COST.name)
    if price is None:
        note = "not tracked" if part is not None and part.is_none else "no meetings"
        return Tile(metric.name, metric.label, text.MISSING, notes=(note,), help=metric.definition)
    change = "" if then is None or then.value is None or price.value is None else f"was {text.money(then.value)}"
    notes = [] if price.value is None else [text.price_range(price.low, price.high)]
    if part is not None and not part.is_none:
        notes.append(f"in {part.campaigns} of {part.of_campaigns} campaigns")
    value = text.price_range(price.low, price.high) if price.value is None else text.money(price.value)
    range_help = " The range is where it lies with 95% confidence."
    return Tile(metric.name, metric.label, value, change, "", tuple(notes), metric.definition + range_help)


def _note(metric: Metric, shown: float | None, part: TrackedPart | None, human: HeadlineRate | None) -> tuple[str, ...]:
    """What stands below a number: which part of the campaigns it is of, and what it is without machines."""
    notes = []
    if part is not None and part.is_none:
        notes.append("not tracked")
    elif part is not None and part.emails is not None:
        notes.append(f"of {text.number(part.emails)} tracked")
    elif part is not None:
        notes.append(f"in {part.campaigns} of {part.of_campaigns} campaigns")
    elif shown is None and metric.denominator is not None:
        notes.append(f"nothing {METRICS[metric.denominator].label.lower()}")
    if human is not None and shown is not None and text.percent(human.rate) != text.percent(shown):
        notes.append(f"{text.percent(human.rate)} human")
    return _notes(*notes)


FORMATS: dict[Unit, Callable[[float | None], str]] = {
    Unit.EMAILS: text.number,
    Unit.REPLIES: text.number,
    Unit.SHARE: text.percent,
    Unit.DOLLARS: text.money,
}
"""How a number of each unit is written."""


def points(values: Sequence[float]) -> str:
    """The points of a sparkline from 0 up, in a box of 100 by 20; empty with fewer than two values."""
    if len(values) < 2:
        return ""
    top, step = max(values) or 1.0, 100 / (len(values) - 1)
    return " ".join(f"{place * step:.1f},{19 - value / top * 18:.1f}" for place, value in enumerate(values))


def shares_still_collecting(shown: Headlines) -> list[float]:
    """How much is in of each rate of which a visible part is still to come."""
    return [rate.share_in for rate in shown.rates.values() if rate.share_in is not None and rate.share_in < FULL]


# --- questions of the strip ----------------------------------------------------------------------------------------


def shares_of_sent(_store: Store, filters: Filters) -> dict[str, HeadlineRate]:
    """The rates of the tiles as shares of emails sent, by name, where it is not known how many were delivered."""
    of_sent = ask(results.totals, filters).of_sent
    return {
        name: results.share_of_sent(*counts, list(ask(results.sending_days, filters, RATES[name].parts[0]).values()))
        for name, counts in of_sent.items()
    }
