"""Downloads: small tables by button, whole campaigns by link."""

from __future__ import annotations

import csv
import gc
import io
import re
import secrets

import pandas as pd
import pytest
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from outreach_results.export import FORMATS
from outreach_results.ingest.load import load
from outreach_results.ingest.registry import read_records
from outreach_results.models import Filters
from outreach_results.ui import downloads
from support import records
from support.dashboard import files
from support.databases import contents
from support.snapshot import rows_where

CAMPAIGN = "camp_abc123"


# --- whole campaigns ---------------------------------------------------------------------------------------------


@pytest.fixture
def client(sample_dashboard):
    """A client of the download route; the dashboard shows a copy of the sample data."""
    with TestClient(Starlette(routes=downloads.routes())) as client:
        yield client


def links(campaign_id=CAMPAIGN, *, humans_only=False):
    """The links to the files of a campaign, by format."""
    return downloads.Campaign(campaign_id, humans_only=humans_only).addresses("here")


def test_a_campaign_can_be_had_in_every_format(sample_dashboard):
    assert list(links()) == list(FORMATS)


@pytest.mark.parametrize("fmt", ["csv", "json"])
def test_a_link_leads_to_all_of_the_campaign(fmt, client, writable_sample, sqlite_store, tmp_path):
    answer = client.get(links()[fmt])
    assert answer.status_code == 200
    file = tmp_path / f"export.{fmt}"
    file.write_bytes(answer.content)
    load(sqlite_store, "again", read_records(file))
    tables = ("campaigns", "emails", "events", "replies", "daily_stats")
    of_campaign = rows_where(contents(writable_sample).only(*tables), lambda row: CAMPAIGN in row)
    assert all(of_campaign.values())
    assert contents(sqlite_store).only(*tables) == of_campaign


def test_humans_only_leaves_machines_out_of_the_file(client):
    events = {
        humans_only: client.get(links(humans_only=humans_only)["json"]).json()["events"]
        for humans_only in (False, True)
    }
    assert any(event["is_machine"] for event in events[False])
    assert events[True] == [event for event in events[False] if not event["is_machine"]]


@pytest.mark.parametrize("fmt", FORMATS)
def test_download_is_attachment_and_not_cached(fmt, client):
    headers = client.get(links()[fmt]).headers
    assert headers["content-disposition"] == f'attachment; filename="{CAMPAIGN}.{fmt}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-store"
    assert headers["content-type"] == FORMATS[fmt].media_type


@pytest.mark.parametrize("campaign_id", ['a"; filename="b.exe', "../../etc/passwd", "line\r\nSet-Cookie: a=b", "名"])
def test_no_campaign_names_its_file_dangerously(campaign_id, client, writable_sample):
    load(writable_sample, "test", [records.campaign(campaign_id)])
    headers = client.get(links(campaign_id)["csv"]).headers
    safe = r'attachment; filename="[A-Za-z0-9_][A-Za-z0-9_.-]*\.csv"(; filename\*=UTF-8\'\'[A-Za-z0-9_.%-]+\.csv)?'
    assert re.fullmatch(safe, headers["content-disposition"])
    assert "set-cookie" not in headers


def test_foreign_ticket_is_refused(client):
    other = URLSafeTimedSerializer(secrets.token_bytes(32), salt="download")
    answer = client.get(f"{downloads.PATH}/{other.dumps([CAMPAIGN, 'csv', False])}")
    assert (answer.status_code, answer.text) == (403, downloads.EXPIRED)


@pytest.mark.parametrize("ticket", ["x", "a.b.c", "%00", "." * 500, "eyJhIjoxfQ.aaaa.bbbb"])
def test_what_is_no_ticket_is_refused(ticket, client):
    answer = client.get(f"{downloads.PATH}/{ticket}")
    assert (answer.status_code, answer.text) == (403, downloads.EXPIRED)


def test_a_changed_ticket_is_refused(client):
    link = links()["csv"]
    place = len(downloads.PATH) + 3
    changed = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]
    assert client.get(link).status_code == 200
    assert client.get(changed).status_code == 403


