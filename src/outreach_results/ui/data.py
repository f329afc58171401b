"""The sections of the data page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from outreach_results.models import Filters
from outreach_results.sync.run import sync_status
from outreach_results.ui import cache, cards, text, url_state
from outreach_results.ui.downloads import Table

_ALL = Filters()


def connect_card() -> None:
    """Draw the card of the platform: when it was last synced, and what failed."""
    with st.container(border=True, height="stretch"):
        st.subheader("Connect", anchor=False)
        _sync_summary()


def _sync_summary() -> None:
    zone, status = cache.zone(), cache.snapshot_value(sync_status)
    if status.running_since is not None:
        st.text(f"A sync is running since {text.moment(status.running_since, zone)}.")
    if status.cut_off_at is not None:
        st.text(f"The sync begun on {text.moment(status.cut_off_at, zone)} was cut off; the next one makes up for it.")
    if status.start_failure is not None:
        since, reason = text.moment(status.start_failure.since, zone), status.start_failure.reason
        st.error(text.escape(f"Since {since} no scheduled sync could begin: {reason}"), icon="⚠️")
    last = status.last
    if last is None:
        if status.running_since is None and status.start_failure is None:
            st.text("Not connected yet.")
        return
    when = "" if last.finished_at is None else f" on {text.moment(last.finished_at, zone)}"
    st.text(f"Last sync{when} from {last.server}: {last.sentence()}")
    if last.problem:
        st.error(text.escape(last.problem), icon="⚠️")
    for campaign_id, reason in last.failed.items():
        st.warning(text.escape(f"{campaign_id or 'Account'}: {reason}"), icon="⚠️")
    notes = [
        f"{campaign_id or 'Account'}: {note}" for campaign_id, sentences in last.notes.items() for note in sentences
    ]
    if notes:
        with st.expander(f"{len(notes)} remarks"):
            st.text("\n".join(notes))


def reconciliation(frame: pd.DataFrame) -> None:
    """Draw the platform's own numbers next to those counted here."""
    st.subheader("Reconciliation", anchor=False)
    if frame.empty:
        st.caption("Once a platform reports its own totals, they are compared with the events counted here.")
        return
    only = st.toggle(
        "Only what differs",
        key=url_state.control("differs", url_state.is_on("differs", default=True)),
        on_change=url_state.writes_switch("differs", default=True),
    )
    shown = frame[frame["difference"].fillna(0) != 0] if only else frame
    if shown.empty:
        st.success("Everything agrees.")
    else:
        st.dataframe(
            shown,
            hide_index=True,
            placeholder=text.MISSING,
            key="reconciliation",
            column_order=["campaign", "metric", "reported", "counted", "difference", "explanation"],
            column_config={
                "campaign": st.column_config.TextColumn("Campaign", width="medium"),
                "metric": st.column_config.TextColumn("Number"),
                "reported": st.column_config.NumberColumn("Platform says", format="localized"),
                "counted": st.column_config.NumberColumn("Counted here", format="localized"),
                "difference": st.column_config.NumberColumn("Difference", format="localized"),
                "explanation": st.column_config.TextColumn("Why", width="large"),
            },
            alt="Reported and counted numbers side by side",
        )
    offered = Table("reconciliation", with_whole_counts(frame), _ALL)
    cards.actions_at_right("Reconciliation", offered, key="reconciliation-data")


def with_whole_counts(frame: pd.DataFrame) -> pd.DataFrame:
    """`reconciliation` with counts as integers, beside the costs in the same columns."""

    def cells(name: str) -> pd.Series:
        values = [
            value if pd.isna(value) or metric.endswith("_usd") else int(value)
            for metric, value in zip(frame["metric"], frame[name], strict=True)
        ]
        return pd.Series(values, frame.index, dtype=object)

    return frame.assign(**{name: cells(name) for name in ("reported", "counted", "difference")})
