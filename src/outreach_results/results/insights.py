"""What the numbers mean, in sentences: what changed, and what to look after.

Pure functions over totals and frames from `results`; a name in a sentence is the plain text that a stranger may have
written, so whoever shows a sentence shows it character by character.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from outreach_results import metrics
from outreach_results.results import Headlines, Totals

BOUNCE_LIMIT = 0.02
UNSUBSCRIBE_LIMIT = 0.01
MACHINE_SHARE_LIMIT = 0.4
ENOUGH_DELIVERED = 50
ENOUGH_OPENS = 20


class Alert(NamedTuple):
    """Something to look after: what is seen, what is behind it, what to do."""

    campaign_id: str
    campaign: str
    what: str
    cause: str
    next_step: str


def alerts(campaigns: pd.DataFrame, humans: pd.DataFrame) -> list[Alert]:
    """What stands out in `results.campaign_totals`, with and without machines, the worst kind first."""
    with_humans = campaigns.merge(humans[["campaign_id", "opened"]], on="campaign_id", suffixes=("", "_human"))
    rows = [{str(name): value for name, value in row.items()} for row in with_humans.to_dict("records")]
    candidates = [alert for check in (_bounces, _unsubscribes, _tracking, _machines) for alert in map(check, rows)]
    return [alert for alert in candidates if alert is not None]


def _known(row: dict[str, Any], *names: str) -> list[int] | None:
    values = [row[name] for name in names]
    return None if any(pd.isna(value) for value in values) else [int(value) for value in values]


def _alert(row: dict[str, Any], what: str, cause: str, next_step: str) -> Alert:
    return Alert(str(row["campaign_id"]), str(row["name"]), what, cause, next_step)


def _bounces(row: dict[str, Any]) -> Alert | None:
    counts = _known(row, "bounced", "emails_sent")
    if counts is None:
        return None
    interval = metrics.wilson(*counts)
    # The lower end has to exceed the limit: one bounce among ten emails is no reason for an alert.
    if interval is None or interval.low <= BOUNCE_LIMIT:
        return None
    return _alert(
        row,
        f"{_percent(counts[0] / counts[1])} of its e-mails bounced; "
        f"mailbox providers grow wary above {_percent(BOUNCE_LIMIT, 0)}.",
        "Addresses that do not exist, usually from an old or guessed list.",
        "Pause it, verify the remaining addresses, and send again in smaller batches.",
    )


def _unsubscribes(row: dict[str, Any]) -> Alert | None:
    counts = _known(row, "unsubscribed", "delivered")
    if counts is None:
        return None
    interval = metrics.wilson(*counts)
    if interval is None or interval.low <= UNSUBSCRIBE_LIMIT:
        return None
    return _alert(
        row,
        f"{_percent(counts[0] / counts[1])} of its recipients unsubscribed; "
        f"below {_percent(UNSUBSCRIBE_LIMIT, 0)} is usual.",
        "The offer does not fit the list, or the same people are written to too often.",
        "Read its negative replies in the inbox, then narrow the audience.",
    )


def _tracking(row: dict[str, Any]) -> Alert | None:
    counts = _known(row, "opened", "clicked", "delivered")
    if counts is None or counts[0] or counts[1] or counts[2] < ENOUGH_DELIVERED:
        return None
    return _alert(
        row,
        f"Not one of {counts[2]:,} delivered e-mails was opened or clicked.",
        "Open and click tracking looks switched off.",
        "Switch it on for the next campaign, or judge this one by its replies alone.",
    )


def _machines(row: dict[str, Any]) -> Alert | None:
    counts = _known(row, "opened", "opened_human")
    if counts is None or counts[0] < ENOUGH_OPENS:
        return None
    share = 1 - counts[1] / counts[0]
    if share <= MACHINE_SHARE_LIMIT:
        return None
    return _alert(
        row,
        f"{_percent(share, 0)} of its opens look like machines.",
        "Privacy proxies and security gateways load every image before anybody reads.",
        "Switch on “Humans only” before you compare open rates.",
    )


def what_changed(
    now: Totals,
    before: Totals | None,
    compared_with: str,
    campaigns: pd.DataFrame,
    earlier: pd.DataFrame | None,
    headlines: Headlines,
) -> list[str]:
    """Up to three sentences: volume and replies, the campaign behind the change, what a meeting costs.

    The rates, and whether a change is noise, are those of ``headlines``, as on the tiles beside the sentences.
    """
    if before is None or not before.stats.emails_sent:
        return []
    sentences = [_volume(now, before, compared_with, headlines)]
    mover = None if earlier is None else _mover(campaigns, earlier)
    if mover is not None:
        sentences.append(mover)
    sentences.append(_meetings(now, before, headlines))
    return sentences


def _volume(now: Totals, before: Totals, compared_with: str, headlines: Headlines) -> str:
    sent, sent_before = now.stats.emails_sent or 0, before.stats.emails_sent or 0
    change = sent / sent_before - 1
    direction = (
        f"{_percent(abs(change), 0)} {'more' if change > 0 else 'fewer'} than" if round(change, 2) else "as many as"
    )
    volume = f"{sent:,} e-mails went out, {direction} in {compared_with}"
    rate, moved = headlines.rates["reply_rate"].rate, headlines.changes.get("reply_rate")
    if rate is None or moved is None:
        return volume + "."
    rate_before = rate - moved.difference
    verdict = "a difference that chance alone explains" if moved.is_noise else "more than chance explains"
    return f"{volume}; {_percent(rate)} of those delivered got a reply, after {_percent(rate_before)}: {verdict}."


def _mover(campaigns: pd.DataFrame, earlier: pd.DataFrame) -> str | None:
    """The campaign whose replies moved most."""
    both = campaigns[["campaign_id", "name", "replied"]].merge(
        earlier[["campaign_id", "name", "replied"]], on="campaign_id", how="outer", suffixes=("", "_before")
    )
    counts = both[["replied", "replied_before"]].astype("float64").fillna(0)
    moved = (counts["replied"] - counts["replied_before"]).abs()
    if moved.empty or not moved.max():
        return None
    place = int(moved.to_numpy().argmax())
    name = both["name"].fillna(both["name_before"]).iloc[place]
    now, before = (int(n) for n in counts.iloc[place])
    return f"The largest move came from “{name}”: {now:,} replies after {before:,}."


def _meetings(now: Totals, before: Totals, headlines: Headlines) -> str:
    count, count_before = now.stats.meetings_booked, before.stats.meetings_booked
    cost = metrics.ratio(now.costs.total_byok_usd, count)
    cost_before = metrics.ratio(before.costs.total_byok_usd, count_before)
    if count is None or count_before is None:
        return "Meetings are not tracked for all of it."
    moved = headlines.changes.get("meetings_booked")
    noise = ", within noise" if moved is not None and moved.is_noise else ""
    meetings = f"{count:,} meeting{'' if count == 1 else 's'} after {count_before:,}{noise}"
    if cost is None or cost_before is None:
        return f"{meetings}."
    return f"{meetings}; one cost ${cost:,.2f}, after ${cost_before:,.2f}."


def _percent(share: float, decimals: int = 1) -> str:
    return f"{share:.{decimals}%}".replace("%", " %")
