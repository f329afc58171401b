"""Every metric of the product, one entry each.

API bodies, pages, downloads, colors, the glossary and the documentation derive from these tables. To add a rate, add
an entry to ``_RATES``; to show it among the tiles of the overview, give it the next place in ``tile``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a metric is measured in."""

    EMAILS = "emails"
    REPLIES = "replies"
    SHARE = "share of emails"
    DOLLARS = "dollars"


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that the product knows.

    Attributes:
        name: its name in the API, in files and in the database.
        label: its name on pages.
        definition: what it means, as pages explain it.
        color: of its line or bar, the same on every page.
        numerator, denominator: names of the metrics that it is a ratio of; None for what is counted itself.
        lower_is_better: whether less of it is better.
        tile: its place among the tiles of the overview, from 1; None where it has none.
        is_decided: whether people decide how large it is, so that a change is neither chance nor good nor bad.
        is_benchmark: whether communities publish it.
        tracked_as: what a campaign has to track for it to be known, in the plural; '' where it is known of every one.
    """

    name: str
    label: str
    definition: str
    unit: Unit
    color: str
    numerator: str | None = None
    denominator: str | None = None
    lower_is_better: bool = False
    tile: int | None = None
    is_decided: bool = False
    is_benchmark: bool = False
    tracked_as: str = ""

    @property
    def parts(self) -> tuple[str, str]:
        """The names of numerator and denominator.

        Raises:
            ValueError: the metric is no ratio.
        """
        if self.numerator is None or self.denominator is None:
            raise ValueError(f"{self.name} isn't a ratio of two others.")
        return self.numerator, self.denominator


@dataclass(frozen=True, slots=True)
class Count(Metric):
    """Unique emails that something happened to.

    Attributes:
        event: the event type that is counted.
        happened: the verb phrase for one and for several emails, such as "was sent" and "were sent".
        share_of: the count that this one is a share of; None for the first of all.
        has_human_twin: whether a second count leaves out machines and automatic replies.
        has_hours: whether the hour of the day is kept.
        has_lags: whether it goes on growing after the sending, so that the days until then are kept.
    """

    event: str = ""
    happened: tuple[str, str] = ("", "")
    share_of: str | None = "delivered"
    has_human_twin: bool = True
    has_hours: bool = False
    has_lags: bool = False


_COUNTS = (
    Count(
        "emails_sent",
        "Sent",
        "Emails sent.",
        Unit.EMAILS,
        "#6b7785",
        event="sent",
        happened=("was sent", "were sent"),
        share_of=None,
        has_human_twin=False,
        has_hours=True,
        tile=8,
        is_decided=True,
    ),
    Count(
        "delivered",
        "Delivered",
        "Emails that reached a mailbox.",
        Unit.EMAILS,
        "#209ce2",
        event="delivered",
        tracked_as="deliveries",
        happened=("was delivered", "were delivered"),
        share_of="emails_sent",
        is_decided=True,
    ),
    Count(
        "bounced",
        "Bounced",
        "Emails that came back.",
        Unit.EMAILS,
        "#d0668f",
        event="bounced",
        tracked_as="bounces",
        happened=("bounced", "bounced"),
        share_of="emails_sent",
        lower_is_better=True,
    ),
    Count(
        "opened",
        "Opened",
        "Emails opened at least once.",
        Unit.EMAILS,
        "#0072b2",
        event="opened",
        happened=("was opened", "were opened"),
        has_hours=True,
        has_lags=True,
        tracked_as="opens",
    ),
    Count(
        "clicked",
        "Clicked",
        "Emails in which a link was clicked at least once.",
        Unit.EMAILS,
        "#cc79a7",
        event="clicked",
        happened=("was clicked", "were clicked"),
        has_lags=True,
        tracked_as="clicks",
    ),
    Count(
        "replied",
        "Replied",
        "Emails that got a reply.",
        Unit.EMAILS,
        "#009e73",
        event="replied",
        happened=("got a reply", "got a reply"),
        has_hours=True,
        has_lags=True,
        tracked_as="replies",
    ),
    Count(
        "unsubscribed",
        "Unsubscribed",
        "Emails whose recipient unsubscribed.",
        Unit.EMAILS,
        "#b8860b",
        event="unsubscribed",
        tracked_as="unsubscribes",
        happened=("led to an unsubscription", "led to an unsubscription"),
        lower_is_better=True,
    ),
    Count(
        "meetings_booked",
        "Meetings",
        "Emails that led to a booked meeting.",
        Unit.EMAILS,
        "#d55e00",
        event="meeting_booked",
        happened=("led to a meeting", "led to a meeting"),
        has_lags=True,
        tracked_as="meetings",
        tile=3,
    ),
)

COUNT_METRICS: dict[str, Count] = {count.name: count for count in _COUNTS}
"""The counts of the contract, in its order."""

COUNTS: tuple[str, ...] = tuple(COUNT_METRICS)

HUMAN_COUNTS: tuple[str, ...] = tuple(f"{count.name}_human" for count in _COUNTS if count.has_human_twin)
"""The twins that leave out machine opens and clicks and automatic replies; sending has none."""


def _with_twins(counts: Iterable[Count]) -> tuple[str, ...]:
    return tuple(
        f"{count.name}{twin}" for count in counts for twin in (("", "_human") if count.has_human_twin else ("",))
    )


HOURLY_METRICS: tuple[str, ...] = _with_twins(count for count in _COUNTS if count.has_hours)
"""The counts that are also known by the hour of the day."""

LAG_METRICS: tuple[str, ...] = _with_twins(count for count in _COUNTS if count.has_lags)
"""The counts that go on growing after the sending, and are also known by how many days they took."""


def _rate(name: str, numerator: str, denominator: str, label: str, definition: str, tile: int | None) -> Metric:
    return Metric(
        name,
        label,
        definition,
        Unit.SHARE,
        COUNT_METRICS[numerator].color,
        numerator,
        denominator,
        lower_is_better=COUNT_METRICS[numerator].lower_is_better,
        tile=tile,
        is_benchmark=True,
    )


_RATES = (
    _rate(
        "delivery_rate",
        "delivered",
        "emails_sent",
        "Delivery rate",
        "Delivered, as a share of all emails sent.",
        tile=None,
    ),
    _rate("open_rate", "opened", "delivered", "Open rate", "Opened, as a share of delivered emails.", tile=5),
    _rate("click_rate", "clicked", "delivered", "Click rate", "Clicked, as a share of delivered emails.", tile=6),
    _rate("reply_rate", "replied", "delivered", "Reply rate", "Replied, as a share of delivered emails.", tile=2),
    _rate(
        "conversion_rate",
        "meetings_booked",
        "delivered",
        "Conversion rate",
        "Meetings booked, as a share of delivered emails.",
        tile=7,
    ),
)

RATES: dict[str, Metric] = {rate.name: rate for rate in _RATES}
"""The rates of the contract, in its order."""


COST = Metric(
    "cost",
    "Cost",
    "What your own keys were charged: AI generation, lead enrichment and sending.",
    Unit.DOLLARS,
    "#8f6bc9",
    lower_is_better=True,
    tile=9,
    is_decided=True,
    tracked_as="costs",
)
_COST_COMPONENTS = (
    Metric(
        "cost_ai_generation",
        "AI generation",
        "The cost of generated text.",
        Unit.DOLLARS,
        "#8f6bc9",
        tracked_as=COST.tracked_as,
    ),
    Metric(
        "cost_lead_enrichment",
        "Lead enrichment",
        "The cost of enriched leads.",
        Unit.DOLLARS,
        "#209ce2",
        tracked_as=COST.tracked_as,
    ),
    Metric(
        "cost_email_sending",
        "Email sending",
        "The cost of sending.",
        Unit.DOLLARS,
        "#c58800",
        tracked_as=COST.tracked_as,
    ),
)

COST_COLUMNS: tuple[str, ...] = tuple(component.name for component in _COST_COMPONENTS)
"""What the cost is made of, as the database and CSV files name it."""

COSTS: tuple[str, ...] = tuple(name.removeprefix("cost_") for name in COST_COLUMNS)
"""The same as the contract names it."""

COST_NOT_BROKEN_DOWN = Metric(
    "cost_not_broken_down",
    "Not broken down",
    "Cost that the source does not split into components.",
    Unit.DOLLARS,
    "#7b8794",
    tracked_as=COST.tracked_as,
)

COST_PER_EMAIL = Metric(
    "avg_cost_per_email_usd",
    "Cost per email",
    "Cost divided by emails sent.",
    Unit.DOLLARS,
    COST.color,
    lower_is_better=True,
    numerator="cost",
    denominator="emails_sent",
    is_benchmark=True,
)

COST_PER_MEETING = Metric(
    "cost_per_meeting_usd",
    "Cost per meeting",
    "Cost divided by meetings booked, in the campaigns that track both.",
    Unit.DOLLARS,
    COST.color,
    lower_is_better=True,
    numerator="cost",
    denominator="meetings_booked",
    tile=4,
)

POSITIVE_REPLIES = Metric(
    "positive_replies",
    "Positive replies",
    "Replies that are positive, after your corrections. They count on the day they arrived.",
    Unit.REPLIES,
    COUNT_METRICS["replied"].color,
    tile=1,
)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *_COUNTS,
        *_RATES,
        COST,
        *_COST_COMPONENTS,
        COST_NOT_BROKEN_DOWN,
        COST_PER_EMAIL,
        COST_PER_MEETING,
        POSITIVE_REPLIES,
    )
}
"""All metrics by name: counts, rates, costs, positive replies."""

TILES: tuple[Metric, ...] = tuple(
    sorted((metric for metric in METRICS.values() if metric.tile is not None), key=lambda metric: metric.tile or 0)
)
"""The tiles of the overview, in their order."""

GLOSSARY: tuple[Metric, ...] = (*_COUNTS, *_RATES, POSITIVE_REPLIES, COST, COST_PER_EMAIL, COST_PER_MEETING)
"""The metrics that pages explain."""

TRACKED: dict[str, tuple[str, ...]] = {
    kind: tuple(metric.name for metric in (*_COUNTS, COST, *_COST_COMPONENTS) if metric.tracked_as == kind)
    for kind in dict.fromkeys(metric.tracked_as for metric in (*_COUNTS, COST) if metric.tracked_as)
}
"""What a campaign may or may not track, such as ``opens``, and the numbers in `daily_stats` that need it."""

PAIRS: tuple[tuple[str, str], ...] = tuple(
    dict.fromkeys(
        [
            *(metric.parts for metric in METRICS.values() if metric.numerator),
            *((count.name, count.share_of) for count in _COUNTS if count.share_of is not None),
            *(
                (cost.name, per)
                for cost in (COST, *_COST_COMPONENTS)
                for per in ("emails_sent", "replied", "meetings_booked")
            ),
            ("meetings_booked", "emails_sent"),
            ("clicked", "opened"),
            ("meetings_booked", "replied"),
        ]
    )
)
"""Every two numbers that are divided by each other, so both have to be of the same campaigns."""

BENCHMARK_METRICS: tuple[str, ...] = tuple(metric.name for metric in METRICS.values() if metric.is_benchmark)
"""The metrics that communities publish and that are known here too, in the order in which they are shown."""
