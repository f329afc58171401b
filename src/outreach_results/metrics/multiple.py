"""Corrections of p-values for multiple comparisons."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values so that the chance of any false alarm among them stays what is chosen (Holm 1979).

    Args:
        p_values: one for each comparison; None where nothing was compared, which counts for nothing.

    Returns:
        Adjusted values in the same order, to be held against the chosen level, such as 0.05.
    """
    order = sorted((value, place) for place, value in enumerate(p_values) if value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (value, place) in enumerate(order):
        # Never below the one before: a larger p-value must not become the more significant one.
        highest = max(highest, min(1.0, (len(order) - rank) * value))
        adjusted[place] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values so that the expected share of false ones among the findings stays what is chosen.

    Benjamini and Hochberg, 1995: more powerful than `holm` where many are tested and some findings may be wrong.
    """
    order = sorted(((value, place) for place, value in enumerate(p_values) if value is not None), reverse=True)
    adjusted: list[float | None] = [None] * len(p_values)
    lowest = 1.0
    for behind, (value, place) in enumerate(order):
        lowest = min(lowest, value * len(order) / (len(order) - behind))
        adjusted[place] = lowest
    return adjusted
