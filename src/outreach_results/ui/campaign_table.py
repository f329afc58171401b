"""The campaign table of the overview: sorted by estimates that luck does not lead, searched, and downloaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.metrics.exceedance import Finding
from outreach_results.models import COUNTS, Filters
from outreach_results.models.campaign_types import type_name
from outreach_results.models.metric_definitions import RATES
from outreach_results.results import insights
from outreach_results.store.engine import Store
from outreach_results.ui import cards, charts, downloads, tables, text, url_state
from outreach_results.ui.cache import ask, person
from outreach_results.ui.components import DEFINITIONS, FULL
from outreach_results.ui.filters import View, campaign_labels, choose_campaigns
from outreach_results.ui.fragments import fragment_run
from outreach_results.ui.tables import Cell, Column, Kind, Row, Sort, Tone

MANY = 15
"""With more campaigns than these there is a field to search them."""

_LONGEST_NAME = 100
_LEAD_TO = "campaign-table-leads-to"
_SHRUNKEN = (
    "Sorted by an estimate that draws campaigns with few emails toward the average of all, so that luck does not lead."
)


# --- columns -----------------------------------------------------------------------------------------------------


def _rate(name: str, *, is_extra: bool = True, remark: str = "") -> Column:
    return Column(name, charts.LABELS[name], Kind.NUMBER, DEFINITIONS[name], is_extra=is_extra, remark=remark)


_COLUMNS = (
    Column("name", "Campaign", help="A click shows only this campaign.", is_wide=True),
    Column("status", "Status", help=f"Active: sent something in the last {results.ACTIVE_DAYS} days of your data."),
    Column("emails_sent", "Sent", Kind.NUMBER, DEFINITIONS["emails_sent"]),
    Column("positive_replies", "Positive replies", Kind.NUMBER, "Replies that are marked positive."),
    _rate("reply_rate", is_extra=False, remark=_SHRUNKEN),
    Column(
        "reply_range",
        "Reply rate range",
        Kind.NUMBER,
        "With 95% confidence the reply rate is in this range: chance alone could have moved it that far.",
    ),
    Column("replies_in", "Replies in", Kind.NUMBER, "How much of the replies to these emails is expected to be in."),
    Column("line", "Replies", Kind.LINE, "Replies over the period."),
    Column("bounce_rate", "Bounce rate", Kind.NUMBER, "Bounced, as a share of all emails sent."),
    Column("meetings_booked", "Meetings", Kind.NUMBER, DEFINITIONS["meetings_booked"]),
    Column(
        "cost_per_meeting_usd",
        "Per meeting",
        Kind.NUMBER,
        "Cost divided by meetings booked. Below three meetings, the range in which it is with 95% confidence.",
        descending=False,
        remark=f"Lowest cost per meeting first. {_SHRUNKEN} Campaigns with fewer than three meetings come last.",
    ),
    Column("cost_usd", "Cost", Kind.NUMBER, DEFINITIONS["cost"]),
    # Last, because on a phone the first columns are all that is seen without scrolling.
    Column("client", "Client", help="To whom the campaign belongs: see Data → Settings → Clients & tags."),
    Column("tags", "Tags"),
    *(
        Column(name, charts.LABELS[name], Kind.NUMBER, DEFINITIONS[name], is_extra=True)
        for name in COUNTS
        if name not in ("emails_sent", "meetings_booked")
    ),
    # Whatever rate is added to the registry has its column here.
    *(
        _rate(name, remark=_SHRUNKEN if name == "open_rate" else "")
        for name in RATES
        if name not in ("reply_rate", "conversion_rate")
    ),
    Column(
        "unsubscribe_rate",
        "Unsubscribe rate",
        Kind.NUMBER,
        "Unsubscribed, as a share of delivered emails.",
        descending=False,
        is_extra=True,
    ),
    _rate("conversion_rate", remark=f"Most meetings for each email sent first. {_SHRUNKEN}"),
    Column("mcp", "Campaign type", is_extra=True),
)

_CODES = {
    "emails_sent": "sent",
    "conversion_rate": "meetings",
    "cost_per_meeting_usd": "meeting_cost",
    "cost_usd": "cost",
}
"""What the URL calls the columns to sort by; the others by their names."""

_ESTIMATES = {
    "reply_rate": "reply_rate_estimate",
    "open_rate": "open_rate_estimate",
    "conversion_rate": "meetings_per_email_estimate",
    "cost_per_meeting_usd": "cost_per_meeting_estimate_usd",
    "reply_range": "reply_rate_low",
    "replies_in": "reply_rate_share_in",
}
"""By column, what it is sorted by instead of what it shows."""

_DEFAULT = Sort("emails_sent", descending=True)


# --- the card ----------------------------------------------------------------------------------------------------


def campaigns(view: View) -> None:
    """Draw the table of campaigns; a click on one filters by it. Sorting and searching redraw nothing else."""
    # What the browser sorts and searches by itself is not sent again: a large table stays as it is.
    _card(view, _sort(), _searched())


@st.fragment
@fragment_run()
def _card(view: View, sort_at_first: Sort, searched_at_first: str) -> None:
    if st.session_state.pop(_LEAD_TO, False):
        st.rerun()  # the whole page: it has other filters now
    rows, searched, sort = ask(results.compared_campaigns, view.filters), _searched(), _sort()
    with st.container(key="campaign-table-card"), cards.card("Campaigns", key="campaigns") as card:
        shown = partial(_as_shown, rows, view.filters, searched, sort)
        card.offer(downloads.Table("campaigns", shown, view.filters, pictured=partial(_pictured, view.filters, shown)))
        if _is_young(rows):
            st.caption(
                "Rates are those expected once the youngest emails have collected their outcomes. The download has the "
                "plain rates beside them."
            )
        tables.show_encoded(
            ask(_encoded, view.filters),
            key="campaign-table",
            rows=len(rows),
            alt="Campaigns with counts, rates and cost; a click on a name shows only that campaign",
            leads_to=url_state.address("overview", {"campaigns": tables.ANY, "sort": "", "find": ""}),
            sort=sort_at_first,
            search="Search campaigns" if len(rows) > MANY or searched_at_first else None,
            searched=searched_at_first,
            on_click=_choose,
            on_sort=_write_sort,
            on_search=_write_search,
        )
        chosen = view.filters.campaigns
        if chosen is not None and len(chosen) == 1 and person().has_recipients:
            _export(chosen[0], view)


def _export(campaign_id: str, view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Export campaign", width="content")
        offered = downloads.Campaign(campaign_id, humans_only=view.filters.humans_only)
        cards.actions("all data of the campaign", offered, key="campaign-data")
        st.space("stretch")
        if st.button("Show all campaigns", on_click=choose_campaigns, args=([],)):
            st.rerun()


def _choose(click: tables.Click) -> None:
    choose_campaigns(url_state.split(click.value))
    st.session_state[_LEAD_TO] = True


def _sort() -> Sort:
    """The column that the URL names, with "-" in front for the direction that a first click does not give."""
    written = url_state.text("sort")
    if not written:
        return _DEFAULT
    code = url_state.codes("sort").get(written, written)  # links had labels before
    for column in _COLUMNS:
        if code.removeprefix("-") == _CODES.get(column.name, column.name):
            return Sort(column.name, column.is_sorted_down_first != code.startswith("-"))
    url_state.refuse("sort")
    return _DEFAULT


def _write_sort(sort: Sort) -> None:
    column = next(column for column in _COLUMNS if column.name == sort.column)
    code = _CODES.get(sort.column, sort.column)
    reverse = "" if sort.descending == column.is_sorted_down_first else "-"
    url_state.change_in_fragment("sort", "" if sort == _DEFAULT else f"{reverse}{code}")


def _searched() -> str:
    return url_state.text("find")[:_LONGEST_NAME]


def _write_search(searched: str) -> None:
    url_state.change_in_fragment("find", searched[:_LONGEST_NAME])


def _as_shown(rows: Sequence[Mapping[str, Any]], filters: Filters, searched: str, sort: Sort) -> pd.DataFrame:
    """The rows that the browser shows, in its order, for the files."""
    # A frame only here, when somebody downloads it: to draw the page it would cost more than the rows themselves.
    frame = results.frame_of_campaigns(rows, filters)
    if searched:
        frame = frame[frame["name"].str.casefold().str.contains(searched.strip().casefold(), regex=False)]
    by = _ESTIMATES.get(sort.column, sort.column)
    if by not in frame:
        return frame.reset_index(drop=True)
    return frame.sort_values(
        by,
        ascending=not sort.descending,
        na_position="last",
        ignore_index=True,
        kind="stable",
        key=lambda values: values.str.casefold() if by == "name" else values,
    )


def _is_young(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the youngest emails of some campaign are still collecting outcomes that its rates allow for."""
    shares = (row.get(f"{name}_share_in") for row in rows for name in RATES)
    return any(share is not None and share < FULL for share in shares)


