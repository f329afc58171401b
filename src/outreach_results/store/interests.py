"""Which interest states of a source count as positive replies or meetings, as people chose it.

A source is named by the key of its file format. The choice is used by every later import; what is stored keeps the
source's own word, in `contacts.category` and `events.source_type`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from outreach_results.errors import QueryError
from outreach_results.store import audit
from outreach_results.store.engine import Store, get_meta, set_meta

_KEY = "interest_states"
APPLIES_LATER = (
    "It applies to files imported from now on. To apply it to what is here, undo the import and import the file again."
)
MAX_STATES = 50
MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class InterestStates:
    """The words of a source that count; none leaves it to the source."""

    meetings: tuple[str, ...] = ()
    positives: tuple[str, ...] = ()


_STORED = TypeAdapter(dict[str, InterestStates])


def interest_states(connection: Connection) -> dict[str, InterestStates]:
    """What was chosen, by the key of the file format."""
    text = get_meta(connection, _KEY)
    try:
        return {} if text is None else _STORED.validate_json(text)
    except ValidationError:  # written by another version
        return {}


def choose_interest_states(
    store: Store,
    source: str,
    *,
    meetings: Iterable[str] = (),
    positives: Iterable[str] = (),
    by: str | None = None,
) -> InterestStates:
    """Set which states of a source count; none leaves it to the source again. Returns what is now chosen.

    Raises:
        QueryError: one of them cannot be a word of a source.
    """
    chosen = InterestStates(_checked("meetings", meetings), _checked("positives", positives))
    with store.write() as connection:
        states = interest_states(connection)
        states.pop(source, None)
        if chosen != InterestStates():
            states[source] = chosen
        set_meta(connection, _KEY, _STORED.dump_json(states).decode())
        audit.record(connection, audit.Action.CHANGED, f"interest states of {source}", by=by)
    return chosen


def _checked(parameter: str, words: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(" ".join(word.split()) for word in words))
    if len(found) > MAX_STATES:
        raise QueryError(parameter, f"At most {MAX_STATES} states can be chosen.")
    if any(not word or len(word) > MAX_LENGTH or not word.isprintable() for word in found):
        raise QueryError(parameter, f"A state is 1 to {MAX_LENGTH} printable characters.")
    return found
