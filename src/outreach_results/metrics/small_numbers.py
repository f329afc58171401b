"""Estimates from few events: exact ranges, and shares and rates shrunk towards those of the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, chdtri, gammaln

from outreach_results.metrics.intervals import Interval

Floats = NDArray[np.float64]

FEW_EVENTS = 3
"""With fewer events a cost per event is shown as a range and not ranked."""


def garwood(count: int, confidence: float = 0.95) -> Interval:
    """The exact interval of the mean of a Poisson count (Garwood 1936), in events.

    ``low`` is 0 where nothing was counted.
    """
    tail = (1 - confidence) / 2
    low = float(chdtri(2 * count, 1 - tail) / 2) if count else 0.0
    return Interval(low, float(chdtri(2 * count + 2, tail) / 2))


@dataclass(frozen=True, slots=True)
class CostPerEvent:
    """The cost of one event, such as a meeting, in the unit of the cost.

    Attributes:
        value: cost divided by events; None with fewer than `FEW_EVENTS`, where only the range says something.
        low, high: the 95% range of the long-run cost; ``high`` is None where no event was seen, since it has no limit.
    """

    value: float | None
    low: float
    high: float | None


def cost_per_event(cost: float | None, count: int | None, share_in: float | None = None) -> CostPerEvent | None:
    """What one event costs, and between which values chance allows that.

    Args:
        share_in: how much of the events is expected to be in (0 to 1): what was paid for the rest does not count yet.

    Returns:
        None where cost or count is not known, or nothing was paid and nothing happened.
    """
    if cost is None or count is None or not (cost or count):
        return None
    paid, events = cost * (1.0 if share_in is None else share_in), garwood(count)
    value = paid / count if count >= FEW_EVENTS else None
    return CostPerEvent(value, paid / events.high, paid / events.low if events.low else None)


def shrunken_shares(counts: Floats, of: Floats) -> Floats:
    """Each campaign's share, pulled towards that of the account as far as it rests on few emails.

    The shares of the campaigns are taken to follow a beta distribution whose parameters are those under which the
    counts are most likely (empirical Bayes: Casella 1985). Ranking these instead of the raw shares keeps tiny campaigns
    from leading a list by luck.

    Args:
        counts: (campaigns,) emails that count; NaN where not known.
        of: (campaigns,) emails that could.

    Returns:
        (campaigns,) posterior means; NaN where the share is not known.
    """
    known = (of > 0) & np.isfinite(counts)
    result = np.full(len(counts), np.nan)
    if not known.any():
        return result
    k, n = np.minimum(counts[known], of[known]), of[known]
    # Half an event more, so that an account without events has a mean above 0, as a beta distribution needs.
    mean = (k.sum() + 0.5) / (n.sum() + 1)
    strength = _best(
        lambda s: float((betaln(k + mean * s, n - k + (1 - mean) * s) - betaln(mean * s, (1 - mean) * s)).sum())
    )
    result[known] = (k + mean * strength) / (n + strength)
    return result


def shrunken_rates_per_unit(counts: Floats, exposure: Floats) -> Floats:
    """Events per unit of exposure, such as meetings per dollar, pulled towards that of the account.

    Gamma-Poisson, fitted as in `shrunken_shares`.

    Args:
        counts: (campaigns,) events; NaN where not known.
        exposure: (campaigns,) dollars or emails they came from.

    Returns:
        (campaigns,) posterior means, in events per unit; NaN where not known.
    """
    known = (exposure > 0) & np.isfinite(counts)
    result = np.full(len(counts), np.nan)
    if not known.any():
        return result
    k, t = counts[known], exposure[known]
    mean = (k.sum() + 0.5) / t.sum()

    def log_likelihood(events: float) -> float:
        rate = events / mean
        return float(
            (gammaln(k + events) - gammaln(events) + events * np.log(rate) - (k + events) * np.log(rate + t)).sum()
        )

    events = _best(log_likelihood)
    result[known] = (k + events) / (t + events / mean)
    return result


_STRENGTHS = np.geomspace(0.5, 1e5, 60)


def _best(log_likelihood: Callable[[float], float]) -> float:
    """The strength of the prior, on a grid: finer steps would change no ranking."""
    return float(max(_STRENGTHS, key=log_likelihood))