def _pictured(filters: Filters, shown: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The texts of the table, in the order in which it is shown."""
    texts = tables.texts_of(ask(_encoded, filters))
    return texts.loc[[url_state.join([own]) for own in shown()["campaign_id"]]].reset_index(drop=True)


# --- cells -------------------------------------------------------------------------------------------------------


def _encoded(opened: Store, filters: Filters) -> str:
    """The table for the browser; the values of the names are the campaigns' ids as the URL has them."""
    campaigns = ask(results.compared_campaigns, filters)
    shown = _shown_columns(campaigns, filters)
    series = results.campaign_time_series(opened, filters, "replied")
    labels = ask(campaign_labels)
    limit = ask(results.chosen_limits).get("bounce_rate", insights.BOUNCE_LIMIT)
    judged = {"bounce_limit": insights.limit_words(limit)}
    rows = []
    for row, finding in zip(campaigns, insights.bounce_findings(campaigns, limit), strict=True):
        rates = {f"{name}_shown": results.shown_rate(row, name) for name in RATES}
        more = {**rates, **judged, "is_of_sent": results.is_of_sent(row), "bounces": finding}
        rows.append(_row(row | more, labels, series.get(row["campaign_id"], [])))
    return tables.encoded([column for column in _COLUMNS if column.name in shown], rows)


def _shown_columns(rows: Sequence[Mapping[str, Any]], filters: Filters) -> set[str]:
    """The names of the columns that say something of these campaigns."""
    is_of_one_client = filters.clients is not None and len(filters.clients) == 1
    says_something = {
        "replies_in": _is_young(rows),
        "client": not is_of_one_client and any(row["client"] is not None for row in rows),
        "tags": any(row["tags"] is not None for row in rows),
    }
    return {column.name for column in _COLUMNS if says_something.get(column.name, True)}


def _row(row: Mapping[Any, Any], labels: Mapping[str, str], line: Sequence[float | None]) -> Row:
    campaign_id = row["campaign_id"]
    name = labels.get(campaign_id, row["name"])
    return {
        "name": Cell(name, name.casefold(), value=url_state.join([campaign_id])),
        "client": tables.plain(row["client"]),
        "tags": tables.plain(row["tags"]),
        "status": _status(row["status"]),
        **{count: tables.number(row[count]) for count in COUNTS},
        "positive_replies": _positive(row),
        **{rate: _rate_cell(row, rate) for rate in RATES},
        "reply_rate": _standing_out(_rate_cell(row, "reply_rate"), row),
        "reply_range": _range(row),
        "replies_in": tables.share(row.get("reply_rate_share_in")),
        "line": _line(line),
        "bounce_rate": _bounces(row),
        "cost_per_meeting_usd": _per_meeting(row),
        "cost_usd": tables.dollars(row["cost_usd"]),
        "unsubscribe_rate": _share(row, "unsubscribe_rate", "unsubscribed", "delivered"),
        "mcp": tables.plain(None if row["mcp"] is None else type_name(row["mcp"])),
    }


def _status(status: str | None) -> Cell:
    if status is None:
        return tables.missing("It is not known when this campaign sent its emails")
    return Cell(status.capitalize(), status, is_quiet=status == "ended")


def _positive(row: Mapping[Any, Any]) -> Cell:
    if row["positive_replies"] is None:
        return tables.missing(tables.NOT_TRACKED if row["replied"] is None else "The text of its replies is not known")
    return tables.number(row["positive_replies"])


def _rate_cell(row: Mapping[Any, Any], name: str) -> Cell:
    count, of = RATES[name].parts
    value = row[f"{name}_shown"]
    by = row[_ESTIMATES[name]] if name in _ESTIMATES else value
    if value is None:
        return _unknown(row, count, of, too_early=row.get(f"{name}_share_in") is not None)
    cell = Cell(text.percent(value), by)
    is_of_sent = of == "delivered" and row["is_of_sent"]
    return replace(cell, note="of sent", title="Deliveries are not tracked") if is_of_sent else cell


def _share(row: Mapping[Any, Any], name: str, count: str, of: str) -> Cell:
    return _unknown(row, count, of) if row[name] is None else tables.share(row[name])


def _unknown(row: Mapping[Any, Any], count: str, of: str, *, too_early: bool = False) -> Cell:
    if row[count] is None or (row[of] is None and not row["is_of_sent"]):
        return tables.missing()
    return tables.missing("Too early to tell" if too_early else f"Nothing {charts.LABELS[of].lower()}")


def _standing_out(cell: Cell, row: Mapping[Any, Any]) -> Cell:
    rate, others = row["reply_rate_shown"], row["reply_rate_of_others"]
    if rate is None or others is None or not row["reply_rate_stands_out"]:
        return cell
    is_above = rate > others
    title = (
        f"{'Above' if is_above else 'Below'} the other campaigns ({text.percent(others)}), statistically significant"
    )
    return replace(cell, title=title, tone=Tone.BETTER if is_above else Tone.WORSE)


def _bounces(row: Mapping[Any, Any]) -> Cell:
    cell, limit = _share(row, "bounce_rate", "bounced", "emails_sent"), row["bounce_limit"]
    if row["bounces"] == Finding.ALARM:
        title = f"Above {limit}: inbox providers penalize that"
        return replace(cell, title=title, tone=Tone.WORSE, sign="!")
    if row["bounces"] == Finding.WATCH:
        title = f"Above {limit}, but not significantly among this many campaigns"
        return replace(cell, title=title, tone=Tone.WATCH)
    return cell


def _range(row: Mapping[Any, Any]) -> Cell:
    low, high = row["reply_rate_low"], row["reply_rate_high"]
    if low is None or high is None:
        return _unknown(row, *RATES["reply_rate"].parts)
    return Cell(text.span(text.percent(low), text.percent(high)), low)


def _per_meeting(row: Mapping[Any, Any]) -> Cell:
    value, low, high = (row[f"cost_per_meeting{end}_usd"] for end in ("", "_low", "_high"))
    by = row[_ESTIMATES["cost_per_meeting_usd"]]
    if low is None:
        is_known = row["meetings_booked"] is not None and row["cost_usd"] is not None
        return tables.missing("No cost" if is_known else tables.NOT_TRACKED)
    reach = text.price_range(low, high)
    if value is None:
        return Cell(reach, by, "Too few meetings for one number", is_quiet=True)
    return Cell(text.money(value), by, f"With 95% confidence {reach}")


def _line(values: Sequence[float | None]) -> Cell:
    known = [value for value in values if value is not None]
    if len(known) < 2 or (None in values and not any(known)):
        return Cell()  # all that is known are days without activity, which would look like failures
    return Cell(title=f"At most {text.number(max(known))} at a time", line=values)
