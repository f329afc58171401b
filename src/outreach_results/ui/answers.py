"""Answers kept under keys: who gets one may change it, and the next one gets it as it was."""

from __future__ import annotations

import pickle
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date, tzinfo
from enum import Enum
from functools import partial
from threading import Lock
from typing import Any

import pandas as pd
from pandas.api.types import is_object_dtype
from pydantic import BaseModel


class Answers:
    """The answers that were asked for last.

    Streamlit's own cache does the same, and spends more on a call than many of our answers cost.

    Args:
        most: how many are kept.
        seconds: how long one is kept.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: OrderedDict[str, tuple[float, Callable[[], Any]]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, find: Callable[[], Any]) -> Any:
        """The answer of that key; found where none is kept. An error is not kept."""
        with self._lock:
            until, given = self._kept.get(key, (0.0, None))
            if until > time.monotonic():
                self._kept.move_to_end(key)
            else:
                given = None
        if given is None:
            # Not under the lock, so that nobody waits for the question of another.
            given = giver(find())
            with self._lock:
                self._kept[key] = time.monotonic() + self._seconds, given
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return given()

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()


def giver(answer: Any) -> Callable[[], Any]:
    """What gives an answer that nobody else can change: the same one where it cannot be changed, else a copy."""
    written = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    # Read back also where it was just found, so that `derive` hashes the same bytes either way.
    kept = pickle.loads(written)  # noqa: S301 -- written here
    return _quick_giver(kept) or partial(pickle.loads, written)


def _quick_giver(kept: Any) -> Callable[[], Any] | None:
    """The same without pickle, which takes longer than all that most pages do with an answer; None for other types."""
    if _is_fixed(kept):
        return lambda: kept
    if isinstance(kept, pd.DataFrame):
        # pandas copies a column when either frame changes it; but copies share the objects in cells.
        return None if any(map(is_object_dtype, kept.dtypes)) else partial(kept.copy, deep=False)
    if type(kept) in (list, dict):
        return kept.copy if all(map(_is_fixed, kept.values() if isinstance(kept, dict) else kept)) else None
    if _is_frozen_dataclass(kept):
        givers = {field.name: _quick_giver(getattr(kept, field.name)) for field in fields(kept)}
        known = {name: given for name, given in givers.items() if given is not None}
        return (lambda: replace(kept, **{name: given() for name, given in known.items()})) if known == givers else None
    return None


_ATOMS = (str, bytes, int, float, type(None), Enum, date, tzinfo)


def _is_fixed(value: Any) -> bool:
    """Whether nobody can change a value, nor anything in it."""
    if isinstance(value, _ATOMS):
        return True
    if isinstance(value, tuple | frozenset):
        return all(map(_is_fixed, value))
    if _is_frozen_dataclass(value):
        return all(_is_fixed(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, BaseModel) and value.model_config.get("frozen"):
        return all(map(_is_fixed, vars(value).values()))
    return False


def _is_frozen_dataclass(value: Any) -> bool:
    return is_dataclass(value) and bool(getattr(value, "__dataclass_params__").frozen)  # noqa: B009 -- not in its type
