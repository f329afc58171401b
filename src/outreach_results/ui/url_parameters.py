"""The parameters of all pages in the URL: one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach_results.models.periods import PRESETS


@dataclass(frozen=True, slots=True)
class Parameter:
    """One URL parameter; its default is the empty text, which Streamlit leaves out of the URL.

    ``invalid`` completes "This link uses …". ``codes`` are what is written for the labels of a fixed choice; where they
    depend on the data, the control passes them. Labels are read as well, and ``former_labels`` with their codes: links
    had them before.
    ``resets`` names the parameters that lose their meaning with another choice. ``page`` is the one page with a control
    for it; empty where every page has one.
    """

    name: str
    invalid: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    former_labels: Mapping[str, str] = field(default_factory=dict)
    resets: tuple[str, ...] = ()
    page: str = ""


_LIST_POSITION = ("page", "reply")

PARAMETERS: dict[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        # every page
        # Campaigns are chosen among those of the client, so that another client makes them meaningless.
        Parameter("client", "an unknown client", resets=("campaigns", *_LIST_POSITION)),
        Parameter("tag", "an unknown tag", resets=("campaigns", *_LIST_POSITION)),
        Parameter("campaigns", "an unknown campaign", resets=_LIST_POSITION),
        Parameter(
            "period",
            "an unknown period",
            {preset.label: preset.code for preset in PRESETS} | {"All time": "all", "Custom": "custom"},
            resets=("days", *_LIST_POSITION),
        ),
        Parameter("days", "unknown dates", resets=_LIST_POSITION),
        Parameter(
            "basis",
            "an unknown date to attribute to",
            {"Event date": "event", "Send date": "send"},
            former_labels={"Activity day": "event", "Sending day": "send"},
            resets=_LIST_POSITION,
        ),
        Parameter("humans", "an unknown value of “humans”", resets=_LIST_POSITION),
        Parameter(
            "compare",
            "an unknown comparison",
            {"Previous period": "previous", "Same period last year": "year", "No comparison": "none"},
            former_labels={"Nothing": "none"},
        ),
        # the overview
        Parameter("count", "an unknown value of “count”", {"Emails": "emails", "People": "people"}, page="overview"),
        Parameter("tile", "a metric that does not exist", page="overview"),
        Parameter("find", page="overview"),
        Parameter(
            "sort",
            "an unknown sort order",
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
        Parameter("breakdown", "an unknown breakdown", page="overview"),
        # the trends
        Parameter("show", "an unknown value of “show”", {"Counts": "counts", "Rates": "rates"}, page="trends"),
        Parameter(
            "by",
            "an unknown value of “by”",
            {"Day": "day", "Week": "week", "Month": "month"},
            page="trends",
        ),
        Parameter("mean", "an unknown value of “mean”", page="trends"),
        Parameter("overlay", "an unknown value of “overlay”", page="trends"),
        Parameter("counts", "an unknown metric", page="trends"),
        Parameter("rates", "an unknown metric", page="trends"),
        Parameter("at", page="trends"),
        # the inbox
        Parameter("lane", "an unknown type of replies", resets=("sentiment", *_LIST_POSITION), page="inbox"),
        Parameter("status", "an unknown status of replies", resets=_LIST_POSITION, page="inbox"),
        Parameter(
            "assigned",
            "an unknown assignee",
            {"Anyone": "anyone", "Me": "me", "Unassigned": "none"},
            resets=_LIST_POSITION,
            page="inbox",
        ),
        Parameter("sentiment", resets=_LIST_POSITION, page="inbox"),
        Parameter("q", resets=_LIST_POSITION, page="inbox"),
        Parameter("page", resets=("reply",), page="inbox"),
        Parameter("reply", page="inbox"),
        # the usage
        Parameter("month", "a month without data", page="usage"),
        Parameter(
            "costs",
            "an unknown way to show costs",
            {"Per email": "email", "In total": "all"},
            former_labels={"In all": "all"},
            page="usage",
        ),
        # the benchmarks
        Parameter("mcp", "unknown benchmarks", page="benchmarks"),
        Parameter("metric", "a metric without a benchmark", page="benchmarks"),
        Parameter(
            "ranked",
            "an unknown sort order",
            {"Best first": "best", "Weakest first": "weakest", "Most emails first": "emails", "By name": "name"},
            page="benchmarks",
        ),
        Parameter("rank", "an unknown page", page="benchmarks"),
        # the data
        Parameter("differs", "an unknown value of “differs”", page="data"),
    )
}
"""All parameters, in the order in which they are written."""

SHORT_FORMS = {"campaign": "campaigns"}  # for links from elsewhere: `?campaign=ID`, repeated for more than one
