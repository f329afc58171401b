"""What somebody with a limit reads from: a store in which the other campaigns do not exist."""

from __future__ import annotations

from outreach_results.results.campaign_facts import campaign_facts
from outreach_results.results.clients import Limit, campaign_labels, chosen_campaigns, label_book
from outreach_results.results.kept import kept_on
from outreach_results.store.engine import Store
from outreach_results.store.reach import Reach, limited


def within(store: Store, limit: Limit | None, *, has_recipients: bool = True) -> Store:
    """The store for who has this limit; without one, the store itself.

    Ask it for each question: what a limit comes to changes with the clients of campaigns.

    Args:
        store: the whole one.
        has_recipients: whether the people to whom emails were sent may be seen.
    """
    if limit is None and has_recipients:
        return store
    return limited(store, reach_of(store, limit, has_recipients=has_recipients))


def reach_of(store: Store, limit: Limit | None, *, has_recipients: bool = True) -> Reach:
    """The campaigns, clients and rules that a limit comes to now."""
    with store.read() as connection:
        kept = kept_on(connection)
        return kept.get(("reach", limit, has_recipients), lambda: _reach(store, limit, has_recipients=has_recipients))


def _reach(store: Store, limit: Limit | None, *, has_recipients: bool) -> Reach:
    with store.read() as connection:
        book, labels, facts = label_book(connection), campaign_labels(connection), campaign_facts(connection)
    campaigns = tuple(sorted(labels)) if limit is None else chosen_campaigns(store, limit=limit) or ()
    clients = {labels[own].client_id for own in campaigns} | (frozenset() if limit is None else limit.clients)
    # Texts of rules name clients, so those that give nothing to these campaigns are not to be seen either.
    rules = [
        rule.id
        for rule in book.rules
        if rule.client_id in clients
        or (rule.client_id is None and any(rule.meets(facts[own].name) for own in campaigns))
    ]
    return Reach(campaigns, tuple(sorted(filter(None, clients))), tuple(sorted(rules)), has_recipients)
