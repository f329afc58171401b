"""How long things wait until they are done, where some still wait: Kaplan and Meier's estimate.

Those that still wait are not left out, which would make the wait look shorter than it is: each counts as waiting at
least as long as it has (it is censored). The estimate is of E. L. Kaplan and P. Meier, "Nonparametric Estimation from
Incomplete Observations", JASA 53 (1958); its variance is Greenwood's. The interval of the median is that of
R. Brookmeyer and J. Crowley, "A Confidence Interval for the Median Survival Time", Biometrics 38 (1982), on the scale
log(-log) that J. D. Kalbfleisch and R. L. Prentice recommend for small samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Z = 1.959964

ENOUGH_DONE = 8
"""With fewer that are done, no median is given: `tests/metrics/test_waiting.py` measures the coverage from here on."""


@dataclass(frozen=True, slots=True)
class WaitingTime:
    """How long ``cases`` wait, ``done`` of which no longer do; in the unit of what was given.

    ``median`` and its 95% interval from ``low`` to ``high``, and the quartiles ``q1`` and ``q3``. Each is None where
    too many still wait to know it, or too few are done; no ``high`` beside a median: it may be much longer.
    """

    cases: int
    done: int
    median: float | None = None
    low: float | None = None
    high: float | None = None
    q1: float | None = None
    q3: float | None = None


def waiting_time(done: Sequence[float], waiting: Sequence[float]) -> WaitingTime:
    """The waiting time of those that are ``done``, after so long, and of those that have been ``waiting`` so long."""
    cases = len(done) + len(waiting)
    if len(done) < ENOUGH_DONE:
        return WaitingTime(cases, len(done))
    times, ended = np.unique(np.asarray(done, dtype=float), return_counts=True)
    everyone = np.sort(np.concatenate([np.asarray(done, dtype=float), np.asarray(waiting, dtype=float)]))
    # Who waits just as long as another one is done counts as still there at that moment.
    at_risk = cases - np.searchsorted(everyone, times, side="left")
    left = np.cumprod(1 - ended / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        # At the very end nobody is left, and neither the variance nor the scale of the interval exists.
        spread = np.sqrt(np.cumsum(ended / (at_risk * (at_risk - ended)))) / np.abs(np.log(left))
        lower = np.nan_to_num(left ** np.exp(_Z * spread), nan=0.0)
        upper = np.nan_to_num(left ** np.exp(-_Z * spread), nan=1.0)
    return WaitingTime(
        cases,
        len(done),
        median=_quantile(times, left, 0.5),
        low=_first_below(times, lower, 0.5),
        high=_first_below(times, upper, 0.5),
        q1=_quantile(times, left, 0.75),
        q3=_quantile(times, left, 0.25),
    )


def _quantile(times: NDArray[np.floating], left: NDArray[np.floating], of: float) -> float | None:
    """The time at which that share is left; as with a plain median, the middle of two times that both fit."""
    first, next_one = _first_below(times, left, of), _first_below(times, left, of - 1e-9)
    return first if first is None or next_one is None else (first + next_one) / 2


def _first_below(times: NDArray[np.floating], share: NDArray[np.floating], of: float) -> float | None:
    """The first time at which the share is at most that; None where it never is."""
    # Products of fractions miss a half by a rounding error.
    there = np.flatnonzero(share <= of + 1e-12)
    return float(times[there[0]]) if len(there) else None
