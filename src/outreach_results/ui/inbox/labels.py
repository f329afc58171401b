"""The texts of the inbox: sentiments, ages, results of changes, the positive rate and its uncertainty."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach_results.metrics import PositiveRate
from outreach_results.models import InboxReply, Sentiment
from outreach_results.results import InboxFilters, ReplyKind, ReplyStatus
from outreach_results.store.replies.state_changes import Action, Batch, Change, Preview, UndoResult
from outreach_results.ui import text

BADGES: dict[Sentiment, str] = {
    Sentiment.POSITIVE: "green",
    Sentiment.NEUTRAL: "blue",
    Sentiment.NEGATIVE: "orange",
    Sentiment.AUTOMATIC: "gray",
    Sentiment.UNCLASSIFIED: "violet",
}

KINDS = {ReplyKind.PEOPLE: "People", ReplyKind.AUTOMATIC: "Automatic", ReplyKind.ALL: "All"}
HANDLINGS = {ReplyStatus.OPEN: "Open", ReplyStatus.HANDLED: "Handled", ReplyStatus.ALL: "All"}


def badge(sentiment: Sentiment, age: str) -> str:
    """A sentiment and an age as a Markdown badge in the color of the sentiment."""
    return f":{BADGES[sentiment]}-badge[{sentiment.capitalize()} · {age}]"


def sender(reply: InboxReply) -> str:
    """The name of who replied, else the email address, else "Unknown sender"."""
    return reply.name or reply.email or "Unknown sender"


def replies(number: int) -> str:
    """1 reply, 2 replies."""
    return f"{number:,} {'reply' if number == 1 else 'replies'}"


def age(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """How long ago, as short as it is clear: 14:23, 3 d ago, 31 Jan, 31 Jan 2025."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if timedelta() <= today - local < timedelta(days=7):
        return f"{(today.date() - local.date()).days} d ago"
    return f"{local:%-d %b}" if local.year == today.year else f"{local:%-d %b %Y}"


def change_label(change: Change) -> str:
    """A change in the past tense, without subject: marked as handled."""
    if isinstance(change, Sentiment):
        return f"set to {change}"
    return {Action.HANDLED: "marked as handled", Action.REOPENED: "opened again"}.get(
        change, "given back the sentiment of their source"
    )


def button_label(change: Change, number: int) -> str:
    """The label of the button that changes ``number`` replies: Mark 3 replies as handled."""
    if isinstance(change, Sentiment):
        return f"Set {replies(number)} to {change}"
    if change == Action.HANDLED:
        return f"Mark {replies(number)} as handled"
    return (
        f"Open {replies(number)} again"
        if change == Action.REOPENED
        else f"Take {number:,} correction{'' if number == 1 else 's'} back"
    )


def confirmation(preview: Preview, change: Change, total: int) -> str:
    """The question before a bulk change of some of ``total`` replies, and what it replaces or leaves alone."""
    untouched = total - preview.changed
    sentences = [f"{button_label(change, preview.changed)}?"]
    if total > 1:
        sentences.append("They are on all pages of this list, not only on this one.")
    if untouched:
        sentences.append(f"{untouched:,} more {'is' if untouched == 1 else 'are'} so already and not touched.")
    if preview.corrected and isinstance(change, Sentiment):
        sentences.append(f"For {preview.corrected:,} this replaces an earlier correction.")
    return " ".join([*sentences, "You can undo it afterwards."])


def done_sentence(batch: Batch, what: str | None = None) -> str:
    """What a change did: 3 replies: marked as handled. ``what`` replaces the number of replies as the subject."""
    subject = what or replies(batch.changed)
    return f"{subject}: {change_label(batch.change)}."


def undone_sentence(undone: UndoResult, zone: ZoneInfo) -> str:
    """What an undo restored, and which later changes by others it left alone."""
    if not undone.changed_since_total:
        return f"Undone for {replies(undone.restored)}."
    named = ", ".join(
        f"{left.name} ({left.by or 'somebody'}, {text.moment(left.at, zone)})" for left in undone.changed_since
    )
    more = undone.changed_since_total - len(undone.changed_since)
    rest = f" and {more:,} more" if more else ""
    return (
        f"Undone for {replies(undone.restored)}. Someone changed {undone.changed_since_total:,} meanwhile, "
        f"which stay as they are: {named}{rest}."
    )


def correction(reply: InboxReply, zone: ZoneInfo) -> str | None:
    """Neutral, corrected from Positive by Ana on 31 Jan 2026, 14:23."""
    if reply.corrected_at is None and reply.sentiment == reply.source_sentiment:
        return None
    when = f" on {text.moment(reply.corrected_at, zone)}" if reply.corrected_at else ""
    return (
        f"{reply.sentiment.capitalize()}, corrected from {reply.source_sentiment.capitalize()} "
        f"by {reply.corrected_by or 'somebody'}{when}."
    )


def handled(reply: InboxReply, zone: ZoneInfo) -> str | None:
    """Handled by Ana on 31 Jan 2026, 14:23."""
    if reply.handled_at is None:
        return None
    return f"Handled by {reply.handled_by or 'somebody'} on {text.moment(reply.handled_at, zone)}."


def positive_rate_sentence(estimate: PositiveRate) -> str:
    """The positive rate, its 95% interval, and how far unclassified and neutral replies could move it."""
    if estimate.if_unclassified is None or estimate.widest is None:
        return "No reply by a person is among these, so there is no positive rate."
    if estimate.rate is None or estimate.interval is None:
        return f"None of {replies(estimate.unclassified)} by people is classified, so there is no positive rate."
    low, high = (text.percent(end) for end in estimate.interval)
    noun, verb = ("reply" if estimate.classified == 1 else "replies"), ("is" if estimate.positive == 1 else "are")
    sentence = (
        f"{estimate.positive:,} of {estimate.classified:,} classified {noun} by people {verb} positive: "
        f"{text.percent(estimate.rate)} (95% interval {low} to {high})."
    )
    if estimate.unclassified:
        none, every = (text.percent(end) for end in estimate.if_unclassified)
        widest = " and ".join(text.percent(end) for end in estimate.widest)
        verb = "is" if estimate.unclassified == 1 else "are"
        sentence += (
            f" {estimate.unclassified:,} {verb} not classified: were none of them positive, it would be {none}; "
            f"were all, {every}. Doubt and chance together leave it between {widest}."
        )
    if estimate.neutral:
        sentence += f" If the neutral ones flipped as well: {text.percent(estimate.if_neutral_positive_too)}."
    return sentence


def filters_sentence(inbox_filters: InboxFilters) -> str:
    """The filters of the inbox in a few words: open replies by people, positive or neutral, with “price”."""
    status = "" if inbox_filters.status == ReplyStatus.ALL else f"{inbox_filters.status} "
    by = {ReplyKind.PEOPLE: " by people", ReplyKind.AUTOMATIC: ", automatic"}.get(inbox_filters.kind, "")
    kinds = f", {' or '.join(inbox_filters.sentiments)}" if inbox_filters.sentiments else ""
    return f"{status}replies{by}{kinds}" + (f", with “{inbox_filters.q}”" if inbox_filters.q else "")
