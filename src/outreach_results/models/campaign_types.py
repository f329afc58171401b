"""What campaign types are called on pages and in reports. API, exports and the command line have them as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# The contract's types are written like sales-outreach. Whoever entered one with capitals or spaces meant it as it is.
_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def type_name(mcp: str) -> str:
    """A campaign type as people read it: Sales outreach for sales-outreach; others stay as they were entered."""
    if not _CODE.fullmatch(mcp):
        return mcp
    words = mcp.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def type_names(mcps: Iterable[str]) -> dict[str, str]:
    """A distinct name for each of these types: two that would be called the same keep their codes."""
    names = {mcp: type_name(mcp) for mcp in mcps}
    times = Counter(names.values())
    return {mcp: name if times[name] == 1 else mcp for mcp, name in names.items()}


def type_of(written: str, known: Iterable[str]) -> str:
    """The campaign type that somebody typed: the known one of that name or code, else what was typed."""
    typed = written.strip()
    return next(
        (mcp for mcp, name in type_names(known).items() if typed.casefold() in (name.casefold(), mcp.casefold())), typed
    )
