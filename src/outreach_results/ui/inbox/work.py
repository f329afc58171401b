"""Who is to answer a reply, and from when on: the controls in the reading pane, their keys, and the bulk changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import streamlit as st

from outreach_results import results
from outreach_results.errors import ConflictError
from outreach_results.models import InboxReply, dates
from outreach_results.models.team import Role
from outreach_results.results import key_of
from outreach_results.store import team
from outreach_results.store.replies.changes import Action, Assignment, Change, Snooze
from outreach_results.ui import cache
from outreach_results.ui.author import LONGEST_NAME, own_name
from outreach_results.ui.cache import ask, person, snapshot_value
from outreach_results.ui.inbox import labels
from outreach_results.ui.inbox.keys import redraw_all
from outreach_results.ui.inbox.state_changes import StatusMessage, set_status

Apply = Callable[[Change], None]
"""Makes a change of the reply that is shown, and goes on to the next one where it leaves the list."""

_DAY = timedelta(days=1)
_LONGEST_SNOOZE = timedelta(days=366)


def today() -> date:
    """The local date of the account."""
    return datetime.now(cache.zone()).date()


def assign_to_me() -> Assignment:
    """The change that assigns replies to whoever looks.

    Raises:
        ConflictError: nobody is signed in, and no name was entered.
    """
    name = own_name()
    if not name:
        raise ConflictError("Not saved: enter your name under “View” first, so that others see whose it is.")
    return Assignment(name)


def _next_monday(now: date) -> date:
    return now + (7 - now.weekday()) * _DAY


def days_ahead(now: date) -> dict[str, date]:
    """What a reply can be snoozed for with one click, and until when."""
    offered = {"tomorrow": now + _DAY, "in 3 days": now + 3 * _DAY, "next Monday": _next_monday(now)}
    # Of two names of one day the first is enough: on a Sunday tomorrow is Monday.
    return {name: day for place, (name, day) in enumerate(offered.items()) if day not in [*offered.values()][:place]}


_MADE: dict[str, Callable[[], Change]] = {
    "Assign to me": assign_to_me,
    "Unassign": lambda: Action.UNASSIGNED,
    # The day is that of the click: the menu may have been drawn before midnight.
    "Snooze until tomorrow": lambda: Snooze(days_ahead(today())["tomorrow"]),
    "Snooze until Monday": lambda: Snooze(_next_monday(today())),
    "End snooze": lambda: Action.SNOOZE_ENDED,
}

BULK = (*labels.BULK, *_MADE)
"""The labels of the changes that can be made to many replies."""


def bulk_change(label: str) -> Change:
    """The change with this label.

    Raises:
        ConflictError: it is not possible now.
    """
    return labels.BULK[label] if label in labels.BULK else _MADE[label]()


def people() -> list[str]:
    """To whom replies can be assigned: whoever looks, the team, and who has been assigned to one before."""
    # Who sees one client only does not learn who works for the others.
    known = snapshot_value(team.members) if person().limit is None else []
    members = [member.address for member in known if member.role.allows(Role.EDITOR)]
    return list(dict.fromkeys([*filter(None, [own_name()]), *members, *ask(results.assignees)]))


def controls(reply: InboxReply, apply: Apply) -> None:
    """Show who answers the reply, and the menu that snoozes it."""
    # Another reply, or another state of it, is another control: the browser keeps what was chosen in one.
    own = f"{reply.mark_version}-{abs(hash(key_of(reply))):x}"
    _assignee(reply, f"inbox-assign-{own}", apply)
    if reply.handled_at is None:
        _snooze(reply, own, apply)


def keys(reply: InboxReply, apply: Apply) -> None:
    """Draw the buttons that are there for their keyboard shortcuts."""
    st.button("Assign to me", key="inbox-key-a", shortcut="A", on_click=_apply_to_me, args=(apply,))
    if reply.handled_at is None:
        until = days_ahead(today())["tomorrow"]
        st.button("Snooze until tomorrow", key="inbox-key-s", shortcut="S", on_click=apply, args=(Snooze(until),))


def _apply_to_me(apply: Apply) -> None:
    try:
        change = assign_to_me()
    except ConflictError as error:
        set_status(StatusMessage(str(error), is_warning=True))
        redraw_all()
    apply(change)


def _assignee(reply: InboxReply, key: str, apply: Apply) -> None:
    offered = list(dict.fromkeys([*filter(None, [reply.assignee]), *people()]))

    def choose() -> None:
        chosen = " ".join(str(st.session_state[key] or "").split())[:LONGEST_NAME]
        # After a run that was interrupted, Streamlit reports a control as changed that holds what was drawn.
        if chosen != (reply.assignee or ""):
            apply(Assignment(chosen) if chosen else Action.UNASSIGNED)

    st.selectbox(
        "Assignee",
        offered,
        index=None if reply.assignee is None else 0,
        placeholder="Assign",
        accept_new_options=True,
        key=key,
        on_change=choose,
        label_visibility="collapsed",
        width=150,
    )


def _snooze(reply: InboxReply, own: str, apply: Apply) -> None:
    now, key = today(), f"inbox-until-{own}"
    is_asleep = reply.snoozed_until is not None and reply.snoozed_until > now

    def until_chosen() -> None:
        chosen = st.session_state[key]
        if isinstance(chosen, date) and chosen != reply.snoozed_until:
            apply(Snooze(chosen))

    with st.popover("Snoozed" if is_asleep else "Snooze", key=f"inbox-snooze-{own}", help="Out of “To do” until a day"):
        if is_asleep:
            st.button(
                "End snooze", key="inbox-snooze-end", width="stretch", on_click=apply, args=(Action.SNOOZE_ENDED,)
            )
        for name, day in days_ahead(now).items():
            st.button(
                f"{name[0].upper()}{name[1:]} · {dates.short_weekday(day)}",
                key=f"inbox-snooze-{name}",
                width="stretch",
                on_click=apply,
                args=(Snooze(day),),
            )
        st.date_input(
            "Until another day",
            reply.snoozed_until if is_asleep else None,
            min_value=now + _DAY,
            # A colleague's program may have chosen a later one, which Streamlit would refuse to show.
            max_value=max(now + _LONGEST_SNOOZE, reply.snoozed_until or now),
            key=key,
            on_change=until_chosen,
        )