def test_a_ticket_expires(client, monkeypatch):
    link = links()["csv"]
    monkeypatch.setattr(downloads, "TICKET_SECONDS", -1)
    answer = client.get(link)
    assert (answer.status_code, answer.text) == (403, downloads.EXPIRED)


def test_a_campaign_that_is_gone_is_a_sentence(client):
    answer = client.get(links("camp_gone")["csv"])
    assert answer.status_code == 404
    assert "camp_gone" in answer.text
    assert answer.text.endswith(".")
    assert answer.headers["content-type"].startswith("text/plain")


def test_there_is_nothing_without_a_ticket(client):
    assert client.get(downloads.PATH).status_code == 404
    assert client.get(f"{downloads.PATH}/").status_code == 404


# --- tables ------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(client):
    """A function that draws the buttons of tables, in turn in one session, and returns the addresses by format."""
    app = AppTest.from_function(_draw, args=(None,))

    def draw(frame, filters=Filters(), name="numbers"):  # noqa: B008 -- it is frozen
        app.args = (downloads.Table(name, frame, filters),)
        assert not app.run().exception
        (addresses,) = files(app).values()
        return addresses

    return draw


def _draw(table):
    from outreach_results.ui import cards

    cards.actions("Numbers", table, key="here")


FRAME = pd.DataFrame({"name": ["=SUM(A1)", "Zoë"], "sent": pd.array([1, None], dtype="Int64"), "rate": [0.5, None]})


def test_a_table_can_be_had_in_every_format(offered):
    assert list(offered(FRAME)) == [written.label for written in FORMATS.values()] == ["CSV", "JSON", "Excel"]


def test_csv_table_matches_page_and_escapes_formulas(client, offered):
    answer = client.get(offered(FRAME)["CSV"])
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows == [{"name": "'=SUM(A1)", "sent": "1", "rate": "0.5"}, {"name": "Zoë", "sent": "", "rate": ""}]


def test_json_table_has_filters_and_nulls(client, offered):
    exported = client.get(offered(FRAME, Filters(campaigns=("camp_1",), humans_only=True))["JSON"]).json()
    assert exported["rows"] == [
        {"name": "=SUM(A1)", "sent": 1, "rate": 0.5},
        {"name": "Zoë", "sent": None, "rate": None},
    ]
    assert exported["meta"]["filters"]["campaigns"] == ["camp_1"]
    assert exported["meta"]["filters"]["humans_only"] is True
    assert exported["meta"]["time_zone"] == "UTC"


def test_table_file_name_contains_filters(client, offered):
    headers = client.get(offered(FRAME, Filters(humans_only=True))["CSV"]).headers
    assert headers["content-disposition"] == 'attachment; filename="numbers_by-activity-day_UTC_humans-only.csv"'


def test_a_file_has_what_the_page_shows_now(client, offered):
    """The address stays, so that nothing is redrawn; what it serves follows the page."""
    first = offered(pd.DataFrame({"n": range(5000)}))["CSV"]
    assert client.get(first).text.endswith("4999\r\n")
    assert offered(pd.DataFrame({"n": [7]}))["CSV"] == first
    assert client.get(first).text.endswith("n\r\n7\r\n")


def test_a_table_ends_with_its_session(client, sample_dashboard):
    app = AppTest.from_function(_draw, args=(downloads.Table("numbers", FRAME, Filters()),)).run()
    address = files(app)["Numbers"]["CSV"]
    assert client.get(address).status_code == 200
    del app
    gc.collect()
    answer = client.get(address)
    assert (answer.status_code, answer.text) == (403, downloads.EXPIRED)


def test_a_file_can_be_asked_about_without_reading_it(client):
    link = links()["csv"]
    asked, read = client.head(link), client.get(link)
    assert asked.content == b""
    assert {name: asked.headers[name] for name in ("content-type", "content-disposition")} == {
        name: read.headers[name] for name in ("content-type", "content-disposition")
    }
    assert client.head(links("camp_gone")["csv"]).status_code == 404
