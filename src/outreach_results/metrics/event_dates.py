"""Rates by event date: the outcomes of a period belong in part to emails that were sent before it.

While sending is steady, what earlier emails bring makes up for what the period's own emails bring after it. Where
sending changes fast it does not, and the rate is too low (sending grew) or too high (it shrank).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outreach_results.metrics.maturity import MaturityCurve


def event_date_bias(of: NDArray[np.float64], period: int, curve: MaturityCurve) -> float | None:
    """By which factor a rate by event date differs from that of the emails it is divided by.

    Args:
        of: (days,) emails sent on consecutive days up to the end of the period, beginning as long before it as outcomes
            take to arrive.
        period: how many of the last days are the period.
        curve: how fast outcomes arrive.

    Returns:
        1 at a steady pace, 0.8 where the rate is a fifth too low; None where nothing was sent in the period.
    """
    sent = float(of[-period:].sum())
    if sent <= 0:
        return None
    arrived = np.array([0.0, *curve.arrived])
    ages = np.arange(len(of))[::-1]
    by_end = arrived[np.minimum(ages + 1, len(arrived) - 1)]
    by_start = arrived[np.clip(ages + 1 - period, 0, len(arrived) - 1)]
    return float((of * (by_end - by_start)).sum()) / sent
