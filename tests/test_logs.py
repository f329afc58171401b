"""Logs as JSON: one object a line, with what is needed to find an error and nothing of people."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from contextlib import closing

import httpx
import pytest
from sqlalchemy import text

from outreach_results.errors import StoreError
from outreach_results.logs import JsonLines
from outreach_results.store.api_keys import KeyScope, create_key
from outreach_results.store.engine import open_store
from support.databases import sqlite_url
from support.server import ROOT, clean_environment, running_server
from support.signing_in import sign_in_settings
from support.webhooks import sendgrid_event

NAME = "Ada Lovelace"
SECRET = "ada@acme.example"  # noqa: S105 - of an invented person


def line_of(message, *arguments, error=None):
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("outreach_results.x", logging.ERROR, "x.py", 1, message, arguments, exc_info)
    return JsonLines().format(record)


def test_line_names_the_error_without_its_text():
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        line = line_of("A %s failed.\nReally", "page", error=error)
    assert "\n" not in line
    assert SECRET not in line
    found = json.loads(line)
    assert found["message"] == "A page failed.\nReally"
    assert (found["level"], found["logger"]) == ("ERROR", "outreach_results.x")
    assert found["error"]["type"] == "ValueError"
    assert found["error"]["at"][0].endswith("test_line_names_the_error_without_its_text")
    assert found["time"].endswith("+00:00")


def test_errors_of_the_database_hide_values(store):
    """Also in a log of plain text, which shows the texts of errors."""
    with pytest.raises(StoreError) as raised, store.read() as connection:
        connection.execute(text("SELECT * FROM missing WHERE x = :address"), {"address": SECRET})
    assert SECRET not in str(raised.value.__cause__)


def test_line_leaves_addresses_out():
    """As where a mail server refuses the recipient of a digest."""
    line = line_of("%r to %s: %s", "Weekly", SECRET, f"<{SECRET}> was refused: 550 No such user 'Ada.Lovelace@local'")
    said = "'Weekly' to (address): <(address)> was refused: 550 No such user '(address)'"
    assert json.loads(line)["message"] == said


def test_server_logs_json_without_people(sample_database, tmp_path):
    """Whatever names somebody: a search, events that cannot be used, wrong keys and routes, a lost database."""
    with closing(open_store(sqlite_url(sample_database))) as store:
        reads, delivers = (create_key(store, scope, scope) for scope in (KeyScope.READ, KeyScope.INGEST))
    env = {"OUTREACH_LOG": "json", "OUTREACH_DATABASE_URL": sqlite_url(sample_database)}
    broken = [sendgrid_event(1, email=SECRET, timestamp=NAME), sendgrid_event(2, email=f"{NAME} <{SECRET}", event=NAME)]
    with (
        running_server(tmp_path, env) as server,
        httpx.Client(base_url=f"{server.url}/api/v1", headers={"User-Agent": NAME}) as client,
    ):
        statuses = [
            client.get("/campaigns/camp_abc123/replies", params={"q": SECRET}, headers=bearer(reads)).status_code,
            client.get(f"/campaigns/{SECRET}/replies", params={"q": SECRET}, headers=bearer(reads)).status_code,
            client.get(f"/{SECRET}", headers=bearer(SECRET)).status_code,
            client.get("/usage", params={"q": SECRET}, headers=bearer(SECRET)).status_code,
            *(
                client.post("/ingest/sendgrid", json=body, headers=bearer(delivers)).status_code
                for body in (broken, NAME)
            ),
        ]
        sample_database.unlink()
        statuses.append(client.get("/usage", headers=bearer(reads)).status_code)
        printed = server.printed()
    assert statuses == [200, 404, 404, 401, 200, 422, 503], printed
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    assert "StoreError" in [line["error"]["type"] for line in lines if "error" in line]
    for trace in (SECRET, NAME, "/api/v1/usage"):
        assert trace not in printed


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_server_logs_text_of_whole_lines(tmp_path):
    """The answer of a provider is logged as it came: a visitor can make one up."""
    provider = "http://127.0.0.1:9"
    signing_in = sign_in_settings("http://127.0.0.1:8501", provider, allowed="@example.com")
    env = {"OUTREACH_DATABASE_URL": f"sqlite:///{tmp_path}/own.db", **signing_in}
    with running_server(tmp_path, env) as server:
        forged = {"error": "x\x1b[2J\x9b\u2028", "error_description": "a\r\n2026-01-01 ERROR forged"}
        httpx.get(f"{server.url}/oauth2callback", params=forged, headers={"Host": "127.0.0.1:8501"})
        printed = server.printed()
    [line] = [line for line in printed.splitlines() if "Error during authentication" in line]
    assert "x\\x1b[2J\\x9b\\u2028" in line


def test_wrong_kind_of_log_is_refused():
    ended = subprocess.run(
        [sys.executable, "-c", "from outreach_results.config import settings; settings()"],
        env=clean_environment({"OUTREACH_LOG": "xml"}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The setting OUTREACH_LOG is wrong" in ended.stderr
