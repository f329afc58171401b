"""Who a report is from, and what may be in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from outreach_results.store.brand import Brand
from outreach_results.store.client_brands import client_brand
from outreach_results.store.engine import Store


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The brand, and whether names and addresses of the people who replied are in the report."""

    brand: Brand = field(default_factory=Brand)
    with_names: bool = False


def brand_for(store: Store, clients: Collection[str] | None, account: Brand) -> Brand:
    """The brand of the one client that was chosen, if it has one; else the account's.

    Args:
        clients: the ids of those that were chosen; None is any.
    """
    # Of two clients neither may see the other's name on top.
    own = client_brand(store, *clients) if clients and len(clients) == 1 else None
    return account if own is None else own
