"""The texts of the inbox: sentiments, dates, results of changes, the positive rate and its uncertainty."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from outreach_results.metrics import PositiveRate
from outreach_results.models import InboxReply, Sentiment
from outreach_results.models.retention import Retention
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus, SentEmail
from outreach_results.store.forgotten import FORGOTTEN
from outreach_results.store.replies.changes import Action, Assignment, Change, Snooze
from outreach_results.store.replies.state_changes import Batch, Preview, UndoResult
from outreach_results.ui import charts, text

SENTIMENTS = charts.SENTIMENT_NAMES
KINDS = {ReplyKind.PEOPLE: "Human", ReplyKind.AUTOMATIC: "Auto-reply", ReplyKind.ALL: "All"}
STATUSES = {
    ReplyStatus.OPEN: "To do",
    ReplyStatus.SNOOZED: "Snoozed",
    ReplyStatus.HANDLED: "Done",
    ReplyStatus.ALL: "All",
}

HIDDEN = "Hidden by your current filters."

_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\"]+")


def sender(reply: InboxReply) -> str:
    """The name of who replied, else the email address, else "Unknown sender"."""
    if reply.text_removed == FORGOTTEN:
        return "Forgotten person"
    return reply.name or reply.email or "Unknown sender"


def without_text(reply: InboxReply) -> str:
    """What stands in place of the text of a reply that has none: Text removed after 18 months."""
    if reply.text_removed is None:
        return "No text in this reply"
    if reply.text_removed == FORGOTTEN:
        return "Text removed: this person was forgotten"
    return f"Text removed after {Retention.parse(reply.text_removed).words()}"


def replies(number: int) -> str:
    """1 reply, 2 replies."""
    return text.counted(number, "reply")


def short_moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """When, as short as it is clear: 2:23 PM, Jan 31, Jan 31, 2025."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return text.clock(local)
    return text.short_day(local) if local.year == today.year else text.day(local)


def mailto(reply: InboxReply, answered: SentEmail | None) -> str | None:
    """The link that opens the email app with an answer; None where there is no address that is safe to put into it."""
    if reply.email is None or _ADDRESS.fullmatch(reply.email) is None:
        return None
    subject = " ".join(answered.subject.split()) if answered and answered.subject else ""
    if not subject:
        return f"mailto:{quote(reply.email, safe='@')}"
    about = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    return f"mailto:{quote(reply.email, safe='@')}?subject={quote(about, safe='')}"


def sent_line(answered: SentEmail, zone: ZoneInfo) -> str:
    """The email that was answered: Your email · “Hello” · step 2, variant B · from ann@team.example · Jan 31, 2026."""
    place = [f"{name} {value}" for name, value in (("step", answered.step), ("variant", answered.variant)) if value]
    parts = [
        f"“{answered.subject}”" if answered.subject else "",
        ", ".join(place),
        f"from {answered.mailbox}" if answered.mailbox else "",
        text.moment(answered.sent_at, zone) if answered.sent_at else "",
    ]
    return " · ".join(["Your email", *filter(None, parts)])


# --- changes -----------------------------------------------------------------------------------------------------

BULK: dict[str, Change] = {
    "Mark done": Action.HANDLED,
    "Reopen": Action.REOPENED,
    **{f"Mark {name.lower()}": sentiment for sentiment, name in SENTIMENTS.items()},
    "Mark meeting booked": Action.MEETING_BOOKED,
    "Remove meetings": Action.MEETING_REMOVED,
    "Clear corrections": Action.CORRECTION_CLEARED,
}
"""The changes that can be made to many replies."""


def changed(subject: str, change: Change) -> str:
    """A sentence of what was done: Ada's reply marked neutral."""
    if isinstance(change, Sentiment):
        return f"{subject} marked {SENTIMENTS[change].lower()}."
    if isinstance(change, Assignment):
        return f"{subject} assigned to {change.assignee}."
    if isinstance(change, Snooze):
        return f"{subject} snoozed until {text.day(change.until)}."
    return {
        Action.HANDLED: f"{subject} marked done.",
        Action.REOPENED: f"{subject} reopened.",
        Action.MEETING_BOOKED: f"{subject} marked as meeting booked.",
        Action.MEETING_REMOVED: f"{subject}: meeting removed.",
        Action.UNASSIGNED: f"{subject} unassigned.",
        Action.SNOOZE_ENDED: f"{subject}: snooze ended.",
        Action.CORRECTION_CLEARED: f"{subject}: correction undone.",
    }[change]


