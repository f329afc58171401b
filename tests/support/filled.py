"""A database with something in every table, and all that is in one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import select

from outreach_results.ingest.load import load
from outreach_results.ingest.mapping import Level, Mapping
from outreach_results.ingest.mapping.saved import save_mapping
from outreach_results.ingest.records import ContactRecord, DailyRecord, ForgottenRecord, Rejected
from outreach_results.ingest.registry import read_records
from outreach_results.models import Sentiment
from outreach_results.models.team import Role
from outreach_results.sample import sample_files
from outreach_results.store import annotations as notes
from outreach_results.store import api_keys, labeling, links, saved_views, schema, sync_sources, team
from outreach_results.store.admin import deletion
from outreach_results.store.admin.verify import COMPARED
from outreach_results.store.engine import Store, set_meta
from outreach_results.store.entries import checked, enter
from outreach_results.store.labels import checked_rule
from outreach_results.store.replies import state_changes
from outreach_results.store.sync_lease import Lease
from outreach_results.store.sync_runs import keep_start_failure
from outreach_results.store.sync_state import StoredAnswer, store_answers
from support.databases import rows_of
from support.records import CAMPAIGN, at, campaign, email, emails, event, mark, reply, reported
from support.snapshot import Snapshot

OF_ONE_DATABASE = {"data_version", "copy", "sync_lease"}
FOREIGN = "Ωmega Zürich/%s"
NASTY = "tab\t newline\n back\\slash \\. \\N 'quote' %s :id 日本語 🙂 ‮"


# Three of the sample's campaigns: with all of them, what every test compares would be nine times as much of the same.
_SAMPLES = frozenset({"account", "camp_abc123", "camp_be2ad0", "camp_c49999"})


def fill(store: Store) -> None:
    """Something in every table: samples, what people and syncs left, and values at the edges."""
    files = [file for file in sample_files() if file.stem in _SAMPLES]
    load(store, "samples", (record for file in files for record in read_records(file)), is_sample=True)
    load(
        store,
        "edges",
        [
            campaign(FOREIGN, NASTY, None, datetime(1990, 1, 1, tzinfo=UTC)),
            email("e1", datetime(2100, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), of=FOREIGN, name=NASTY, company=""),
            event("clicked", datetime(1990, 1, 1, 0, 0, 0, 1, tzinfo=UTC), of=FOREIGN, url=NASTY),
            campaign("camp_daily", detail="daily"),
            DailyRecord("camp_daily", date(2026, 1, 5), emails_sent=5, cost=7),
            reported("camp_daily", 9, at(1), at(9)),
            campaign(),
            *emails(30),
            *(reply(f"r{n}", email_id=f"e{n}", body=NASTY * n) for n in range(1, 20)),
            mark(),
            campaign("camp_contacts", detail="contacts"),
            ContactRecord("camp_contacts", "c1", at(9), name=NASTY, sent=1, sent_at=at(5), opened=2),
            Rejected("edges", 7, "type", NASTY, {"type": NASTY}),
            ForgottenRecord("5a", "0" * 64, at(9)),
        ],
    )
    save_mapping(store, ("Day",), Mapping(Level.DAYS, {"date": "Day"}))
    state_changes.change_reply(store, CAMPAIGN, "r2", Sentiment.AUTOMATIC, by=NASTY, seen_version=0)
    notes.add(store, date(2026, 1, 5), "New subject line", author=NASTY)
    api_keys.create_key(store, "reporting")
    labeling.choose_client(store, ["camp_contacts"], labeling.add_client(store, "日本語 🙂 %s"), by=NASTY)
    labeling.choose_tags(store, [CAMPAIGN], ["ß", "spring"])
    labeling.add_rule(store, checked_rule("contains", "b2b", tag="b2b"), by=NASTY)
    saved_views.save(store, saved_views.SHARED, NASTY[:20], "inbox", "q=%C3%9F&campaigns=camp_1", by=NASTY)
    links.create_link(store, FOREIGN, campaigns=[CAMPAIGN], pages=["trends"], lasts=timedelta(days=9), by=NASTY)
    team.set_role(store, "ann@example.com", Role.EDITOR, by=NASTY)
    team.note_sign_in(store, "digest", "ann@example.com", at(9))
    enter(store, CAMPAIGN, checked("Renamed by hand", None, None, None), by=NASTY)
    deletion.delete(store, "camp_contacts", by=NASTY)
    secret = SecretStr(Fernet.generate_key().decode())
    sync_sources.add_source(store, "second", "https://results.example/api/v1", SecretStr("key"), secret)
    keep_start_failure(store, "http://there", NASTY)
    with store.write() as connection:
        store_answers(connection, "http://there", "", {"usage": StoredAnswer("etag", NASTY), "plan": StoredAnswer()})
        set_meta(connection, "time_zone", "Asia/Tokyo")
        assert all(connection.execute(select(table)).first() for table in COMPARED)
    Lease(store, "http://there").acquire()


def everything(store: Store) -> Snapshot[Counter[tuple[Any, ...]]]:
    """Every row of every table, apart from the facts that are true of one database only."""
    with store.read() as connection:
        return Snapshot(
            {
                table.name: Counter(
                    row
                    for row in rows_of(connection, table)
                    if table is not schema.meta or row[0] not in OF_ONE_DATABASE
                )
                for table in schema.metadata.sorted_tables
            }
        )
