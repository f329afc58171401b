"""The sections of the overview page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.metrics.small_numbers import cost_per_event
from outreach_results.models import COSTS, COUNTS, Basis, Filters, Sentiment
from outreach_results.models.metric_definitions import COST, METRICS, RATES, TILES, Metric, Unit
from outreach_results.results import HeadlineRate, Headlines, Totals, TrackedPart, insights
from outreach_results.results.insights import Alert
from outreach_results.results.trends import run_up
from outreach_results.store.engine import Store
from outreach_results.store.tracking import choose_tracking
from outreach_results.ui import cards, charts, tables, text
from outreach_results.ui.cache import ask, derive, draw, store
from outreach_results.ui.components import FULL, chart_with_data, kpi, rate_with_interval, spark
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View, choose_campaigns, switch_to

ALERTS_A_PAGE = 10


def kpi_grid(
    totals: Totals,
    before: Totals | None,
    headlines: Headlines,
    humans: Headlines,
    sparks: dict[str, list[float]],
    view: View,
) -> None:
    """Draw one tile for each metric that the registry places on the overview; ``humans`` are without machines."""
    of_sent = {} if not totals.of_sent else ask(shares_of_sent, view.filters)
    with st.grid(4):
        for metric in TILES:
            value, then = totals.value(metric), before.value(metric) if before else None
            rate = headlines.rates.get(metric.name) if metric.name not in of_sent else of_sent[metric.name]
            moved = headlines.changes.get(metric.name)
            shown = value if rate is None or (value is not None and rate.share_in is None) else rate.rate
            is_human = moved is None or results.holds_for_humans(moved, humans.changes.get(metric.name))
            kpi(
                metric.label,
                _FORMATS[metric.unit](shown),
                metric.definition if rate is None else rate_with_interval(metric.definition, rate),
                change=metrics.relative_change(value, then) if metric.is_decided else moved,
                view=view,
                spark=sparks[metric.name],
                is_rate=metric.unit == Unit.SHARE,
                per="" if metric.is_decided or metric.numerator else "per email sent, ",
                neutral=metric.is_decided,
                note="of sent"
                if metric.name in of_sent
                else "entered by hand"
                if metric is COST and totals.has_entered_cost
                else _note(metric, shown, totals.tracked.get(metric.name), humans.rates.get(metric.name)),
                only_machines=not metric.is_decided and not is_human,
            )
    undated_remark(totals, view)
    shares = _shares_still_collecting(headlines)
    if shares:
        st.caption(
            f"The youngest emails are still collecting: {text.percent(min(shares))} to {text.percent(max(shares))} of "
            "the outcomes are in. Rates here are those expected in the end."
            if len(shares) > 1
            else f"The youngest emails are still collecting: {text.percent(shares[0])} of the outcomes are in. Rates "
            "here are those expected in the end."
        )


def _shares_still_collecting(headlines: Headlines) -> list[float]:
    """How much is in of each rate of which a visible part is still to come."""
    return [rate.share_in for rate in headlines.rates.values() if rate.share_in is not None and rate.share_in < FULL]


def shares_of_sent(_store: Store, filters: Filters) -> dict[str, HeadlineRate]:
    """The rates of the tiles as shares of emails sent, by name, where it is not known how many were delivered."""
    of_sent = ask(results.totals, filters).of_sent
    return {
        name: results.share_of_sent(*counts, list(ask(results.sending_days, filters, RATES[name].parts[0]).values()))
        for name, counts in of_sent.items()
    }


def undated_remark(totals: Totals, view: View) -> None:
    """Draw which counts have no dates of their own, and where they are counted then."""
    if totals.undated:
        names = ", ".join(charts.LABELS[name].lower() for name in COUNTS if name in totals.undated)
        where = "in the totals" if view.filters == Filters(view.filters.campaigns) else "by the day of sending"
        st.caption(f"Dates not in this export: counted {where} ({names}).")


def _note(metric: Metric, shown: float | None, part: TrackedPart | None, human: HeadlineRate | None) -> str:
    """The note beside a number: which part of the campaigns it is of, and what it is without machines."""
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
    return " · ".join(notes)


_FORMATS = {Unit.EMAILS: text.number, Unit.SHARE: text.percent, Unit.DOLLARS: text.money}


def headlines(_store: Store, filters: Filters, comparison: Filters | None) -> Headlines:
    """The rates of the tiles and their changes; the days are those that the page asks for anyway."""
    before = None if comparison is None else ask(results.daily_stats, comparison)
    days, clock = ask(results.daily_stats, filters), ask(results.data_as_of)
    return results.headlines_of(days, before, _curves(filters), basis=filters.basis, clock=clock)


def human_headlines(_store: Store, filters: Filters, comparison: Filters | None) -> Headlines:
    """The same without machines: what counts as success has to hold for people."""
    without = None if comparison is None else replace(comparison, humans_only=True)
    return ask(headlines, replace(filters, humans_only=True), without)


def _curves(filters: Filters) -> results.MaturityCurves:
    is_cohort = filters.basis == Basis.SEND
    return ask(results.maturity_curves, humans_only=filters.humans_only) if is_cohort else results.NO_CURVES


def sparklines(_store: Store, filters: Filters) -> dict[str, list[float]]:
    """The lines on the tiles, by metric; each point of a rate covers the seven days up to it, also the first."""
    days, clock = ask(results.daily_stats, run_up(filters)), ask(results.data_as_of)
    rolling = results.rolling_headlines(days, _curves(filters), basis=filters.basis, clock=clock)
    days = days.rename(columns={f"{COST.name}_usd": COST.name})
    first = filters.start
    shown = slice(0, None) if first is None else (days["date"] >= pd.Timestamp(first)).to_numpy()
    return {
        metric.name: spark((rolling if metric.unit == Unit.SHARE else days)[shown], metric.name) for metric in TILES
    }


def what_changed(_store: Store, filters: Filters, comparison: Filters | None, compared_with: str) -> list[str]:
    """Sentences on what changed since the comparison period; none without a comparison."""
    if comparison is None:
        return []
    now, before = (ask(results.totals, chosen) for chosen in (filters, comparison))
    campaigns = ask(results.campaign_totals, filters)
    moved = ask(results.campaign_changes, filters, comparison)
    return insights.what_changed(now, before, compared_with, campaigns, moved, ask(headlines, filters, comparison))


def changes(sentences: Sequence[str]) -> None:
    """Draw the sentences on what changed."""
    if sentences:
        with st.container(border=True, key="what-changed"):
            st.subheader("What changed", anchor=False)
            st.text("\n".join(f"• {sentence}" for sentence in sentences))


def what_stands_out(_store: Store, filters: Filters) -> list[Alert]:
    """The alerts on the campaigns of the filters."""
    campaigns = ask(results.campaign_totals, filters)
    humans = ask(results.campaign_totals, replace(filters, humans_only=True))
    return insights.alerts(campaigns, humans)


def alerts(every: Sequence[Alert]) -> None:
    """Draw the alerts with cause, next step and a button to the campaign, a page at a time; then what to watch."""
    urgent, watched = ([alert for alert in every if alert.is_watch == is_watch] for is_watch in (False, True))
    if urgent:
        title = f"{len(urgent)} issue{'' if len(urgent) == 1 else 's'} need{'s' if len(urgent) == 1 else ''} attention"
        _alert_list(urgent, title, "alert", is_open=len(urgent) <= 2)
    if watched:
        _alert_list(watched, f"{len(watched)} to watch", "watch", is_open=False, remark=_WATCH)


_WATCH = (
    "Above the limit if looked at alone. Among this many campaigns, chance may explain it. Look again in a few days."
)


def _alert_list(alerts: Sequence[Alert], title: str, key: str, *, is_open: bool, remark: str = "") -> None:
    with st.expander(title, expanded=is_open):
        if remark:
            st.caption(remark)
        rows, pages, page = st.container(), -(-len(alerts) // ALERTS_A_PAGE), 1
        if pages > 1:
            page = st.pagination(pages, key=f"{key}s-page")
        for place, alert in enumerate(alerts[(page - 1) * ALERTS_A_PAGE : page * ALERTS_A_PAGE]):
            with rows.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"**{text.escape(alert.campaign)}**: {text.escape(alert.what)} {text.escape(alert.cause)} "
                    f"*{text.escape(alert.next_step)}*"
                )
                st.button(
                    "Show",
                    key=f"{key}-{place}",
                    help="Show only this campaign",
                    on_click=choose_campaigns,
                    args=([alert.campaign_id],),
                )
                if alert.untracked:
                    st.button(
                        "Not tracked",
                        key=f"{key}-{place}-untracked",
                        help=f"Say that this campaign does not track {' and '.join(alert.untracked)}",
                        on_click=_set_untracked,
                        args=(alert.campaign_id, alert.untracked),
                    )


def _set_untracked(campaign_id: str, kinds: Sequence[str]) -> None:
    choose_tracking(store(), campaign_id, dict.fromkeys(kinds, False))


def funnel(totals: Totals, headlines: Headlines, view: View) -> None:
    """Draw the funnel from sent to meeting; a click on a bar opens the page with its details."""
    stages = derive(results.funnel, totals)
    with cards.card("Funnel", key="funnel") as card:
        clicked = chart_with_data(
            draw(charts.funnel, stages),
            stages,
            view.filters,
            key="funnel",
            alt="Funnel from emails sent to meetings booked",
            reports=True,
            card=card,
        )
        if _shares_still_collecting(headlines):
            st.caption("What is in so far; the rates above are those expected in the end.")
    if clicked:
        _go_to(stages["stage"][clicked[0].index])


def _go_to(stage: str) -> None:
    if stage == "replied":
        switch_to("inbox")
    switch_to("trends", choices={"show": "", "counts": stage})


def costs(totals: Totals, headlines: Headlines, positive: int, view: View) -> None:
    """Draw the table of cost per email, reply, positive reply and meeting, by component."""
    shares = {name: headlines.rates[name].share_in for name in ("reply_rate", "conversion_rate")}
    frame = derive(cost_table, totals, positive, shares)
    with cards.card("Cost breakdown", key="costs", downloads=Table("costs", frame, view.filters)):
        *parts, every = tables.rows_of(frame.assign(**{n: _prices(frame, n) for n in _OUTCOMES}), _COST_COLUMNS)
        tables.show(
            _COST_COLUMNS,
            parts,
            key="cost-table",
            alt="Cost by component, in total and for each email, reply and meeting",
            totals=every,
        )
        if any(share is not None and share < FULL for share in shares.values()):
            st.caption("The cost of replies and meetings that are still to come is left out.")


_OUTCOMES = {"per_reply": "Per reply", "per_positive_reply": "Per positive reply", "per_meeting": "Per meeting"}
_PER_OUTCOME = "With fewer than three, the range in which it lies with 95% confidence."
_COST_COLUMNS = (
    tables.Column("component", "Component"),
    tables.Column("total", "Total", tables.Kind.NUMBER, write=tables.dollars),
    tables.Column("per_email", "Per email", tables.Kind.NUMBER, write=tables.unit_price),
    *(tables.Column(name, label, tables.Kind.NUMBER, help=_PER_OUTCOME) for name, label in _OUTCOMES.items()),
)


def cost_table(totals: Totals, positive: int, share_in: Mapping[str, float | None]) -> pd.DataFrame:
    """One row a component and one for all.

    Args:
        positive: how many replies are positive.
        share_in: how much of replies and meetings is in, by ``reply_rate`` and ``conversion_rate``.

    Returns:
        Columns in dollars: total, per_email, and for each of per_reply, per_positive_reply and per_meeting the cost (NA
        with fewer than three) with its range ``*_low`` and ``*_high`` (NA without any).
    """
    parts = {charts.LABELS[f"cost_{name}"]: (f"cost_{name}", getattr(totals.costs.breakdown, name)) for name in COSTS}
    parts["All"] = (COST.name, totals.costs.total_byok_usd)
    # Positive replies are not known by campaign here: only where all track both are they of the same campaigns.
    is_whole = totals.tracked.keys().isdisjoint({COST.name, "replied"})
    rows = []
    for label, (name, cost) in parts.items():
        row: dict[str, Any] = {"component": label, "total": cost, "per_email": totals.ratio(name, "emails_sent")}
        outcomes = {
            "per_reply": (*totals.dollars_and_count(name, "replied"), share_in["reply_rate"]),
            # Counted on the day they came, whatever the basis.
            "per_positive_reply": (cost if is_whole else None, positive, None),
            "per_meeting": (*totals.dollars_and_count(name, "meetings_booked"), share_in["conversion_rate"]),
        }
        for column, (spent, count, share) in outcomes.items():
            price = cost_per_event(spent, count, share)
            values = (None, None, None) if price is None else (price.value, price.low, price.high)
            row |= dict(zip((column, f"{column}_low", f"{column}_high"), values, strict=True))
        rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.astype(dict.fromkeys(frame.columns.drop("component"), "float64"))


def _prices(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    """A column of costs as text, with the range in place of a cost that rests on too few."""
    numbers = frame[[column, f"{column}_low", f"{column}_high"]].astype(object)
    texts = [
        text.money(value) if value is not None else None if low is None else text.price_range(low, high)
        for value, low, high in numbers.where(numbers.notna(), None).itertuples(index=False)
    ]
    return pd.Series(texts, dtype="str")


def positive_replies(counts: dict[Sentiment, int]) -> int:
    """The number of positive replies in counts by sentiment."""
    return counts.get(Sentiment.POSITIVE, 0)
