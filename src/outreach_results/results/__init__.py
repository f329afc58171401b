"""The shared data module: one typed function for each query of the product.

Pages, the HTTP API, exports and the command line all use it, so their numbers always agree. The cost of a query does
not grow with the number of emails: each reads ``daily_stats`` or an indexed slice.

Every function takes the `Store`; `Filters` mean the same in each of them. Frames hold counts as nullable integers
(NA: not tracked) and money as dollars (``*_usd``).
"""

import pandas as pd

from outreach_results.results.alerts import chosen_limits, open_alerts
from outreach_results.results.annotations import annotations_in
from outreach_results.results.assignees import assignees
from outreach_results.results.audit_table import audit_table
from outreach_results.results.benchmarks import (
    COST_PER_EMAIL,
    ENOUGH_CASES,
    LOWER_IS_BETTER,
    SMALL_BELOW_CAMPAIGNS,
    STALE_AFTER_DAYS,
    Peers,
    benchmark_mcps,
    benchmarks,
    community,
)
from outreach_results.results.breakdown import BREAKDOWN_RATES, JUDGED, Breakdown, breakdown, breakdown_dimensions
from outreach_results.results.campaign_breakdown import campaign_breakdown
from outreach_results.results.campaign_rates import campaign_changes, campaign_rates
from outreach_results.results.campaign_table import (
    ESTIMATES,
    campaign_table,
    compared_campaigns,
    frame_of_campaigns,
    is_of_sent,
    shown_rate,
)
from outreach_results.results.campaign_totals import COST_FIELDS, campaign_rows, campaign_totals
from outreach_results.results.campaigns import (
    ACTIVE_DAYS,
    all_campaigns,
    campaign,
    campaigns,
    date_range,
    last_day,
    last_sent,
    require_campaign,
    shows_sample,
)
from outreach_results.results.chosen_period import ALL_TIME, PERIODS, ChosenPeriod, chosen_period, compared
from outreach_results.results.clients import (
    Client,
    Limit,
    chosen_campaigns,
    known_clients,
    known_tags,
    label_rules,
    labels_in_words,
    labels_of_campaigns,
    met_by,
    narrowed,
)
from outreach_results.results.comparison_tables import (
    campaign_comparison_table,
    comparison_over_time_table,
    mcp_comparison_table,
)
from outreach_results.results.comparisons import (
    CampaignComparison,
    Comparison,
    McpComparison,
    PartComparison,
    campaign_comparison,
    comparison_over_time,
    comparisons,
    mcp_comparison,
    own_peers,
)
from outreach_results.results.daily import campaign_daily, daily_costs, daily_stats
from outreach_results.results.event_dates import reply_rate_bias
from outreach_results.results.first_response import FirstResponse, first_response
from outreach_results.results.goals import Pace, paces, paces_of
from outreach_results.results.headline_series import (
    HeadlineSeries,
    headline_lines,
    headline_series,
    positive_replies_change,
)
from outreach_results.results.headlines import (
    HeadlineRate,
    Headlines,
    headlines,
    holds_for_humans,
)
from outreach_results.results.import_history import (
    ImportDetails,
    ImportEntry,
    data_as_of,
    history_table,
    import_details,
    load_history,
)
from outreach_results.results.inbox_filters import (
    EVERYTHING,
    NOBODY,
    InboxFilters,
    ReplyKind,
    ReplyStatus,
    chosen_replies,
    is_of_kind,
    newest_first,
    replies_of,
)
from outreach_results.results.people import People, people
from outreach_results.results.period_summary import PeriodSummary, period_summary
from outreach_results.results.query import MAX_PER_PAGE, NOT_BROKEN_DOWN, PER_PAGE
from outreach_results.results.replies import (
    Inbox,
    Neighbors,
    ReplyKey,
    inbox,
    key_of,
    neighbors,
    page_of,
    replies,
    reply,
    reply_query,
    reply_totals,
)
from outreach_results.results.seasonality import (
    HOURLY_COUNTS,
    NO_CURVES,
    MaturityCurves,
    WeeklyActivity,
    maturity_curves,
    weekly_activity,
)
from outreach_results.results.sentiment import sentiment_over_time
from outreach_results.results.timeline import SentEmail, Timeline, TimelineEvent, timeline
from outreach_results.results.totals import (
    Totals,
    campaign_stats,
    campaign_time_series,
    funnel,
    totals,
    totals_of,
)
from outreach_results.results.tracked import TrackedPart
from outreach_results.results.trends import Trends, trends
from outreach_results.results.undated import (
    sending_days,
    share_of_sent,
    snapshot_range,
    snapshot_trend,
)
from outreach_results.results.unsent import (
    UNSENT_COLUMNS,
    UNSENT_SHOWN,
    UnsentEvents,
    campaigns_with_unsent,
    unsent_events,
    unsent_rows,
)
from outreach_results.results.usage import (
    Outlook,
    campaign_costs,
    component_costs,
    next_month,
    outlook,
    plan_known_at,
    plan_of,
    usage,
    usage_by_month,
)

