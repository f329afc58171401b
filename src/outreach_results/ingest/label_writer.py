"""Keeps what files and servers say of clients and tags: beside what people chose here, and never in its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from outreach_results.ingest.records import ClientRecord, RuleRecord
from outreach_results.store.client_tables import campaign_labels, clients
from outreach_results.store.labeling import keep_rule, name_client, store_labels, tags_text
from outreach_results.store.labels import NO_CLIENT, Origin, SaidLabels, read_book


def write_labels(connection: Connection, campaign_id: str, said: SaidLabels, *, replace: bool) -> None:
    """Keep what is said of a campaign.

    Args:
        replace: a sync: what its server says replaces what it said before, and what people chose there is its word. Of
            two files that choose different things the one that sorts last stays, whichever came first; tags that
            nobody chose add up.
    """
    if replace:
        tags = tags_text(said.tags) if said.tags else None
        store_labels(
            connection, campaign_id, Origin.SOURCE, client_id=said.client_id, client_name=said.client_name, tags=tags
        )
        return
    client_by = Origin.FILE if said.is_client_chosen else Origin.SOURCE
    if said.is_client_chosen or said.client_id is not None:
        _keep_client(connection, campaign_id, client_by, said.client_id or NO_CLIENT, said.client_name)
    if said.are_tags_chosen:
        stored = _stored(connection, campaign_id, Origin.FILE).get("tags")
        store_labels(connection, campaign_id, Origin.FILE, tags=max(stored or "", tags_text(said.tags)))
    elif said.tags:
        known = json.loads(_stored(connection, campaign_id, Origin.SOURCE).get("tags") or "[]")
        store_labels(connection, campaign_id, Origin.SOURCE, tags=tags_text(sorted({*known, *said.tags})))


def write_clients_and_rules(connection: Connection, records: Sequence[ClientRecord | RuleRecord]) -> int:
    """Keep the clients and rules of another database that are not here yet; how many those were."""
    named = set(connection.execute(select(clients.c.client_id)).scalars())
    there = {rule.id for rule in read_book(connection).rules}
    new = 0
    for record in records:
        if isinstance(record, ClientRecord) and record.client_id not in named:
            name_client(connection, record.client_id, record.name)
            named.add(record.client_id)
            new += 1
        elif isinstance(record, RuleRecord) and record.rule.id not in there:
            keep_rule(connection, record.rule)
            there.add(record.rule.id)
            new += 1
    return new


def _keep_client(connection: Connection, campaign_id: str, origin: Origin, client_id: str, name: str | None) -> None:
    stored = _stored(connection, campaign_id, origin)
    before = (stored.get("client_id") or NO_CLIENT, stored.get("client_name") or "")
    client_id, name = max(before, (client_id, name or ""))
    store_labels(connection, campaign_id, origin, client_id=client_id, client_name=name or None)


def _stored(connection: Connection, campaign_id: str, origin: Origin) -> dict[str, Any]:
    table = campaign_labels.c
    query = select(campaign_labels).where(table.id == campaign_id, table.origin == origin.value)
    row = connection.execute(query).mappings().first()
    return {} if row is None else dict(row)
