"""The people who may sign in, the role of each, and their sign-ins."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from outreach_results.errors import QueryError
from outreach_results.models.team import Role, canonical, is_listed
from outreach_results.store import audit
from outreach_results.store.audit import Action
from outreach_results.store.engine import Store
from outreach_results.store.labels import read_book, require_client
from outreach_results.store.schema import sign_ins, team_members

COOKIE_LASTS = timedelta(days=30)
"""How long a browser keeps the cookie of a sign-in, which is longer than it counts."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who was given a role; ``clients`` are the ids of those whose campaigns they see, None is all."""

    address: str
    role: Role
    added_at: datetime
    added_by: str | None
    clients: frozenset[str] | None = None


class Keep(Enum):
    """In place of clients: as they are."""

    AS_IT_IS = 0


def set_role(
    store: Store,
    address: str,
    role: Role,
    *,
    clients: Collection[str] | Keep | None = Keep.AS_IT_IS,
    by: str | None = None,
) -> Member:
    """Give a person a role, from their next click on.

    Args:
        clients: the ids of those whose campaigns the person sees; None is all campaigns. Without a say the limit stays,
            so that a change of the role alone never shows more.

    Raises:
        QueryError: that is no email address, there is no such client, or an admin is to be limited.
    """
    own = _checked(address)
    with store.write(exclusive=True, is_data=False) as connection:
        limit = clients_of(connection, own) if isinstance(clients, Keep) else _known_clients(connection, clients)
        if limit is not None and role is Role.ADMIN:
            raise QueryError(
                "role", f"An admin sees all campaigns, and {own} is limited. Choose another role, or lift the limit."
            )
        member = Member(own, role, datetime.now(UTC), by, limit)
        values = {"role": role.value, "added_at": member.added_at, "added_by": by, "clients": _written(limit)}
        known = connection.execute(
            update(team_members)
            .where(team_members.c.address == member.address)
            .values(values)
            .returning(team_members.c.address)
        )
        if known.first() is None:
            connection.execute(insert(team_members), {"address": member.address, **values})
        only = "" if limit is None else f", only {', '.join(sorted(limit)) or 'no client'}"
        audit.record(connection, Action.ROLE_GIVEN, f"{member.address}: {role}{only}", by=by)
    return member


def remove_member(store: Store, address: str, *, by: str | None = None) -> str:
    """Take a person's role away, from their next click on; the address. Their sign-ins end.

    Raises:
        QueryError: the person has none.
    """
    known = _checked(address)
    with store.write(exclusive=True, is_data=False) as connection:
        gone = delete(team_members).where(team_members.c.address == known).returning(team_members.c.address)
        if connection.execute(gone).first() is None:
            raise QueryError("address", f"{known} has no role here. See: outreach-results people list")
        _end(connection, sign_ins.c.address == known)
        audit.record(connection, Action.ROLE_TAKEN, known, by=by)
    return known


def members(store: Store) -> list[Member]:
    """Everybody who was given a role, by address."""
    with store.read() as connection:
        rows = connection.execute(select(team_members).order_by(team_members.c.address)).mappings()
        return [
            Member(row["address"], Role(row["role"]), row["added_at"], row["added_by"], _read(row["clients"]))
            for row in rows
        ]


def clients_of(connection: Connection, address: str) -> frozenset[str] | None:
    """The ids of the clients whose campaigns somebody with this canonical address sees; None is all campaigns."""
    return _read(connection.execute(select(team_members.c.clients).where(team_members.c.address == address)).scalar())


def _read(clients: str | None) -> frozenset[str] | None:
    return None if clients is None else frozenset(json.loads(clients))


def _written(clients: frozenset[str] | None) -> str | None:
    return None if clients is None else json.dumps(sorted(clients))


def _known_clients(connection: Connection, clients: Collection[str] | None) -> frozenset[str] | None:
    if clients is None:
        return None
    names = read_book(connection).names
    for client_id in clients:
        require_client(names, client_id)
    return frozenset(clients)


def role_of(
    connection: Connection, address: str, *, allowed: Collection[str] = (), admins: Collection[str] = ()
) -> Role:
    """What somebody with this canonical address may do.

    Args:
        allowed: addresses and domains that may sign in as viewers.
        admins: addresses of admins, who cannot be shut out: else nobody could let them in again.
    """
    if address in admins:
        return Role.ADMIN
    role = connection.execute(select(team_members.c.role).where(team_members.c.address == address)).scalar()
    if role is not None:
        return Role(role)
    return Role.VIEWER if is_listed(address, allowed) else Role.NONE


# --- sign-ins ----------------------------------------------------------------------------------------------------


def note_sign_in(store: Store, sign_in_id: str, address: str, ends_at: datetime) -> bool:
    """Keep that somebody has signed in; False if it is known already. Those that are long over are forgotten."""
    now = datetime.now(UTC)
    forgotten = now - COOKIE_LASTS  # not before: a longer OUTREACH_SIGN_IN_LASTS must not revive one that was ended
    with store.write(exclusive=True, is_data=False) as connection:
        if connection.execute(select(sign_ins.c.address).where(sign_ins.c.sign_in_id == sign_in_id)).first():
            return False
        connection.execute(delete(sign_ins).where(sign_ins.c.ends_at < forgotten))
        values = {"sign_in_id": sign_in_id, "address": address, "signed_in_at": now, "ends_at": ends_at}
        connection.execute(insert(sign_ins), values)
        audit.record(connection, Action.SIGNED_IN, by=address)
    return True


def last_sign_ins(store: Store) -> dict[str, datetime]:
    """When each person signed in last, by address; of those that are long over nothing is known."""
    last = select(sign_ins.c.address, func.max(sign_ins.c.signed_in_at).label("last")).group_by(sign_ins.c.address)
    with store.read() as connection:
        return {row.address: row.last for row in connection.execute(last)}


def is_over(connection: Connection, sign_in_id: str) -> bool:
    """Whether somebody has signed out since, or was shut out."""
    ended = select(sign_ins.c.ended_at).where(sign_ins.c.sign_in_id == sign_in_id, sign_ins.c.ended_at.is_not(None))
    return connection.execute(ended).first() is not None


def end_sign_in(store: Store, sign_in_id: str, address: str) -> None:
    """Let a sign-in count no more, wherever its cookie may be: the person signs out."""
    with store.write(is_data=False) as connection:
        _end(connection, sign_ins.c.sign_in_id == sign_in_id)
        audit.record(connection, Action.SIGNED_OUT, by=address)


def _end(connection: Connection, which: ColumnElement[bool]) -> None:
    is_open = sign_ins.c.ended_at.is_(None)
    connection.execute(update(sign_ins).where(which, is_open).values(ended_at=datetime.now(UTC)))


def _checked(address: str) -> str:
    known = canonical(address)
    if known is None:
        raise QueryError("address", f"{address[:100]!r} isn't an email address.")
    return known
