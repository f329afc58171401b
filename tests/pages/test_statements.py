"""How often a page asks every machine of a cluster, when all of its questions are new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from outreach_results.results import kept
from outreach_results.ui import cache
from support.dashboard import PAGES, run_page
from support.distribution import parts_of_all_campaigns

MOST = 8


@contextmanager
def noted() -> Iterator[list[str]]:
    """Every statement that SQLite is sent, as a cluster would get it."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if statement.lstrip().startswith("SELECT"):
            statements.append(statement.replace("?", ":value"))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_seldom_asks_every_machine(page, sample_dashboard):
    cache._answer.clear()
    kept.forget()
    with noted() as statements:
        assert not run_page(page).exception
    everywhere = [statement for statement in statements if any(parts_of_all_campaigns(statement))]
    assert len(everywhere) <= MOST, "\n\n".join(everywhere)
