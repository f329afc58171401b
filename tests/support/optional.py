"""Values that may be missing, where a test knows that they are there."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """The value; the test fails where it is None."""
    assert value is not None
    return value
