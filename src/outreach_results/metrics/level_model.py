"""How much an account sends a week, and how that may change: a Bayesian level model.

The logarithm of a week's emails is a level with a constant weekly growth and a random step, plus the noise of that
week alone: a local level model with drift (Harvey, Forecasting, Structural Time Series Models and the Kalman Filter,
chapter 2). The sizes of growth, steps and noise are unknown: every triple on a grid is filtered with the Kalman filter
and weighted by the likelihood of the weeks seen, and the future is drawn from all of them. With few weeks many triples
remain likely, so the range is wide. A change of plans that was never seen remains possible, with a probability that
falls with the number of weeks seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outreach_results.metrics.seasonality import Bools, Floats, WeekdaySeasonality

# Standard deviations of the logarithm: 0.1 is a week about 10% above or below.
_STEPS = np.array([0.005, 0.01, 0.03, 0.06, 0.1, 0.16, 0.25, 0.4, 0.65])
_NOISES = np.array([0.0, 0.05, 0.1, 0.18, 0.3, 0.5])
_GROWTHS = np.array([-0.09, -0.06, -0.04, -0.02, 0.0, 0.02, 0.04, 0.06, 0.09])
_STEP, _NOISE, _GROWTH = (grid.ravel() for grid in np.meshgrid(_STEPS, _NOISES, _GROWTHS, indexing="ij"))
_PRIOR = np.exp(-0.5 * (np.log(_STEP / 0.03) / 1.3) ** 2 - _NOISE / 0.15 - 0.5 * (_GROWTH / 0.03) ** 2)
_TAIL = 5  # degrees of freedom of a step: campaigns start and stop, so some steps are far larger than most
_NEW_PLANS = 0.8  # standard deviation of the jump where a campaign begins or ends without any sign of it before
_ENOUGH_OF_A_WEEK = 0.25
_CAP = 20.0


@dataclass(frozen=True, slots=True)
class LevelPosterior:
    """The posterior of the level after the last week, for each triple (triples,) of the grid: mean, variance, weight.

    ``mean`` and ``variance`` are those of the logarithm, ``weight`` sums to 1, ``weeks`` is how many weeks were usable.
    """

    mean: Floats
    variance: Floats
    weight: Floats
    weeks: int

    def draw(self, random: np.random.Generator, paths: int, weeks: int) -> Floats:
        """Draw the emails of future weeks (paths, weeks), as they would be with no day skipped."""
        of = random.choice(len(self.weight), paths, p=self.weight)
        now = self.mean[of] + np.sqrt(self.variance[of]) * random.standard_normal(paths)
        steps = _GROWTH[of, None] + _STEP[of, None] * random.standard_t(_TAIL, (paths, weeks))
        # The fewer weeks were seen, the less the data can exclude a jump of a kind that has not happened yet.
        has_new_plans = random.random((paths, weeks)) < 0.25 / (self.weeks + 1)
        steps += has_new_plans * _NEW_PLANS * random.standard_normal((paths, weeks))
        noise = _NOISE[of, None] * random.standard_normal((paths, weeks))
        drawn = now[:, None] + np.cumsum(steps, axis=1) + noise
        return np.asarray(np.exp(np.clip(drawn, -_CAP, _CAP)))


def level_posterior(of: WeekdaySeasonality, day_variance: float) -> LevelPosterior | None:
    """Fit the level model to the weeks seen.

    Args:
        day_variance: variance of a day's emails around its due share of the week, relative to that share.

    Returns:
        None where no week is usable.
    """
    seen = week_levels(of)
    if np.isnan(seen).all():
        return None
    noise = _NOISE**2 + day_variance * float((of.shares**2).sum()) + 1e-6
    start = int(np.flatnonzero(~np.isnan(seen))[0])
    mean, variance, log_weight = np.full_like(_STEP, seen[start]), noise.copy(), np.log(_PRIOR)
    for level in seen[start + 1 :]:
        # One step of the Kalman filter for all triples: predict, then correct by what the week shows.
        mean, variance = mean + _GROWTH, variance + _STEP**2
        if np.isnan(level):
            continue
        total = variance + noise
        miss = level - mean
        log_weight = log_weight - 0.5 * (np.log(total) + miss**2 / total)
        gain = variance / total
        mean, variance = mean + gain * miss, variance * (1 - gain)
    # Subtracting the largest logarithm first keeps the exponentials from underflowing to zero.
    weight = np.exp(log_weight - log_weight.max())
    return LevelPosterior(mean, variance, weight / weight.sum(), int((~np.isnan(seen)).sum()))


def day_residuals(of: WeekdaySeasonality) -> tuple[Floats, Floats]:
    """A day's emails relative to its due share of its own week: those of the main weekdays, and of the others.

    1 is a day exactly as expected from its week and weekday. Skipped days are left out.
    """
    weekly = np.exp(np.nan_to_num(week_levels(of), nan=-np.inf))
    due = of.shares[of.weekday] * weekly[of.week]
    counts = ~of.skipped & (due > 0)
    relative = np.divide(of.sent, due, out=np.zeros_like(due), where=counts)
    main = of.is_main[of.weekday]
    # A day is part of the level it is compared with, which shrinks its residual: stretch it back.
    stretch = 1 / np.sqrt(1 - min(0.6, float((of.shares**2).sum())))
    return np.clip(1 + (relative[counts & main] - 1) * stretch, 0, None), relative[counts & ~main]


def week_levels(of: WeekdaySeasonality) -> Floats:
    """Logarithm of each week's emails (weeks,) as if no day was skipped; NaN for a week with too few worked days."""
    worked = np.bincount(of.week, of.shares[of.weekday] * ~of.skipped)
    total = np.bincount(of.week, of.sent)
    is_usable: Bools = np.asarray((worked > _ENOUGH_OF_A_WEEK) & (total > 0))
    ratio = np.divide(total, worked, out=np.ones_like(worked), where=is_usable)
    return np.where(is_usable, np.log(ratio), np.nan)
