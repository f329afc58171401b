"""The overview page: tiles and chart, what needs attention, breakdown, funnel and costs."""

from outreach_results.ui.overview.attention import alerts_without_activity, side_cards
from outreach_results.ui.overview.breakdown import breakdown
from outreach_results.ui.overview.chart import headline, undated_remark
from outreach_results.ui.overview.costs import costs, funnel
from outreach_results.ui.overview.people import people

__all__ = [
    "alerts_without_activity",
    "breakdown",
    "costs",
    "funnel",
    "headline",
    "people",
    "side_cards",
    "undated_remark",
]
