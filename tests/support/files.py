"""Files in the product's own formats, each with one thing wrong where a test wants that."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from outreach_results.export import CSV_COLUMNS, FORMAT
from outreach_results.ingest.load import LoadReport, load
from outreach_results.ingest.registry import read_records
from outreach_results.store.engine import Store

Row = dict[str, Any]


def json_email(email_id: str = "e1", **changes: Any) -> Row:
    return {
        "id": email_id,
        "recipient": "ada@prospect.example",
        "name": "Ada",
        "company": "Prospect",
        "sent_at": "2026-01-05T12:00:00Z",
        "costs_usd": {"ai_generation": 0.001, "lead_enrichment": 0.002, "email_sending": 0.0003},
    } | changes


def json_event(event_id: str = "v1", **changes: Any) -> Row:
    return {
        "id": event_id,
        "email_id": "e1",
        "type": "opened",
        "occurred_at": "2026-01-06T12:00:00Z",
        "is_machine": False,
        "url": None,
    } | changes


def json_reply(reply_id: str = "r1", **changes: Any) -> Row:
    return {
        "id": reply_id,
        "email_id": "e1",
        "email": "ada@prospect.example",
        "name": "Ada",
        "company": "Prospect",
        "sentiment": "neutral",
        "preview": "Tell me more",
        "body": "Tell me more, please.",
        "received_at": "2026-01-07T12:00:00Z",
        "mark": None,
    } | changes


def json_document(**sections: Any) -> dict[str, Any]:
    """A campaign's document; a section of None is left out."""
    whole = {
        "meta": {"format": FORMAT},
        "campaign": {
            "id": "camp_1",
            "name": "First contact",
            "mcp": "sales-outreach",
            "created_at": "2026-01-01T12:00:00Z",
        },
        "emails": [json_email()],
        "events": [json_event()],
        "replies": [json_reply()],
    } | sections
    return {name: section for name, section in whole.items() if section is not None}


def csv_row(**cells: str) -> Row:
    """A row of camp_1: an email that was sent, by default."""
    return {
        "campaign_id": "camp_1",
        "campaign_name": "First contact",
        "mcp": "sales-outreach",
        "campaign_created_at": "2026-01-01T12:00:00Z",
        "email_id": "e1",
        "recipient": "ada@prospect.example",
        "type": "sent",
        "occurred_at": "2026-01-05T12:00:00Z",
    } | cells


def csv_event(event_id: str = "v1", **cells: str) -> Row:
    return csv_row(event_id=event_id, type="opened", occurred_at="2026-01-06T12:00:00Z") | cells


def csv_reply(reply_id: str = "r1", **cells: str) -> Row:
    return (
        csv_row(
            event_id=reply_id,
            type="replied",
            occurred_at="2026-01-07T12:00:00Z",
            reply_address="ada@prospect.example",
            sentiment="neutral",
            preview="Tell me more",
        )
        | cells
    )


def csv_text(*rows: Row, columns: tuple[str, ...] = tuple(CSV_COLUMNS)) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def write(path: Path, content: Any) -> Path:
    """A file of these bytes, this text or this JSON."""
    if not isinstance(content, str | bytes):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path


def load_file(store: Store, path: Path) -> LoadReport:
    """Import a file as the command line does."""
    return load(store, path.name, read_records(path))
