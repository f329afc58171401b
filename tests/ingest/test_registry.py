"""A file says itself what it is; one that is nothing known changes nothing."""

from __future__ import annotations

import importlib
import json
import pkgutil
import zlib
from pathlib import Path

import pytest

from outreach_results.errors import SourceError
from outreach_results.ingest import readers
from outreach_results.ingest.readers.account_json import account_json, benchmarks_json, usage_json
from outreach_results.ingest.readers.benchmarks_csv import benchmarks_csv
from outreach_results.ingest.readers.campaign_csv import campaign_csv
from outreach_results.ingest.readers.campaign_json import campaign_json
from outreach_results.ingest.readers.contract_json import daily_json, replies_json
from outreach_results.ingest.records import CampaignRecord
from outreach_results.ingest.registry import EXTENSIONS, SOURCES, TOOL_FORMATS, detect_source, read_records
from support.files import csv_row, csv_text, json_document, write

ACCOUNT = {"plan": {"name": "Pro", "email_limit": 10, "price_usd": 1}}
USAGE = {"campaigns_created": 1, "emails_sent": 9, "emails_remaining": 1, "byok_cost_usd": 0.5}
CONTRACT_REPLY = {"id": "r1", "sentiment": "positive", "preview": "Yes", "received_at": "2026-01-31T14:23:00Z"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + zlib.compress(bytes(range(256)) * 50)


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (json_document(), campaign_json),
        (json.dumps(json_document(), indent=2), campaign_json),
        (b"\xef\xbb\xbf" + json.dumps(json_document()).encode(), campaign_json),
        ("  \n\t" + json.dumps(json_document()), campaign_json),
        (ACCOUNT, account_json),
        ({"benchmarks": [], "plan": None}, account_json),
        ({"emails": [], "meta": {}}, campaign_json),
        ({"benchmarks": []}, account_json),
        (b"\xef\xbb\xbf" + json.dumps(ACCOUNT).encode(), account_json),
        (csv_text(csv_row()), campaign_csv),
        (b"\xef\xbb\xbf" + csv_text(csv_row()).encode(), campaign_csv),
    ],
)
def test_source_is_known_by_content_not_name(tmp_path, content, source):
    assert detect_source(write(tmp_path / "download.dat", content)).read is source


@pytest.mark.parametrize("content", [b"", b"  \r\n\t ", b"\xef\xbb\xbf"])
def test_an_empty_file_is_reported(tmp_path, content):
    with pytest.raises(SourceError, match=r"^new\.csv is empty\. Nothing was imported; download it again\.$"):
        read_records(write(tmp_path / "new.csv", content))


@pytest.mark.parametrize(
    "content",
    [PNG, b"[1, 2]", b"Dear reader", b"person,address\r\nAda,ada@x.example\r\n", csv_text(csv_row()).encode("utf-16")],
)
def test_unknown_format_says_what_is_needed(tmp_path, content):
    with pytest.raises(SourceError, match=r"^photo\.csv isn.t a file we can read yet: a CSV or JSON export"):
        read_records(write(tmp_path / "photo.csv", content))


def test_a_folder_and_a_missing_file_cannot_be_read(tmp_path):
    with pytest.raises(SourceError, match=r"cannot be read: Is a directory\.$"):
        read_records(tmp_path)
    with pytest.raises(SourceError, match=r"cannot be read: No such file or directory\.$"):
        read_records(tmp_path / "missing.csv")


def test_records_come_as_the_file_is_read(tmp_path):
    path = write(tmp_path / "cut.json", json.dumps(json_document())[:-40])
    first = next(read_records(Path(path)))
    assert isinstance(first, CampaignRecord)
    assert first.campaign_id == "camp_1"


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("campaign_id,email_id", "columns campaign_created_at, type, occurred_at"),
        ("campaign_id,campaign_created_at,email_id,type", "column occurred_at"),
    ],
)
def test_a_csv_without_required_columns_is_refused(tmp_path, header, missing):
    with pytest.raises(SourceError, match=rf"A CSV export also has the {missing}\. Nothing was imported\.$"):
        detect_source(write(tmp_path / "events.csv", f"{header}\r\n"))


def test_columns_divided_by_semicolons_are_refused(tmp_path):
    with pytest.raises(SourceError, match="isn't a file we can read yet"):
        detect_source(write(tmp_path / "events.csv", "campaign_id;email_id\r\n"))


def test_every_reader_has_an_entry():
    names = [module.name for module in pkgutil.iter_modules(readers.__path__)]
    modules = [importlib.import_module(f"{readers.__name__}.{name}") for name in names]
    formats = [entry for module in modules for entry in getattr(module, "FORMATS", ())]
    assert {entry.key for entry in formats} == {entry.key for entry in TOOL_FORMATS}
    assert {source.read.__module__ for source in SOURCES} <= {module.__name__ for module in modules}


def test_every_source_names_its_extensions():
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert all(source.extensions for source in SOURCES)
    assert {"csv", "json", "xlsx", "zip"} <= set(EXTENSIONS)


def test_every_source_reads_an_example(tmp_path):
    examples = {
        account_json: ACCOUNT,
        benchmarks_csv: "metric,average\nopen_rate,0.4\n",
        benchmarks_json: {"benchmarks": {"open_rate": {"p50": 0.2}}, "mcp": "sales"},
        campaign_csv: csv_text(csv_row()),
        campaign_json: json_document(),
        daily_json: {"daily": [{"date": "2026-01-30", "emails_sent": 9}], "campaign_id": "c"},
        replies_json: {"campaign_id": "c", "replies": [CONTRACT_REPLY]},
        usage_json: {"usage": USAGE, "period": "2026-01", "plan": None},
    }
    for source in SOURCES:
        path = write(tmp_path / f"{source.read.__name__}.dat", examples[source.read])  # type: ignore[index]
        assert detect_source(path) == source
        assert list(source.read(path))
