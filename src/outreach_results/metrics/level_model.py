"""How much an account sends a week, how that wanders, and where it may go: a small Bayesian level model.

The logarithm of a week's e-mails is a level that grows, or shrinks, by the same from week to week and takes a step
besides, plus noise of that week alone. How large growth, steps and noise are is not known: every triple on a grid is
weighed by how well it explains the weeks seen, and the future is drawn from all of them. With few weeks many triples
remain possible, so the range is as wide as it has to be. A change of plans that was never seen remains possible too,
the more so the fewer weeks were seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outreach_results.metrics.seasonality import Bools, Floats, WeekdaySeasonality

# Standard deviations of the logarithm: 0.1 is a week about 10 % above or below.
_STEPS = np.array([0.005, 0.01, 0.03, 0.06, 0.1, 0.16, 0.25, 0.4, 0.65])
_NOISES = np.array([0.0, 0.05, 0.1, 0.18, 0.3, 0.5])
_GROWTHS = np.array([-0.09, -0.06, -0.04, -0.02, 0.0, 0.02, 0.04, 0.06, 0.09])
_STEP, _NOISE, _GROWTH = (grid.ravel() for grid in np.meshgrid(_STEPS, _NOISES, _GROWTHS, indexing="ij"))
_PRIOR = np.exp(-0.5 * (np.log(_STEP / 0.03) / 1.3) ** 2 - _NOISE / 0.15 - 0.5 * (_GROWTH / 0.03) ** 2)
_TAIL = 5  # degrees of freedom of a step: campaigns start and stop, so some steps are far larger than most
_NEW_PLANS = 0.8  # how far the level goes where a campaign begins or ends without a sign of it
_ENOUGH_OF_A_WEEK = 0.25
_CAP = 20.0


@dataclass(frozen=True, slots=True)
class LevelPosterior:
    """What is known of the level after the last week, for each triple of the grid: mean, variance and weight.

    ``weeks`` is how many weeks said something.
    """

    mean: Floats
    variance: Floats
    weight: Floats
    weeks: int

    def draw(self, random: np.random.Generator, paths: int, weeks: int) -> Floats:
        """E-mails a week (paths, weeks), for weeks to come in which no day is skipped."""
        of = random.choice(len(self.weight), paths, p=self.weight)
        now = self.mean[of] + np.sqrt(self.variance[of]) * random.standard_normal(paths)
        steps = _GROWTH[of, None] + _STEP[of, None] * random.standard_t(_TAIL, (paths, weeks))
        has_new_plans = random.random((paths, weeks)) < 0.25 / (self.weeks + 1)
        steps += has_new_plans * _NEW_PLANS * random.standard_normal((paths, weeks))
        noise = _NOISE[of, None] * random.standard_normal((paths, weeks))
        drawn = now[:, None] + np.cumsum(steps, axis=1) + noise
        return np.asarray(np.exp(np.clip(drawn, -_CAP, _CAP)))


def level_posterior(of: WeekdaySeasonality, day_variance: float) -> LevelPosterior | None:
    """Weigh the grid against the weeks seen; None where none of them says anything.

    Args:
        day_variance: variance of a day's e-mails around its due share of the week, relative to that share.
    """
    seen = _week_levels(of)
    if np.isnan(seen).all():
        return None
    noise = _NOISE**2 + day_variance * float((of.shares**2).sum()) + 1e-6
    start = int(np.flatnonzero(~np.isnan(seen))[0])
    mean, variance, log_weight = np.full_like(_STEP, seen[start]), noise.copy(), np.log(_PRIOR)
    for level in seen[start + 1 :]:
        mean, variance = mean + _GROWTH, variance + _STEP**2
        if np.isnan(level):
            continue
        total = variance + noise
        miss = level - mean
        log_weight = log_weight - 0.5 * (np.log(total) + miss**2 / total)
        gain = variance / total
        mean, variance = mean + gain * miss, variance * (1 - gain)
    weight = np.exp(log_weight - log_weight.max())
    return LevelPosterior(mean, variance, weight / weight.sum(), int((~np.isnan(seen)).sum()))


def day_residuals(of: WeekdaySeasonality) -> tuple[Floats, Floats]:
    """A day's e-mails relative to its due share of its own week: those of the main weekdays, and of the others.

    1 is a day just as its week and weekday would have it. Skipped days are left out.
    """
    weekly = np.exp(np.nan_to_num(_week_levels(of), nan=-np.inf))
    due = of.shares[of.weekday] * weekly[of.week]
    counts = ~of.skipped & (due > 0)
    relative = np.divide(of.sent, due, out=np.zeros_like(due), where=counts)
    main = of.is_main[of.weekday]
    # A week's own days make up its level, which pulls them towards it.
    stretch = 1 / np.sqrt(1 - min(0.6, float((of.shares**2).sum())))
    return np.clip(1 + (relative[counts & main] - 1) * stretch, 0, None), relative[counts & ~main]


def _week_levels(of: WeekdaySeasonality) -> Floats:
    """Logarithm of what each week (weeks,) would have been with no day skipped; NaN for a week that says too little."""
    worked = np.bincount(of.week, of.shares[of.weekday] * ~of.skipped)
    total = np.bincount(of.week, of.sent)
    says_enough: Bools = np.asarray((worked > _ENOUGH_OF_A_WEEK) & (total > 0))
    ratio = np.divide(total, worked, out=np.ones_like(worked), where=says_enough)
    return np.where(says_enough, np.log(ratio), np.nan)
