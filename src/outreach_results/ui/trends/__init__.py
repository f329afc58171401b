"""The sections of the trends page."""

from outreach_results.ui.trends.controls import Question, controls
from outreach_results.ui.trends.hours import activity_by_hour
from outreach_results.ui.trends.performance import cost, is_quiet, performance
from outreach_results.ui.trends.unusual import unusual

__all__ = [
    "Question",
    "activity_by_hour",
    "controls",
    "cost",
    "is_quiet",
    "performance",
    "unusual",
]
