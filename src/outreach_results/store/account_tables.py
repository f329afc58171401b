"""The tables of the account and of this database itself, which belong to no campaign."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Text

from outreach_results.store.column_types import Id, Instant
from outreach_results.store.metadata import table

benchmarks = table(
    "benchmarks",
    Column("mcp", Id, nullable=False),  # '' is the community as a whole
    Column("metric", Id, nullable=False),
    Column("average", Float),
    Column("p25", Float),
    Column("p50", Float),
    Column("p75", Float),
    Column("sample_size", Integer),
    Column("updated_at", Instant),
    PrimaryKeyConstraint("mcp", "metric", name="benchmarks_pk"),
)

plan = table(
    "plan",
    Column("name", Text, nullable=False),
    Column("email_limit", BigInteger, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("known_at", Instant),  # as of when; of two plans the later one stays
    PrimaryKeyConstraint("name", name="plan_pk"),
)

loads = table(
    "loads",
    Column("load_id", Id, nullable=False),
    Column("source", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("inserted", BigInteger, nullable=False),
    Column("duplicate", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("load_no", Integer),  # counts the loads of this database; null of those before it was kept
    Column("kind", Id),  # file, sync, webhook or sample
    Column("loaded_by", Text),
    Column("report", Text),  # JSON: what was added, already known and noted, and the campaigns
    Column("undone_at", Instant),
    Column("undone_by", Text),
    Column("problem", Text),  # why nothing of it could be loaded
    PrimaryKeyConstraint("load_id", name="loads_pk"),
    Index("loads_by_time", "finished_at"),
)

# Rows that could not be used, kept so that they can be corrected and imported again.
rejected_rows = table(
    "rejected_rows",
    Column("load_id", Id, nullable=False),
    Column("place", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("column", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("original", Text),  # JSON: the row's own fields, where it is a row of named fields
    PrimaryKeyConstraint("load_id", "place", name="rejected_rows_pk"),
)

# How somebody mapped the columns of files with a header like that.
saved_mappings = table(
    "saved_mappings",
    Column("header", Id, nullable=False),  # a digest of the names of the columns
    Column("mapping", Text, nullable=False),  # JSON
    Column("saved_at", Instant, nullable=False),
    PrimaryKeyConstraint("header", name="saved_mappings_pk"),
)

# Views that people saved under a name: a page and its parameters.
saved_views = table(
    "saved_views",
    Column("view_id", Id, nullable=False),
    Column("owner", Id, nullable=False),  # whose it is, by address; '' is everybody's
    Column("name", Text, nullable=False),
    Column("page", Id, nullable=False),
    Column("query", Text, nullable=False),  # its parameters as a URL has them
    Column("saved_by", Text),
    Column("saved_at", Instant, nullable=False),
    PrimaryKeyConstraint("view_id", name="saved_views_pk"),
    Index("saved_views_by_owner", "owner"),
)

# Accounts that a sync reads besides the one in the settings.
sync_sources = table(
    "sync_sources",
    Column("name", Id, nullable=False),
    Column("address", Text, nullable=False),
    Column("key_encrypted", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("account", Id),  # what `sync_state` and `sync_runs` call it; never null
    Column("sync_every", Integer),  # seconds; 0 is never by itself, null is by default
    PrimaryKeyConstraint("name", name="sync_sources_pk"),
)

# The last sync of each account: where it began later than it ended, it is running or was cut off.
sync_runs = table(
    "sync_runs",
    Column("account", Id, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("report", Text),  # JSON
    Column("failed_since", Instant),  # since when it could not begin
    Column("failure", Text),
    PrimaryKeyConstraint("account", name="sync_runs_pk"),
)

# Who was forgotten: their data is kept without them, whatever comes in later. Nobody can read an address out of it.
forgotten_people = table(
    "forgotten_people",
    Column("salt", Id, nullable=False),  # hex; that of this database, or of one whose account was imported
    Column("digest", Id, nullable=False),  # hex: HMAC-SHA-256 of the address, whatever its case, under the salt
    Column("forgotten_at", Instant, nullable=False),
    Column("forgotten_by", Text),
    PrimaryKeyConstraint("salt", "digest", name="forgotten_people_pk"),
)

meta = table(
    "meta",
    Column("key", Id, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("key", name="meta_pk"),
)

api_keys = table(
    "api_keys",
    Column("key_id", Id, nullable=False),  # the public part of a key
    Column("name", Text, nullable=False),
    Column("digest", Id, nullable=False),  # SHA-256 of the whole key; the key itself is nowhere
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    Column("scope", Id, nullable=False, server_default="read"),  # read, ingest or admin
    Column("client_id", Id),  # whose campaigns it reads; null: all campaigns
    PrimaryKeyConstraint("key_id", name="api_keys_pk"),
)

# Who may sign in, and as what; whom the settings name needs no row.
team_members = table(
    "team_members",
    Column("address", Id, nullable=False),  # the email address, canonical
    Column("role", Id, nullable=False),  # none, viewer, editor or admin
    Column("added_at", Instant, nullable=False),
    Column("added_by", Text),
    Column("clients", Text),  # JSON: the ids of those whose campaigns they see; null: all campaigns
    PrimaryKeyConstraint("address", name="team_members_pk"),
)

# Each sign-in of a person. A browser keeps its cookie, so that only this says that somebody has signed out.
sign_ins = table(
    "sign_ins",
    Column("sign_in_id", Id, nullable=False),  # a digest of what the provider said
    Column("address", Id, nullable=False),
    Column("signed_in_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),  # signed out, or was shut out
    PrimaryKeyConstraint("sign_in_id", name="sign_ins_pk"),
    Index("sign_ins_by_address", "address"),
)

# What others may see without a sign-in, by the address of a link.
share_links = table(
    "share_links",
    Column("link_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Id, nullable=False),  # SHA-256 of the end of the address, which is nowhere
    Column("pass_key", Text, nullable=False),  # hex: signs what a browser carries that opened the link
    Column("client_id", Id),  # whose campaigns it shows; null: those of ``campaigns``
    Column("campaigns", Text, nullable=False),  # JSON: ids
    Column("pages", Text, nullable=False),  # JSON
    Column("has_recipients", Boolean, nullable=False),
    Column("password_salt", Text),  # hex; null: there is no password
    Column("password_hash", Text),  # hex: scrypt
    Column("brand_name", Text, nullable=False),
    Column("brand_color", Text, nullable=False),
    Column("brand_logo", Text),  # hex
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    PrimaryKeyConstraint("link_id", name="share_links_pk"),
    Index("share_links_by_digest", "digest"),
)

# Who did what. Rows are only added.
audit_log = table(
    "audit_log",
    Column("entry_id", Id, nullable=False),  # in the order of time
    Column("at", Instant, nullable=False),
    Column("by", Text),
    Column("action", Id, nullable=False),
    Column("about", Text, nullable=False),
    PrimaryKeyConstraint("entry_id", name="audit_log_pk"),
)
