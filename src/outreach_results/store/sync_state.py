"""The answers of a server that a sync stores between two runs, so that unchanged ones need not be sent again.

A server stands for one account there: it is the account's address, or more where two accounts share an address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, true

from outreach_results.models import Usage
from outreach_results.store.schema import sync_sources, sync_state

ACCOUNT = ""
"""The campaign id of answers that concern the whole account."""

USAGE = "usage"
"""The resource whose stored answer is a whole `Usage`."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer of the server: its ETag, and what is needed of its content when it is not sent again (304).

    Mostly that is a digest, which recognizes the same content under another ETag, or without one.
    """

    etag: str | None = None
    answer: str | None = None


def digest_of(rows: Iterable[object]) -> str:
    """The SHA-256 of the rows, in hex."""
    return hashlib.sha256(repr(list(rows)).encode("utf-8", "surrogatepass")).hexdigest()


def stored_answers(connection: Connection, server: str, campaign_id: str) -> dict[str, StoredAnswer]:
    """The last answers of this server on a campaign, or on the `ACCOUNT`, by resource."""
    table = sync_state.c
    rows = connection.execute(
        select(table.resource, table.etag, table.answer).where(table.campaign_id == campaign_id, table.server == server)
    )
    return {row.resource: StoredAnswer(row.etag, row.answer) for row in rows}


def store_answers(connection: Connection, server: str, campaign_id: str, answers: Mapping[str, StoredAnswer]) -> None:
    """Replace the stored answers on a campaign, or on the `ACCOUNT`, of which each server's are kept."""
    forget(connection, campaign_id, server if campaign_id == ACCOUNT else None)
    now = datetime.now(UTC)
    rows = [
        {
            "campaign_id": campaign_id,
            "resource": resource,
            "server": server,
            "etag": answer.etag,
            "answer": answer.answer,
            "fetched_at": now,
        }
        for resource, answer in sorted(answers.items())
    ]
    if rows:
        connection.execute(insert(sync_state), rows)


@dataclass(frozen=True, slots=True)
class ReportedUsage:
    """The usage of a month that an account reported last; ``name`` is what people call the account, or its address."""

    usage: Usage
    server: str
    fetched_at: datetime
    name: str


def reported_usages(connection: Connection) -> list[ReportedUsage]:
    """The usage that each account reported last: that of the settings, then the others from the oldest on."""
    state, source = sync_state.c, sync_sources.c
    of_account = select(state.answer, state.server, state.fetched_at)
    rows = connection.execute(of_account.where(state.campaign_id == ACCOUNT, state.resource == USAGE)).all()
    named = connection.execute(select(source.account, source.name).order_by(source.created_at, source.name)).all()
    names = {row.account: row.name for row in named}
    places = {account: place for place, account in enumerate(names, 1)}
    found = []
    for row in sorted(rows, key=lambda row: (places.get(row.server, 0), row.server)):
        with suppress(ValidationError):  # written by another version
            usage = Usage.model_validate_json(row.answer or "")
            found.append(ReportedUsage(usage, row.server, row.fetched_at, names.get(row.server, row.server)))
    return found


def has_other_accounts(connection: Connection, accounts: Collection[str]) -> bool:
    """Whether there are answers that concern other accounts than these as a whole."""
    others = select(sync_state.c.server).where(*_of_others(accounts)).limit(1)
    return connection.execute(others).first() is not None


def forget_other_accounts(connection: Connection, accounts: Collection[str]) -> None:
    """Delete the answers that concern other accounts than these as a whole: they are no longer connected."""
    connection.execute(delete(sync_state).where(*_of_others(accounts)))


def _of_others(accounts: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return sync_state.c.campaign_id == ACCOUNT, sync_state.c.server.not_in(accounts)


def forget(connection: Connection, campaign_id: str, server: str | None = None) -> None:
    """Delete the stored answers of this server, or of all, on a campaign: the next sync reads all of it."""
    table = sync_state.c
    of_server = true() if server is None else table.server == server
    connection.execute(delete(sync_state).where(table.campaign_id == campaign_id, of_server))


def owner_of(connection: Connection, campaign_id: str) -> str | None:
    """The address of the server that a campaign was last read from; None if it was read from none."""
    query = select(sync_state.c.server).where(sync_state.c.campaign_id == campaign_id).limit(1)
    return connection.execute(query).scalar_one_or_none()


def campaigns_of(server: str) -> Select[str]:
    """The query of the campaigns that were read from this account."""
    return select(sync_state.c.campaign_id).where(sync_state.c.server == server, sync_state.c.campaign_id != ACCOUNT)


def synced_campaigns(connection: Connection, server: str) -> list[str]:
    """The campaigns that were read from this server."""
    return sorted(connection.execute(campaigns_of(server).distinct()).scalars())
