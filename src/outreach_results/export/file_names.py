"""Names of files: safe on every system, in their own script, and a different one for every content."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

from outreach_results.models import Filters

LONGEST = 150
"""The most bytes of a name before its extension; file systems allow 255."""

_NOT_ASCII = re.compile(r"[^A-Za-z0-9_.-]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def file_name(name: str, fmt: str, filters: Filters, zone: str | None = None) -> str:
    """A safe file name that states the filters.

    Letters of every script stay. Where something else had to be replaced or cut, a digest of the name is added, so
    that two names never become one.
    """
    stated: list[str] = [*(filters.clients or ()), *(filters.tags or ())]
    if filters.start or filters.end:
        stated.append(f"{filters.start or 'begin'}_{filters.end or 'today'}")
    if zone is not None:
        stated += [f"by-{filters.basis}-day", zone.replace("/", "-")]
    if filters.humans_only:
        stated.append("humans-only")
    return f"{_safe('_'.join([name, *stated]))}.{fmt}"


def distinct(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The names, numbered where a file system that ignores case or composition would take one for another.

    Args:
        taken: names that are used already.
    """
    used = {_folded(name) for name in taken}
    result = []
    for name in names:
        stem, _, extension = name.rpartition(".")
        number, candidate = 1, name
        while _folded(candidate) in used:
            number += 1
            candidate = f"{stem}_{number}.{extension}"
        used.add(_folded(candidate))
        result.append(candidate)
    return result


def content_disposition(name: str) -> str:
    """The header that offers a download under this name (RFC 6266); for old clients in ASCII too."""
    plain = _NOT_ASCII.sub("_", name)
    header = f'attachment; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def _safe(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    words = "".join(letter if _is_safe(letter) else " " for letter in composed)
    safe = re.sub(" +", "_", words).lstrip(".")  # a leading dot would hide it
    if _DEVICE.match(safe):
        safe = f"_{safe}"  # Windows would take it for a device
    cut = safe.encode()[:LONGEST].decode(errors="ignore") or "export"
    if cut == text:
        return cut
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{cut.encode()[: LONGEST - len(digest) - 1].decode(errors='ignore')}_{digest}"


def _is_safe(letter: str) -> bool:
    """Letters and digits of every script with the marks that belong to them; no other sign but these three."""
    return letter.isalnum() or letter in "_.-" or unicodedata.category(letter).startswith("M")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
