"""Batches that are limited by their text too, so that memory follows bytes and not rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

LONG_ROWS_FETCHED = 8
"""Rows that are fetched at once where each may hold a text of a megabyte."""


def batches(
    items: Iterable[T],
    text_of: Callable[[T], int],
    *,
    most_items: int,
    most_text: int,
    size_of: Callable[[T], int] = lambda _item: 1,
) -> Iterator[list[T]]:
    """Lists of consecutive items.

    Args:
        text_of: the number of characters of an item that count.
        most_items: so many items at most are in a list.
        most_text: no item is added to a list that has so many characters; a single item may have more.
        size_of: as how many an item counts; a single one may count as more than ``most_items``.
    """
    batch: list[T] = []
    size = text = 0
    for item in items:
        batch.append(item)
        size += size_of(item)
        text += text_of(item)
        if size >= most_items or text >= most_text:
            yield batch
            batch, size, text = [], 0, 0
    if batch:
        yield batch
