"""The tables derived from emails and events: what happened by day, by hour, by lag, and by group of emails."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
)

from outreach_results.models import COST_COLUMNS, COUNTS, HOURLY_METRICS, HUMAN_COUNTS, LAG_METRICS
from outreach_results.store.column_types import Id
from outreach_results.store.metadata import table

daily_stats = table(
    "daily_stats",
    Column("campaign_id", Id, nullable=False),
    Column("basis", Id, nullable=False),
    Column("date", Date, nullable=False),
    *(Column(name, BigInteger) for name in (*COUNTS, *HUMAN_COUNTS)),
    *(Column(name, BigInteger) for name in COST_COLUMNS),
    Column("cost", BigInteger),
    Column("source_cost", BigInteger),  # of the source, where the cost was entered
    PrimaryKeyConstraint("campaign_id", "basis", "date", name="daily_stats_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="daily_stats_campaign"),
    CheckConstraint("basis IN ('activity', 'send')", name="daily_stats_basis"),
)

# The counts of `daily_stats` for groups of emails, such as those of one step.
breakdown_stats = table(
    "breakdown_stats",
    Column("campaign_id", Id, nullable=False),
    Column("dimension", Id, nullable=False),  # what is grouped by
    Column("basis", Id, nullable=False),
    Column("date", Date, nullable=False),
    Column("value", Id, nullable=False),  # the group
    *(Column(name, Integer, nullable=False) for name in (*COUNTS, *HUMAN_COUNTS)),
    PrimaryKeyConstraint("campaign_id", "dimension", "basis", "date", "value", name="breakdown_stats_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="breakdown_stats_campaign"),
    CheckConstraint("basis IN ('activity', 'send')", name="breakdown_stats_basis"),
    Index("breakdown_by_value", "campaign_id", "dimension", "value"),
)

HOURS = tuple(f"h{hour:02}" for hour in range(24))
LAST_LAG = 30
LAGS = tuple(f"l{days:02}" for days in range(LAST_LAG + 1))

# On which hours of the day things happen: the activity days of daily_stats, split by the local hour.
hourly_stats = table(
    "hourly_stats",
    Column("campaign_id", Id, nullable=False),
    Column("metric", Id, nullable=False),
    Column("date", Date, nullable=False),
    *(Column(name, Integer, nullable=False) for name in HOURS),
    PrimaryKeyConstraint("campaign_id", "metric", "date", name="hourly_stats_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="hourly_stats_campaign"),
    CheckConstraint(f"metric IN {HOURLY_METRICS}", name="hourly_stats_metric"),
)

# How long things take: the sending days of daily_stats, split by the days until it first happened (the last column:
# that many or more).
lag_stats = table(
    "lag_stats",
    Column("campaign_id", Id, nullable=False),
    Column("metric", Id, nullable=False),
    Column("date", Date, nullable=False),
    *(Column(name, Integer, nullable=False) for name in LAGS),
    PrimaryKeyConstraint("campaign_id", "metric", "date", name="lag_stats_pk"),
    ForeignKeyConstraint(["campaign_id"], ["campaigns.campaign_id"], name="lag_stats_campaign"),
    CheckConstraint(f"metric IN {LAG_METRICS}", name="lag_stats_metric"),
)
