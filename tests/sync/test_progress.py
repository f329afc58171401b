"""The messages of a sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from outreach_results.cli.main import app
from outreach_results.config import Settings, settings
from outreach_results.errors import ConfigError
from outreach_results.store.engine import Store
from outreach_results.sync.run import server_of
from outreach_results.sync.status import sync_status
from support import faulty_server as faults
from support.databases import sqlite_url
from support.faulty_server import KEY, FaultyServer, remote_campaign
from support.syncing import sync_from


def test_status_says_last_run_and_failures(remote: FaultyServer, store: Store) -> None:
    assert sync_status(store).latest.last is None
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    remote.trouble("/b/stats", faults.status(403), times=None)
    report = sync_from(remote.url, store)
    status = sync_status(store).latest
    assert status.last == report
    assert (status.running_since, status.cut_off_at) == (None, None)
    assert report.finished_at is not None
    assert list(report.failed) == ["b"]


def test_report_of_many_failures_is_short(remote: FaultyServer, sqlite_store: Store) -> None:
    remote.campaigns = {f"camp_{n}": remote_campaign() for n in range(120)}
    remote.trouble("/stats", faults.status(403), times=None)
    assert len(sync_from(remote.url, sqlite_store).failed) == 120
    last = sync_status(sqlite_store).latest.last
    assert last is not None
    assert len(last.failed) == 100


@pytest.fixture
def command(remote: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs the command line against the server; its exit status and its output."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(tmp_path / "command.db"))
    monkeypatch.setenv("OUTREACH_API_URL", remote.url)
    monkeypatch.setenv("OUTREACH_API_KEY", KEY)
    settings.cache_clear()

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.output

    return run


def test_the_command_says_what_came_and_ends_with_0(
    remote: FaultyServer, command: Callable[..., tuple[int, str]]
) -> None:
    remote.campaigns["a"] = remote_campaign()
    status, output = command("sync")
    assert status == 0
    assert "1 campaign: 1 changed." in output
    assert "a: Totals only." in output


def test_command_exits_1_and_names_the_failed(remote: FaultyServer, command: Callable[..., tuple[int, str]]) -> None:
    remote.campaigns |= {"a": remote_campaign(), "b": remote_campaign()}
    remote.trouble("/b/stats", faults.edited(lambda stats: stats.pop("stats")), times=None)
    status, output = command("sync", "--campaign", "a", "--campaign", "b")
    assert status == 1
    assert "2 campaigns: 1 changed, 1 failed." in output
    assert "stats: it is missing" in " ".join(output.split())
    assert KEY not in output


def test_refused_key_exits_with_1(remote: FaultyServer, command: Callable[..., tuple[int, str]]) -> None:
    remote.key = "another"
    status, output = command("sync")
    assert status == 1
    assert "does not accept OUTREACH_API_KEY" in " ".join(output.split())


def test_missing_url_names_the_settings_to_make() -> None:
    with pytest.raises(ConfigError, match=r"page Data .* OUTREACH_API_URL .* and OUTREACH_API_KEY"):
        server_of(Settings())
