"""Views that people saved under a name: a page and its parameters, of one person or shared by all.

Who may save or change which of them, the caller checks.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from outreach_results.errors import QueryError
from outreach_results.store import audit
from outreach_results.store.engine import Store
from outreach_results.store.schema import saved_views

SHARED = ""
"""In place of the owner's address: the view is everybody's. Where nobody signs in, all views are."""

LONGEST_NAME = 80
LONGEST_QUERY = 8_000
MOST = 100
"""The most views of one person, and the most shared ones: more would be no menu."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A saved view; ``query`` holds the parameters of its page as a URL has them."""

    id: str
    owner: str
    name: str
    page: str
    query: str

    @property
    def is_shared(self) -> bool:
        """Whether it is everybody's."""
        return self.owner == SHARED


def saved_views_of(store: Store, owners: tuple[str, ...]) -> list[SavedView]:
    """The views of these owners, by name; each person's own come before the shared ones."""
    view = saved_views.c
    columns = (view.view_id, view.owner, view.name, view.page, view.query)
    with store.read() as connection:
        rows = connection.execute(select(*columns).where(view.owner.in_(owners))).all()
    views = (SavedView(*row) for row in rows)
    return sorted(views, key=lambda one: (one.is_shared, one.name.casefold(), one.id))


def save(store: Store, owner: str, name: str, page: str, query: str, *, by: str | None) -> SavedView:
    """Save a view under a name that its owner has not given to another one yet.

    Raises:
        QueryError: the name is taken, blank or too long, or there are too many views.
    """
    if len(query) > LONGEST_QUERY:
        raise QueryError("view", "This view has too many filters to be saved. Choose fewer campaigns.")
    view = SavedView(secrets.token_hex(8), owner, _checked(name), page, query)
    with store.write(exclusive=True, is_data=False) as connection:
        _check_free(connection, owner, view.name)
        if len(connection.execute(select(saved_views.c.view_id).where(saved_views.c.owner == owner)).all()) >= MOST:
            raise QueryError("name", f"There are {MOST} views already. Delete one first.")
        values = {"view_id": view.id, "owner": owner, "name": view.name, "page": page, "query": query}
        connection.execute(insert(saved_views), {**values, "saved_by": by, "saved_at": datetime.now(UTC)})
        _note(connection, view, "saved", by)
    return view


def rename(store: Store, view: SavedView, name: str, *, by: str | None) -> None:
    """Give a view another name.

    Raises:
        QueryError: the name is taken, blank or too long, or the view is gone.
    """
    new = _checked(name)
    with store.write(exclusive=True, is_data=False) as connection:
        if new != view.name:
            _check_free(connection, view.owner, new)
        changed = update(saved_views).where(_is(view)).values(name=new).returning(saved_views.c.view_id)
        _require(connection.execute(changed).first())
        _note(connection, view, f"renamed to {new}", by)


def remove(store: Store, view: SavedView, *, by: str | None) -> None:
    """Delete a view.

    Raises:
        QueryError: it is gone already.
    """
    with store.write(exclusive=True, is_data=False) as connection:
        gone = delete(saved_views).where(_is(view)).returning(saved_views.c.view_id)
        _require(connection.execute(gone).first())
        _note(connection, view, "deleted", by)


def _is(view: SavedView) -> ColumnElement[bool]:
    # The owner too: who may change their own ones must not get at another's by its id.
    return (saved_views.c.view_id == view.id) & (saved_views.c.owner == view.owner)


def _require(found: object) -> None:
    if found is None:
        raise QueryError("view", "This view was deleted in the meantime.")


def _check_free(connection: Connection, owner: str, name: str) -> None:
    known = connection.execute(select(saved_views.c.name).where(saved_views.c.owner == owner)).scalars()
    # Two names that differ in case only look alike in a menu.
    if name.casefold() in {other.casefold() for other in known}:
        raise QueryError("name", f"There is a view “{name}” already. Choose another name, or delete that one first.")


def _checked(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise QueryError("name", "Give the view a name.")
    if len(plain) > LONGEST_NAME or not plain.isprintable():
        raise QueryError("name", f"A name has at most {LONGEST_NAME} characters, without control characters.")
    return plain


def _note(connection: Connection, view: SavedView, what: str, by: str | None) -> None:
    """Enter into the audit log what is done with a shared view; one's own are nobody else's business."""
    if view.is_shared:
        audit.record(connection, audit.Action.CHANGED, f"shared view {view.name}: {what}", by=by)
