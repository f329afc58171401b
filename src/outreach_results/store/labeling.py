"""Naming clients, giving campaigns a client and tags, and the rules that do so: what people do is in the audit log."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from outreach_results.errors import ConflictError, QueryError
from outreach_results.store import audit
from outreach_results.store.audit import Action
from outreach_results.store.client_brands import forget_client_brand
from outreach_results.store.client_tables import campaign_labels, clients, label_rules
from outreach_results.store.column_types import id_in
from outreach_results.store.engine import Store
from outreach_results.store.goals import forget_client_goals
from outreach_results.store.labels import (
    Origin,
    Rule,
    checked_name,
    checked_tags,
    client_id_of,
    read_book,
    require_client,
)
from outreach_results.store.shown import shown_campaign


def add_client(store: Store, name: str, *, by: str | None = None) -> str:
    """Add a client; its id.

    Raises:
        ConflictError: there is one of that name, or of a name that differs by case and punctuation only.
        QueryError: it cannot be a name.
    """
    name = checked_name(name)
    client_id = client_id_of(name)
    with store.write() as connection:
        known = read_book(connection).names
        if client_id in known:
            raise ConflictError(f"There is a client {known[client_id]!r} already.")
        name_client(connection, client_id, name, by)
        audit.record(connection, Action.CLIENT_ADDED, name, by=by)
    return client_id


def rename_client(store: Store, client_id: str, name: str, *, by: str | None = None) -> None:
    """Give a client another name; its id, its campaigns and links to it stay.

    Raises:
        ConflictError: another client has that name.
        QueryError: there is no such client, or it cannot be a name.
    """
    name = checked_name(name)
    with store.write() as connection:
        known = read_book(connection).names
        require_client(known, client_id)
        taken = {other.casefold() for own, other in known.items() if own != client_id}
        if name.casefold() in taken or (client_id_of(name) in known and client_id_of(name) != client_id):
            raise ConflictError(f"There is a client {name!r} already.")
        connection.execute(delete(clients).where(clients.c.client_id == client_id))
        name_client(connection, client_id, name, by)
        audit.record(connection, Action.CLIENT_CHANGED, f"{known[client_id]} is now {name}", by=by)


def remove_client(store: Store, client_id: str, *, by: str | None = None) -> None:
    """Remove a client, the choice of it for campaigns, and its rules. The campaigns stay.

    A source that names the client goes on doing so: then it is listed as before, under the source's name for it.

    Raises:
        QueryError: there is no such client.
    """
    with store.write() as connection:
        known = read_book(connection).names
        require_client(known, client_id)
        chosen = campaign_labels.c
        for origin in (Origin.PERSON, Origin.FILE):
            of_origin = (chosen.origin == origin, chosen.client_id == client_id)
            connection.execute(update(campaign_labels).where(*of_origin).values(client_id=None, client_name=None))
        connection.execute(delete(campaign_labels).where(chosen.client_id.is_(None), chosen.tags.is_(None)))
        connection.execute(delete(label_rules).where(label_rules.c.client_id == client_id))
        forget_client_goals(connection, client_id)
        forget_client_brand(connection, client_id)
        connection.execute(delete(clients).where(clients.c.client_id == client_id))
        audit.record(connection, Action.CLIENT_REMOVED, known[client_id], by=by)


def choose_client(store: Store, campaign_ids: Collection[str], client_id: str | None, *, by: str | None = None) -> None:
    """Choose the client of campaigns, `NO_CLIENT` for none at all; None leaves it to rules and sources again.

    Raises:
        QueryError: there is no such client.
        UnknownCampaignError: there is no such campaign.
    """
    with store.write() as connection:
        known = read_book(connection).names
        if client_id:
            _keep_named(connection, known, client_id, by)
        names = _choose(connection, campaign_ids, by, client_id=client_id, client_name=None)
        given = "left to rules" if client_id is None else known.get(client_id, "no client")
        audit.record(connection, Action.LABELED, f"client of {names}: {given}", by=by)


def choose_tags(
    store: Store, campaign_ids: Collection[str], tags: Iterable[str] | None, *, by: str | None = None
) -> None:
    """Choose the tags of campaigns, which may be none; None leaves them to rules and sources again.

    Raises:
        QueryError: one of them cannot be a tag.
        UnknownCampaignError: there is no such campaign.
    """
    chosen = None if tags is None else checked_tags(tags)
    with store.write() as connection:
        names = _choose(connection, campaign_ids, by, tags=None if chosen is None else tags_text(chosen))
        given = "left to rules" if chosen is None else ", ".join(chosen) or "no tags"
        audit.record(connection, Action.LABELED, f"tags of {names}: {given}", by=by)


def add_rule(store: Store, rule: Rule, *, by: str | None = None) -> None:
    """Add a rule.

    Raises:
        ConflictError: it is there already.
        QueryError: it gives a client that does not exist.
    """
    with store.write() as connection:
        book = read_book(connection)
        if rule.client_id is not None:
            _keep_named(connection, book.names, rule.client_id, by)
        if rule.id in {one.id for one in book.rules}:
            raise ConflictError("There is such a rule already.")
        keep_rule(connection, rule, by=by)
        audit.record(connection, Action.RULE_ADDED, rule_in_words(rule, book.names), by=by)


def remove_rule(store: Store, rule_id: str, *, by: str | None = None) -> None:
    """Remove a rule.

    Raises:
        QueryError: there is no such rule.
    """
    with store.write() as connection:
        book = read_book(connection)
        found = next((rule for rule in book.rules if rule.id == rule_id), None)
        if found is None:
            raise QueryError("rule", f"There is no rule {rule_id[:40]!r}.")
        connection.execute(delete(label_rules).where(label_rules.c.rule_id == rule_id))
        audit.record(connection, Action.RULE_REMOVED, rule_in_words(found, book.names), by=by)


def rule_in_words(rule: Rule, names: Mapping[str, str]) -> str:
    """A rule in words: name starts with "Acme": client Acme Corp.

    Args:
        names: of the clients, by id.
    """
    gives = f"tag {rule.tag}" if rule.client_id is None else f"client {names.get(rule.client_id, rule.client_id)}"
    return f"name {rule.match.replace('_', ' ')} “{rule.text}”: {gives}"


def tags_text(tags: Iterable[str]) -> str:
    """Tags as they are stored."""
    return json.dumps(list(tags), ensure_ascii=False)


def keep_rule(connection: Connection, rule: Rule, *, by: str | None = None) -> None:
    """Store a rule that is not there yet."""
    values = {"match": rule.match.value, "text": rule.text, "client_id": rule.client_id, "tag": rule.tag}
    origin = {"rule_id": rule.id, "added_at": datetime.now(UTC), "added_by": by}
    connection.execute(insert(label_rules), values | origin)


def store_labels(
    connection: Connection, campaign_id: str, origin: Origin, by: str | None = None, **said: str | None
) -> None:
    """Store what an origin says of a campaign.

    Args:
        said: columns of `campaign_labels`; what is not named stays as it is.
    """
    table = campaign_labels.c
    own = (table.id == campaign_id, table.origin == origin.value)
    stored = connection.execute(select(campaign_labels).where(*own)).mappings().first()
    values: dict[str, Any] = {"client_id": None, "client_name": None, "tags": None}
    values |= {name: stored[name] for name in values} if stored is not None else {}
    if stored is not None and all(stored[name] == value for name, value in said.items()):
        return  # a sync says the same each time
    values |= said
    connection.execute(delete(campaign_labels).where(*own))
    if values["client_id"] is None and values["tags"] is None:
        return
    made = {"id": campaign_id, "origin": origin.value, "labeled_at": datetime.now(UTC), "labeled_by": by}
    connection.execute(insert(campaign_labels), values | made)


def forget_labels(connection: Connection, campaign_ids: Collection[str]) -> None:
    """Remove all that was said of campaigns, which are removed for good."""
    connection.execute(delete(campaign_labels).where(id_in(connection, campaign_labels.c.id, campaign_ids)))


def _choose(connection: Connection, campaign_ids: Collection[str], by: str | None, **said: str | None) -> str:
    """Store a person's choice; the names of the campaigns, for the audit log."""
    names = [shown_campaign(connection, campaign_id).name for campaign_id in campaign_ids]
    for campaign_id in campaign_ids:
        store_labels(connection, campaign_id, Origin.PERSON, by, **said)
    return ", ".join(names)


def _keep_named(connection: Connection, names: dict[str, str], client_id: str, by: str | None) -> None:
    """Give a client that only sources name a row of its own, now that people use it: it stays when the source goes."""
    require_client(names, client_id)
    if connection.execute(select(clients.c.client_id).where(clients.c.client_id == client_id)).first() is None:
        name_client(connection, client_id, names[client_id], by)


def name_client(connection: Connection, client_id: str, name: str, by: str | None = None) -> None:
    """Store the name of a client that has none."""
    values = {"client_id": client_id, "name": name, "added_at": datetime.now(UTC), "added_by": by}
    connection.execute(insert(clients), values)
