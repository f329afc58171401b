"""The breakdown of the overview: the chosen campaigns by step, variant, mailbox, domain, subject or kind of bounce."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.models import DIMENSIONS, Dimension, Filters, RowKind
from outreach_results.models.dimensions import OF_BOUNCES
from outreach_results.models.metric_definitions import RATES
from outreach_results.results import Breakdown
from outreach_results.results.rows import records
from outreach_results.store.breakdown import LEAST
from outreach_results.store.engine import Store
from outreach_results.ui import cards, charts, downloads, tables, text, url_state
from outreach_results.ui.cache import ask
from outreach_results.ui.components import DEFINITIONS, FULL
from outreach_results.ui.filters import View
from outreach_results.ui.fragments import fragment_run
from outreach_results.ui.tables import Cell, Column, Kind, Row, Tone

_CODES = {one: one.value for one in Dimension}
_BOUNCE_RATE = "Bounced, as a share of all emails sent."
_RANGE = "With 95% confidence the rate is in this range: chance alone could have moved it that far."
_LOWER_IS_BETTER = ("bounce_rate",)


@st.fragment
def breakdown(view: View) -> None:
    """Draw the card, where any email or bounce says what it could be broken down by; a choice redraws it alone."""
    with fragment_run():
        offered = ask(results.breakdown_dimensions, view.filters)
        if offered:
            _card(view, offered)


def _card(view: View, offered: Sequence[Dimension]) -> None:
    written = url_state.one_of("breakdown", _CODES, offered[0])
    dimension = written if written in offered else offered[0]  # other campaigns do not say the same of their emails
    with cards.card("Breakdown", key="breakdown") as card:
        if len(offered) > 1:
            st.pills(
                "Break down by",
                offered,
                format_func=_label,
                required=True,
                key=url_state.control("breakdown", dimension),
                on_change=_choose,
                args=(offered[0],),
                label_visibility="collapsed",
            )
        found = ask(results.breakdown, view.filters, dimension)
        pictured = partial(_pictured, view.filters, dimension)
        card.offer(downloads.Table(f"breakdown-{dimension}", found.rows, view.filters, pictured=pictured))
        if found.rows.empty:
            st.caption("Nothing in this period.")
            return
        for sentence in _remarks(found):
            st.caption(text.escape(sentence))
        label = _label(dimension)
        tables.show_encoded(
            ask(_encoded, view.filters, dimension),
            key=f"breakdown-{dimension}",
            alt=f"{'Bounces' if dimension in OF_BOUNCES else 'Emails'} by {label.lower()}",
        )


def _label(dimension: Dimension) -> str:
    return DIMENSIONS[dimension].label


def _choose(default: Dimension) -> None:
    url_state.writes_one("breakdown", _CODES, default)()
    url_state.keep_in_fragment()


def _remarks(found: Breakdown) -> list[str]:
    """What has to be known of the rows: how many comparisons there were, and what the rates are."""
    remarks = []
    if found.dimension in OF_BOUNCES:
        remarks.append("Each email counts once, by its first bounce.")
    elif found.comparisons:
        n = found.comparisons
        remarks.append(
            "Rows are compared with the other emails of the same campaigns by reply, open and bounce rate. A mark "
            "means statistically significant, with "
            f"{'the one comparison' if n == 1 else f'all {text.number(n)} comparisons'} taken into account."
        )
    else:
        remarks.append("Nothing could be compared: no campaign of this period has emails of two rows.")
    if any((found.rows[name] < FULL).any() for name in found.rows.columns if name.endswith("_share_in")):
        remarks.append("Rates are those expected once the youngest emails have collected their outcomes.")
    return remarks


def _pictured(filters: Filters, dimension: Dimension) -> pd.DataFrame:
    return tables.texts_of(ask(_encoded, filters, dimension)).reset_index(drop=True)


# --- the table ---------------------------------------------------------------------------------------------------


def _encoded(_store: Store, filters: Filters, dimension: Dimension) -> str:
    """The table for the browser."""
    found = ask(results.breakdown, filters, dimension)
    of_row = _bounce_row if dimension in OF_BOUNCES else _email_row
    columns = _BOUNCE_COLUMNS if dimension in OF_BOUNCES else _EMAIL_COLUMNS
    rows = records(found.rows)
    every = sum(row["bounced"] or 0 for row in rows)
    first = Column("value", _label(dimension), is_wide=True)
    return tables.encoded([first, *columns], [of_row(row, found, every) for row in rows])


def _rate_column(name: str, *, is_extra: bool = False) -> Column:
    return Column(name, charts.LABELS[name], Kind.NUMBER, DEFINITIONS[name], is_extra=is_extra)


_EMAIL_COLUMNS = (
    Column("emails_sent", "Sent", Kind.NUMBER, DEFINITIONS["emails_sent"]),
    Column("positive_replies", "Positive replies", Kind.NUMBER, "Replies that are marked positive."),
    _rate_column("reply_rate"),
    Column("reply_range", "Reply rate range", Kind.NUMBER, _RANGE),
    _rate_column("open_rate"),
    Column("bounce_rate", "Bounce rate", Kind.NUMBER, _BOUNCE_RATE, descending=False),
    Column("meetings_booked", "Meetings", Kind.NUMBER, DEFINITIONS["meetings_booked"]),
    Column("delivered", "Delivered", Kind.NUMBER, DEFINITIONS["delivered"], is_extra=True),
    Column("replied", "Replied", Kind.NUMBER, DEFINITIONS["replied"], is_extra=True),
    _rate_column("click_rate", is_extra=True),
    _rate_column("conversion_rate", is_extra=True),
    Column("unsubscribed", "Unsubscribed", Kind.NUMBER, DEFINITIONS["unsubscribed"], is_extra=True),
)
_BOUNCE_COLUMNS = (
    Column("bounced", "Bounced", Kind.NUMBER, DEFINITIONS["bounced"]),
    Column("share", "Of all bounces", Kind.NUMBER, "As a share of the emails that bounced."),
    Column("bounce_rate", "Bounce rate", Kind.NUMBER, _BOUNCE_RATE),
    Column("range", "Bounce rate range", Kind.NUMBER, _RANGE),
)


def _email_row(row: Mapping[Any, Any], found: Breakdown, _every: int) -> Row:
    counts = ("emails_sent", "meetings_booked", "delivered", "replied", "unsubscribed")
    return {
        "value": _name(row, found.dimension),
        **{name: tables.number(row[name]) for name in counts},
        "positive_replies": tables.missing("The text of its replies is not known")
        if row["positive_replies"] is None and row["replied"] is not None
        else tables.number(row["positive_replies"]),
        **{name: _rate(row, name, found) for name in results.BREAKDOWN_RATES},
        "reply_range": _range(row, "reply_rate"),
    }


def _bounce_row(row: Mapping[Any, Any], found: Breakdown, every: int) -> Row:
    return {
        "value": _name(row, found.dimension),
        "bounced": tables.number(row["bounced"]),
        "share": tables.share(row["bounced"] / every),
        "bounce_rate": tables.share(row["bounce_rate"]),
        "range": _range(row, "bounce_rate"),
    }


def _name(row: Mapping[Any, Any], dimension: Dimension) -> Cell:
    """What the row is of. Numbers sort by their value; what has no value sorts after all that have one."""
    if row["kind"] == RowKind.UNKNOWN:
        return Cell("Not in this data", "\uffff\uffff", "The source does not say it of these", is_quiet=True)
    if row["kind"] == RowKind.OTHER:
        return Cell("Other", "\uffff", _OTHER.get(dimension, _OTHER_VALUES), is_quiet=True)
    value = str(row["value"])
    shown = value.capitalize() if dimension == Dimension.BOUNCE_KIND else value
    return Cell(shown, value.zfill(12) if value.isdecimal() else value.casefold())


_OTHER_VALUES = "All values with fewer emails than those above"
_FEW = f"{_OTHER_VALUES}, and those with fewer than {LEAST} emails in their campaign"
_OTHER = {Dimension.DOMAIN: _FEW, Dimension.SUBJECT: _FEW}


def _rate(row: Mapping[Any, Any], name: str, found: Breakdown) -> Cell:
    count, of = results.BREAKDOWN_RATES[name]
    is_of_sent = found.is_of_sent and of == "delivered"
    value, whole = row[name], row["emails_sent" if is_of_sent else of]
    if value is None:
        if row[count] is None or whole is None:
            return tables.missing()
        return tables.missing("Too early to tell" if whole else f"Nothing {charts.LABELS[of].lower()}")
    cell = Cell(text.percent(value), value)
    if is_of_sent and name in RATES:
        cell = replace(cell, note="of sent", title="Deliveries are not tracked")
    return _standing_out(cell, row, name)


def _standing_out(cell: Cell, row: Mapping[Any, Any], name: str) -> Cell:
    direction = row.get(f"{name}_stands_out")
    if not direction:
        return cell
    others, is_above = text.percent(row[f"{name}_of_others"]), direction > 0
    tone = Tone.WORSE if is_above == (name in _LOWER_IS_BETTER) else Tone.BETTER
    where, sign = ("Above", "▲") if is_above else ("Below", "▼")
    title = f"{where} the other emails of the same campaigns ({others}), statistically significant"
    return replace(cell, title=title, tone=tone, sign=sign)


def _range(row: Mapping[Any, Any], name: str) -> Cell:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is None or high is None:
        return tables.missing("Too little is known of its days" if row[name] is not None else tables.NOT_TRACKED)
    return Cell(f"{low * 100:.1f}–{high * 100:.1f}%", low)
