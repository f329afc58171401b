"""What a server reports beside what is counted here, and why the two differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from outreach_results.cli.main import app
from outreach_results.config import settings
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, Record, ReportedRecord
from outreach_results.models import COUNTS, Usage, UsageNumbers
from outreach_results.reconcile.comparison import Reconciled, reconcile, reconciliation
from outreach_results.store import schema
from outreach_results.store.admin import change_time_zone
from outreach_results.store.engine import Store
from outreach_results.store.replies.changes import Action
from outreach_results.store.replies.state_changes import change_reply
from outreach_results.store.sync_state import ACCOUNT, StoredAnswer, store_answers
from support.records import CAMPAIGN, at, campaign, email, emails, event, reply

MakeStore = Callable[[], Store]
SERVER = "https://results.example.com/"

RECORDS: list[Record] = [
    campaign(),
    *emails(4, day=5),
    *(event("delivered", at(5, 13), email_id=f"e{n}") for n in range(1, 5)),
    event("opened", at(6), email_id="e1"),
    event("opened", at(6, 15), email_id="e1"),
    event("opened", at(6), email_id="e2", is_machine=True),
    event("opened", at(9), email_id="e3"),
    event("clicked", at(6), email_id="e1"),
    reply("r1", at(7), email_id="e1"),
]
COUNTED = {"emails_sent": 4, "delivered": 4, "bounced": 0, "opened": 3, "clicked": 1, "replied": 1}


def reported_stats(**changes: Any) -> ReportedRecord:
    """What a server reports: the same as is counted here, but for ``changes``."""
    values: dict[str, Any] = dict.fromkeys(ReportedRecord._fields, None) | dict.fromkeys(COUNTS, 0) | COUNTED
    values |= {"campaign_id": CAMPAIGN, "period_start": at(5, 0), "period_end": at(10, 0) - timedelta(seconds=1)}
    values |= {"fetched_at": at(20), "cost": 13_200, "cost_ai_generation": 4_000, "cost_lead_enrichment": 8_000}
    values |= {"cost_email_sending": 1_200}
    return ReportedRecord(**(values | changes))


def differing(store: Store) -> list[tuple[str, float | None, str]]:
    """The metric, the difference and the explanation of every number that does not agree."""
    return [(row.metric, row.difference, row.explanation) for row in reconcile(store) if row.difference != 0]


def test_marked_meeting_explains_a_difference(make_sqlite: MakeStore) -> None:
    store = make_sqlite()
    load(store, "test", [*RECORDS, reported_stats(meetings_booked=0)])
    change_reply(store, CAMPAIGN, "r1", Action.MEETING_BOOKED, by="Ana", seen_version=0)
    assert differing(store) == [("meetings_booked", 1, "All of it was marked in the inbox here.")]


def compare(store: Store, reported: ReportedRecord, records: Iterable[Record] = RECORDS) -> Any:
    load(store, "test", [*records, reported])
    return differing(store)


def test_numbers_that_agree_need_no_explanation(store: Store) -> None:
    assert compare(store, reported_stats()) == []
    rows = reconcile(store)
    assert [row.metric for row in rows[:3]] == ["emails_sent", "delivered", "bounced"]
    assert rows[0] == Reconciled(CAMPAIGN, "First contact", "emails_sent", 4, 4, 0, "")
    assert rows[-1].metric == "cost_email_sending_usd"
    assert (rows[-1].reported, rows[-1].counted) == (0.0012, 0.0012)


def test_nothing_is_compared_before_any_report(sqlite_store: Store) -> None:
    load(sqlite_store, "test", RECORDS)
    assert reconcile(sqlite_store) == []
    frame = reconciliation(sqlite_store)
    assert list(frame.columns) == [
        "campaign_id", "campaign", "metric", "reported", "counted", "difference", "explanation",
    ]  # fmt: skip
    assert frame.empty


def test_the_table_holds_numbers(sqlite_store: Store) -> None:
    compare(sqlite_store, reported_stats(opened=2, clicked=None))
    frame = reconciliation(sqlite_store).set_index("metric")
    assert frame.loc["opened", "difference"] == 1
    assert frame["difference"].dtype == "float64"
    assert frame["reported"].isna().sum() == 1


EXPLAINED: dict[str, tuple[dict[str, Any], tuple[str, float | None, str]]] = {
    "machine opens": ({"opened": 2}, ("opened", 1, "Machine opens count here and not there.")),
    "nothing but the period": (
        {"replied": 0, "period_end": at(7, 0) - timedelta(seconds=1)},
        ("replied", 1, "All of it lies outside of the period that the server reports on."),
    ),
    "late events": (
        {"replied": 0, "fetched_at": at(6, 23)},
        ("replied", 1, "All of it arrived after the server was asked for its total."),
    ),
    "machines, and the period": (
        {"opened": 1, "period_end": at(9, 0) - timedelta(seconds=1)},
        ("opened", 2, "Machine opens (1), and others outside of the period that the server reports on (1)."),
    ),
    "every open": (
        {"opened": 4},
        ("opened", -1, "The server counts every opened event; here each email counts once."),
    ),
    "more there than anything explains": (
        {"clicked": 9},
        ("clicked", -8, "Not explained: the server counts more than its export contains."),
    ),
    "more here than anything explains": (
        {"opened": 0},
        ("opened", 3, "Not explained. Part of it may be: machine opens (1)."),
    ),
    "cents": ({"cost": 10_000}, ("cost_usd", 0.0032, "The server rounds to cents.")),
    "money": ({"cost": 5_013_200}, ("cost_usd", -5, "Not explained.")),
    "a count that is not reported": ({"clicked": None}, ("clicked", None, "The server does not report it.")),
}


@pytest.mark.parametrize(("changes", "expected"), EXPLAINED.values(), ids=EXPLAINED)
def test_explanation_accounts_for_all_of_a_difference(
    store: Store, changes: dict[str, Any], expected: tuple[str, float | None, str]
) -> None:
    assert compare(store, reported_stats(**changes)) == [expected]


def test_period_in_another_time_zone_is_named(store: Store) -> None:
    records: list[Record] = [campaign(), email("e1", at(5, 2)), email("e2", at(5, 12))]
    reported = reported_stats(
        **dict.fromkeys(COUNTED, 0),
        period_start=at(5, 5),  # midnight in New York
        period_end=at(6, 5) - timedelta(seconds=1),
        cost=6_600,
        cost_ai_generation=2_000,
        cost_lead_enrichment=4_000,
        cost_email_sending=600,
    )._replace(emails_sent=1)
    assert compare(store, reported, records) == [
        (
            "emails_sent",
            1,
            "All of it lies outside of the period that the server reports on, which uses another time zone.",
        )
    ]


def test_replies_without_email_explain_fewer_replied(store: Store) -> None:
    records = [*RECORDS, reply("r2", email_id=None), reply("r3", email_id=None)]
    assert compare(store, reported_stats(replied=3), records) == [
        ("replied", -2, "These replies name no email, so here no email counts as replied.")
    ]


def test_automatic_replies_are_named_as_such(store: Store) -> None:
    records = [*RECORDS, reply("r2", email_id="e2", sentiment="automatic")]
    assert compare(store, reported_stats(), records) == [("replied", 1, "Automatic replies count here and not there.")]


def test_emails_counted_twice_explain_smaller_total(store: Store) -> None:
    days = [
        DailyRecord(CAMPAIGN, at(5).date(), emails_sent=3, opened=2, cost=10_000),
        DailyRecord(CAMPAIGN, at(6).date(), emails_sent=2, opened=2, cost=3_200),
    ]
    result = compare(store, reported_stats(opened=3), [campaign(detail="daily"), *days])
    assert ("emails_sent", 1, "Not explained: the server's total is not the sum of its days.") in result
    assert (
        "opened",
        1,
        "An email counts on each of its days in the daily numbers, and once in the server's total.",
    ) in result
    assert ("delivered", None, "The server does not report it by day.") in result


def test_campaign_without_events_counts_as_0(store: Store) -> None:
    nothing = dict.fromkeys((*COUNTED, "cost", "cost_ai_generation", "cost_lead_enrichment", "cost_email_sending"), 0)
    assert compare(store, reported_stats(**nothing), [campaign()]) == []


# --- the account -------------------------------------------------------------------------------------------------


def report_usage(store: Store, emails_sent: int, *, month: str = "2026-01", server_has: tuple[str, ...] = ()) -> None:
    """What a server says of the month, and which campaigns came from it."""
    numbers = UsageNumbers(campaigns_created=1, emails_sent=emails_sent, byok_cost_usd=1)
    answer = Usage(period=month, usage=numbers).model_dump_json()
    with store.write() as connection:
        store_answers(connection, SERVER, ACCOUNT, {"usage": StoredAnswer('"1"', answer)})
        for campaign_id in server_has:
            store_answers(connection, SERVER, campaign_id, {"stats": StoredAnswer('"1"')})


def test_the_month_of_the_account_is_compared_too(store: Store) -> None:
    load(store, "test", RECORDS)
    report_usage(store, 4)
    assert reconcile(store) == [Reconciled("", "Account", "emails_sent in 2026-01", 4, 4, 0, "")]


def test_campaigns_only_here_explain_a_greater_month(store: Store) -> None:
    load(store, "test", [*RECORDS, campaign("mine"), *emails(3, of="mine")])
    report_usage(store, 4, server_has=(CAMPAIGN,))
    assert differing(store) == [
        ("emails_sent in 2026-01", 3, "All of it belongs to campaigns that did not come from this server.")
    ]


def test_a_month_cut_in_utc_is_named_as_such(store: Store) -> None:
    edge = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    load(store, "test", [campaign(), email("e1", edge), email("e2", at(5))])
    change_time_zone(store, "Europe/Zurich")
    report_usage(store, 2, server_has=(CAMPAIGN,))
    assert differing(store) == [
        ("emails_sent in 2026-01", -1, "The server's month is in UTC, the one here in Europe/Zurich.")
    ]


def test_e_mails_sent_since_explain_a_greater_month(store: Store) -> None:
    month = f"{datetime.now(UTC):%Y-%m}"
    soon = datetime.now(UTC) + timedelta(seconds=30)
    if f"{soon:%Y-%m}" != month:
        pytest.skip("The month ends within the half minute that this test needs.")
    report_usage(store, 1, month=month, server_has=(CAMPAIGN,))
    load(store, "test", [campaign(), email("e1", soon - timedelta(hours=1)), email("e2", soon)])
    if f"{soon - timedelta(hours=1):%Y-%m}" == month:
        assert differing(store)[0][1:] == (1, "All of it was sent after the server was asked.")


def test_unexplained_difference_is_named_unexplained(sqlite_store: Store) -> None:
    load(sqlite_store, "test", RECORDS)
    report_usage(sqlite_store, 9, server_has=(CAMPAIGN,))
    assert differing(sqlite_store)[0][2] == "Not explained: some campaigns of the server may not be here."
    report_usage(sqlite_store, 1, server_has=(CAMPAIGN,))
    assert differing(sqlite_store)[0][2] == "Not explained."


def test_usage_stored_by_another_version_is_left_out(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        store_answers(connection, SERVER, ACCOUNT, {"usage": StoredAnswer(None, '{"period": 5}')})
    assert reconcile(sqlite_store) == []


# --- the command -------------------------------------------------------------------------------------------------


def test_command_shows_differences_counts_agreement(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(sqlite_store, reported_stats(opened=2))
    monkeypatch.setenv("OUTREACH_DATABASE_URL", str(sqlite_store.engine.url))
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()
    output = CliRunner().invoke(app, ["reconcile"]).output
    assert "opened" in output
    assert "Machine opens count here and not there." in output
    assert "delivered" not in output
    assert "11 of 12 numbers agree." in output
    assert "delivered" in CliRunner().invoke(app, ["reconcile", "--all"]).output

    with sqlite_store.write() as connection:
        connection.execute(delete(schema.reported_stats))
    assert "No server has reported anything yet." in CliRunner().invoke(app, ["reconcile"]).output
