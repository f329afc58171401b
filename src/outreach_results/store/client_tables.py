"""The tables that say which client a campaign belongs to, and which tags it has.

They stand beside `campaigns`, whose rows every sync writes anew. Their keys are not called ``campaign_id``: on a
cluster every machine has the whole of them, so that choosing the campaigns of a client asks one machine.
"""

from sqlalchemy import Column, PrimaryKeyConstraint, Text

from outreach_results.store.column_types import Id, Instant
from outreach_results.store.metadata import table

# Only those that people named: a client that only a source names has no row, so that undoing an import leaves none.
clients = table(
    "clients",
    Column("client_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", Text),
    PrimaryKeyConstraint("client_id", name="clients_pk"),
)

# What was said of each campaign, once for each of the origins of `store/labels.py`.
campaign_labels = table(
    "campaign_labels",
    Column("id", Id, nullable=False),  # of the campaign
    Column("origin", Id, nullable=False),
    Column("client_id", Id),  # '' is none at all; null: nothing is said
    Column("client_name", Text),  # as the origin calls it
    Column("tags", Text),  # JSON; null: nothing is said
    Column("labeled_at", Instant, nullable=False),
    Column("labeled_by", Text),
    PrimaryKeyConstraint("id", "origin", name="campaign_labels_pk"),
)

# A name that meets a rule gives its campaign the client or the tag of the rule.
label_rules = table(
    "label_rules",
    Column("rule_id", Id, nullable=False),  # a digest of the rest, so that the same rule is there once
    Column("match", Id, nullable=False),
    Column("text", Text, nullable=False),
    Column("client_id", Id),
    Column("tag", Text),
    Column("added_at", Instant, nullable=False),
    Column("added_by", Text),
    PrimaryKeyConstraint("rule_id", name="label_rules_pk"),
)