def of_sender(reply: InboxReply) -> str:
    """Whose reply it is: Ada's reply."""
    name = None if reply.text_removed == FORGOTTEN else reply.name or reply.email
    return f"{name}'s reply" if name else "The reply"


def button_label(change: Change, number: int) -> str:
    """The label of the button that changes ``number`` replies: Mark 3 replies done."""
    if isinstance(change, Sentiment):
        return f"Mark {replies(number)} {SENTIMENTS[change].lower()}"
    if isinstance(change, Assignment):
        return f"Assign {replies(number)} to {change.assignee}"
    if isinstance(change, Snooze):
        return f"Snooze {replies(number)} until {text.day(change.until)}"
    return {
        Action.HANDLED: f"Mark {replies(number)} done",
        Action.REOPENED: f"Reopen {replies(number)}",
        Action.MEETING_BOOKED: f"Mark {replies(number)} as meeting booked",
        Action.MEETING_REMOVED: f"Remove the meeting of {replies(number)}",
        Action.UNASSIGNED: f"Unassign {replies(number)}",
        Action.SNOOZE_ENDED: f"End the snooze of {replies(number)}",
        Action.CORRECTION_CLEARED: f"Clear {text.counted(number, 'correction')}",
    }[change]


def confirmation(preview: Preview, change: Change, total: int) -> str:
    """The question before a bulk change of some of ``total`` replies, and what it replaces or leaves alone."""
    untouched = total - preview.changed
    sentences = [f"{button_label(change, preview.changed)}?"]
    if total > 1:
        sentences.append("This includes all pages of the list.")
    if untouched:
        sentences.append(f"{untouched:,} more {'needs' if untouched == 1 else 'need'} no change.")
    if preview.corrected and isinstance(change, Sentiment):
        sentences.append(f"It replaces {text.counted(preview.corrected, 'earlier correction')}.")
    return " ".join([*sentences, "You can undo it."])


def done_sentence(batch: Batch, what: str | None = None) -> str:
    """What a change did: 3 replies marked done. ``what`` replaces the number of replies as the subject."""
    return changed(what or replies(batch.changed), batch.change)


def undone_sentence(undone: UndoResult, zone: ZoneInfo) -> str:
    """What an undo restored, and which later changes by others it left alone."""
    if not undone.changed_since_total:
        return f"Undone for {replies(undone.restored)}."
    named = ", ".join(
        f"{left.name} ({left.by or 'someone'}, {text.moment(left.at, zone)})" for left in undone.changed_since
    )
    more = undone.changed_since_total - len(undone.changed_since)
    rest = f" and {more:,} more" if more else ""
    return f"Undone for {replies(undone.restored)}. {undone.changed_since_total:,} kept later changes: {named}{rest}."


# --- the state of a reply ----------------------------------------------------------------------------------------


def correction(reply: InboxReply, zone: ZoneInfo) -> str | None:
    """Neutral, corrected from positive by Ana on Jan 31, 2026, 2:23 PM."""
    if reply.corrected_at is None and reply.sentiment == reply.source_sentiment:
        return None
    was = SENTIMENTS[reply.source_sentiment].lower()
    return f"{SENTIMENTS[reply.sentiment]}, corrected from {was} {_by(reply.corrected_by, reply.corrected_at, zone)}."


def done(reply: InboxReply, zone: ZoneInfo) -> str | None:
    """Done by Ana on Jan 31, 2026, 2:23 PM."""
    return None if reply.handled_at is None else f"Done {_by(reply.handled_by, reply.handled_at, zone)}."


def assigned(reply: InboxReply, zone: ZoneInfo) -> str | None:
    """Assigned to Ben by Ana on Jan 31, 2026, 2:23 PM."""
    if reply.assignee is None:
        return None
    if reply.assignee == reply.assigned_by and reply.assigned_at:
        return f"{reply.assignee}'s since {text.moment(reply.assigned_at, zone)}."
    return f"Assigned to {reply.assignee} {_by(reply.assigned_by, reply.assigned_at, zone)}."


