"""Who may see a part of the campaigns finds nothing of the others, whatever is asked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from outreach_results import results
from outreach_results.errors import NotAllowedError, StoreError, UnknownCampaignError
from outreach_results.models import Filters
from outreach_results.sample import load_sample
from outreach_results.store import admin, labeling, schema
from outreach_results.store.brand import Brand
from outreach_results.store.client_brands import client_brand, set_client_brand
from outreach_results.store.engine import Store
from outreach_results.store.reach import MOST_STORES, PUBLIC, UNTIL, Reach, limited
from support.comparable import plain
from support.hiding import answers, hidden_campaigns
from support.questions import questions
from support.records import CAMPAIGN

OF_ACCOUNT = {"usage", "usage_by_month", "outlook"}
"""Questions that are refused."""

ABOUT_ACCOUNT = {"load_history", "audit_table", "paces", "plan_of", "plan_known_at"}
"""Questions that find nothing."""


@pytest.fixture
def full(store: Store) -> Store:
    """The sample and campaigns of every other kind."""
    load_sample(store)
    return store


def test_every_answer_is_as_if_only_those_were_there(full: Store) -> None:
    hidden = set(hidden_campaigns(full))
    seen = tuple(sorted(one.id for one in results.all_campaigns(full) if one.id not in hidden))
    part = limited(full, Reach(seen))
    before = answers(part, without=OF_ACCOUNT)
    assert results.data_as_of(part) == results.data_as_of(full)
    with full.write() as connection:
        for campaign_id in hidden:
            admin.delete_campaign(connection, campaign_id)
    alone = answers(full, without=OF_ACCOUNT)
    differing = {name for (name, one), (_, other) in zip(before, alone, strict=True) if one != other}
    assert differing <= ABOUT_ACCOUNT
    for name, ask in questions(part):
        if name in OF_ACCOUNT:
            with pytest.raises(NotAllowedError):
                ask()


def test_tables_hold_nothing_of_others_or_the_account(full: Store) -> None:
    hidden_campaigns(full)
    part = limited(full, Reach((CAMPAIGN,)))
    nothing = limited(full, Reach())
    with part.read() as connection, nothing.read() as empty:
        for table in schema.metadata.sorted_tables:
            rows = connection.execute(select(table)).mappings().all()
            assert {row.get("campaign_id", CAMPAIGN) for row in rows} <= {CAMPAIGN, ""}, table.name
            if table.name not in PUBLIC | {"meta", UNTIL}:
                assert not empty.execute(select(table)).all(), table.name
        assert {row.key for row in connection.execute(select(schema.meta))} == {"data_version", "time_zone"}
    with pytest.raises(UnknownCampaignError):
        results.campaign(part, "camp_abc123")


def test_brands_are_those_of_the_own_clients(sqlite_store: Store) -> None:
    for client_id in (labeling.add_client(sqlite_store, "Acme"), labeling.add_client(sqlite_store, "Bolt")):
        set_client_brand(sqlite_store, client_id, "#7a1f5c")
    part = limited(sqlite_store, Reach(clients=("acme",)))
    assert client_brand(part, "acme") == Brand("Acme", "#7a1f5c")
    assert client_brand(part, "bolt") is None


def test_recipients_are_left_out_and_counts_stay(full: Store) -> None:
    hidden_campaigns(full)
    seen = tuple(sorted(one.id for one in results.all_campaigns(full)))
    masked = limited(full, Reach(seen, has_recipients=False))
    with full.read() as connection, masked.read() as limited_connection:
        email, reply = schema.emails.c, schema.replies.c
        addresses = set(connection.execute(select(email.recipient)).scalars())
        names = set(connection.execute(select(reply.name)).scalars())
        left = repr([limited_connection.execute(select(table)).all() for table in schema.metadata.sorted_tables])
    assert not set(re.findall(r"[\w.+-]+@[\w.-]+", left)) & addresses
    assert not set(re.findall(r"'([^']*)'", left)) & (names | addresses)
    for ask in (results.totals, results.people, results.headlines, results.daily_stats, results.campaign_table):
        assert plain(ask(masked, Filters())) == plain(ask(full, Filters()))


def test_nothing_is_written_and_nothing_read_unlimited(full: Store) -> None:
    part = limited(full, Reach((CAMPAIGN,)))
    with pytest.raises(NotAllowedError), part.write():
        pass
    with part.engine.connect() as connection:  # as a pooler would that lends another connection to PostgreSQL
        connection.exec_driver_sql("DROP TABLE outreach_reach")
        connection.commit()
    with pytest.raises(StoreError):
        results.all_campaigns(part)


def test_stores_are_kept_open_and_closed(sqlite_store: Store) -> None:
    first = limited(sqlite_store, Reach(("0",)))
    assert limited(sqlite_store, Reach(("0",))) is first
    for n in range(MOST_STORES):
        limited(sqlite_store, Reach((f"{n + 1}",)))
    assert limited(sqlite_store, Reach(("0",))) is not first
