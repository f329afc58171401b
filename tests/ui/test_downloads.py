"""Downloads: small tables by button, whole campaigns by link."""

from __future__ import annotations

import csv
import io
import json
import re
import secrets

import pandas as pd
import pytest
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from outreach_results.export import FORMATS
from outreach_results.ingest.load import load
from outreach_results.ingest.registry import read_records
from outreach_results.models import Filters
from outreach_results.ui import downloads
from support import records
from support.databases import contents

CAMPAIGN = "camp_abc123"
EXPIRED = "This link has expired. Reload the dashboard and click again."


# --- whole campaigns ---------------------------------------------------------------------------------------------


@pytest.fixture
def client(sample_dashboard):
    """A client of the download route; the dashboard shows a copy of the sample data."""
    with TestClient(Starlette(routes=downloads.routes())) as client:
        yield client


def links(campaign_id=CAMPAIGN, *, humans_only=False):
    """The links that a page draws, by their label."""

    def script(campaign_id, humans_only):
        from outreach_results.ui import downloads

        downloads.campaign_links(campaign_id, humans_only=humans_only)

    app = AppTest.from_function(script, args=(campaign_id, humans_only)).run()
    assert not app.exception
    return {link.label: link.url for link in app.get("link_button") if isinstance(link, Element)}


def test_a_campaign_can_be_had_in_every_format(sample_dashboard):
    assert list(links()) == [f"Everything as {fmt.upper()}" for fmt in FORMATS]


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_a_link_leads_to_all_of_the_campaign(fmt, client, writable_sample, sqlite_store, tmp_path):
    answer = client.get(links()[f"Everything as {fmt.upper()}"])
    assert answer.status_code == 200
    file = tmp_path / f"export.{fmt}"
    file.write_bytes(answer.content)
    load(sqlite_store, "again", read_records(file))
    before, after = contents(writable_sample), contents(sqlite_store)
    for table in ("campaigns", "emails", "events", "replies", "daily_stats"):
        of_campaign = {row: n for row, n in before[table].items() if CAMPAIGN in row}
        assert of_campaign
        assert dict(after[table]) == of_campaign


def test_humans_only_leaves_machines_out_of_the_file(client):
    events = {
        humans_only: client.get(links(humans_only=humans_only)["Everything as JSON"]).json()["events"]
        for humans_only in (False, True)
    }
    assert any(event["is_machine"] for event in events[False])
    assert events[True] == [event for event in events[False] if not event["is_machine"]]


@pytest.mark.parametrize("fmt", FORMATS)
def test_download_is_attachment_and_not_cached(fmt, client):
    headers = client.get(links()[f"Everything as {fmt.upper()}"]).headers
    assert headers["content-disposition"] == f'attachment; filename="{CAMPAIGN}.{fmt}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-store"
    assert headers["content-type"] == FORMATS[fmt].media_type


@pytest.mark.parametrize("campaign_id", ['a"; filename="b.exe', "../../etc/passwd", "line\r\nSet-Cookie: a=b", "名"])
def test_no_campaign_names_its_file_dangerously(campaign_id, client, writable_sample):
    load(writable_sample, "test", [records.campaign(campaign_id)])
    headers = client.get(links(campaign_id)["Everything as CSV"]).headers
    safe = r'attachment; filename="[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv"(; filename\*=UTF-8\'\'[A-Za-z0-9_.%-]+\.csv)?'
    assert re.fullmatch(safe, headers["content-disposition"])
    assert "set-cookie" not in headers


def test_foreign_ticket_is_refused(client):
    other = URLSafeTimedSerializer(secrets.token_bytes(32), salt="download")
    answer = client.get(f"{downloads.PATH}/{other.dumps([CAMPAIGN, 'csv', False])}")
    assert (answer.status_code, answer.text) == (403, EXPIRED)


@pytest.mark.parametrize("ticket", ["x", "a.b.c", "%00", "." * 500, "eyJhIjoxfQ.aaaa.bbbb"])
def test_what_is_no_ticket_is_refused(ticket, client):
    answer = client.get(f"{downloads.PATH}/{ticket}")
    assert (answer.status_code, answer.text) == (403, EXPIRED)