def snoozed(reply: InboxReply, zone: ZoneInfo, now: datetime) -> str | None:
    """Snoozed until Feb 3, 2026 by Ana on Jan 31, 2026, 2:23 PM; or, from that day on, since when it is back."""
    if reply.snoozed_until is None or reply.handled_at is not None:
        return None
    is_back = reply.snoozed_until <= now.astimezone(zone).date()
    begin = "Back from snooze since" if is_back else "Snoozed until"
    by = _by(reply.snoozed_by, reply.snoozed_at, zone)
    return f"{begin} {text.day(reply.snoozed_until)}{', snoozed' if is_back else ''} {by}."


def short_snooze(reply: InboxReply, now: datetime, zone: ZoneInfo) -> str:
    """Until when a reply is snoozed, as short as it is clear: Until Feb 3; empty where it is not, or no longer."""
    until, today = reply.snoozed_until, now.astimezone(zone).date()
    if until is None or until <= today or reply.handled_at is not None:
        return ""
    return f"Until {text.short_day(until) if until.year == today.year else text.day(until)}"


def meeting(reply: InboxReply, zone: ZoneInfo, *, counts: bool, in_source: bool) -> str | None:
    """Meeting booked, marked by Ana on Jan 31, 2026, 2:23 PM; and where it does not count, or counts already, why."""
    if reply.meeting_marked_at is None:
        return "Meeting booked, as reported by the source." if in_source else None
    sentence = f"Meeting booked, marked {_by(reply.meeting_marked_by, reply.meeting_marked_at, zone)}."
    if in_source:
        return f"{sentence} The source reports it too; it counts once."
    if reply.email_id is None:
        return f"{sentence} It does not count in results: the email this reply answers is unknown."
    return sentence if counts else f"{sentence} It does not count in results: this campaign reports totals only."


def _by(who: str | None, at: datetime | None, zone: ZoneInfo) -> str:
    return f"by {who or 'someone'}" + (f" on {text.moment(at, zone)}" if at else "")


# --- the positive rate -------------------------------------------------------------------------------------------


def positive_rate_sentence(found: PositiveRate) -> str:
    """The positive rate, its 95% interval, and how far unclassified replies could raise it.

    40% positive (31–49%); 7 unclassified could raise it to 47%
    """
    if found.if_unclassified is None:
        return "No human replies in this period"
    if found.rate is None or found.interval is None:
        return f"{found.unclassified:,} unclassified, so there is no positive rate yet"
    low, high = found.interval
    sentence = f"{found.rate:.0%} positive ({100 * low:.0f}–{high:.0%})"
    if found.unclassified:
        sentence += f"; {found.unclassified:,} unclassified could raise it to {found.if_unclassified[1]:.0%}"
    return sentence


def positive_rate_detail(found: PositiveRate) -> str:
    """What the positive rate divides, and between which bounds doubt and chance leave it."""
    sentence = "Positive replies as a share of classified human replies, with its 95% interval."
    if found.rate is None or found.if_unclassified is None or found.widest is None:
        return sentence
    sentence += f" Here {found.positive:,} of {found.classified:,}."
    if found.unclassified:
        low, high = (text.percent(end) for end in found.widest)
        sentence += (
            f" If none of the unclassified were positive, it would be {text.percent(found.if_unclassified[0])}; "
            f"with chance, it lies between {low} and {high}."
        )
    if found.neutral:
        sentence += f" If neutral replies turned positive as well: {text.percent(found.if_neutral_positive_too)}."
    return sentence


def filters_sentence(inbox_filters: InboxFilters) -> str:
    """The filters of the inbox in a few words: to do, human, positive or neutral, with “price”."""
    parts = [
        *([] if inbox_filters.status == ReplyStatus.ALL else [STATUSES[inbox_filters.status].lower()]),
        *([] if inbox_filters.kind == ReplyKind.ALL else [KINDS[inbox_filters.kind].lower()]),
        *([] if inbox_filters.assignee is None else [f"assigned to {inbox_filters.assignee or 'nobody'}"]),
        " or ".join(SENTIMENTS[sentiment].lower() for sentiment in inbox_filters.sentiments or ()),
        f"with “{inbox_filters.q}”" if inbox_filters.q else "",
    ]
    return ", ".join(filter(None, parts)) or "all replies"
