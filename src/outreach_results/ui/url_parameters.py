"""The parameters of all pages in the URL: one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parameter:
    """One URL parameter; its default is the empty text, which Streamlit leaves out of the URL.

    ``invalid`` completes "The address asks for …". ``codes`` are what is written for the labels of a fixed choice;
    where they depend on the data, the control passes them. Labels are read as well: links had them before.
    ``resets`` names the parameters that lose their meaning with another choice. ``page`` is the one page with a control
    for it; empty where every page has one.
    """

    name: str
    invalid: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    resets: tuple[str, ...] = ()
    page: str = ""


_LIST_POSITION = ("page", "reply")

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        # every page
        Parameter("campaigns", "a campaign that is not here", resets=_LIST_POSITION),
        Parameter(
            "period",
            "a period that does not exist",
            {
                "Last 7 days": "7d",
                "Last 28 days": "28d",
                "Last 90 days": "90d",
                "This month": "month",
                "All time": "all",
                "Custom": "custom",
            },
            resets=_LIST_POSITION,
        ),
        Parameter("days", resets=_LIST_POSITION),
        Parameter(
            "basis",
            "a way of counting that does not exist",
            {"Activity day": "event", "Sending day": "send"},
            resets=_LIST_POSITION,
        ),
        Parameter("humans", "something else than true or false for humans", resets=_LIST_POSITION),
        Parameter(
            "compare",
            "a comparison that does not exist",
            {"Previous period": "previous", "Same period last year": "year", "Nothing": "none"},
        ),
        # the overview
        Parameter("find", page="overview"),
        Parameter(
            "sort",
            "an order that does not exist",
            {
                "Most sent": "sent",
                "Best reply rate": "reply_rate",
                "Best open rate": "open_rate",
                "Most meetings per email": "meetings",
                "Lowest cost per meeting": "meeting_cost",
                "Highest cost": "cost",
                "Name": "name",
            },
            page="overview",
        ),
        # the trends
        Parameter(
            "show", "a choice of “Show” that does not exist", {"Counts": "counts", "Rates": "rates"}, page="trends"
        ),
        Parameter(
            "by",
            "a choice of “By” that does not exist",
            {"Day": "day", "Week": "week", "Month": "month"},
            page="trends",
        ),
        Parameter("mean", "something else than true or false for mean", page="trends"),
        Parameter("overlay", "something else than true or false for overlay", page="trends"),
        Parameter("counts", "a metric that does not exist", page="trends"),
        Parameter("rates", "a metric that does not exist", page="trends"),
        Parameter("at", page="trends"),
        # the inbox
        Parameter("lane", "a lane that does not exist", resets=("sentiment", *_LIST_POSITION), page="inbox"),
        Parameter("status", "replies that are neither open nor handled", resets=_LIST_POSITION, page="inbox"),
        Parameter("sentiment", resets=_LIST_POSITION, page="inbox"),
        Parameter("q", resets=_LIST_POSITION, page="inbox"),
        Parameter("page", resets=("reply",), page="inbox"),
        Parameter("reply", page="inbox"),
        # the usage
        Parameter("month", "a month without data", page="usage"),
        Parameter(
            "costs", "a way to show costs that does not exist", {"Per email": "email", "In all": "all"}, page="usage"
        ),
        # the benchmarks
        Parameter("mcp", "benchmarks that are not here", page="benchmarks"),
        Parameter("metric", "a metric without a benchmark", page="benchmarks"),
        Parameter(
            "ranked",
            "an order that does not exist",
            {"Best first": "best", "Weakest first": "weakest", "Most emails first": "emails", "By name": "name"},
            page="benchmarks",
        ),
        Parameter("rank", "a page that does not exist", page="benchmarks"),
        # the data
        Parameter("differs", "something else than true or false for differs", page="data"),
    )
}
"""All parameters, in the order in which they are written."""

SHORT_FORMS = {"campaign": "campaigns"}  # for links from elsewhere: `?campaign=ID`, repeated for more than one
