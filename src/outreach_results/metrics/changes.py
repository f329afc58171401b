"""Changes between two periods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """The change of a number: ``difference`` in its unit, ``relative`` as a share (0.1: 10% more).

    ``is_noise`` where chance alone may explain it.
    """

    difference: float
    relative: float
    is_noise: bool = False


def relative_change(now: float | None, before: float | None) -> Change | None:
    """The change of a number that is chosen, not drawn by chance, such as what was sent or spent."""
    if now is None or not before:
        return None
    return Change(now - before, now / before - 1)
