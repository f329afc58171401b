"""Who is let in when people have to sign in, and what each may do."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[a-z0-9.-]{1,255}")
_DOMAIN = re.compile(r"@[a-z0-9-]+(\.[a-z0-9-]+)+")


class Role(StrEnum):
    """The roles, each of which may do what the ones before it may."""

    NONE = "none"
    """Is not let in, whatever the allow-list says."""
    VIEWER = "viewer"
    """Reads pages and downloads files."""
    EDITOR = "editor"
    """Also works on replies and notes, and imports files."""
    ADMIN = "admin"
    """Also changes sources, keys, people and settings, and deletes."""

    def allows(self, needed: Role) -> bool:
        """Whether somebody with this role may do what needs that one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


def canonical(address: str) -> str | None:
    """The email address by which a person is known: that of A to Z in lower case; None for what is no address.

    Other letters stay as they are. Where all of Unicode is lowered, two addresses that differ become one: the Kelvin
    sign, for one, becomes a k, and its owner somebody else.
    """
    lowered = _ascii_lower(address)
    return lowered if lowered.isprintable() and _ADDRESS.fullmatch(lowered) else None


def allow_list(text: str) -> frozenset[str] | None:
    """The addresses, and domains such as ``@example.com``, of a list with commas; None if one of them is neither."""
    entries = [_ascii_lower(entry) for entry in text.split(",") if entry.strip()]
    is_right = all(_DOMAIN.fullmatch(entry) or canonical(entry) for entry in entries)
    return frozenset(entries) if is_right else None


def is_listed(address: str, allowed: Collection[str]) -> bool:
    """Whether a canonical address or its domain is in an allow-list. A subdomain is another domain."""
    return address in allowed or f"@{address.rpartition('@')[2]}" in allowed


def _ascii_lower(text: str) -> str:
    return text.strip().encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
