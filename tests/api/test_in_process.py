"""``outreach-results get``: the same bodies without a server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from outreach_results.api import routes
from outreach_results.cli import main
from outreach_results.export import Download
from outreach_results.store.engine import Store

Run = Callable[[str], tuple[int, bytes, str]]

TARGETS = [
    "campaigns",
    "campaigns?page=2&per_page=5",
    "campaigns/camp_abc123/stats",
    "campaigns/camp_abc123/stats?start=2026-01-31&basis=send&humans_only=true",
    "campaigns/camp_abc123/stats/daily",
    "campaigns/camp_8316e8/breakdown?by=bounce_kind&basis=send",
    "campaigns/camp_abc123/replies?sentiment=positive&q=thanks",
    "campaigns/camp_abc123/export?format=csv",
    "campaigns/camp_abc123/export?humans_only=true",
    "usage?period=2026-01",
    "usage",
    "benchmarks?mcp=sales-outreach",
    "openapi.json",
]


@pytest.fixture
def run(writable_sample: Store, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """``run("usage")`` gives the exit status, standard output and standard error of ``get usage``."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", writable_sample.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("COLUMNS", "300")

    def run(target: str) -> tuple[int, bytes, str]:
        monkeypatch.setattr(sys, "argv", ["outreach-results", "get", target])
        status = 0
        try:
            main.main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfdbinary.readouterr()
        return status, out, err.decode()

    return run


@pytest.mark.parametrize("target", TARGETS)
def test_prints_the_servers_body_byte_for_byte(client: TestClient, run: Run, target: str) -> None:
    answer = client.get(f"/{target}")
    assert answer.status_code == 200
    assert run(target)[:2] == (0, answer.content)


@pytest.mark.parametrize("target", ["/usage?period=2026-01", "/api/v1/usage?period=2026-01", "usage/?period=2026-01"])
def test_takes_the_path_as_people_have_it(client: TestClient, run: Run, target: str) -> None:
    assert run(target)[1] == client.get("/usage?period=2026-01").content


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("campaigns/nope/stats", "There is no campaign 'nope' in this database."),
        ("campaigns/camp_abc123/stats?start=x", "start: 'x' is not allowed. Use a date like 2026-01-31."),
        ("usage?color=red", "There is no parameter 'color' here. Use period."),
        ("nowhere", "There is nothing at '/nowhere'."),
        ("", "There is nothing at '/'."),
    ],
)
def test_errors_are_a_sentence_and_exit_status_1(run: Run, target: str, sentence: str) -> None:
    assert run(target) == (1, b"", sentence + "\n")


def test_an_export_that_breaks_off_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = routes.campaign_download

    def broken(*args: Any, **options: Any) -> Download:
        download = whole(*args, **options)

        def chunks() -> Iterator[bytes]:
            yield next(download.chunks)
            raise RuntimeError("the secret inside")

        return replace(download, chunks=chunks())

    monkeypatch.setattr(routes, "campaign_download", broken)
    status, out, err = run("campaigns/camp_abc123/export?format=csv")
    assert (status, err) == (1, "camp_abc123.csv could not be completed.\n")
    assert out.startswith(b"campaign_id,")


def test_works_where_nothing_is_yet(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    assert run("campaigns") == (0, b'{"campaigns":[],"pagination":{"total":0,"page":1,"per_page":20}}', "")
