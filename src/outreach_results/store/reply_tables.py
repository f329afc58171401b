"""The tables of replies beside `replies` itself: what people did with them, and what the inbox is read by."""

from sqlalchemy import BigInteger, Column, Date, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from outreach_results.models import ReplyState, Sentiment
from outreach_results.store.column_types import Id, Instant
from outreach_results.store.metadata import table

_IS_SNOOZED = text("snoozed_until IS NOT NULL")

_IS_ASSIGNED = text("assignee IS NOT NULL")

reply_marks = table(
    "reply_marks",
    Column("campaign_id", Id, nullable=False),
    Column("reply_id", Id, nullable=False),
    Column("sentiment", Id),  # what somebody corrected it to
    Column("handled_at", Instant),
    Column("marked_by", Text),  # who changed the mark last
    Column("marked_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),  # rises with every change, so that nobody overwrites another's
    Column("corrected_by", Text),
    Column("corrected_at", Instant),
    Column("handled_by", Text),
    Column("meeting_marked_at", Instant),  # when somebody said that the reply led to a meeting
    Column("meeting_marked_by", Text),
    Column("assignee", Text),  # who is to answer: the address of a member of the team, or a name
    Column("assigned_by", Text),
    Column("assigned_at", Instant),
    Column("snoozed_until", Date),  # the local date on which it is to do again
    Column("snoozed_by", Text),
    Column("snoozed_at", Instant),
    PrimaryKeyConstraint("campaign_id", "reply_id", name="reply_marks_pk"),
    ForeignKeyConstraint(
        ["campaign_id", "reply_id"], ["replies.campaign_id", "replies.reply_id"], name="reply_marks_reply"
    ),
    # Finds those whose snooze ends, each day, among all marks there ever were.
    Index("reply_marks_snoozed", "snoozed_until", sqlite_where=_IS_SNOOZED, postgresql_where=_IS_SNOOZED),
)

mark_changes = table(
    "mark_changes",
    Column("campaign_id", Id, nullable=False),
    Column("reply_id", Id, nullable=False),
    Column("version", Integer, nullable=False),  # of the mark that the change made
    Column("batch_id", Id, nullable=False),  # the changes that were made, and can be undone, together
    Column("action", Id, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    # The mark before the change.
    Column("was_sentiment", Id),
    Column("was_corrected_by", Text),
    Column("was_corrected_at", Instant),
    Column("was_handled_at", Instant),
    Column("was_handled_by", Text),
    Column("was_marked_by", Text),
    Column("was_marked_at", Instant),
    Column("was_meeting_marked_at", Instant),
    Column("was_meeting_marked_by", Text),
    Column("was_assignee", Text),
    Column("was_assigned_by", Text),
    Column("was_assigned_at", Instant),
    Column("was_snoozed_until", Date),
    Column("was_snoozed_by", Text),
    Column("was_snoozed_at", Instant),
    PrimaryKeyConstraint("campaign_id", "reply_id", "version", name="mark_changes_pk"),
    ForeignKeyConstraint(
        ["campaign_id", "reply_id"], ["replies.campaign_id", "replies.reply_id"], name="mark_changes_reply"
    ),
    Index("mark_changes_by_batch", "campaign_id", "batch_id"),
)

FULL_TEXT = "reply_words"
"""SQLite's full-text table of replies; PostgreSQL keeps their words in `inbox` itself."""

# What the inbox is filtered, sorted and searched by, of every reply: derived from replies and their marks.
inbox = table(
    "inbox",
    Column("campaign_id", Id, nullable=False),
    Column("reply_id", Id, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("sentiment", Id, nullable=False),  # the one that counts
    # SQLite: the row of the full-text table that holds the words.
    Column("words", BigInteger().with_variant(TSVECTOR, "postgresql"), nullable=False),
    Column("state", Id),  # a `ReplyState`, never null; SQLite cannot add a column that says so
    Column("assignee", Id),
    PrimaryKeyConstraint("campaign_id", "reply_id", name="inbox_pk"),
    ForeignKeyConstraint(["campaign_id", "reply_id"], ["replies.campaign_id", "replies.reply_id"], name="inbox_reply"),
    # The local date comes last: it only leaves out what the instants cannot.
    Index("inbox_by_campaign", "campaign_id", "sentiment", "state", "received_at", "reply_id", "received_on"),
    Index("inbox_by_time", "sentiment", "state", "received_at", "campaign_id", "reply_id", "received_on"),
    Index(
        "inbox_by_assignee",
        *("assignee", "sentiment", "state", "received_at", "campaign_id", "reply_id", "received_on"),
        sqlite_where=_IS_ASSIGNED,
        postgresql_where=_IS_ASSIGNED,
    ),
    # What a search reads beside the words: PostgreSQL's index of words cannot hold more than them.
    Index("inbox_by_words", "words", postgresql_using="gin").ddl_if(dialect="postgresql"),
    Index("inbox_of_words", "words", "sentiment", "state", "received_at").ddl_if(dialect="sqlite"),
)

INBOX_CELLS = {(sentiment, state): f"{sentiment}_{state}" for state in ReplyState for sentiment in Sentiment}
"""(sentiment, state) → the column of `inbox_stats` that counts such replies."""

# How many replies of each kind came in on each day.
inbox_stats = table(
    "inbox_stats",
    Column("campaign_id", Id, nullable=False),  # '' is all campaigns together, hence no foreign key
    Column("date", Date, nullable=False),
    # Those of snoozed ones are never null either, see `inbox.state`.
    *(Column(name, Integer, nullable=state is ReplyState.SNOOZED) for (_, state), name in INBOX_CELLS.items()),
    PrimaryKeyConstraint("campaign_id", "date", name="inbox_stats_pk"),
)
