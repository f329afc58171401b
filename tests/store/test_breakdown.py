"""``breakdown_stats`` follows the emails: what is a group, and what is counted of it."""

from __future__ import annotations

from sqlalchemy import delete, select

from outreach_results.ingest.load import load
from outreach_results.ingest.records import EmailRecord, Record
from outreach_results.ingest.undo import undo_load
from outreach_results.store import rollup, schema
from outreach_results.store.breakdown import LEAST, LONGEST_VALUE
from outreach_results.store.engine import open_store
from support.databases import downgrade
from support.records import CAMPAIGN, at, campaign, email, event, reply
from support.recount import groups_of, stored_groups


def sent_to(domain: str, numbers: range, **said: str | None) -> list[Record]:
    """Emails to people of a domain, every third of which was opened, by turns by a person and a machine."""
    emails: list[Record] = [
        EmailRecord(CAMPAIGN, f"e{n}", f"p{n}@{domain}", sent_at=at(5 + n % 3), **said)  # type: ignore[arg-type]
        for n in numbers
    ]
    opened = [event("opened", at(9), email_id=f"e{n}", is_machine=bool(n % 2)) for n in numbers if n % 3 == 0]
    return [*emails, *opened]


MAIL, FIRM, OTHER = "mail.example", "firm.example", "other.example"
MANY = sent_to(MAIL, range(60), step="1", variant="A", mailbox="me@us.example", subject="Hello")
FEW = sent_to(FIRM, range(60, 60 + LEAST - 1), step="2")


def domains_in(store):
    return {value for _, dimension, value, *_ in stored_groups(store) if dimension == "domain"}


def test_small_domains_are_no_groups(store):
    load(store, "all", [campaign(), *MANY, *FEW])
    assert domains_in(store) == {MAIL}
    assert stored_groups(store) == groups_of([*MANY, *FEW], LEAST)


def test_a_domain_becomes_a_group_and_grows(store):
    records = [campaign(), *MANY, *FEW]
    load(store, "all", records)
    for more in (sent_to(FIRM, range(90, 91)), sent_to(FIRM, range(91, 94)), sent_to(MAIL, range(94, 96))):
        load(store, "more", more)  # few beside what is there: the change is added, nothing is rebuilt
        records += more
        assert domains_in(store) == {MAIL, FIRM}
        assert stored_groups(store) == groups_of(records, LEAST)


def test_a_domain_that_loses_emails_is_no_group(store):
    records: list[Record] = [campaign(), *MANY, *sent_to(FIRM, range(60, 60 + LEAST))]
    load(store, "all", records)
    assert FIRM in domains_in(store)
    moved = email("e60", at(5), recipient=f"z@{OTHER}")  # of two recipients of an email the last one stays
    load(store, "moved", [moved])
    assert domains_in(store) == {MAIL}
    assert stored_groups(store) == groups_of([*records, moved], LEAST)


def test_undone_load_leaves_the_groups_of_before(store):
    load(store, "all", [campaign(), *MANY, *FEW])
    before = stored_groups(store)
    report = load(store, "more", sent_to(FIRM, range(90, 91), variant="B"))
    assert stored_groups(store) != before
    undo_load(store, report.load_id)
    assert stored_groups(store) == before


def test_long_texts_group_by_their_beginning(store):
    """A subject as long as that is no group: PostgreSQL could not find its emails by an index."""
    long = "x" * (LONGEST_VALUE + 1)
    load(store, "all", [campaign(), *sent_to(MAIL, range(30), step=long, subject=long)])
    groups = {(dimension, value) for _, dimension, value, *_ in stored_groups(store)}
    assert groups == {("domain", MAIL), ("step", long[:-1])}


def test_what_is_no_address_has_no_domain(store):
    said = ["ada@ACME.example ", "ada", "@acme.example", "ada@", "a@b@acme.example", None]
    load(store, "all", [campaign(), *(email(f"e{n}", recipient=one) for n, one in enumerate(said))])
    table = schema.emails.c
    with store.read() as connection:
        found = connection.execute(select(table.recipient_domain).order_by(table.email_id)).scalars().all()
    assert found == ["acme.example", None, None, None, "acme.example", None]


def test_rebuild_counts_the_same(store):
    records = [campaign(), *MANY, *FEW, reply("r1", email_id="e1", sentiment="automatic")]
    load(store, "all", records)
    with store.write() as connection:
        connection.execute(delete(schema.breakdown_stats))
        rollup.rebuild(connection, CAMPAIGN)
    assert stored_groups(store) == groups_of(records, LEAST)


def test_older_database_gets_its_groups(new_database):
    url = new_database()
    store = open_store(url)
    said = ["ada@ACME.example ", "ada", "@acme.example", "ada@", "a@b@acme.example", None]
    odd = [email(f"x{n}", recipient=one) for n, one in enumerate(said)]
    load(store, "all", [campaign(), *MANY, *FEW, *odd])
    domains = select(schema.emails.c.recipient_domain).order_by(schema.emails.c.email_id)
    with store.read() as connection:
        before = connection.execute(domains).scalars().all()
    groups = stored_groups(store)
    downgrade(store, "0018")
    store.close()
    again = open_store(url)
    with again.read() as connection:
        assert connection.execute(domains).scalars().all() == before
    assert stored_groups(again) == groups
    again.close()
