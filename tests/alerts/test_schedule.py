"""The dashboard notices what was imported and what failed, and looks at the rules once for each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from outreach_results import results
from outreach_results.alerts import schedule
from outreach_results.alerts.rules import RULES
from outreach_results.alerts.schedule import AlertSchedule
from outreach_results.ingest.load import load
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.sync_runs import keep_start_failure
from support import records


def kinds(store: Store) -> list[str]:
    return [alert.kind for alert in results.open_alerts(store).alerts]


def test_import_and_failed_sync_are_noticed(store: Store) -> None:
    looking = AlertSchedule(lambda: store)
    looking.run_once()
    now = datetime.now(UTC)
    reply = records.reply(received_at=now + timedelta(seconds=1), sentiment="positive")
    load(store, "test", [records.campaign(), records.email(sent_at=now), reply])
    looking.run_once()
    assert kinds(store) == ["positive_reply"]
    keep_start_failure(store, "https://platform.example.com/", "the key was refused")  # no new version
    looking.run_once()
    assert sorted(kinds(store)) == ["positive_reply", "sync_failed"]
    with store.write(is_data=False) as connection:
        connection.execute(delete(schema.sync_runs))
    looking.run_once()
    assert kinds(store) == ["positive_reply"]


def test_nothing_changed_is_not_looked_at_again(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Store] = []
    real = schedule.check_rules
    monkeypatch.setattr(schedule, "check_rules", lambda store, now: (seen.append(store), real(store, now)))
    looking = AlertSchedule(lambda: sqlite_store)
    for _ in range(3):
        looking.run_once()
    assert len(seen) == 1
    load(sqlite_store, "test", [records.campaign()])
    looking.run_once()
    looking.run_once()
    assert len(seen) == 2


def test_a_defect_in_one_rule_leaves_the_others(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_look: object, _limit: float) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(RULES, "quota_pace", replace(RULES["quota_pace"], find=broken))
    keep_start_failure(sqlite_store, "https://platform.example.com/", "the key was refused")
    AlertSchedule(lambda: sqlite_store).run_once()
    assert kinds(sqlite_store) == ["sync_failed"]
    assert "The rule quota_pace could not be looked at" in caplog.text
