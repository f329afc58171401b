"""The table of formats, and the files that leave: a campaign, a table of a page, the account."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from outreach_results.errors import QueryError
from outreach_results.export.as_csv import csv_campaign, csv_rows, csv_table
from outreach_results.export.as_json import json_campaign, json_rows, json_table
from outreach_results.export.as_xlsx import xlsx_campaign, xlsx_rows, xlsx_table
from outreach_results.export.file_names import file_name
from outreach_results.export.reading import iso
from outreach_results.models import Detail, Filters
from outreach_results.models.file_format import FORMAT
from outreach_results.models.filters import DESCRIPTIONS
from outreach_results.models.metric_definitions import RATES
from outreach_results.results import benchmark_mcps, benchmarks, campaign, plan_known_at, plan_of
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.forgotten import forgotten_digests
from outreach_results.store.labels import clients_and_rules

DEFINITIONS = {
    "counts": "Unique emails: an email opened five times is one opened.",
    **{name: " / ".join(rate.parts) for name, rate in RATES.items()},
    "*_adjusted": "The rate expected once everything has come in. Only by send date.",
    "*_share_in": "How much of the rate's outcomes is expected to be in, from 0 to 1. Only by send date.",
    "*_low, *_high": "The ends of a 95% interval.",
    "*_of_others": "The rate of the other emails in the same campaigns.",
    "*_stands_out": "1 above and -1 below the others, significantly; 0 otherwise. Null where nothing was compared.",
    "humans_only": "Machine opens and clicks and automatic replies are left out.",
    "basis": "activity: an event counts on its own day. send: on the day its email was sent.",
    "null": "Not tracked, or nothing to divide by; never 0.",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be downloaded or written; ``chunks`` raises if it cannot be completed."""

    file_name: str
    media_type: str
    chunks: Iterator[bytes]

    def content(self) -> bytes:
        """The whole file; for small ones."""
        return b"".join(self.chunks)


@dataclass(frozen=True, slots=True)
class Format:
    """How one format writes a whole campaign, a table from a page, and rows as they are read from the database.

    ``label`` is what people call it. ``holds_days``: it can hold all that is known of a campaign with daily totals.
    ``bom`` is the byte order mark by which Excel recognizes UTF-8; files of the pages begin with it. ``is_text``: a
    terminal can show it.
    """

    label: str
    media_type: str
    campaign: Callable[[Connection, str, dict[str, Any]], Iterator[bytes]]
    table: Callable[[pd.DataFrame, dict[str, Any]], Iterator[bytes]]
    rows: Callable[[Sequence[str], Iterable[Sequence[Sequence[Any]]], dict[str, Any]], Iterator[bytes]]
    holds_days: bool = True
    bom: bytes = b""
    is_text: bool = True


def campaign_download(
    store: Store, campaign_id: str, fmt: str, *, humans_only: bool = False, bom: bool = False
) -> Download:
    """All data of one campaign: what was sent and everything that happened, streamed.

    Args:
        bom: begin a CSV with a byte order mark, so that Excel reads it as UTF-8; the other formats have none.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: there is no such format, it cannot hold all that is known of the campaign, or it has no byte order
            mark.
    """
    chosen = find_format(fmt)
    detail = campaign(store, campaign_id).detail  # raises before the first byte is sent
    if not can_hold(fmt, detail):
        able = " and ".join(name for name, held in FORMATS.items() if held.holds_days)
        raise QueryError("format", f"Only daily totals are known of this campaign: {fmt} cannot hold them, {able} can.")
    filters = Filters(campaigns=(campaign_id,), humans_only=humans_only)

    def chunks() -> Iterator[bytes]:
        if bom:
            yield chosen.bom
        with store.read(is_stream=True) as connection:
            yield from chosen.campaign(connection, campaign_id, file_metadata(filters, zone_of(connection).key))

    return Download(file_name(campaign_id, fmt, filters), chosen.media_type, chunks())


def can_hold(fmt: str, detail: Detail) -> bool:
    """Whether a format can hold all of such a campaign: a CSV has a row for each event, and none for a day."""
    return detail is Detail.EVENTS or FORMATS[fmt].holds_days


def table_download(store: Store, name: str, frame: pd.DataFrame, fmt: str, filters: Filters) -> Download:
    """A table as a page shows it.

    Raises:
        QueryError: there is no such format.
    """
    chosen = find_format(fmt)
    zone = store.zone().key
    chunks = chain([chosen.bom], chosen.table(frame, file_metadata(filters, zone)))
    return Download(file_name(name, fmt, filters, zone), chosen.media_type, chunks)


def account_download(store: Store) -> Download:
    """The plan, benchmarks, hashes of forgotten people, clients and rules, in the form that the import reads."""
    plan, known_at = plan_of(store), plan_known_at(store)
    dated = {} if known_at is None else {"known_at": iso(known_at)}
    account = {
        "plan": plan.model_dump(mode="json") | dated if plan else None,
        "benchmarks": [benchmarks(store, mcp or None).model_dump(mode="json") for mcp in benchmark_mcps(store)],
    }
    forgotten = [one._asdict() | {"forgotten_at": iso(one.forgotten_at)} for one in forgotten_digests(store)]
    if forgotten:  # an older version refuses a file with a part that it does not know
        account["forgotten"] = forgotten
    named, rules = clients_and_rules(store)
    account |= {name: part for name, part in (("clients", named), ("label_rules", rules)) if part}
    return Download("account.json", "application/json", iter([json.dumps(account, indent=1).encode() + b"\n"]))


def find_format(name: str) -> Format:
    """The format of that name.

    Raises:
        QueryError: there is no such format.
    """
    if name not in FORMATS:
        raise QueryError("format", f"{name[:20]!r} isn't a format. Known: {', '.join(FORMATS)}.")
    return FORMATS[name]


def file_metadata(filters: Filters, zone: str) -> dict[str, Any]:
    """The metadata of a file: its filters, zone and definitions, ready for JSON."""
    return {
        "format": FORMAT,
        "time_zone": zone,
        "filters": {name: getattr(filters, name) for name in DESCRIPTIONS},
        "definitions": DEFINITIONS,
    }


FORMATS: dict[str, Format] = {
    "csv": Format(
        "CSV",
        "text/csv; charset=utf-8",
        csv_campaign,
        csv_table,
        csv_rows,
        holds_days=False,
        bom=codecs.BOM_UTF8,
    ),
    "json": Format("JSON", "application/json", json_campaign, json_table, json_rows),
    "xlsx": Format(
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx_campaign,
        xlsx_table,
        xlsx_rows,
        is_text=False,
    ),
}
"""Every export format. To add one, write its three functions and name it here."""
