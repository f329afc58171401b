"""The tables.

The rules that let the same code run on SQLite, PostgreSQL and Citus: every key begins with ``campaign_id`` wherever
the table has one, joins are on ``campaign_id``, and nothing relies on sequences, triggers or the server's clock.

Instants are UTC. Beside each stands its local date in the reporting zone (``*_on``) and, where the hour of the day
matters, its local hour (``*_hour``: hours since 1970, so that modulo 24 it is the hour of the day and divided by 24 the
day). No query needs zone arithmetic. Costs are integer micro-dollars.
"""

# No `from __future__ import annotations` here: a table has that name.

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)

from outreach_results.models import (
    COST_COLUMNS,
    COUNT_OF,
    COUNTS,
    EventType,
)
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.store import account_tables, client_tables, reply_tables, rollup_tables
from outreach_results.store.column_types import Id, Instant
from outreach_results.store.metadata import metadata as metadata
from outreach_results.store.metadata import table

# The tables of no campaign, here too for whoever goes through all of them.
api_keys = account_tables.api_keys
audit_log = account_tables.audit_log
benchmarks = account_tables.benchmarks
forgotten_people = account_tables.forgotten_people
loads = account_tables.loads
meta = account_tables.meta
plan = account_tables.plan
rejected_rows = account_tables.rejected_rows
saved_mappings = account_tables.saved_mappings
saved_views = account_tables.saved_views
share_links = account_tables.share_links
sign_ins = account_tables.sign_ins
sync_runs = account_tables.sync_runs
sync_sources = account_tables.sync_sources
team_members = account_tables.team_members

# Those of clients and tags.
campaign_labels = client_tables.campaign_labels
clients = client_tables.clients
label_rules = client_tables.label_rules

# What people did with replies, and what the inbox is read by.
FULL_TEXT = reply_tables.FULL_TEXT
INBOX_CELLS = reply_tables.INBOX_CELLS
inbox = reply_tables.inbox
inbox_stats = reply_tables.inbox_stats
mark_changes = reply_tables.mark_changes
reply_marks = reply_tables.reply_marks

# Those that are derived from emails and events.
breakdown_stats = rollup_tables.breakdown_stats
daily_stats = rollup_tables.daily_stats
hourly_stats = rollup_tables.hourly_stats
lag_stats = rollup_tables.lag_stats
HOURS = rollup_tables.HOURS
LAGS = rollup_tables.LAGS
LAST_LAG = rollup_tables.LAST_LAG

OUTCOME_OF = {kind: "meetings" if kind is EventType.MEETING_BOOKED else kind.value for kind in COUNT_OF}
"""Event type → the column of `contacts` that says how often it happened to a contact."""

OUTCOME_COLUMNS = {column: f"{column.removesuffix('s')}_at" for column in OUTCOME_OF.values()}
"""Of what a snapshot says of a contact: the column that counts it → the column with its first moment."""

EMAIL_DETAILS = ("step", "variant", "mailbox", "subject", "text")
"""What some sources know of an email beside its recipient: its place in the sequence, who sent it, and what it says."""

EVENT_DETAILS = ("kind", "reason", "source_type")
"""What some sources know of an event: the kind of a bounce, why, and the source's own word for the event."""

FOLLOWS = "follows"
"""In the ``info`` of a derived column: the column whose new value it takes over, in a merge."""

MARKED_MEETING = "\x1fmeeting"
"""After the id of a reply: the id of the event that counts the meeting somebody marked it with.

No source gives out such an id, because ids have no control characters.
"""

_UNSENT = text("sent_at IS NULL")

IS_BOUNCE = text("type = 'bounced'")  # spelled out, because SQLite takes no index for a value that it does not see

KNOWN_OF_BOUNCE = {name: text(f"type = 'bounced' AND {name} IS NOT NULL") for name in ("kind", "reason")}
"""Column of `events` → the bounces that have it."""

HAS_SUBJECT = text("length(subject) <= 500")  # a longer one groups nothing, and PostgreSQL could not index it


DECLARED = {kind: f"tracks_{kind}" for kind in TRACKED}
"""What can be tracked → the column of `campaigns` with what its source declares; NULL where it declares nothing."""

