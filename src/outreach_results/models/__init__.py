"""The words of the Results API as types, shared by pages, API, sync, exports and docs.

alerts              the body of the open alerts
breakdown           the body of a breakdown
campaign_types      what people call the types of campaigns
contract            the bodies of the Results API and the enumerations they use
dates               dates and times in words
dimensions          what emails can be broken down by
file_format         what this product's own files look like
filters             what every question can be narrowed by
metric_definitions  every metric, one entry each
numbers             numbers in words
people              who is the same person
periods             the periods that people choose by name
retention           how long texts of replies are kept
team                roles, and who is on a list of addresses and domains
url_lists           several ids in one parameter of an address
"""

from outreach_results.models.alerts import OpenAlert, OpenAlerts
from outreach_results.models.breakdown import BreakdownRow, CampaignBreakdown, RateRange
from outreach_results.models.contract import (
    COUNT_OF,
    MAX_ID,
    MICROS_PER_DOLLAR,
    YEARS,
    Annotation,
    Basis,
    Benchmarks,
    Campaign,
    CampaignClient,
    Campaigns,
    CampaignStats,
    CohortStats,
    CostBreakdown,
    Costs,
    DailyRow,
    DailyStats,
    Detail,
    Distribution,
    EventType,
    InboxReply,
    Ingested,
    Instant,
    Model,
    Pagination,
    Period,
    Plan,
    Rates,
    Replies,
    Reply,
    ReplyState,
    Sentiment,
    Stats,
    TrackedCampaigns,
    Usage,
    UsageNumbers,
    UsageOfAccount,
    UsageOfAccounts,
    dollars,
)
from outreach_results.models.dimensions import DIMENSIONS, Dimension, RowKind
from outreach_results.models.filters import Filters
from outreach_results.models.metric_definitions import (
    COST_COLUMNS,
    COSTS,
    COUNTS,
    HOURLY_METRICS,
    HUMAN_COUNTS,
    LAG_METRICS,
)
from outreach_results.models.people import domain_of, person_key

__all__ = [
    "COSTS",
    "COST_COLUMNS",
    "COUNTS",
    "COUNT_OF",
    "DIMENSIONS",
    "HOURLY_METRICS",
    "HUMAN_COUNTS",
    "LAG_METRICS",
    "MAX_ID",
    "MICROS_PER_DOLLAR",
    "YEARS",
    "Annotation",
    "Basis",
    "Benchmarks",
    "BreakdownRow",
    "Campaign",
    "CampaignBreakdown",
    "CampaignClient",
    "CampaignStats",
    "Campaigns",
    "CohortStats",
    "CostBreakdown",
    "Costs",
    "DailyRow",
    "DailyStats",
    "Detail",
    "Dimension",
    "Distribution",
    "EventType",
    "Filters",
    "InboxReply",
    "Ingested",
    "Instant",
    "Model",
    "OpenAlert",
    "OpenAlerts",
    "Pagination",
    "Period",
    "Plan",
    "RateRange",
    "Rates",
    "Replies",
    "Reply",
    "ReplyState",
    "RowKind",
    "Sentiment",
    "Stats",
    "TrackedCampaigns",
    "Usage",
    "UsageNumbers",
    "UsageOfAccount",
    "UsageOfAccounts",
    "dollars",
    "domain_of",
    "person_key",
]
