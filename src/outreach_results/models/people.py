"""Who is the same person."""

from __future__ import annotations


def person_key(address: str) -> str:
    """What identifies a person: an address, whatever its case."""
    return address.strip().casefold()


LONGEST_DOMAIN = 253


def domain_of(key: str) -> str | None:
    """The domain of the address that `person_key` gave; None of a text that is no address."""
    domain = key.rpartition("@")[2]
    return domain if key.find("@") > 0 and 0 < len(domain) <= LONGEST_DOMAIN else None
