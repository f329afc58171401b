"""Whether one hour of the week stands out from all others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 400
AGREEMENT = 0.9
MIN_EVENTS = 50


def best_slot(counts: NDArray[np.int64], *, agreement: float = AGREEMENT, seed: int = 0) -> int | None:
    """The slot that is the largest in nearly every resample of the events.

    A test against equal counts in all 168 hours of a week finds a "best hour" in any account that works in office
    hours. Resampling asks instead whether the winner would win again (Efron and Tibshirani, An Introduction to the
    Bootstrap, chapter 6).

    Args:
        counts: (slots,) events in each slot.
        agreement: the share of resamples that have to agree.
        seed: of the resampling, so that the same counts always get the same answer.

    Returns:
        The index of the slot; None where several could be the largest, or fewer than 50 events are known.
    """
    total = int(counts.sum())
    if total < MIN_EVENTS:
        return None
    leader = int(counts.argmax())
    resampled = np.random.default_rng(seed).multinomial(total, counts / total, RESAMPLES)
    # A tie is no win: where two hours share the lead, neither stands out.
    others = np.delete(resampled, leader, axis=1).max(axis=1)
    wins = float((resampled[:, leader] > others).mean())
    return leader if wins >= agreement else None
