"""Where a value stands among the community."""

from __future__ import annotations

from outreach_results.models import Distribution


def verdict(value: float | None, community: Distribution, *, lower_is_better: bool = False) -> str:
    """Where a value stands among the community's quartiles, in words."""
    if value is None:
        return "No value of your own yet."
    quartiles = (community.p25, community.p50, community.p75)
    if any(q is None for q in quartiles):
        return "The community's quartiles are not known."
    below = sum(value > q for q in quartiles if q is not None)
    better = 3 - below if lower_is_better else below
    return (
        "In the weakest quarter of the community.",
        "Below the community's median.",
        "Above the community's median.",
        "In the best quarter of the community.",
    )[better]
