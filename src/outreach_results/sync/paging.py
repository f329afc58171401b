"""Reading a paginated list completely, without duplicates, while it may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from outreach_results.errors import SourceError

T = TypeVar("T")

MAX_ITEMS = 200_000
MAX_PAGES = 10_000
MAX_PASSES = 5


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: its items by their id, and the total and the page size that it reports."""

    items: dict[str, T]
    total: int
    per_page: int
    etag: str | None


@dataclass(frozen=True, slots=True)
class ListResult(Generic[T]):
    """A whole list. Where it is not complete, an item that is missing from it may exist all the same."""

    items: dict[str, T]
    reported_total: int
    is_complete: bool
    etags: tuple[str, ...]


class PageFetcher(Protocol[T]):
    """Fetches a page by its number; returns None where it is unchanged since that ETag."""

    def __call__(self, page: int, etag: str | None = None) -> Page[T] | None: ...


def is_unchanged(fetch: PageFetcher[T], etags: Sequence[str]) -> bool:
    """Whether every page is still that of these ETags; False without ETags."""
    return bool(etags) and all(fetch(number, etag) is None for number, etag in enumerate(etags, 1))


def read_all(fetch: PageFetcher[T]) -> ListResult[T]:
    """Every item of a list, read in as many passes as it takes to be consistent, at most `MAX_PASSES`.

    A list that shifts while it is read repeats an item on the next page, or moves one to a page that was read
    already, and its total need not show it. So a list of several pages is accepted only when a second pass returns
    the same pages: then all of them belong to one state of the list. With ETags that pass costs next to nothing.

    Raises:
        SourceError: the list is longer than can be read this way.
    """
    seen: dict[str, T] = {}
    before: list[tuple[str, ...]] = []
    for _ in range(MAX_PASSES):
        pages = _one_pass(fetch)
        items = {key: item for page in pages for key, item in page.items.items()}
        total = pages[-1].total
        now = [tuple(page.items) for page in pages]
        etags = _etags(pages)
        if len(pages) == 1 or now == before or is_unchanged(fetch, etags):
            is_complete = len(items) >= total  # otherwise its total is wrong
            return ListResult(items, total, is_complete, etags if is_complete else ())
        before = now
        seen |= items
    return ListResult(seen, total, is_complete=False, etags=())


def _etags(pages: list[Page[T]]) -> tuple[str, ...]:
    etags = tuple(page.etag for page in pages if page.etag is not None)
    return etags if len(etags) == len(pages) else ()


def _one_pass(fetch: PageFetcher[T]) -> list[Page[T]]:
    pages = [_page(fetch, 1)]
    while pages[-1].items and len(pages) * pages[0].per_page < pages[-1].total:
        if pages[-1].total > MAX_ITEMS or len(pages) == MAX_PAGES:
            raise SourceError(
                f"The server lists {pages[-1].total:,} items; at most {MAX_ITEMS:,} on {MAX_PAGES:,} pages can be read."
            )
        pages.append(_page(fetch, len(pages) + 1))
    return pages


def _page(fetch: PageFetcher[T], number: int) -> Page[T]:
    page = fetch(number)
    assert page is not None  # nothing can be unchanged since no ETag
    return page
