"""Cache keys from content: equal for equal arguments; values without a stable content are refused."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, tzinfo
from enum import Enum
from typing import Any

import pandas as pd
from pydantic import BaseModel


class UnstableKeyError(TypeError):
    """A cached function, or an argument of one, has no stable key."""


def function_name(function: Callable[..., Any]) -> str:
    """The full name of a function.

    Raises:
        UnstableKeyError: it is a lambda, a bound method, or a nested function that depends on values around it. Two
            of them can share a name and do different things.
    """
    name: str | None = getattr(function, "__qualname__", None)
    captures = any(getattr(function, kept, None) for kept in ("__closure__", "__defaults__", "__kwdefaults__"))
    is_closure = name is not None and "<locals>" in name and captures
    if name is None or "<lambda>" in name or is_closure or hasattr(function, "__self__"):
        raise UnstableKeyError(f"{name or repr(function)} has no name of its own: define it at the top of a module.")
    return f"{function.__module__}.{name}"


def content_key(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """A digest of the whole content of a call's arguments, DataFrames included.

    Raises:
        UnstableKeyError: an argument has no stable content; the message names it.
    """
    named = {**{f"argument {place}": value for place, value in enumerate(args, 1)}, **kwargs}
    digest = hashlib.blake2b(digest_size=20)
    for name, value in named.items():
        try:
            for part in _parts(value):
                digest.update(part)
        except UnstableKeyError as error:
            raise UnstableKeyError(f"{name}: {error}") from None
        digest.update(f"\0{name}\0".encode())
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """The content of a value in pieces; each begins with its type, so that 1, "1" and True differ."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        yield f"{kind.__name__}:{value!r};".encode(errors="surrogatepass")
    elif isinstance(value, Enum):
        yield f"{kind.__qualname__}.{value.name};".encode()
    elif isinstance(value, date | tzinfo):  # datetimes are dates
        yield f"{kind.__name__}:{value};".encode()
    elif isinstance(value, Mapping):
        yield f"{kind.__name__}({len(value)}:".encode()
        for key in sorted(value, key=repr):
            yield from _parts(key)
            yield from _parts(value[key])
    elif isinstance(value, tuple | list):
        yield f"{kind.__name__}({len(value)}:".encode()
        for item in value:
            yield from _parts(item)
    elif isinstance(value, pd.DataFrame | pd.Series):
        yield pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    elif isinstance(value, BaseModel):
        yield f"{kind.__qualname__}:{value.model_dump_json()};".encode()
    elif is_dataclass(value) and not isinstance(value, type):
        yield f"{kind.__qualname__}(".encode()
        for one in fields(value):
            yield from _parts(getattr(value, one.name))
    elif callable(value):
        yield f"function:{function_name(value)};".encode()
    else:
        raise UnstableKeyError(f"a {kind.__qualname__} has no content that a key can be made of.")
