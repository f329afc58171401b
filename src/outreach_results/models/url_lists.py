"""Several ids in one parameter of an address."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, unquote


def join(parts: Iterable[str]) -> str:
    """Several ids in one text: with a dot between them, and every odd character of an id as ``~`` and its hex code."""
    return ".".join(quote(part, safe=":@").replace("~", "%7E").replace(".", "%2E").replace("%", "~") for part in parts)


def split(written: str) -> list[str]:
    """The ids that `join` put into a text; of any other text, something that is not an id."""
    return [unquote(part.replace("%", "%25").replace("~", "%")) for part in written.split(".")]
