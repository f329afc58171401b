"""What needs attention on the overview, grouped by kind, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import streamlit as st

from outreach_results import results
from outreach_results.models import Filters, OpenAlert, Sentiment
from outreach_results.models.team import Role
from outreach_results.results import InboxFilters, ReplyStatus, insights
from outreach_results.results.insights import Alert
from outreach_results.store.engine import Store
from outreach_results.store.tracking import choose_tracking
from outreach_results.ui import cards, text, url_state
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, may, store_for
from outreach_results.ui.filters import View, choose_campaigns

ALERTS_A_PAGE = 10
_WATCH = (
    "Above the limit if looked at alone. Among this many campaigns, chance may explain it. Check again in a few days."
)


def side_cards(view: View) -> None:
    """Draw the two cards beside the chart."""
    with st.container(key="side", height="stretch"):
        alerts(ask(found_alerts, view.filters), ask(positive_to_do, view.filters))
        changes(ask(what_changed, view.filters, view.comparison, view.compared_with))


def alerts_without_activity(view: View) -> None:
    """Draw what is raised where the period has no activity, which may be what is wrong; nothing without alerts."""
    raised = insights.with_raised([], ask(raised_alerts, view.filters.campaigns))
    if raised:
        alerts(raised)


def raised_alerts(opened: Store, campaigns: tuple[str, ...] | None) -> list[OpenAlert]:
    """The alerts on these campaigns or the account."""
    return results.open_alerts(opened, campaigns).alerts


def what_changed(opened: Store, filters: Filters, comparison: Filters | None, compared_with: str) -> list[str]:
    """Sentences on what changed since the comparison period; none without a comparison."""
    if comparison is None:
        return []
    now, before = (ask(results.totals, chosen) for chosen in (filters, comparison))
    campaigns = results.campaign_rows(opened, filters)
    moved = ask(results.campaign_changes, filters, comparison)
    return insights.what_changed(
        now, before, compared_with, campaigns, moved, ask(results.headlines, filters, comparison)
    )


def changes(sentences: Sequence[str]) -> None:
    """Draw the sentences on what changed."""
    if sentences:
        with cards.card("What changed", key="what-changed"):
            st.text("\n".join(sentences))


def positive_to_do(_store: Store, filters: Filters) -> int:
    """How many positive replies of the period are not done."""
    open_ones = InboxFilters(status=ReplyStatus.OPEN, sentiments=(Sentiment.POSITIVE,))
    return ask(results.reply_totals, filters, open_ones)[Sentiment.POSITIVE]


def found_alerts(opened: Store, filters: Filters) -> list[Alert]:
    """What stands out among the campaigns of the filters, and the alerts that are raised on them or the account."""
    # Not by `ask`: the sums are there already, and to keep the rows as bytes costs as much as to make them.
    campaigns = results.campaign_rows(opened, filters)
    humans = results.campaign_rows(opened, replace(filters, humans_only=True))
    found = insights.alerts(campaigns, humans, ask(results.chosen_limits))
    return insights.with_raised(found, ask(raised_alerts, filters.campaigns))


def alerts(every: Sequence[Alert], positive_to_do: int = 0) -> None:
    """Draw what needs attention: one line a kind, which opens to its campaigns; then what to watch."""
    urgent, watched = ([alert for alert in every if alert.is_watch == is_watch] for is_watch in (False, True))
    with cards.card("Needs attention", key="attention"):
        if not every and not positive_to_do:
            st.caption("Nothing right now.")
        for place, (kind, alerts) in enumerate(_by_kind(urgent)):
            _group(_title(kind, alerts), alerts, f"alert-{place}", icon=":material/error:")
        if watched:
            title = f"To watch: {_campaigns(watched)}"
            _group(title, watched, "watch", icon=":material/visibility:", remark=_WATCH)
        if positive_to_do:
            replies = "reply" if positive_to_do == 1 else "replies"
            url_state.page_link(
                f"{text.number(positive_to_do)} positive {replies} to do",
                "inbox",
                {"sentiment": "positive"},
                icon=":material/inbox:",
            )


def _title(kind: str, alerts: Sequence[Alert]) -> str:
    of_campaigns = [alert for alert in alerts if alert.campaign_id]
    others = len(alerts) - len(of_campaigns)
    if of_campaigns:
        return f"{kind}: {'all campaigns, ' if others else ''}{_campaigns(of_campaigns)}"
    return kind if others == 1 else f"{kind}: {text.counted(others, 'account')}"


def _campaigns(alerts: Sequence[Alert]) -> str:
    return text.counted(len(alerts), "campaign")


def _by_kind(alerts: Sequence[Alert]) -> list[tuple[str, list[Alert]]]:
    order = {kind: place for place, kind in enumerate(dict.fromkeys(alert.kind for alert in alerts))}
    in_order = sorted(alerts, key=lambda alert: order[alert.kind])
    return [(kind, list(group)) for kind, group in groupby(in_order, key=lambda alert: alert.kind)]


def _group(title: str, alerts: Sequence[Alert], key: str, *, icon: str, remark: str = "") -> None:
    with st.expander(text.escape(title), icon=icon):
        if remark:
            st.caption(remark)
        rows, pages, page = st.container(), -(-len(alerts) // ALERTS_A_PAGE), 1
        if pages > 1:
            page = st.pagination(pages, key=f"{key}-page")
        shown = enumerate(alerts[(page - 1) * ALERTS_A_PAGE : page * ALERTS_A_PAGE])
        with rows:
            # What is true of all of them is said once: dozens of campaigns can share a cause.
            for (about, next_step), alike in groupby(shown, key=lambda placed: _shared(placed[1])):
                st.markdown(f"{text.escape(about)} *{text.escape(next_step)}*")
                for place, alert in alike:
                    _alert(alert, f"{key}-{place}")


def _shared(alert: Alert) -> tuple[str, str]:
    """What an alert says that is not of its campaign alone: the limit and the cause, and what to do."""
    _, _, limit = alert.what.partition("; ")
    return f"{limit[:1].upper()}{limit[1:]} {alert.cause}".strip(), alert.next_step


def _alert(alert: Alert, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}-row"):
        if alert.campaign_id:
            st.button(
                text.escape(alert.campaign),
                key=key,
                type="tertiary",
                help="Show only this campaign",
                on_click=choose_campaigns,
                args=([alert.campaign_id],),
            )
        # What is about a synced account or all campaigns chooses none.
        who = "" if alert.campaign_id or not alert.campaign else f"**{text.escape(alert.campaign)}**: "
        st.caption(f"{who}{text.escape(alert.what.partition('; ')[0].removesuffix('.'))}")
        if alert.untracked and may(Role.ADMIN):
            st.button(
                "Not tracked",
                key=f"{key}-untracked",
                help=f"Mark {' and '.join(alert.untracked)} of this campaign as not tracked",
                on_click=_set_untracked,
                args=(alert.campaign_id, alert.untracked),
            )


def _set_untracked(campaign_id: str, kinds: Sequence[str]) -> None:
    choose_tracking(store_for(Role.ADMIN), campaign_id, dict.fromkeys(kinds, False), by=author_name())
