"""Every statement that the product runs on PostgreSQL keeps to what a Citus cluster can run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from sqlglot import exp

from outreach_results import export, results
from outreach_results.errors import ConflictError
from outreach_results.export import FORMATS
from outreach_results.export.replies import replies_download
from outreach_results.ingest.history import rejected_rows
from outreach_results.ingest.importing import import_file, plans_of
from outreach_results.ingest.load import load
from outreach_results.ingest.mapping.saved import save_mapping
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.records import ContactRecord, DailyRecord, ForgottenRecord, Record
from outreach_results.ingest.same_day import SameDay, open_question
from outreach_results.ingest.undo import undo_load
from outreach_results.models import Sentiment, UsageOfAccounts
from outreach_results.models.retention import Retention
from outreach_results.models.team import Role
from outreach_results.reconcile.comparison import reconcile
from outreach_results.results import InboxFilters, ReplyKind
from outreach_results.sample import load_sample
from outreach_results.store import admin, api_keys, labeling, links, rollup, saved_views, schema, sync_sources, team
from outreach_results.store import annotations as notes
from outreach_results.store.admin import deletion
from outreach_results.store.admin.backup import backup, restore
from outreach_results.store.admin.copy import copy
from outreach_results.store.admin.doctor import look_over
from outreach_results.store.admin.forgetting import forget
from outreach_results.store.admin.person import person_data
from outreach_results.store.engine import open_store
from outreach_results.store.entries import checked, enter, source_values
from outreach_results.store.labels import checked_rule
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.deletion import delete_missing_replies
from outreach_results.store.replies.retention import remove_old_texts
from outreach_results.store.sync_lease import Lease
from outreach_results.store.sync_runs import keep_start_failure
from outreach_results.store.sync_state import (
    ACCOUNT,
    forget_other_accounts,
    has_other_accounts,
    store_answers,
    stored_answers,
)
from outreach_results.store.tracking import choose_tracking
from outreach_results.sync.status import sync_status
from support import faulty_server as faults
from support.distribution import DISTRIBUTED, broken_rules, mutable_calls, parsed, written_table
from support.files import csv_reply, csv_row, csv_text, write
from support.questions import EVERYTHING, NARROW, OPEN_NOT_NEGATIVE, SAMPLE, questions
from support.records import CAMPAIGN, at, campaign, email, emails, mark, reply, reported
from support.records import event as happened
from support.syncing import RECORDS, publish, sync_from

pytestmark = pytest.mark.postgres

SHEET = "Date,Email,Opened\n31/01/2026,ada@acme.example,yes\n31/01/2026,nobody,no\n"


@contextmanager
def noting(ran: dict[str, object]) -> Iterator[None]:
    """Note every statement that goes to PostgreSQL, with the parameters it first came with."""

    def note(connection, _cursor, statement, parameters, _context, _many):
        if connection.dialect.name == "postgresql":
            first = parameters[0] if isinstance(parameters, (list, tuple)) and parameters else parameters
            ran.setdefault(statement, first or {})

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def everything_done(postgres, sqlite_template):
    """All that the product can do: the statements it ran, the questions that were called, the database."""
    ran: dict[str, object] = {}
    with ExitStack() as opened:
        with noting(ran):
            store, other = (opened.enter_context(closing(open_store(postgres.create()))) for _ in range(2))
            do_loads(store)
            do_syncs(store, other)
            do_marks(store)
            called = ask_all(store)
            take_out(store)
            import_and_undo(store)
            do_rare_things(store)
            copy_both_ways(store, other)
        yield ran, called, store


def do_loads(store):
    load_sample(store)
    records: list[Record] = [campaign(), *emails(40), *(happened("opened", email_id=f"e{n}") for n in range(1, 30))]
    answers: list[Record] = [reply(f"r{n}", email_id=f"e{n}", sentiment="neutral") for n in range(1, 9)]
    later: list[Record] = [
        email("e1", name="Zoe"),
        happened("clicked", at(9), email_id="e50"),
        reply("r1", email_id="e2"),
    ]
    days: list[Record] = [
        campaign("daily", detail="daily"),
        DailyRecord("daily", date(2026, 1, 5), emails_sent=5, cost=7),
        reported("daily", 9, at(1), at(9)),
    ]
    exported: list[Record] = [
        campaign("exported", detail="contacts"),
        ContactRecord("exported", "c1", at(9), sent=1, sent_at=at(1), opened=1),
    ]
    bunches: tuple[list[Record], ...] = (
        records,
        [*answers, mark()],
        later,
        records,
        days,
        exported,
        [campaign("daily"), email("d1", of="daily")],
    )
    for bunch in bunches:
        load(store, "records", bunch)
    load(store, "the authority", [*records, *answers, *later], replace=True)
    with store.write() as connection:
        delete_missing_replies(connection, CAMPAIGN, {"r1", "r2", "r3", "r4"})


def do_syncs(store, other):
    load(other, "origin", RECORDS)
    with faults.faulty_server() as remote:
        publish(remote, other)
        remote.benchmarks["sales-outreach"] = remote.benchmarks[None]
        remote.campaigns["by the day"] = faults.remote_campaign()
        for _ in range(2):
            assert not sync_from(remote.url, store).failed
        remote.campaigns["by the day"].replies.pop()
        del remote.campaigns[CAMPAIGN]
        sync_from(remote.url, store)
    assert sync_status(store).latest.last is not None
    assert reconcile(store)
    with store.write() as connection:  # another account, whose usage is kept beside that of the first
        answers = stored_answers(connection, f"{remote.url}/", ACCOUNT)
        store_answers(connection, "another", ACCOUNT, answers)
    assert len(reconcile(store)) > 1
    assert isinstance(results.usage(store, "2026-01"), UsageOfAccounts)
    with store.write() as connection:
        assert has_other_accounts(connection, [f"{remote.url}/"])
        forget_other_accounts(connection, [f"{remote.url}/"])
    Lease(store, remote.url).acquire()
    keep_start_failure(store, remote.url, "The key is malformed.")


def do_marks(store):
    change = state_changes.change_reply(store, CAMPAIGN, "r3", Sentiment.AUTOMATIC, by="ada", seen_version=0)
    with pytest.raises(ConflictError):
        state_changes.change_reply(store, CAMPAIGN, "r3", state_changes.Action.HANDLED, by="bob", seen_version=0)
    wanted = results.chosen_replies(EVERYTHING.of(SAMPLE), InboxFilters(ReplyKind.PEOPLE, q="thanks"))
    for action in (Sentiment.POSITIVE, *state_changes.Action):
        if action is not state_changes.Action.UNDONE:
            seen = state_changes.preview(store, wanted, action).seen
            batch = state_changes.change_replies(store, wanted, action, by="ada", seen=seen)
            state_changes.undo(store, batch, by="bob")
    with pytest.raises(ConflictError):
        state_changes.change_replies(
            store, wanted, state_changes.Action.HANDLED, by="ada", seen=state_changes.Seen(0, 0, None, None)
        )
    state_changes.undo(store, change, by="bob")
    for about in ("", SAMPLE):
        noted = notes.add(store, date(2026, 1, 5), "New subject line", campaign_id=about)
    notes.remove(store, noted)
    notes.restore(store, noted)


def ask_all(store):
    choose_tracking(store, CAMPAIGN, {"opens": False, "costs": False})
    called = set()
    for name, ask in questions(store):
        ask()
        called.add(name)
    return called


def take_out(store):
    # Which statements an export runs depends on what is known of a campaign; to take out all doubles the time.
    for known in {known.detail: known for known in results.all_campaigns(store)}.values():
        for fmt in FORMATS:
            if export.can_hold(fmt, known.detail):
                for humans_only in (False, True):
                    export.campaign_download(store, known.id, fmt, humans_only=humans_only).content()
    export.account_download(store).content()
    for fmt in FORMATS:
        replies_download(store, NARROW, OPEN_NOT_NEGATIVE, fmt).content()
        export.unsent_download(store, fmt).content()


def import_and_undo(store):
    """A snapshot by a saved mapping, with a row that cannot be used; an event log; both undone."""
    with TemporaryDirectory() as folder:
        sheet = write(Path(folder, "sheet.csv"), SHEET)
        log = write(Path(folder, "log.csv"), csv_text(csv_row(campaign_id="undone"), csv_reply(campaign_id="undone")))
        with plans_of(store, sheet, sheet.name) as [plan]:
            assert plan.content is not None
            assert plan.mapping is not None
            save_mapping(store, plan.content.fields, plan.mapping)
        for path in (sheet, log, sheet):
            import_file(store, path, answers=Answers(campaign="By hand"))
    [again, *firsts] = [entry.load_ids[0] for entry in results.load_history(store)[:3]]
    assert len(rejected_rows(store, again)) == 1
    for load_id in firsts:
        undo_load(store, load_id, by="ada")
    choose_between_exports(store)


def choose_between_exports(store):
    """Two exports of one day that differ: asked about, then one or the other of them counts."""
    with TemporaryDirectory() as folder:
        for opened, choice in (
            ("yes", SameDay.ASK),
            ("no", SameDay.KEEP),
            ("no", SameDay.REPLACE),
            ("no", SameDay.ASK),
        ):
            path = write(Path(folder, "leads.csv"), f"Email,Opened\nada@acme.example,{opened}\n")
            answers = Answers(campaign="Q1", as_of=at(9), same_day=choice)
            with plans_of(store, path, path.name, answers) as [plan]:
                contacts = [record for record in plan.records() if isinstance(record, ContactRecord)]
            assert (open_question(store, path.name, contacts, is_all=True) is None) == (choice is SameDay.ASK)
            import_file(store, path, answers=answers)


def do_rare_things(store):
    key = api_keys.create_key(store, "reporting")
    with store.read() as connection:
        assert api_keys.identify(key, api_keys.valid_keys(connection))
    api_keys.record_use(store, {row.key_id: at(9) for row in api_keys.list_keys(store)})
    api_keys.revoke_key(store, "reporting")
    for role in (Role.VIEWER, Role.EDITOR):
        team.set_role(store, "ann@example.com", role)
    assert team.note_sign_in(store, "digest", "ann@example.com", at(9))
    assert team.last_sign_ins(store)
    with store.read() as connection:
        assert team.clients_of(connection, "ann@example.com") is None
    token = links.create_link(store, "shared", campaigns=[SAMPLE], pages=["trends"], lasts=timedelta(days=1))
    link = links.link_of(store, token)
    assert link is not None
    carried, _ = links.pass_for(store, link)
    with store.read() as connection:
        assert links.link_by_pass(connection, carried) == link
    assert not links.has_right_password(store, link, "")
    links.note_use(store, link)
    links.revoke_link(store, link.link_id)
    assert links.list_links(store)
    team.end_sign_in(store, "digest", "ann@example.com")
    with store.read() as connection:
        assert team.is_over(connection, "digest")
        assert team.role_of(connection, "ann@example.com") is Role.EDITOR
    assert team.members(store)
    team.remove_member(store, "ann@example.com")
    view = saved_views.save(store, saved_views.SHARED, "Quarter", "trends", "period=last_quarter", by="ann")
    saved_views.rename(store, view, "Last quarter", by="ann")
    assert [known.name for known in saved_views.saved_views_of(store, (saved_views.SHARED,))] == ["Last quarter"]
    saved_views.remove(store, view, by="ann")
    secret = SecretStr(Fernet.generate_key().decode())
    address = "https://results.example/api/v1"
    for name in ("second", "third"):
        sync_sources.add_source(store, name, address, SecretStr(name), secret)
    sync_sources.edit_source(
        store, "third", new_name="fourth", address=f"{address}/", key=SecretStr("new"), secret=secret, every=None
    )
    sync_sources.remove_source(store, "fourth")
    assert [source.name for source in sync_sources.list_sources(store)] == ["second"]
    sync_sources.remove_source(store, "second")
    label(store)
    source_values(store, CAMPAIGN)
    enter(store, CAMPAIGN, checked("Spring", "sales-outreach", Decimal(1), "email"))
    admin.change_time_zone(store, "Asia/Kathmandu")
    assert [finding.sentence for check in look_over(store, fix=True) for finding in check.findings] == []
    with store.write() as connection:
        rollup.rebuild_all(connection)
        admin.delete_campaign(connection, CAMPAIGN)


def label(store):
    acme = labeling.add_client(store, "Acme")
    labeling.rename_client(store, acme, "Acme Corp")
    labeling.choose_client(store, [CAMPAIGN], acme, by="ada")
    labeling.choose_tags(store, [CAMPAIGN], ["spring"])
    assert results.narrowed(store, EVERYTHING, clients=[acme], tags=["spring"]).campaigns == (CAMPAIGN,)
    rule = checked_rule("contains", "b2b", client_id=acme)
    labeling.add_rule(store, rule)
    labeling.remove_rule(store, rule.id)
    labeling.remove_client(store, acme)


def remember_another(store):
    """Somebody who was forgotten elsewhere, and records of somebody who was forgotten here."""
    load(store, "account", [ForgottenRecord("5a", "0" * 64, at(9))])
    load(store, "again", [email("e1", of="daily"), reply("r1", of="daily", email_id="e1")])


def copy_both_ways(store, other):
    with other.write() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(schema.metadata.tables)}"))
    person_data(store, "ada@prospect.example")
    forget(store, "ada@prospect.example")
    remove_old_texts(store, Retention(1, "d"))
    remember_another(store)
    copy(store, other)
    load(store, "later", [email("e1", of="daily"), campaign("new")])
    deletion.delete(store, "new", by="ada")
    assert len(deletion.deleted_campaigns(store)) == 1
    deletion.restore(store, "new")
    assert copy(store, other).is_equal
    with TemporaryDirectory() as folder:
        content = backup(store, Path(folder, "backup.db"))
        url = other.engine.url.render_as_string(hide_password=False)
        assert restore(Path(folder, "backup.db"), url, replace=True) == content
    assert admin.has_sample(store)
    admin.remove_sample(store)


# --- the rules ---------------------------------------------------------------------------------------------------


def test_every_statement_can_run_on_a_cluster(everything_done):
    ran, _, _ = everything_done
    broken = {statement: result for statement, values in ran.items() if (result := broken_rules(statement, values))}
    assert not broken, "\n\n".join(f"{'; '.join(result)}:\n{statement}" for statement, result in broken.items())


def test_all_was_done_that_the_product_can_do(everything_done):
    ran, called, _ = everything_done
    takes_a_store = {
        name
        for name in results.__all__
        if inspect.isfunction(getattr(results, name))
        and next(iter(inspect.signature(getattr(results, name)).parameters), None) == "store"
    }
    assert called == takes_a_store, "ask each question here too, so that its statements are checked"
    write = re.compile(r"(?:INSERT INTO|DELETE FROM) \w+")
    written = {result[0] for statement in ran if (result := write.match(statement))}
    for table in schema.metadata.tables:
        assert f"DELETE FROM {table}" in written
        assert table == "api_keys" or f"INSERT INTO {table}" in written
    joins = [statement for statement in ran if " JOIN " in statement and "pg_catalog" not in statement]
    assert len(joins) > 20


BROKEN = {
    "joins emails and events of different campaigns": "SELECT * FROM emails JOIN events USING (email_id)",
    "joins e and v of different campaigns": """
        SELECT * FROM emails e JOIN events v ON e.email_id = v.email_id
        WHERE e.campaign_id = %(one)s AND v.campaign_id = %(other)s""",
    "joins events and replies of different campaigns": """
        UPDATE events SET url = NULL FROM replies WHERE replies.reply_id = events.event_id""",
    "asks about reply_marks of other campaigns for each row": """
        SELECT (SELECT sentiment FROM reply_marks WHERE reply_marks.reply_id = replies.reply_id) FROM replies""",
    "asks about replies of other campaigns for each row": """
        SELECT 1 FROM events WHERE EXISTS (SELECT 1 FROM replies WHERE replies.reply_id = events.event_id)""",
    "moves rows to another campaign": "UPDATE events SET campaign_id = %(one)s WHERE campaign_id = %(other)s",
    "recognizes rows by a key without the campaign": """
        INSERT INTO emails (campaign_id) VALUES (%(one)s) ON CONFLICT (email_id) DO NOTHING""",
    "has a subquery among the values of an INSERT": """
        INSERT INTO emails (campaign_id, name) VALUES (%(one)s, (SELECT max(key) FROM meta))""",
    "has a subquery in ON CONFLICT": """
        INSERT INTO campaigns (campaign_id) VALUES (%(one)s)
        ON CONFLICT (campaign_id) DO UPDATE SET name = (SELECT max(key) FROM meta)""",
    "resolves conflicts by what is not immutable: CURRENT_TIMESTAMP()": """
        INSERT INTO campaigns (campaign_id) VALUES (%(one)s)
        ON CONFLICT (campaign_id) DO UPDATE SET synced_at = now()""",
    "returns what is not immutable: CURRENT_TIMESTAMP()": """
        INSERT INTO campaigns (campaign_id) VALUES (%(one)s) RETURNING now()""",
    "changes rows by a volatile function: RAND()": "UPDATE campaigns SET name = random()::TEXT",
    "changes rows by a volatile function: CLOCK_TIMESTAMP()": """
        DELETE FROM emails WHERE sent_at < clock_timestamp()""",
    "asks recursively": """
        WITH RECURSIVE walk AS (SELECT email_id FROM emails UNION SELECT email_id FROM walk) SELECT * FROM walk""",
    "samples a table": "SELECT * FROM emails TABLESAMPLE BERNOULLI (1)",
    "locks rows of more than one machine": "SELECT * FROM emails FOR UPDATE",
    "groups by sets": "SELECT count(*) FROM emails GROUP BY ROLLUP (campaign_id)",
}


@pytest.mark.parametrize(("rule", "statement"), BROKEN.items(), ids=BROKEN)
def test_a_statement_that_breaks_a_rule_would_be_found(rule, statement):
    assert broken_rules(statement, {"one": "a", "other": "b"}) == [rule]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM emails e JOIN events v ON v.campaign_id = e.campaign_id AND v.email_id = e.email_id",
        'SELECT * FROM emails e, events v WHERE e.campaign_id = %(one)s AND v.campaign_id = %(same)s COLLATE "C"',
        "SELECT * FROM emails e JOIN (SELECT email_id FROM events WHERE campaign_id = %(one)s) v "
        "ON v.email_id = e.email_id WHERE e.campaign_id = %(same)s",
        "SELECT 1 FROM events WHERE EXISTS (SELECT 1 FROM replies WHERE replies.campaign_id = events.campaign_id)",
        "SELECT * FROM benchmarks JOIN campaigns ON campaigns.mcp = benchmarks.mcp",
        "SELECT * FROM loads JOIN campaigns ON campaigns.name = loads.source",
        "SELECT * FROM campaigns, (SELECT date, count(*) FROM daily_stats GROUP BY date) AS per_day",
        "UPDATE events SET url = (SELECT by FROM reply_marks WHERE reply_marks.campaign_id = events.campaign_id)",
        "UPDATE campaigns SET created_at = now() WHERE created_at > current_timestamp",
        "INSERT INTO campaigns (campaign_id, created_at) VALUES (%(one)s, clock_timestamp())",
        "INSERT INTO emails (campaign_id) SELECT campaign_id FROM stage_emails ON CONFLICT DO NOTHING",
        "INSERT INTO meta VALUES (%(one)s) ON CONFLICT (key) DO UPDATE SET value = now()",
        "SELECT * FROM emails WHERE campaign_id = %(one)s FOR UPDATE",
        "SELECT occurred_hour %% 24 FROM events WHERE event_id = ANY (%(ids)s::TEXT[])",
    ],
)
def test_allowed_statement_passes(statement):
    assert broken_rules(statement, {"one": "a", "same": "a", "other": "b"}) == []


def test_inserted_rows_are_counted_by_what_returns(everything_done):
    """A rule of ours: what a cluster gives as the row count of an INSERT … SELECT is not relied on."""
    ran, _, _ = everything_done
    inserts = [parsed(statement) for statement in ran if statement.startswith("INSERT INTO")]
    copies = [tree for tree in inserts if isinstance(tree.expression, exp.Query)]
    assert copies
    kept = [tree for tree in copies if written_table(tree).name in DISTRIBUTED]
    assert [tree.sql() for tree in kept if not tree.args.get("returning")] == []


def test_no_statement_reads_the_clock_of_the_server(everything_done):
    """A rule of ours: an instant comes from the caller, so that every machine and every kind of database agrees."""
    ran, _, _ = everything_done
    writes = [statement for statement in ran if statement.startswith(("INSERT INTO", "UPDATE", "DELETE FROM"))]
    assert len(writes) > 50
    assert {call for statement in writes for call in mutable_calls(parsed(statement))} == set()


def test_tables_need_no_sequence_trigger_or_default(everything_done):
    _, _, store = everything_done
    with store.read() as connection:
        assert connection.execute(text("SELECT * FROM pg_sequences")).all() == []
        assert connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).all() == []
        assert (
            connection.execute(
                text(
                    "SELECT * FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class "
                    "WHERE c.relnamespace = 'public'::regnamespace"
                )
            ).all()
            == []
        )
        columns = "FROM information_schema.columns WHERE table_schema = 'public'"
        assert connection.execute(text(f"SELECT count(*) {columns}")).scalar_one() > 100
        computed = "(column_default IS NOT NULL OR is_identity = 'YES' OR is_generated <> 'NEVER')"
        result = connection.execute(text(f"SELECT table_name, column_name {columns} AND {computed}")).all()
        assert [tuple(row) for row in result] == [("api_keys", "scope")]  # a constant, for the keys that were there


def test_keys_and_unique_indexes_begin_with_campaign(everything_done):
    _, _, store = everything_done
    indexes = """
        SELECT t.relname AS table_name, i.relname, a.attname, x.indisunique
        FROM pg_index x
        JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
        WHERE t.relnamespace = 'public'::regnamespace
    """
    with store.read() as connection:
        result = [row for row in connection.execute(text(indexes)) if row.table_name in DISTRIBUTED]
    assert {row.table_name for row in result if row.indisunique} == DISTRIBUTED
    assert [row for row in result if row.indisunique and row.attname != "campaign_id"] == []


def test_updates_compute_the_same_on_every_machine(everything_done):
    """Citus takes only immutable functions of columns there."""
    ran, _, store = everything_done
    updates = [statement for statement in ran if statement.startswith("UPDATE")]
    names = {name for statement in updates for name in re.findall(r"(\w+)\(", statement)}
    assert {"timezone", "floor"} <= names
    volatile = text("SELECT bool_and(provolatile <> 'i') FROM pg_proc WHERE proname = :name")
    with store.read() as connection:
        assert [name for name in sorted(names) if connection.execute(volatile, {"name": name}).scalar()] == []
