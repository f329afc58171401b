"""Clients and tags, and the one function that says which campaigns a question is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.models import CampaignClient, Filters
from outreach_results.results.campaign_facts import campaign_facts, can_be_stored
from outreach_results.results.kept import kept_on
from outreach_results.store.engine import Store
from outreach_results.store.labels import LabelBook, Labels, Rule, allowed, read_book, require_client


@dataclass(frozen=True, slots=True)
class Limit:
    """What somebody may see at most: the campaigns of these clients, and these campaigns besides.

    Without any of either it is nothing. Who may see everything has no limit: None in its place.
    """

    clients: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Client:
    """A client, and how many campaigns belong to it."""

    id: str
    name: str
    campaigns: int


def label_book(connection: Connection) -> LabelBook:
    """All that was said of campaigns, as long as the data is the same."""
    return kept_on(connection).get("label book", lambda: read_book(connection))


def campaign_labels(connection: Connection) -> dict[str, Labels]:
    """The labels of every campaign that is shown, by id."""

    def read() -> dict[str, Labels]:
        book = label_book(connection)
        return {own: book.labels(own, of.name) for own, of in campaign_facts(connection).items()}

    return kept_on(connection).get("campaign labels", read)


def client_in(book: LabelBook, labels: Labels) -> CampaignClient | None:
    """The client of a campaign as the API's list names it."""
    own = labels.client_id
    return None if own is None else CampaignClient(id=own, name=book.names.get(own, own))


def narrowed(
    store: Store,
    filters: Filters,
    *,
    clients: Collection[str] | None = None,
    tags: Collection[str] | None = None,
    limit: Limit | None = None,
) -> Filters:
    """The filters with the ids of the campaigns that they, the clients, the tags and the limit leave.

    Every front end asks this before any other question. Without anything that narrows, ``campaigns`` stays None, which
    is all of them; in every other case it has the ids, and no id is no campaign.

    Args:
        filters: ``campaigns`` may name some.
        clients: ids; None is any. The campaigns of one of them count.
        tags: None is any. Campaigns with one of them count.
        limit: what the asker may see; what is beyond it is as unknown as what does not exist.

    Raises:
        QueryError: there is no such client or tag; names those that there are.
        UnknownCampaignError: ``filters`` name a campaign that does not exist.
    """
    chosen = chosen_campaigns(store, filters.campaigns, clients=clients, tags=tags, limit=limit)
    return replace(filters, campaigns=chosen, clients=_described(clients), tags=_described(tags))


def chosen_campaigns(
    store: Store,
    campaigns: Collection[str] | None = None,
    *,
    clients: Collection[str] | None = None,
    tags: Collection[str] | None = None,
    limit: Limit | None = None,
) -> tuple[str, ...] | None:
    """The ids, in order, of the campaigns that all of these leave; None is all, and only where nothing narrows.

    Raises:
        QueryError: there is no such client or tag.
        UnknownCampaignError: ``campaigns`` names one that does not exist.
    """
    if campaigns is None and clients is None and tags is None and limit is None:
        return None
    with store.read() as connection:
        if clients is None and tags is None and limit is None:
            # Only the named ones are looked up: this is what most questions about one campaign come to.
            named = tuple(filter(can_be_stored, campaigns or ()))
            return _known(tuple(campaigns or ()), campaign_facts(connection, named))
        labels = _visible(connection, limit)
        if clients is not None:
            names = _names(connection, labels, limit)
            for client_id in clients:
                require_client(names, client_id)
        if tags is not None:
            _require_tags(tags, labels)
        among = tuple(labels) if campaigns is None else _known(tuple(campaigns), labels)
    return tuple(
        sorted(
            own
            for own in among
            if (clients is None or labels[own].client_id in clients)
            and (tags is None or not set(labels[own].tags).isdisjoint(tags))
        )
    )


def labels_in_words(store: Store, filters: Filters) -> str:
    """The names of the clients and the tags by which campaigns were chosen: Acme Corp, spring; '' without any."""
    if filters.clients is None and filters.tags is None:
        return ""
    with store.read() as connection:
        names = label_book(connection).names
    return ", ".join([*(names.get(one, one) for one in filters.clients or ()), *(filters.tags or ())])


def known_clients(store: Store, limit: Limit | None = None) -> list[Client]:
    """The clients by name, those without campaigns too."""
    with store.read() as connection:
        labels = _visible(connection, limit)
        having = Counter(of.client_id for of in labels.values())
        return [Client(own, name, having[own]) for own, name in _names(connection, labels, limit).items()]


def known_tags(store: Store, limit: Limit | None = None) -> dict[str, int]:
    """The tags in order, and how many campaigns have each."""
    with store.read() as connection:
        return _count_tags(_visible(connection, limit))


def labels_of_campaigns(store: Store) -> dict[str, Labels]:
    """The labels of every campaign by id, and who says so."""
    with store.read() as connection:
        return campaign_labels(connection)


def label_rules(store: Store) -> list[tuple[Rule, int]]:
    """The rules, the ones that go first first, and how many campaigns have a name that each meets."""
    with store.read() as connection:
        names = [of.name for of in campaign_facts(connection).values()]
        return [(rule, sum(map(rule.meets, names))) for rule in label_book(connection).rules]


def met_by(store: Store, rule: Rule) -> list[str]:
    """The names of the campaigns that a rule meets, in order."""
    with store.read() as connection:
        return sorted(of.name for of in campaign_facts(connection).values() if rule.meets(of.name))


def _visible(connection: Connection, limit: Limit | None) -> dict[str, Labels]:
    """The labels of the campaigns within a limit."""
    every = campaign_labels(connection)
    if limit is None:
        return every
    return {own: of for own, of in every.items() if own in limit.campaigns or of.client_id in limit.clients}


def _names(connection: Connection, labels: dict[str, Labels], limit: Limit | None) -> dict[str, str]:
    """The names of the clients that somebody may know of, by id."""
    names = label_book(connection).names
    if limit is None:
        return names
    known = {of.client_id for of in labels.values()} | limit.clients
    return {own: name for own, name in names.items() if own in known}


def _known(campaigns: tuple[str, ...], known: Collection[str]) -> tuple[str, ...]:
    for campaign_id in campaigns:
        if campaign_id not in known:
            raise UnknownCampaignError(campaign_id)
    return tuple(sorted(set(campaigns)))


def _require_tags(tags: Iterable[str], labels: dict[str, Labels]) -> None:
    known = _count_tags(labels)
    for tag in tags:
        if tag not in known:
            raise QueryError("tag", f"There is no tag {tag[:60]!r}. {allowed(known, 'tag')}")


def _count_tags(labels: dict[str, Labels]) -> dict[str, int]:
    having = Counter(tag for of in labels.values() for tag in of.tags)
    return dict(sorted(having.items()))


def _described(ids: Collection[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(sorted(set(ids)))
