"""What people can do with replies: which changes there are, which replies one of them changes, and to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, literal, null

from outreach_results.models import Sentiment
from outreach_results.store.replies.state import effective_sentiment
from outreach_results.store.schema import mark_changes, replies, reply_marks

STATE = (
    *("sentiment", "corrected_by", "corrected_at", "handled_at", "handled_by", "marked_by", "marked_at"),
    *("meeting_marked_at", "meeting_marked_by"),
    *("assignee", "assigned_by", "assigned_at", "snoozed_until", "snoozed_by", "snoozed_at"),
)
"""The columns of `reply_marks` that a change may change; `mark_changes` has each as it was before."""


class Action(StrEnum):
    """The changes of a reply's state other than a correction of its sentiment."""

    HANDLED = "handled"
    REOPENED = "reopened"
    MEETING_BOOKED = "meeting_booked"
    MEETING_REMOVED = "meeting_removed"
    CORRECTION_CLEARED = "taken_back"
    UNASSIGNED = "unassigned"
    SNOOZE_ENDED = "snooze_ended"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A reply becomes somebody's to answer: the address of a member of the team, or a name."""

    assignee: str

    def __str__(self) -> str:
        return "assigned"


@dataclass(frozen=True, slots=True)
class Snooze:
    """A reply leaves what is to do until a local date."""

    until: date

    def __str__(self) -> str:
        return "snoozed"


Change = Action | Sentiment | Assignment | Snooze
"""One of the actions, the corrected sentiment, or who answers or until when nobody has to.

As a text it is what `mark_changes` and the audit log call it.
"""

PAST_TENSE: dict[str, str] = {
    Action.HANDLED: "marked it done",
    Action.REOPENED: "reopened it",
    Action.MEETING_BOOKED: "marked a meeting",
    Action.MEETING_REMOVED: "removed the meeting",
    Action.CORRECTION_CLEARED: "cleared its correction",
    Action.UNASSIGNED: "took its assignee away",
    Action.SNOOZE_ENDED: "ended its snooze",
    Action.UNDONE: "undid an earlier change",
    "assigned": "assigned it",
    "snoozed": "snoozed it",
    **{sentiment: f"marked it {sentiment}" for sentiment in Sentiment},
}
"""What somebody did, after their name."""


def is_about_sentiment(change: Change) -> bool:
    """Whether the change changes which sentiment counts."""
    return isinstance(change, Sentiment) or change == Action.CORRECTION_CLEARED


def is_about_meeting(change: Change) -> bool:
    """Whether the change changes which meetings count."""
    return change in (Action.MEETING_BOOKED, Action.MEETING_REMOVED)


def has_effect(change: Change) -> ColumnElement[bool]:
    """The condition on replies beside their marks for those that the change changes."""
    mark = reply_marks.c
    if isinstance(change, Sentiment):
        return effective_sentiment != change.value
    if isinstance(change, Assignment):
        return mark.assignee.is_distinct_from(change.assignee)
    if isinstance(change, Snooze):
        # What is done does not wait for anything.
        return mark.handled_at.is_(None) & mark.snoozed_until.is_distinct_from(change.until)
    return {
        Action.HANDLED: mark.handled_at.is_(None),
        Action.REOPENED: mark.handled_at.is_not(None),
        Action.MEETING_BOOKED: mark.meeting_marked_at.is_(None),
        Action.MEETING_REMOVED: mark.meeting_marked_at.is_not(None),
        Action.UNASSIGNED: mark.assignee.is_not(None),
        Action.SNOOZE_ENDED: mark.snoozed_until.is_not(None),
    }.get(change, mark.sentiment.is_not(None))


def changed_columns(change: Change, by: str) -> dict[str, ColumnElement[Any]]:
    """What the change sets in `reply_marks`, by column, of `mark_changes` beside `replies`."""
    who, when = literal(by), mark_changes.c.changed_at
    if isinstance(change, Sentiment):
        # The source's own sentiment is no correction: choosing it only removes an earlier one.
        differs = replies.c.sentiment != change.value
        return {
            "sentiment": case((differs, literal(change.value))),
            "corrected_by": case((differs, who)),
            "corrected_at": case((differs, when)),
        }
    if isinstance(change, Assignment):
        return {"assignee": literal(change.assignee), "assigned_by": who, "assigned_at": when}
    if isinstance(change, Snooze):
        until = literal(change.until, reply_marks.c.snoozed_until.type)
        return {"snoozed_until": until, "snoozed_by": who, "snoozed_at": when}
    if change == Action.HANDLED:
        return {"handled_by": who, "handled_at": when}
    if change == Action.MEETING_BOOKED:
        return {"meeting_marked_by": who, "meeting_marked_at": when}
    return dict.fromkeys(_REMOVED[change], null())


_SNOOZED = ("snoozed_until", "snoozed_by", "snoozed_at")
_REMOVED: dict[Action, tuple[str, ...]] = {
    # Who reopens a reply wants to see it now, whatever it was snoozed for before it was done.
    Action.REOPENED: ("handled_by", "handled_at", *_SNOOZED),
    Action.MEETING_REMOVED: ("meeting_marked_by", "meeting_marked_at"),
    Action.CORRECTION_CLEARED: ("sentiment", "corrected_by", "corrected_at"),
    Action.UNASSIGNED: ("assignee", "assigned_by", "assigned_at"),
    Action.SNOOZE_ENDED: _SNOOZED,
}
