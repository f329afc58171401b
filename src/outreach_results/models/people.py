"""Who is the same person."""

from __future__ import annotations


def person_key(address: str) -> str:
    """What identifies a person: an address, whatever its case."""
    return address.strip().casefold()
