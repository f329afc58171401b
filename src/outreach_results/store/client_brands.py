"""The color and the logo of a client, whose name stands beside them on its reports. Values of `meta`."""

from __future__ import annotations

import json

from sqlalchemy import Connection, delete

from outreach_results.errors import QueryError
from outreach_results.store import audit
from outreach_results.store.brand import Brand, stored_logo
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.labels import read_book, require_client
from outreach_results.store.schema import meta

# A row for each client: a report reads one logo, and not those of all clients.
KEY = "client_brand:"
"""How the keys of `meta` begin that hold a brand; the client's id follows."""


def client_brand(store: Store, client_id: str) -> Brand | None:
    """The brand of a client, under its present name; None where it has none."""
    with store.read() as connection:
        stored = get_meta(connection, KEY + client_id)
        if stored is None:
            return None
        own = json.loads(stored)
        name = read_book(connection).names.get(client_id, client_id)
    return Brand(name, own["color"], stored_logo(own["logo"]))


def set_client_brand(
    store: Store, client_id: str, color: str, logo: bytes | None = None, *, by: str | None = None
) -> None:
    """Set the color of a client, and its logo, the content of a PNG or a JPEG.

    Raises:
        OutreachError: the color or the logo cannot be used; says why.
        QueryError: there is no such client.
    """
    own = Brand(color=color, logo=logo)
    with store.write(is_data=False) as connection:
        require_client(read_book(connection).names, client_id)
        kept = {"color": own.color, "logo": None if own.logo is None else own.logo.hex()}
        set_meta(connection, KEY + client_id, json.dumps(kept))
        audit.record(connection, audit.Action.CLIENT_CHANGED, f"brand of {client_id}", by=by)


def remove_client_brand(store: Store, client_id: str, *, by: str | None = None) -> None:
    """Remove the color and the logo of a client: its reports have the account's again.

    Raises:
        QueryError: it has none.
    """
    with store.write(is_data=False) as connection:
        if get_meta(connection, KEY + client_id) is None:
            raise QueryError("client", f"{client_id[:60]!r} has no brand.")
        forget_client_brand(connection, client_id)
        audit.record(connection, audit.Action.CLIENT_CHANGED, f"brand of {client_id} removed", by=by)


def forget_client_brand(connection: Connection, client_id: str) -> None:
    """Remove the brand of a client, which is removed."""
    connection.execute(delete(meta).where(meta.c.key == KEY + client_id))
