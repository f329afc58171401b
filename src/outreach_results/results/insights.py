"""What the numbers mean, in sentences: what changed, and what needs attention.

Pure functions over totals and rows from `results`; a name in a sentence is the plain text that a stranger may have
written: show a sentence as characters, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from outreach_results import metrics
from outreach_results.metrics.exceedance import Finding, exceeding
from outreach_results.metrics.small_numbers import CostPerEvent, cost_per_event
from outreach_results.models import OpenAlert
from outreach_results.models.numbers import counted
from outreach_results.results.campaign_totals import CampaignRow
from outreach_results.results.headlines import Headlines
from outreach_results.results.totals import Totals

BOUNCE_LIMIT = 0.02
UNSUBSCRIBE_LIMIT = 0.01
MACHINE_SHARE_LIMIT = 0.4
ENOUGH_DELIVERED = 50
POSITIVE_REPLY = "positive_reply"
"""The kind of the alerts on new positive replies."""


class Alert(NamedTuple):
    """An issue that needs attention: what is seen, what is behind it, what to do.

    ``kind`` names the issue for a group of campaigns that share it: "Bounce rate above 2%".
    ``is_watch`` where the campaign alone would be above the limit, but among that many campaigns chance may explain it.
    ``untracked`` is what the campaign seems not to track, which a person can confirm.
    """

    campaign_id: str
    campaign: str
    what: str
    cause: str
    next_step: str
    is_watch: bool = False
    untracked: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Limit:
    """A share that should not be exceeded: its parts in a row of campaigns, and the alert on one that does.

    ``kind`` and ``what`` take the limit in words; ``what`` takes the share first.
    """

    count: str
    of: str
    limit: float
    kind: str
    what: Callable[[float, str], str]
    cause: str
    next_step: str


_LIMITS = {
    "bounce_rate": _Limit(
        "bounced",
        "emails_sent",
        BOUNCE_LIMIT,
        "Bounce rate above {}",
        lambda share, limit: (
            f"{_percent(share)} of its emails bounced; inbox providers penalize bounce rates above {limit}."
        ),
        "Addresses that do not exist, usually from an old or guessed list.",
        "Pause it, verify the remaining addresses, and send again in smaller batches.",
    ),
    "unsubscribe_rate": _Limit(
        "unsubscribed",
        "delivered",
        UNSUBSCRIBE_LIMIT,
        "Unsubscribe rate above {}",
        lambda share, limit: f"{_percent(share)} of its recipients unsubscribed; below {limit} is usual.",
        "The offer does not fit the list, or the same people are contacted too often.",
        "Read its negative replies in the inbox, then narrow the audience.",
    ),
    "machine_opens": _Limit(
        "opened_by_machines",
        "opened",
        MACHINE_SHARE_LIMIT,
        "Opens look automated",
        lambda share, _limit: f"{_percent(share, 0)} of its opens look like machines.",
        "Privacy proxies and security gateways load every image before anybody reads.",
        "Turn on “Exclude bots & auto-replies” before you compare open rates.",
    ),
}

Limits = Mapping[str, float]
"""The limits that people chose, by name of the rate; others are those of the product."""


def alerts(
    campaigns: Sequence[CampaignRow], humans: Sequence[CampaignRow], limits: Limits = MappingProxyType({})
) -> list[Alert]:
    """What stands out in `results.campaign_rows`, with and without machines: alerts first, then what to watch.

    Each limit is held against all of the campaigns at once, so that many healthy ones hardly raise a false alarm.
    """
    of_humans = {row["campaign_id"]: row["opened"] for row in humans}
    both = [
        {**row, "opened_by_machines": _difference(row["opened"], of_humans[row["campaign_id"]])}
        for row in campaigns
        if row["campaign_id"] in of_humans
    ]
    bounces, unsubscribes, machines = (above_limit(both, name, limits.get(name)) for name in _LIMITS)
    untracked = [alert for alert in map(_tracking, both) if alert is not None]
    candidates = [*bounces, *unsubscribes, *untracked, *machines]
    # A stable sort: among alerts, and among what to watch, the most harmful kind stays first.
    return sorted(candidates, key=lambda alert: alert.is_watch)


def _difference(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def with_raised(found: Sequence[Alert], raised: Sequence[OpenAlert]) -> list[Alert]:
    """What stands out in a view with the alerts that are raised: the account's first, and each issue once.

    An issue that both know keeps the numbers of the view. Positive replies are left out: pages count those to do.
    """
    others = [one for one in raised if one.kind != POSITIVE_REPLY]
    known = {(alert.kind, alert.campaign_id) for alert in found if not alert.is_watch}
    lasting = {(one.title, one.campaign_id or "") for one in others}
    more = [
        Alert(one.campaign_id or "", one.name or "", one.what, "", one.next_step, kind=one.title)
        for one in others
        if (one.title, one.campaign_id or "") not in known
    ]
    of_account, of_campaigns = ([alert for alert in more if bool(alert.campaign_id) == own] for own in (False, True))
    rest = [alert for alert in found if not (alert.is_watch and (alert.kind, alert.campaign_id) in lasting)]
    return [*of_account, *of_campaigns, *rest]


def bounce_findings(campaigns: Sequence[CampaignRow], limit: float = BOUNCE_LIMIT) -> list[Finding]:
    """Whether each campaign of `results.campaign_rows` bounces above the limit, as `alerts` judge it."""
    return exceeding([_pair(row, "bounced", "emails_sent") for row in campaigns], limit)


def above_limit(campaigns: Sequence[CampaignRow], name: str, limit: float | None = None) -> list[Alert]:
    """The campaigns whose rate is above its limit; ``is_watch`` where chance may explain it among so many.

    Args:
        name: ``bounce_rate``, ``unsubscribe_rate`` or, where rows have ``opened_by_machines``, ``machine_opens``.
        limit: a share (0 to 1); None is that of the product.
    """
    own = _LIMITS[name]
    limit = own.limit if limit is None else limit
    pairs = [_pair(row, own.count, own.of) for row in campaigns]
    return [
        _alert(row, own.what(pair[0] / pair[1], limit_words(limit)), own.cause, own.next_step)._replace(
            kind=own.kind.format(limit_words(limit)), is_watch=finding == Finding.WATCH
        )
        for row, pair, finding in zip(campaigns, pairs, exceeding(pairs, limit), strict=True)
        if pair is not None and finding != Finding.NONE
    ]


def parts_of_limit(name: str) -> tuple[str, str]:
    """The count of a rate that has a limit, and what it is divided by."""
    return _LIMITS[name].count, _LIMITS[name].of


def limit_words(limit: float) -> str:
    """A limit as people write it: 2%, 2.5%."""
    return f"{limit * 100:.4g}%"


def _pair(row: CampaignRow, count: str, of: str) -> tuple[int, int] | None:
    return None if row[count] is None or row[of] is None else (row[count], row[of])


def _alert(row: CampaignRow, what: str, cause: str, next_step: str) -> Alert:
    return Alert(str(row["campaign_id"]), str(row["name"]), what, cause, next_step)


def _tracking(row: CampaignRow) -> Alert | None:
    opened, clicked, delivered = row["opened"], row["clicked"], row["delivered"]
    if opened != 0 or clicked != 0 or delivered is None or delivered < ENOUGH_DELIVERED:
        return None
    return _alert(
        row,
        f"Not one of {delivered:,} delivered emails was opened or clicked.",
        "Open and click tracking looks off.",
        "If it is off, mark it as not tracked: opens and clicks then show “–” instead of 0.",
    )._replace(kind="Tracking looks off", untracked=("opens", "clicks"))


def what_changed(
    now: Totals,
    before: Totals | None,
    compared_with: str,
    campaigns: Sequence[CampaignRow],
    campaign_changes: Mapping[str, metrics.Change],
    headlines: Headlines,
) -> list[str]:
    """Up to three sentences: volume and replies, the campaign that stands out, what a meeting costs.

    ``campaigns`` are those of `campaign_rows`, ``campaign_changes`` their reply rates' of `campaign_changes`.
    The rates, and whether a change is noise, are those of ``headlines``, as on the tiles beside the sentences.
    """
    if before is None or not before.stats.emails_sent:
        return []
    sentences = [_volume(now, before, compared_with, headlines)]
    mover = _mover(campaigns, campaign_changes)
    if mover is not None:
        sentences.append(mover)
    sentences.append(_meetings(now, before, headlines))
    return sentences


def _volume(now: Totals, before: Totals, compared_with: str, headlines: Headlines) -> str:
    sent, sent_before = now.stats.emails_sent or 0, before.stats.emails_sent or 0
    compared = _compared(sent / sent_before - 1)
    volume = f"{counted(sent, 'email')} sent, {compared} {'as' if compared == _AS_MANY else 'than'} {compared_with}."
    rate, moved = headlines.rates["reply_rate"].rate, headlines.changes.get("reply_rate")
    if rate is None or moved is None:
        return volume
    part = now.tracked.get("reply_rate")
    whole = "" if part is None else f" of the {part.emails:,} delivered whose replies are tracked"
    return f"{volume} Reply rate {_percent(rate)}{whole} (was {_percent(rate - moved.difference)}), {_verdict(moved)}."


def _verdict(change: metrics.Change) -> str:
    return "not statistically significant" if change.is_noise else "statistically significant"


def _mover(campaigns: Sequence[CampaignRow], changes: Mapping[str, metrics.Change]) -> str | None:
    """The campaign whose replies moved most, of those whose reply rate stands out among all; None where none does."""
    # By how many replies the change is: by the rate, a campaign of a few emails would nearly always move most.
    moved = [
        (abs(change.difference) * (row["delivered"] or 0), row["name"], change)
        for row in campaigns
        if (change := changes.get(row["campaign_id"])) is not None and not change.is_noise
    ]
    if not moved:
        return None
    _, name, change = max(moved, key=lambda one: one[0])
    # The change is all that is known of the comparison: `relative` is its difference divided by the rate before.
    before = change.difference / change.relative
    return f"Biggest mover: “{name}”, {_percent(before + change.difference)} replied (was {_percent(before)})."


def _meetings(now: Totals, before: Totals, headlines: Headlines) -> str:
    """How many meetings, whether they are more for each email sent, and what one costs."""
    count, count_before = now.stats.meetings_booked, before.stats.meetings_booked
    if count is None or count_before is None:
        return "Meetings are not tracked."
    sentence = f"{counted(count, 'meeting')}{_where_tracked(now, 'meetings_booked')}"
    sentence += f" (was {count_before:,}{_where_tracked(before, 'meetings_booked')})"
    moved = headlines.changes.get("meetings_booked")
    if moved is not None:
        sentence += f", {_compared(moved.relative)} per email sent"
        sentence += f" ({_verdict(moved)})" if round(moved.relative, 2) else ""
    conversion = headlines.rates.get("conversion_rate")
    price = _meeting_price(now, conversion.share_in if conversion else None)
    price_before = _meeting_price(before, _share_in_before(before, headlines))
    if price is None or price_before is None:
        return f"{sentence}."
    return f"{sentence}; {_price(price)} each (was {_price(price_before)})."


_AS_MANY = "as many"


def _compared(relative: float) -> str:
    """A relative change in words: 12% more."""
    if not round(relative, 2):
        return _AS_MANY
    return f"{_percent(abs(relative), 0)} {'more' if relative > 0 else 'fewer'}"


def _where_tracked(totals: Totals, name: str) -> str:
    """Which part of the campaigns a total is of; '' where it is of all."""
    part = totals.tracked.get(name)
    return "" if part is None else f" in the {part.campaigns} of {part.of_campaigns} campaigns that track them"


def _meeting_price(totals: Totals, share_in: float | None) -> CostPerEvent | None:
    """What a meeting cost in the campaigns that know both costs and meetings."""
    return cost_per_event(*totals.dollars_and_count("cost", "meetings_booked"), share_in)


def _share_in_before(before: Totals, headlines: Headlines) -> float | None:
    """How much of the comparison's meetings is in: what happened, divided by what is expected in the end."""
    rate, moved = headlines.rates.get("conversion_rate"), headlines.changes.get("conversion_rate")
    if rate is None or rate.rate is None or rate.share_in is None or moved is None or not before.stats.delivered:
        return None
    expected = (rate.rate - moved.difference) * before.stats.delivered
    return min(1.0, (before.stats.meetings_booked or 0) / expected) if expected > 0 else None


def _price(price: CostPerEvent) -> str:
    if price.value is not None:
        return f"${price.value:,.2f}"
    return f"over ${price.low:,.2f}" if price.high is None else f"${price.low:,.2f} to ${price.high:,.2f}"


def _percent(share: float, decimals: int = 1) -> str:
    return f"{share:.{decimals}%}"