CHOSEN = {kind: f"tracks_{kind}_choice" for kind in TRACKED}
"""What can be tracked → the column of `campaigns` with what a person chose, which counts before the source's."""

campaigns = table(
    "campaigns",
    Column("campaign_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("mcp", Id),
    Column("created_at", Instant, nullable=False),
    Column("created_on", Date, nullable=False),
    Column("detail", Id, nullable=False),
    Column("is_sample", Boolean, nullable=False),
    Column("load_no", Integer),  # of the load that added it, so that the load can be undone
    *(Column(name, Boolean) for name in (*DECLARED.values(), *CHOSEN.values())),
    Column("tracks_chosen_here", Text),  # which of the choices a person made in this database, each between spaces
    Column("has_marked_meetings", Boolean),  # derived: somebody marked a reply as one that led to a meeting
    PrimaryKeyConstraint("campaign_id", name="campaigns_pk"),
    CheckConstraint("detail IN ('events', 'daily', 'contacts')", name="campaigns_detail"),
)

# A deleted campaign stays with all that belongs to it, so that it can be restored, but no question finds it. On a
# cluster every machine has the whole of this table, which is why its key has another name than ``campaign_id``: so a
# question about one campaign stays on one machine.
deleted_campaigns = table(
    "deleted_campaigns",
    Column("id", Id, nullable=False),
    Column("deleted_at", Instant, nullable=False),
    Column("deleted_by", Text),
    PrimaryKeyConstraint("id", name="deleted_campaigns_pk"),
)

# What people entered of a campaign; where it is applied, `campaigns` and `daily_stats` hold it, and the source's is
# here and in `daily_stats.source_cost`.
campaign_entries = table(
    "campaign_entries",
    Column("campaign_id", Id, nullable=False),
    Column("name", Text),
    Column("mcp", Id),
    Column("cost", BigInteger),
    Column("cost_per", Id),  # email, campaign or month
    Column("entered_by", Text),
    Column("entered_at", Instant, nullable=False),
    Column("is_from_file", Boolean),  # whether it was entered in another database, whose export was imported
    Column("is_applied", Boolean, nullable=False),
    Column("source_name", Text),
    Column("source_mcp", Id),
    PrimaryKeyConstraint("campaign_id", name="campaign_entries_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="campaign_entries_campaign"),
)

emails = table(
    "emails",
    Column("campaign_id", Id, nullable=False),
    Column("email_id", Id, nullable=False),
    Column("recipient", Text),
    Column("name", Text),
    Column("company", Text),
    Column("sent_at", Instant),
    Column("sent_on", Date),
    Column("sent_hour", Integer),
    *(Column(name, BigInteger, nullable=False) for name in COST_COLUMNS),
    Column("load_no", Integer),  # of the load that added it, or its sending
    # The recipient whatever the case of the address, so that one person is one.
    Column("recipient_key", Id, info={FOLLOWS: "recipient"}),
    *(Column(name, Text) for name in EMAIL_DETAILS),
    Column("recipient_domain", Id, info={FOLLOWS: "recipient"}),
    PrimaryKeyConstraint("campaign_id", "email_id", name="emails_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="emails_campaign"),
    # Holds all that a timeline reads: without statistics SQLite would otherwise rather read the campaign's emails.
    # The domain comes first, so that it also finds the emails of a domain.
    Index("emails_by_recipient", "campaign_id", "recipient_domain", "recipient_key", "sent_at"),
    # The few that are known from events only: nobody says when they were sent.
    Index("emails_unsent", "campaign_id", "email_id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
    # Of subjects, too, there may be as many as emails.
    Index("emails_by_subject", "campaign_id", "subject", sqlite_where=HAS_SUBJECT, postgresql_where=HAS_SUBJECT),
)

events = table(
    "events",
    Column("campaign_id", Id, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("is_reply", Boolean, nullable=False),
    Column("email_id", Id, nullable=False),
    Column("type", Id, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("occurred_hour", Integer),  # never null; SQLite cannot add a column that says so
    Column("is_machine", Boolean, nullable=False),
    Column("url", Text),
    Column("load_no", Integer),
    # `is_reply`: the event of a row of `replies`, under the reply's id (ids of replies and of events are given out
    # independently), or of its mark, see `MARKED_MEETING`.
    *(Column(name, Text) for name in EVENT_DETAILS),
    PrimaryKeyConstraint("campaign_id", "event_id", "is_reply", name="events_pk"),
    ForeignKeyConstraint(["campaign_id", "email_id"], ["emails.campaign_id", "emails.email_id"], name="events_email"),
    # Holds all that a recount reads, so that it never touches the table.
    Index("events_by_email", "campaign_id", "email_id", "type", "occurred_hour", "is_machine"),
    Index("events_bounced", "campaign_id", "email_id", sqlite_where=IS_BOUNCE, postgresql_where=IS_BOUNCE),
    # They say that no bounce has a kind or a reason, as it is with most sources, without a look at a single bounce.
    *(
        Index(f"events_bounced_{name}", "campaign_id", "is_machine", sqlite_where=known, postgresql_where=known)
        for name, known in KNOWN_OF_BOUNCE.items()
    ),
)

replies = table(
    "replies",
    Column("campaign_id", Id, nullable=False),
    Column("reply_id", Id, nullable=False),
    Column("email_id", Id),
    Column("address", Text),
    Column("name", Text),
    Column("company", Text),
    Column("sentiment", Id, nullable=False),
    Column("preview", Text, nullable=False),
    Column("body", Text),
    Column("received_at", Instant, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("received_hour", Integer),  # as above
    Column("load_no", Integer),
    Column("text_removed", Text),  # why preview and body are empty: `FORGOTTEN`, or how long texts are kept, as 18m
    PrimaryKeyConstraint("campaign_id", "reply_id", name="replies_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="replies_campaign"),
)

annotations = table(
    "annotations",
    Column("campaign_id", Id, nullable=False),  # '' concerns all campaigns, hence no foreign key
    Column("annotation_id", Id, nullable=False),
    Column("date", Date, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("campaign_id", "annotation_id", name="annotations_pk"),
)

reported_stats = table(
    "reported_stats",
    Column("campaign_id", Id, nullable=False),
    Column("period_start", Instant),
    Column("period_end", Instant),
    *(Column(name, BigInteger) for name in COUNTS),
    *(Column(name, BigInteger) for name in COST_COLUMNS),
    Column("cost", BigInteger),
    Column("fetched_at", Instant, nullable=False),
    PrimaryKeyConstraint("campaign_id", name="reported_stats_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="reported_stats_campaign"),
)

# What became of each contact, as snapshots of a campaign show it: how often something happened, and when it first did.
contacts = table(
    "contacts",
    Column("campaign_id", Id, nullable=False),
    Column("as_of", Instant, nullable=False),  # the moment that the snapshot shows
    Column("contact_id", Id, nullable=False),
    Column("address", Text),
    Column("name", Text),
    Column("company", Text),
    Column("category", Text),  # the source's own word for the interest or status
    Column("cost", BigInteger),
    *(
        column
        for counted, moment in OUTCOME_COLUMNS.items()
        for column in (Column(counted, Integer), Column(moment, Instant))
    ),
    Column("load_no", Integer),
    *(Column(name, Text) for name in EMAIL_DETAILS),
    PrimaryKeyConstraint("campaign_id", "as_of", "contact_id", name="contacts_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="contacts_campaign"),
)

# The totals of each snapshot, derived from its contacts: a series of them is a trend without a date of any event.
snapshot_stats = table(
    "snapshot_stats",
    Column("campaign_id", Id, nullable=False),
    Column("as_of", Instant, nullable=False),
    *(Column(name, BigInteger) for name in COUNTS),
    Column("cost", BigInteger),
    PrimaryKeyConstraint("campaign_id", "as_of", name="snapshot_stats_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="snapshot_stats_campaign"),
)

sync_state = table(
    "sync_state",
    Column("campaign_id", Id, nullable=False),  # '' is the account as a whole
    Column("resource", Id, nullable=False),
    Column("server", Id, nullable=False),  # the account: its address, or more where two accounts share one
    Column("etag", Text),
    Column("answer", Text),  # what has to be remembered of an answer, because an unchanged one is not sent again
    Column("fetched_at", Instant, nullable=False),
    # No foreign key: a campaign can be known to a server before anything of it is here.
    PrimaryKeyConstraint("campaign_id", "resource", "server", name="sync_state_pk"),
)
