"""The dashboard's one store, and its one cache: of answers, of what is worked out from them, and of figures.

Answers are kept under the question, its parameters and the version of the data, so that a load in any process shows
at the next click and a rerun without a change costs nothing. What is made of answers is kept under all that it is
made of: it changes with them, and only then.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import streamlit as st
from sqlalchemy import Connection, event

from outreach_results.config import settings
from outreach_results.store.engine import Store, open_store
from outreach_results.ui.cache_keys import content_key, function_name

P = ParamSpec("P")
T = TypeVar("T")


class _Snapshot:
    """What was seen of the database since a run began; good until this process writes."""

    writes = 0
    """How many transactions this process has committed, in any thread."""

    def __init__(self) -> None:
        self._seen: dict[Callable[[Store], Any], Any] = {}
        self._writes_before = _Snapshot.writes

    def get(self, fact: Callable[[Store], T]) -> T:
        if self._writes_before != _Snapshot.writes:
            self._seen, self._writes_before = {}, _Snapshot.writes
        if fact not in self._seen:
            self._seen[fact] = fact(store())
        found: T = self._seen[fact]
        return found


_current: ContextVar[_Snapshot | None] = ContextVar("look", default=None)


@contextmanager
def request_snapshot() -> Iterator[None]:
    """A run of the script: what it needs to know of the database, it looks up once.

    It looks again after this process has written. Callbacks, and fragments that run by themselves, always look.
    """
    begun = _current.set(_Snapshot())
    try:
        yield
    finally:
        _current.reset(begun)


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The database of this process, opened once."""
    opened = open_store(settings().database_url, new_zone=settings().time_zone)
    event.listen(opened.engine, "commit", _count_write)  # readers never commit
    return opened


def _count_write(_connection: Connection) -> None:
    _Snapshot.writes += 1


def snapshot_value(fact: Callable[[Store], T]) -> T:
    """What may change without the data, or has to be known in any case: looked up once a run, and never kept longer."""
    return (_current.get() or _Snapshot()).get(fact)


def zone() -> ZoneInfo:
    """The reporting time zone of the database."""
    return snapshot_value(_zone)


def _zone(_store: Store) -> ZoneInfo:
    return ask(Store.zone)  # it changes with the data only, for every row is dated in it


def ask(question: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer to one of the questions of `results`, from the cache where nothing has changed since.

    A question of a page that is answered by working on other answers asks for them in turn.

    Raises:
        UnstableKeyError: the question is a lambda, or an argument has no stable content.
    """
    key = f"{function_name(question)} {snapshot_value(Store.version)} {content_key(args, kwargs)}"
    answer: T = _answer(key=key, _find=lambda: question(store(), *args, **kwargs))
    return answer


def derive(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """What a pure function makes of answers, from the cache where all of them are the same.

    They are compared by their whole content, so this is for what fits on a page.
    """
    derived: T = _answer(key=f"{function_name(work)} {_content(args, kwargs)}", _find=partial(work, *args, **kwargs))
    return derived


def draw(builder: Callable[P, go.Figure], /, *args: P.args, **kwargs: P.kwargs) -> go.Figure:
    """The figure that a pure function builds of answers, from the cache where all of them are the same."""
    return _BuiltFigure(derive(_spec, builder, *args, **kwargs))


class _BuiltFigure(go.Figure):  # type: ignore[misc]
    """A figure as Plotly's JavaScript takes it, built and checked before: to build it again takes milliseconds."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec  # and nothing of what a figure has that can still be changed

    def to_dict(self) -> dict[str, Any]:
        return self._spec


def _spec(builder: Callable[P, go.Figure], /, *args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
    spec: dict[str, Any] = builder(*args, **kwargs).to_dict()
    return spec


def _content(*parts: Any) -> str:
    return hashlib.blake2b(pickle.dumps(parts, pickle.HIGHEST_PROTOCOL), digest_size=20).hexdigest()


# Called with names: those of positional arguments Streamlit would look up at every call.
@st.cache_data(show_spinner=False, max_entries=1000, ttl="1h")
def _answer(
    key: str,  # noqa: ARG001 -- all that the cache looks at; how to come by the answer travels beside it
    _find: Callable[[], Any],
) -> Any:
    # As it will come from the cache: what is made of it is then found again by the next run, or the one after.
    return pickle.loads(pickle.dumps(_find(), pickle.HIGHEST_PROTOCOL))  # noqa: S301 -- written a moment ago
