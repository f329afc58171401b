"""A campaign's days and replies as the Results API answers them, saved to files.

Such an answer does not describe its campaign. Until another source does, the campaign is called by its id, and its
first row stands for its beginning.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import ijson

from outreach_results.errors import SourceError
from outreach_results.ingest import fields as read
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.campaign_json import top_level_items
from outreach_results.ingest.records import CampaignRecord, DailyRecord, Notice, Records, Rejected, ReplyRecord
from outreach_results.ingest.rejects import within_document
from outreach_results.models import COUNTS, Detail

Item = Mapping[str, Any]
Parse = Callable[[str, Item], DailyRecord | ReplyRecord]

_NOON = time(12, tzinfo=UTC)  # the same day in nearly every time zone


def daily_json(path: Path) -> Records:
    """The records of an answer to ``/campaigns/:id/stats/daily``.

    Raises:
        SourceError: it is no such answer, or has no days.
    """
    return _records(path, "daily", day_record)


def replies_json(path: Path) -> Records:
    """The records of an answer to ``/campaigns/:id/replies``.

    Raises:
        SourceError: it is no such answer, or has no replies.
    """
    return _records(path, "replies", reply_record)


def day_record(campaign_id: str, item: Item) -> DailyRecord:
    """The record of one day.

    Raises:
        FieldError: a value is not allowed.
    """
    counts = {name: read.count(name, item.get(name)) for name in COUNTS}
    cost = None if item.get("cost_usd") is None else read.micros("cost_usd", item["cost_usd"])
    return DailyRecord(campaign_id, read.day("date", item.get("date")), **counts, cost=cost)


def reply_record(campaign_id: str, item: Item) -> ReplyRecord:
    """The record of one reply; the contract has neither the id of the answered email nor the whole text.

    Raises:
        FieldError: a value is not allowed.
    """
    return ReplyRecord(
        campaign_id,
        read.identifier("id", item.get("id")),
        None,
        read.text("email", item.get("email")),
        read.text("name", item.get("name")),
        read.text("company", item.get("company")),
        read.sentiment("sentiment", item.get("sentiment")),
        read.text("preview", item.get("preview")) or "",
        None,
        read.instant("received_at", item.get("received_at")),
    )


def _records(path: Path, section: str, parse: Parse) -> Records:
    """Read twice, because the campaign comes before its rows, and what is known of it may stand anywhere."""
    campaign_id: str | None = None
    began_at: datetime | None = None
    count, total = 0, 0
    for name, item in _items(path):
        if name == "campaign_id":
            campaign_id = _campaign_id(item, path.name)
        elif name == "pagination" and isinstance(item, dict) and isinstance(item.get("total"), int):
            total = item["total"]
        elif name == section:
            count += 1
            with suppress(FieldError):
                at = _moment(_parsed(parse, "", item, section))
                began_at = at if began_at is None else min(began_at, at)
    if campaign_id is None:
        raise SourceError(f'{path.name} cannot be used: it has no "campaign_id". Nothing was imported.')
    if count == 0:
        raise SourceError(f'{path.name} has no rows in "{section}". Nothing was imported.')
    if began_at is not None:
        yield CampaignRecord(campaign_id, campaign_id, None, began_at, Detail.DAILY.value)
    row = 0
    for name, item in _items(path):
        if name == section:
            row += 1
            try:
                yield _parsed(parse, campaign_id, item, section)
            except FieldError as error:
                original = within_document({"campaign_id": campaign_id}, section, item)
                yield Rejected(path.name, row, f"{section}.{error.column}", error.reason, original)
    if total > count:
        yield Notice(
            f"{path.name} has {count:,} of {total:,} {section}. "
            "The others are on other pages: import those answers too."
        )


def _items(path: Path) -> Iterator[tuple[str, Any]]:
    with _errors(path), path.open("rb") as file:
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            file.seek(0)
        yield from top_level_items(file)


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None
    except ArithmeticError:  # the parser makes decimals, which have no such exponents
        raise SourceError(
            f"{path.name} cannot be read: it holds a number with an exponent that no number has. Nothing was imported; "
            "correct the number and try again."
        ) from None
    except (ijson.JSONError, UnicodeDecodeError):
        raise SourceError(
            f"{path.name} is not valid JSON, or ends too early. Nothing was imported; download it again."
        ) from None


def _campaign_id(value: Any, source: str) -> str:
    try:
        return read.identifier("campaign_id", value)
    except FieldError as error:
        raise SourceError(f"{source} cannot be used: {error}. Nothing was imported.") from None


def _parsed(parse: Parse, campaign_id: str, item: Any, section: str) -> DailyRecord | ReplyRecord:
    if not isinstance(item, dict):
        raise FieldError(section, "an object is required")
    return parse(campaign_id, item)


def _moment(record: DailyRecord | ReplyRecord) -> datetime:
    return datetime.combine(record.date, _NOON) if isinstance(record, DailyRecord) else record.received_at
