"""The dashboard's one store, and its one cache of answers.

Answers are kept under the question, its parameters and the version of the data, so that a load in any process shows
at the next click and a rerun without a change costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from outreach_results.config import settings
from outreach_results.store.engine import Store, open_store

P = ParamSpec("P")
T = TypeVar("T")


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The database of this process, opened once."""
    return open_store(settings().database_url, new_zone=settings().time_zone)


def ask(question: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The answer to one of the questions of `results`, from the cache where nothing has changed since."""
    name = f"{question.__module__}.{question.__qualname__}"
    answer: T = _answer((name, store().version(), repr((args, kwargs))), question, args, kwargs)
    return answer


@st.cache_data(show_spinner=False, max_entries=500, ttl="1h")
def _answer(
    key: tuple[str, str, str],  # noqa: ARG001 -- all that the cache looks at; the question travels beside it
    _question: Callable[..., Any],
    _args: Any,
    _kwargs: Any,
) -> Any:
    return _question(store(), *_args, **_kwargs)
