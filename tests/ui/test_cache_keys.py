"""Cache keys differ for different arguments; arguments without a stable content are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from outreach_results import results
from outreach_results.models import Basis, Filters, Sentiment, Stats
from outreach_results.results import InboxFilters
from outreach_results.ui.cache_keys import UnstableKeyError, content_key, function_name

VALUES = [
    None,
    True,
    1,
    1.0,
    "1",
    b"1",
    "",
    (),
    [],
    {},
    (1,),
    (1, 2),
    ((1,), 2),
    {"a": 1},
    date(2026, 1, 1),
    datetime(2026, 1, 1, tzinfo=UTC),
    ZoneInfo("Europe/Zurich"),
    Basis.SEND,
    "send",
    Sentiment.POSITIVE,
    Filters(),
    Filters(campaigns=("c1",)),
    Filters(campaigns=("c1", "c2")),
    Filters(start=date(2026, 1, 1)),
    Filters(end=date(2026, 1, 1)),
    InboxFilters(),
    InboxFilters(q="c1"),
    Stats(opened=1),
    Stats(opened=2),
    results.totals,
    results.daily_stats,
]


def key(*args, **kwargs):
    return content_key(args, kwargs)


def frame(middle):
    values = [0] * 10_000
    values[5_000] = middle
    return pd.DataFrame({"opened": values})


def test_different_values_have_different_keys():
    assert len({key(value) for value in VALUES}) == len(VALUES)


def test_equal_values_have_equal_keys():
    assert key(Filters(campaigns=("c1",)), page=2) == key(Filters(campaigns=("c1",)), page=2)
    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})


def test_names_of_arguments_count():
    assert len({key(1), key(a=1), key(b=1), key(1, 1), key()}) == 5


def test_frames_differ_by_any_cell():
    assert key(frame(1)) != key(frame(2))
    assert key(frame(1)) == key(frame(1))


def test_a_lambda_is_refused():
    with pytest.raises(UnstableKeyError, match=r"argument 2: .*<lambda> has no name of its own"):
        key(1, lambda: 1)
    with pytest.raises(UnstableKeyError, match="<lambda>"):
        function_name(lambda: 1)


def test_a_closure_is_refused():
    number = 1

    def nested():
        return number

    with pytest.raises(UnstableKeyError, match="nested has no name of its own"):
        function_name(nested)


def test_a_bound_method_is_refused():
    with pytest.raises(UnstableKeyError, match="append has no name of its own"):
        function_name([].append)


def test_an_object_without_content_is_refused():
    with pytest.raises(UnstableKeyError, match="page: a object has no content"):
        key(page=object())