def test_a_changed_ticket_is_refused(client):
    link = links()["Everything as CSV"]
    place = len(downloads.PATH) + 3
    changed = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]
    assert client.get(link).status_code == 200
    assert client.get(changed).status_code == 403


def test_a_ticket_expires(client, monkeypatch):
    link = links()["Everything as CSV"]
    monkeypatch.setattr(downloads, "TICKET_SECONDS", -1)
    answer = client.get(link)
    assert (answer.status_code, answer.text) == (403, EXPIRED)


def test_a_campaign_that_is_gone_is_a_sentence(client):
    answer = client.get(links("camp_gone")["Everything as CSV"])
    assert answer.status_code == 404
    assert "camp_gone" in answer.text
    assert answer.text.endswith(".")
    assert answer.headers["content-type"].startswith("text/plain")


def test_there_is_nothing_without_a_ticket(client):
    assert client.get(downloads.PATH).status_code == 404
    assert client.get(f"{downloads.PATH}/").status_code == 404


# --- tables ------------------------------------------------------------------------------------------------------


def buttons(frame, filters=Filters(), name="numbers"):  # noqa: B008 -- it is frozen
    """The buttons under a table: label to (file name, content)."""

    def script(name, frame, filters):
        from outreach_results.ui import downloads

        downloads.table_buttons(name, frame, filters, key="here")

    offered = {}

    def remember(label, data, file_name, *_args, **_options):
        offered[label] = (file_name, data())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streamlit.download_button", remember)
        app = AppTest.from_function(script, args=(name, frame, filters)).run()
    assert not app.exception
    return offered


FRAME = pd.DataFrame({"name": ["=SUM(A1)", "Zoë"], "sent": pd.array([1, None], dtype="Int64"), "rate": [0.5, None]})


def test_a_table_can_be_had_in_every_format(sample_dashboard):
    assert list(buttons(FRAME)) == [fmt.upper() for fmt in FORMATS]


def test_csv_table_matches_page_and_escapes_formulas(sample_dashboard):
    _, content = buttons(FRAME)["CSV"]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [{"name": "'=SUM(A1)", "sent": "1", "rate": "0.5"}, {"name": "Zoë", "sent": "", "rate": ""}]


def test_json_table_has_filters_and_nulls(sample_dashboard):
    _, content = buttons(FRAME, Filters(campaigns=("camp_1",), humans_only=True))["JSON"]
    exported = json.loads(content)
    assert exported["rows"] == [
        {"name": "=SUM(A1)", "sent": 1, "rate": 0.5},
        {"name": "Zoë", "sent": None, "rate": None},
    ]
    assert exported["meta"]["filters"]["campaigns"] == ["camp_1"]
    assert exported["meta"]["filters"]["humans_only"] is True
    assert exported["meta"]["time_zone"] == "UTC"


def test_table_file_name_contains_filters(sample_dashboard):
    file_name, _ = buttons(FRAME, Filters(humans_only=True))["CSV"]
    assert file_name == "numbers_by-activity-day_UTC_humans-only.csv"


@pytest.mark.parametrize("changed", [0, 1234, 4999])
def test_large_tables_with_one_other_cell_differ(changed, sample_dashboard):
    # Streamlit would otherwise take one for the other, and hand out the wrong file.
    frame = pd.DataFrame({"n": range(5000)})
    other = frame.copy()
    other.loc[changed, "n"] += 1
    assert buttons(frame)["CSV"][0] != buttons(other)["CSV"][0]
    assert buttons(frame)["CSV"][0] == buttons(frame.copy())["CSV"][0]


def test_a_button_is_really_drawn(sample_dashboard):
    def script(frame):
        from outreach_results.models import Filters
        from outreach_results.ui import downloads

        downloads.table_buttons("numbers", frame, Filters(), key="here")

    app = AppTest.from_function(script, args=(FRAME,)).run()
    assert not app.exception
    assert [button.label for button in app.download_button] == ["CSV", "JSON", "XLSX"]
