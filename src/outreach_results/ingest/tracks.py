"""What a file says of the tracking of its campaign: an object in JSON, a text such as ``opens=no`` in CSV.

Files of other tools and tables say it by the counts that they can know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from outreach_results.ingest.fields import FieldError, quoted
from outreach_results.ingest.records import CampaignRecord, Records, Tracks
from outreach_results.models.metric_definitions import TRACKED

_ALLOWED = ", ".join(TRACKED)
_FLAGS = {"yes": True, "no": False}


def tracks_of(pairs: Iterable[tuple[str, bool]]) -> Tracks:
    """The pairs in the order of the registry, each kind once."""
    flags = dict(pairs)
    return tuple((kind, flags[kind]) for kind in TRACKED if kind in flags)


def declaring(records: Records, known: frozenset[str]) -> Records:
    """The records, of which the campaigns declare what is not known: that is no 0.

    Args:
        known: the counts that the file can know, in the contract's names, and ``cost``. What a campaign's own record
            says of its tracking goes first.
    """
    by_default = [(kind, not known.isdisjoint(names)) for kind, names in TRACKED.items()]
    for record in records:
        if isinstance(record, CampaignRecord):
            yield record._replace(tracks=tracks_of([*by_default, *record.tracks]))
        else:
            yield record


def tracks_in_json(column: str, value: Any) -> Tracks:
    """From an object such as ``{"opens": false}``."""
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise FieldError(column, 'an object such as {"opens": false} is required')
    for kind, flag in value.items():
        _check(f"{column}.{quoted(kind)[1:-1]}", kind)
        if not isinstance(flag, bool):
            raise FieldError(f"{column}.{kind}", f"{quoted(flag)} is neither true nor false")
    return tracks_of(value.items())


def tracks_in_text(column: str, value: str) -> Tracks:
    """From a text such as ``opens=no costs=yes``."""
    pairs = []
    for part in value.split():
        kind, _, flag = part.partition("=")
        _check(column, kind)
        if flag not in _FLAGS:
            raise FieldError(column, f"{quoted(part)} is not understood: write {kind}=yes or {kind}=no")
        pairs.append((kind, _FLAGS[flag]))
    return tracks_of(pairs)


def _check(column: str, kind: Any) -> None:
    if kind not in TRACKED:
        raise FieldError(column, f"{quoted(kind)} is not one of {_ALLOWED}")
