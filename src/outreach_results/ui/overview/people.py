"""The overview of people instead of emails: a strip of tiles, how far they came, and the campaigns."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from outreach_results import metrics, results
from outreach_results.models.metric_definitions import METRICS, POSITIVE_REPLIES
from outreach_results.models.people import PEOPLE, PERSON
from outreach_results.results import People
from outreach_results.ui import cards, charts, tables, text, url_state
from outreach_results.ui.cache import ask, derive, draw
from outreach_results.ui.components import chart_with_data
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View, campaign_labels, choose_campaigns
from outreach_results.ui.overview import tiles
from outreach_results.ui.overview.attention import side_cards
from outreach_results.ui.overview.tiles import Tile
from outreach_results.ui.shell import NO_ACTIVITY
from outreach_results.ui.tables import Cell, Column, Kind, Link, Sort

_CONTACTED = "emails_sent"
_RANGE = "With 95% confidence the rate is in this range: chance alone could have moved it that far."
_STAGES = (_CONTACTED, "delivered", "opened", "clicked", "replied", POSITIVE_REPLIES.name, "meetings_booked")


def people(view: View) -> None:
    """Draw the overview of the people who were contacted in the period."""
    found = ask(results.people, view.filters)
    before = ask(results.people, view.comparison) if view.comparison else None
    if not found.counts[_CONTACTED]:
        st.info(NO_ACTIVITY if not found.of_campaigns else _unknown(found))
        return
    with st.container(key="headlines"):
        with st.container(key="people"):
            tiles.show([_tile(name, found, before, view) for name in PEOPLE], key="tiles")
            with st.container(key="headline-chart"):
                _funnel(found, view)
        side_cards(view)
    _campaigns(found, view)


def _unknown(found: People) -> str:
    """The notice about campaigns whose sources name no recipients."""
    left_out = found.of_campaigns - found.campaigns
    return (
        f"People are not known of {left_out} of {found.of_campaigns} campaigns: "
        "their sources give totals or contacts, not emails with their recipients."
    )


def _tile(name: str, found: People, before: People | None, view: View) -> Tile:
    count, share = found.counts[name], found.share(name)
    was = None if before is None else before.counts[name]
    notes = [] if name == _CONTACTED or share is None else [text.percent(share), _range(count, found.contacted[name])]
    if count is None:
        notes = ["not tracked"]
    elif found.contacted[name] != found.counts[_CONTACTED]:
        notes.append(f"of {text.number(found.contacted[name])} tracked")
    about = PERSON if name == _CONTACTED else f"People: {METRICS[name].definition} {_RANGE}"
    versus = f" Compared with {view.compared_with}." if was is not None else ""
    change = "" if was is None or count is None else f"was {text.number(was)}"
    return Tile(name, PEOPLE[name], text.number(count), change, "", tuple(notes), about + versus)


def _range(count: int | None, of: int) -> str:
    """The 95% interval of a share: 3.1–5.5%."""
    interval = metrics.wilson(count, of)
    return "" if interval is None else text.span(*map(text.percent, interval))


def _range_cell(low: float, high: float) -> Cell:
    return tables.missing() if pd.isna(low) else Cell(text.span(text.percent(low), text.percent(high)), low)


def stages(found: People) -> pd.DataFrame:
    """How far people came, one row a stage: stage, people and share (of those contacted; NA where unknown)."""
    rows = [(PEOPLE[name], found.counts[name], found.share(name)) for name in _STAGES]
    frame = pd.DataFrame(rows, columns=["stage", "people", "share_of_contacted"])
    return frame.astype({"people": "Int64", "share_of_contacted": "float64"})


def _funnel(found: People, view: View) -> None:
    frame = derive(stages, found)
    with cards.card("People, from contacted to a meeting", key="people-funnel") as card:
        chart_with_data(
            draw(charts.people, frame),
            frame,
            view.filters,
            key="people-funnel",
            name="people",
            alt=f"People by how far they came, {view.days()}",
            card=card,
        )
        known = "" if found.campaigns == found.of_campaigns else _unknown(found)
        st.caption(
            text.escape(
                f"Everyone who was contacted in these days, and what they did since. {_NO_DAYS} {known}".strip()
            )
        )


_NO_DAYS = (
    "There is no chart by day: someone who got emails on two days would count on both, so the days would add up to "
    "more people than there are."
)
_COLUMNS = (
    Column("name", "Campaign", help="A click shows only this campaign.", is_wide=True),
    *(
        Column(name, label, Kind.NUMBER, PERSON if name == _CONTACTED else "", write=tables.number)
        for name, label in PEOPLE.items()
        if name != "bounced"
    ),
    Column(
        "reply_share",
        "Reply rate",
        Kind.NUMBER,
        "People who replied, as a share of people contacted.",
        write=tables.share,
    ),
    Column("reply_range", "Reply rate range", Kind.NUMBER, _RANGE, write=lambda ends: _range_cell(*ends)),
)


def with_reply_share(found: People) -> pd.DataFrame:
    """The campaigns with the people who replied as a share of those contacted (NA where unknown).

    Returns:
        The columns of `People.by_campaign`, ``reply_share``, and its 95% interval ``reply_low`` and ``reply_high``.
    """
    frame = found.by_campaign
    share = frame["replied"].astype("Float64") / frame[_CONTACTED].astype("Float64")
    ranges = [
        metrics.wilson(None if pd.isna(replied) else int(replied), int(of)) or (None, None)
        for replied, of in zip(frame["replied"], frame[_CONTACTED], strict=True)
    ]
    low, high = ([one[end] for one in ranges] for end in (0, 1))
    ends = {"reply_low": pd.Series(low, dtype="float64"), "reply_high": pd.Series(high, dtype="float64")}
    return frame.assign(reply_share=share.astype("float64"), **ends)


def _campaigns(found: People, view: View) -> None:
    frame, labels = derive(with_reply_share, found), ask(campaign_labels)
    offered = Table("people-by-campaign", frame, view.filters)
    with cards.card("Campaigns", key="people-campaigns", downloads=offered):
        codes = [url_state.join([own]) for own in frame["campaign_id"]]
        shown = frame.assign(
            name=[labels.get(own, name) for own, name in zip(frame["campaign_id"], frame["name"], strict=True)],
            reply_range=pd.Series(zip(frame["reply_low"], frame["reply_high"], strict=True), dtype="object"),
        )
        rows = tables.rows_of(
            shown.astype(object).where(shown.notna(), None),
            _COLUMNS,
            [Link(code, url_state.address("overview", {"campaigns": code})) for code in codes],
        )
        totals = {name: tables.number(found.counts[name]) for name in PEOPLE}
        total = totals | {
            "name": Cell("All, each person once"),
            "reply_share": tables.share(found.share("replied")),
            "reply_range": Cell(_range(found.counts["replied"], found.contacted["replied"])),
        }
        tables.show(
            _COLUMNS,
            rows,
            key="people-table",
            alt="Campaigns with the people they contacted; a click on a name shows only that campaign",
            totals=total if len(frame) > 1 else None,
            sort=Sort(_CONTACTED, descending=True),
            on_click=lambda click: choose_campaigns(url_state.split(click.value)),
        )
