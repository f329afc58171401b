"""Reading a list while it changes under the reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.errors import SourceError
from outreach_results.sync import paging
from outreach_results.sync.paging import Page, is_unchanged, read_all


class Shelf:
    """A list on a server, newest first; before an answer it may change."""

    def __init__(self, ids: list[str], *, per_page: int = 2, has_etags: bool = True) -> None:
        self.ids = ids
        self.per_page = per_page
        self.has_etags = has_etags
        self.pages: list[int] = []
        self.changes: list[Callable[[list[str]], object]] = []
        self.page_shown: Callable[[int], int] = lambda page: page
        self.total: int | None = None

    def __call__(self, page: int, etag: str | None = None) -> Page[str] | None:
        self.pages.append(page)
        if self.changes:
            self.changes.pop(0)(self.ids)
        shown = self.page_shown(page)
        here = self.ids[(shown - 1) * self.per_page : shown * self.per_page]
        total = len(self.ids) if self.total is None else self.total
        own = f"{here}{total}" if self.has_etags else None
        if etag is not None and etag == own:
            return None
        return Page({key: key for key in here}, total, self.per_page, own)


def nothing(_ids: list[str]) -> None:
    pass


def test_all_pages_are_read_and_checked_again() -> None:
    shelf = Shelf(list("edcba"))
    result = read_all(shelf)
    assert list(result.items) == list("edcba")
    assert result.is_complete
    assert shelf.pages == [1, 2, 3, 1, 2, 3]
    assert is_unchanged(shelf, result.etags)


def test_a_single_page_is_believed_at_once() -> None:
    shelf = Shelf(list("ab"))
    assert read_all(shelf).is_complete
    assert shelf.pages == [1]


def test_an_empty_list_is_complete() -> None:
    assert read_all(Shelf([])).is_complete


def test_item_moved_to_a_read_page_is_not_lost() -> None:
    shelf = Shelf(list("edcba"))
    shelf.changes = [nothing, lambda ids: ids.remove("d")]
    result = read_all(shelf)
    assert list(result.items) == list("ecba")
    assert result.is_complete


def test_an_item_that_is_shown_on_two_pages_comes_once() -> None:
    shelf = Shelf(list("dcba"))
    shelf.changes = [nothing, lambda ids: ids.insert(0, "e")]
    result = read_all(shelf)
    assert list(result.items) == list("edcba")
    assert result.is_complete


def test_change_with_the_same_total_is_noticed() -> None:
    """One goes from the first page while one comes in behind: as many different items as the total, and one missing."""
    shelf = Shelf(list("fedcba"))
    shelf.changes = [nothing, lambda ids: (ids.remove("e"), ids.append("0"))]
    result = read_all(shelf)
    assert set(result.items) == set("fdcba0")


@pytest.mark.parametrize("has_etags", [True, False])
def test_repeated_page_is_noticed(has_etags: bool) -> None:
    shelf = Shelf(list("dcba"), has_etags=has_etags)
    answers = iter([1, 1])
    shelf.page_shown = lambda page: next(answers, page)
    result = read_all(shelf)
    assert list(result.items) == list("dcba")
    assert result.is_complete


def test_repeated_first_page_is_incomplete() -> None:
    shelf = Shelf(list("dcba"))
    shelf.page_shown = lambda _page: 1
    result = read_all(shelf)
    assert list(result.items) == ["d", "c"]
    assert not result.is_complete
    assert result.etags == ()


def test_too_great_total_ends_at_first_empty_page() -> None:
    shelf = Shelf(list("dcba"))
    shelf.total = 1_000
    result = read_all(shelf)
    assert list(result.items) == list("dcba")
    assert not result.is_complete


def test_ever_changing_list_is_read_a_bounded_time() -> None:
    shelf = Shelf(list("dcba"))
    shelf.changes = [lambda ids, n=n: ids.insert(0, f"new {n}") for n in range(500)]  # type: ignore[misc]
    result = read_all(shelf)
    assert not result.is_complete
    assert set("dcba") <= set(result.items)
    assert len(shelf.pages) < 500


def test_a_list_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MAX_ITEMS", 100)
    with pytest.raises(SourceError, match="lists 101 items; at most 100"):
        read_all(Shelf([str(n) for n in range(101)]))


def test_a_list_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MAX_PAGES", 10)
    with pytest.raises(SourceError, match="on 10 pages"):
        read_all(Shelf([str(n) for n in range(21)]))


def test_without_etags_everything_is_read_again() -> None:
    assert not is_unchanged(Shelf(list("ab")), ())


changes = st.one_of(
    st.just(("none", 0)),
    st.tuples(st.sampled_from(["insert", "remove"]), st.integers(0, 30)),
)


@given(
    size=st.integers(0, 12),
    per_page=st.integers(1, 5),
    has_etags=st.booleans(),
    plan=st.lists(st.lists(changes, max_size=3), max_size=25),
)
def test_complete_lists_miss_nothing(
    size: int, per_page: int, has_etags: bool, plan: list[list[tuple[str, int]]]
) -> None:
    shelf = Shelf([f"old {n}" for n in range(size)], per_page=per_page, has_etags=has_etags)
    removed: set[str] = set()
    added = iter(range(1_000))

    def step(todo: list[tuple[str, int]]) -> Callable[[list[str]], None]:
        def act(ids: list[str]) -> None:
            for what, place in todo:
                if what == "insert":
                    ids.insert(place % (len(ids) + 1), f"new {next(added)}")
                elif what == "remove" and ids:
                    removed.add(ids.pop(place % len(ids)))

        return act

    shelf.changes = [step(todo) for todo in plan]
    result = read_all(shelf)
    stayed = {f"old {n}" for n in range(size)} - removed
    if result.is_complete:
        assert stayed <= result.items.keys()
        assert len(result.items) == result.reported_total