# Our frames have tens of rows: making and copying Arrow's strings costs a page more than they could save.
pd.set_option("mode.string_storage", "python")

__all__ = [
    "ACTIVE_DAYS",
    "ALL_TIME",
    "BREAKDOWN_RATES",
    "COST_FIELDS",
    "COST_PER_EMAIL",
    "ENOUGH_CASES",
    "ESTIMATES",
    "EVERYTHING",
    "HOURLY_COUNTS",
    "JUDGED",
    "LOWER_IS_BETTER",
    "MAX_PER_PAGE",
    "NOBODY",
    "NOT_BROKEN_DOWN",
    "NO_CURVES",
    "PERIODS",
    "PER_PAGE",
    "SMALL_BELOW_CAMPAIGNS",
    "STALE_AFTER_DAYS",
    "UNSENT_COLUMNS",
    "UNSENT_SHOWN",
    "Breakdown",
    "CampaignComparison",
    "ChosenPeriod",
    "Client",
    "Comparison",
    "FirstResponse",
    "HeadlineRate",
    "HeadlineSeries",
    "Headlines",
    "ImportDetails",
    "ImportEntry",
    "Inbox",
    "InboxFilters",
    "Limit",
    "MaturityCurves",
    "McpComparison",
    "Neighbors",
    "Outlook",
    "Pace",
    "PartComparison",
    "Peers",
    "People",
    "PeriodSummary",
    "ReplyKey",
    "ReplyKind",
    "ReplyStatus",
    "SentEmail",
    "Timeline",
    "TimelineEvent",
    "Totals",
    "TrackedPart",
    "Trends",
    "UnsentEvents",
    "WeeklyActivity",
    "all_campaigns",
    "annotations_in",
    "assignees",
    "audit_table",
    "benchmark_mcps",
    "benchmarks",
    "breakdown",
    "breakdown_dimensions",
    "campaign",
    "campaign_breakdown",
    "campaign_changes",
    "campaign_comparison",
    "campaign_comparison_table",
    "campaign_costs",
    "campaign_daily",
    "campaign_rates",
    "campaign_rows",
    "campaign_stats",
    "campaign_table",
    "campaign_time_series",
    "campaign_totals",
    "campaigns",
    "campaigns_with_unsent",
    "chosen_campaigns",
    "chosen_limits",
    "chosen_period",
    "chosen_replies",
    "community",
    "compared",
    "compared_campaigns",
    "comparison_over_time",
    "comparison_over_time_table",
    "comparisons",
    "component_costs",
    "daily_costs",
    "daily_stats",
    "data_as_of",
    "date_range",
    "first_response",
    "frame_of_campaigns",
    "funnel",
    "headline_lines",
    "headline_series",
    "headlines",
    "history_table",
    "holds_for_humans",
    "import_details",
    "inbox",
    "is_of_kind",
    "is_of_sent",
    "key_of",
    "known_clients",
    "known_tags",
    "label_rules",
    "labels_in_words",
    "labels_of_campaigns",
    "last_day",
    "last_sent",
    "load_history",
    "maturity_curves",
    "mcp_comparison",
    "mcp_comparison_table",
    "met_by",
    "narrowed",
    "neighbors",
    "newest_first",
    "next_month",
    "open_alerts",
    "outlook",
    "own_peers",
    "paces",
    "paces_of",
    "page_of",
    "people",
    "period_summary",
    "plan_known_at",
    "plan_of",
    "positive_replies_change",
    "replies",
    "replies_of",
    "reply",
    "reply_query",
    "reply_rate_bias",
    "reply_totals",
    "require_campaign",
    "sending_days",
    "sentiment_over_time",
    "share_of_sent",
    "shown_rate",
    "shows_sample",
    "snapshot_range",
    "snapshot_trend",
    "timeline",
    "totals",
    "totals_of",
    "trends",
    "unsent_events",
    "unsent_rows",
    "usage",
    "usage_by_month",
    "weekly_activity",
]
