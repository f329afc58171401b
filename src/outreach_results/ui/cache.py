"""The store of the dashboard process, and the cache of answers, values derived from them, and figures.

The key of an answer is the question, its parameters and the data version, so that an import by any process shows at
the next click and a rerun without changes reads nothing. The key of a derived value is the content of its inputs.
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

import streamlit as st
from sqlalchemy import Connection, event

from outreach_results.config import settings
from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.store.engine import Store, open_store
from outreach_results.ui import sign_in
from outreach_results.ui.answers import Answers
from outreach_results.ui.cache_keys import content_key, function_name
from outreach_results.ui.figure import Drawing, Figure

P = ParamSpec("P")
T = TypeVar("T")


class _Snapshot:
    """Values read from the database during one script run; discarded when this process commits a write."""

    writes = 0
    """How many transactions this process has committed, in any thread."""

    def __init__(self) -> None:
        self._seen: dict[Callable[[Store], Any], Any] = {}
        self._writes_before = _Snapshot.writes

    def get(self, fact: Callable[[Store], T]) -> T:
        if self._writes_before != _Snapshot.writes:
            self._seen, self._writes_before = {}, _Snapshot.writes
            store().end_moment()
        if fact not in self._seen:
            self._seen[fact] = fact(store())
        value: T = self._seen[fact]
        return value


_answer = Answers(most=1000, seconds=3600)


_current_snapshot: ContextVar[_Snapshot | None] = ContextVar("snapshot", default=None)


@contextmanager
def request_snapshot() -> Iterator[None]:
    """Read each `snapshot_value` only once within this context, which spans one script run.

    A write by this process discards them. Outside, as in callbacks, nothing is kept. What is not cached is read at one
    moment too, so that all parts of a page agree.
    """
    begun = _current_snapshot.set(_Snapshot())
    try:
        with _at_one_moment():
            yield
    finally:
        _current_snapshot.reset(begun)


@contextmanager
def _at_one_moment() -> Iterator[None]:
    try:
        opened = store()
    except OutreachError:
        yield  # the page says what is wrong with the database
        return
    with opened.at_one_moment():
        yield


def has_snapshot() -> bool:
    """Whether this is within `request_snapshot`."""
    return _current_snapshot.get() is not None


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The store of this process, opened on first use.

    It asks nobody who they are, so pages do not use it: they ask questions, and write with `store_for`.
    """
    opened = open_store(settings().database_url, new_zone=settings().time_zone)
    event.listen(opened.engine, "commit", _count_write)  # readers never commit
    return opened


def _count_write(_connection: Connection) -> None:
    _Snapshot.writes += 1


def snapshot_value(fact: Callable[[Store], T]) -> T:
    """A value that may change without a new data version: read once per script run and never kept longer.

    Raises:
        NotSignedInError: nobody is signed in, or the sign-in has ended.
        NotAllowedError: who is signed in may not see anything.
    """
    snapshot = _current_snapshot.get() or _Snapshot()
    snapshot.get(_person)  # raises; every question comes through here, those of a fragment that runs alone too
    return snapshot.get(fact)


def person() -> sign_in.Person:
    """Who is signed in.

    Raises:
        NotSignedInError: nobody is, or the sign-in has ended.
        NotAllowedError: who is signed in may not see anything.
    """
    return snapshot_value(_person)


def _person(opened: Store) -> sign_in.Person:
    return sign_in.person_of(opened, sign_in.claims())


def may(needed: Role) -> bool:
    """Whether to show what needs this role. `store_for` is what keeps others from it."""
    return person().role.allows(needed)


def store_for(needed: Role) -> Store:
    """The store, for somebody with this role.

    Callbacks run before the page is drawn, and a browser can send whatever it likes: so whatever reads or writes with
    a store asks here, also where the page did not show the button.

    Raises:
        NotSignedInError: nobody is signed in, or the sign-in has ended.
        NotAllowedError: the role of who is signed in is not enough.
    """
    person().may(needed)
    return store()


def zone() -> ZoneInfo:
    """The reporting time zone of the database."""
    return snapshot_value(_zone)


def _zone(_store: Store) -> ZoneInfo:
    return ask(Store.zone)  # cached: it changes only together with the data, for every row is dated in it


def ask(question: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer to a question of `results` or of a page, from the cache if the data version is the same.

    A page's question may call `ask` itself, so that the answers it builds on are cached too.

    Raises:
        UnstableKeyError: the question is a lambda, or an argument has no stable content.
    """
    key = f"{function_name(question)} {snapshot_value(Store.version)} {content_key(args, kwargs)}"
    answer: T = _answer.get(key, lambda: question(store(), *args, **kwargs))
    return answer


def derive(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a pure function of answers, from the cache if they are equal.

    Every call hashes all arguments, so this is only for data small enough to fit on a page.
    """
    derived: T = _answer.get(f"{function_name(work)} {_content(args, kwargs)}", partial(work, *args, **kwargs))
    return derived


def draw(builder: Callable[P, Figure], /, *args: P.args, **kwargs: P.kwargs) -> Drawing:
    """The drawing that a pure function builds from answers, from the cache if they are equal."""
    drawing: Drawing = derive(_finished, builder, *args, **kwargs)
    return drawing


def _finished(builder: Callable[P, Figure], /, *args: P.args, **kwargs: P.kwargs) -> Drawing:
    return builder(*args, **kwargs).finished()


def _content(*parts: Any) -> str:
    return hashlib.blake2b(pickle.dumps(parts, pickle.HIGHEST_PROTOCOL), digest_size=20).hexdigest()
