"""How likely a count is to be so large, by its mean and variance alone."""

from __future__ import annotations

from scipy.special import betainc, gammainc

_SAME = 1e-6  # variance and mean that differ by less, relative to the mean, are those of a Poisson count


def at_least(count: float, mean: float, variance: float) -> float:
    """The chance of ``count`` or more, of the distribution of counts with this mean (above 0) and variance.

    Binomial where the variance is below the mean, negative binomial where it is above: normal tails are too short where
    few outcomes are expected.
    """
    if count <= 0:
        return 1.0
    if abs(variance - mean) <= _SAME * mean:
        return float(gammainc(count, mean))
    if variance > mean:
        size = mean**2 / (variance - mean)
        return float(betainc(count, size, 1 - mean / variance))
    trials = mean**2 / (mean - variance)
    if count > trials:
        return 0.0
    return float(betainc(count, trials - count + 1, 1 - variance / mean))
