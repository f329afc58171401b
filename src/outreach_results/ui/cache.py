"""The store of the dashboard process, and the cache of answers, values derived from them, and figures.

The key of an answer is the question, its parameters and the data version, so that an import by any process shows at
the next click and a rerun without changes reads nothing. The key of a derived value is the content of its inputs.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st
from sqlalchemy import Connection, event

from outreach_results.config import settings
from outreach_results.errors import OutreachError, UnknownCampaignError
from outreach_results.models import Filters
from outreach_results.models.team import Role
from outreach_results.results.limits import within
from outreach_results.store.engine import Store, open_store
from outreach_results.store.reach import LimitedStore
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
        self._read_from: Store | None = None
        self._moments = ExitStack()

    def get(self, fact: Callable[[Store], T]) -> T:
        if self._writes_before != _Snapshot.writes:
            self._seen, self._writes_before = {}, _Snapshot.writes
            store().end_moment()
            if self._read_from is not None:
                self._read_from.end_moment()
        if fact not in self._seen:
            self._seen[fact] = fact(store() if fact is _person else self.store())
        value: T = self._seen[fact]
        return value

    def store(self) -> Store:
        """What the person may read, at one moment for all that is asked in this run."""
        if self._read_from is not None and self._writes_before == _Snapshot.writes:
            return self._read_from
        person = self.get(_person)
        found = within(store(), person.limit, has_recipients=person.has_recipients)
        if found is not self._read_from and found is not store() and _current_snapshot.get() is self:
            self._moments.enter_context(found.at_one_moment())
        self._read_from = found
        return found

    def end(self) -> None:
        self._moments.close()


_answer = Answers(most=1000, seconds=3600)


_current_snapshot: ContextVar[_Snapshot | None] = ContextVar("snapshot", default=None)


@contextmanager
def request_snapshot() -> Iterator[None]:
    """Read each `snapshot_value` only once within this context, which spans one script run.

    A write by this process discards them. Outside, as in callbacks, nothing is kept. What is not cached is read at one
    moment too, so that all parts of a page agree.
    """
    snapshot = _Snapshot()
    begun = _current_snapshot.set(snapshot)
    try:
        with _at_one_moment():
            yield
    finally:
        snapshot.end()
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
    return sign_in.visitor_of(opened, sign_in.claims(), sign_in.carried())


def may(needed: Role) -> bool:
    """Whether to show what needs this role. `store_for` is what keeps others from it."""
    return person().role.allows(needed)


def store_for(needed: Role, campaigns: Collection[str] | None = None) -> Store:
    """The store, for somebody with this role.

    Callbacks run before the page is drawn, and a browser can send whatever it likes: so whatever reads or writes with
    a store asks here, also where the page did not show the button.

    Args:
        campaigns: the ids of all campaigns that are to be changed, where nothing else is: who may see them may change
            them. Without, who may see a part of the campaigns only gets a store to read that part from.

    Raises:
        NotSignedInError: nobody is signed in, or the sign-in has ended.
        NotAllowedError: the role of who is signed in is not enough.
        UnknownCampaignError: one of the campaigns is not to be seen.
    """
    asking = person()
    asking.may(needed)
    readable = _readable()
    if asking.link is not None:  # by a link nothing is changed, whatever asks for it
        return readable
    if isinstance(readable, LimitedStore) and campaigns is not None:
        for campaign_id in campaigns:
            if campaign_id not in readable.reach.campaigns:
                raise UnknownCampaignError(campaign_id)
        return store()
    return readable


def _readable() -> Store:
    """What the person may read."""
    return (_current_snapshot.get() or _Snapshot()).store()


def narrowed(filters: Filters) -> Filters:
    """The filters with the campaigns named that the person may see, where that is not all of them: to change these."""
    readable = _readable()
    if not isinstance(readable, LimitedStore):
        return filters
    seen = readable.reach.campaigns
    return filters.for_campaigns(
        seen if filters.campaigns is None else tuple(one for one in filters.campaigns if one in seen)
    )


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
    version, opened = snapshot_value(Store.version), _readable()
    # Who sees other campaigns must not get the same answer.
    seen = opened.digest if isinstance(opened, LimitedStore) else ""
    key = f"{function_name(question)} {version} {seen} {content_key(args, kwargs)}"
    answer: T = _answer.get(key, lambda: question(opened, *args, **kwargs))
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
