"""A campaign in this product's own JSON: one document with meta, campaign, emails, events and replies.

Read as a stream, so that its size does not matter.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import ijson

from outreach_results.errors import SourceError
from outreach_results.ingest import fields as read
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.records import (
    CampaignRecord,
    ContactRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    Notice,
    Records,
    Rejected,
    ReplyRecord,
    ReportedRecord,
    require_cost_has_sending,
)
from outreach_results.ingest.rejects import within_document
from outreach_results.ingest.tracks import tracks_in_json
from outreach_results.models import COST_COLUMNS, COSTS, COUNTS, MAX_ID, Detail
from outreach_results.models.file_format import FORMAT
from outreach_results.store.entries import Entries
from outreach_results.store.schema import OUTCOME_COLUMNS

Item = Mapping[str, Any]

_UNKNOWN_NAMED = 5
_CONTACT_TEXTS = ("address", "name", "company", "category")


def campaign_json(path: Path) -> Records:
    """The records of a campaign's JSON export.

    Raises:
        SourceError: it is no such document, or ends too early.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(BOM_UTF8)) != BOM_UTF8:
                file.seek(0)
            yield from read_campaign(file, path.name)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}.") from None


def read_campaign(file: IO[bytes], source: str) -> Records:
    """The records of an open document; ``source`` names it in rejected rows, which are counted in each section."""
    campaign_id: str | None = None
    document: dict[str, Any] = {}
    rows: Counter[str] = Counter()
    unknown: dict[str, None] = {}
    try:
        for section, item in top_level_items(file):
            if section == "meta":
                _check_format(item, source)
            elif section == "campaign":
                record = _campaign(item, source)
                campaign_id = record.campaign_id
                document = {"meta": {"format": FORMAT}, "campaign": item}
                yield record
            elif section in _SECTIONS or section == "reported":
                if campaign_id is None:
                    raise SourceError(f'{source} cannot be read: "campaign" has to come before "{section}".')
                rows[section] += 1
                try:
                    if not isinstance(item, dict):
                        raise FieldError(section, "an object is required")
                    yield from (_SECTIONS.get(section) or _reported)(campaign_id, item)
                except FieldError as error:
                    original = within_document(document, section, item)
                    yield Rejected(source, rows[section], f"{section}.{error.column}", error.reason, original)
            elif len(unknown) < _UNKNOWN_NAMED:
                unknown[read.quoted(section)] = None
    except ArithmeticError:  # the parser makes decimals, which have no such exponents
        raise SourceError(
            f"{source} cannot be read: after {_place(rows)} it holds a number with an exponent that no number has. "
            "Nothing was imported; correct the number and try again."
        ) from None
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{source} is not valid JSON, or ends too early ({_first_line(error)}). Nothing was imported; "
            "export or download the file again."
        ) from None
    if campaign_id is None:
        raise SourceError(f'{source} is not a campaign export of Outreach Results: it has no "campaign".')
    if unknown:
        yield Notice(
            f"{source} has {'a section' if len(unknown) == 1 else 'sections'} that this version does not know and left "
            f"out: {', '.join(unknown)}. Known are {', '.join(('meta', 'campaign', *_SECTIONS, 'reported'))}."
        )


def _place(rows: Counter[str]) -> str:
    """Where reading stopped: the last row that could be read."""
    section = next(reversed(rows), None)
    return "its beginning" if section is None else f"row {rows[section]:,} of {section}"


def _first_line(error: Exception) -> str:
    """The message of the parser, without the excerpt that it appends."""
    message = error.args[0]
    return (message.decode(errors="replace") if isinstance(message, bytes) else str(error)).splitlines()[0]


def top_level_items(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """(section, value) of every top-level value, or of each element of an array; null is left out."""
    section = ""
    builder: Any = None
    depth = ends_at = 0
    for event, value in ijson.basic_parse(file):
        opens, closes = event in ("start_map", "start_array"), event in ("end_map", "end_array")
        depth += opens - closes
        if builder is not None:
            builder.event(event, value)
            if depth == ends_at:
                yield section, builder.value
                builder = None
        elif event == "map_key":
            section = value
        elif opens and (depth == 3 or (depth == 2 and event == "start_map")):
            builder, ends_at = ijson.ObjectBuilder(), depth - 1
            builder.event(event, value)
        elif (depth == 2 and not opens) or (depth == 1 and event not in ("null", "start_map", "end_array")):
            yield section, value  # a bare value, to be rejected by name


def names_our_format(start: bytes) -> bool:
    """Whether the first object of a JSON document names our format and version."""
    depth = 0
    section = key = None
    try:
        for event, value in ijson.basic_parse(start):
            depth += (event == "start_map") - (event == "end_map")
            if event == "map_key":
                section, key = (value, None) if depth == 1 else (section, value)
            elif section == "meta" and key == "format" and depth == 2:
                return bool(value == FORMAT)
            if section not in (None, "meta"):
                return False
    except (ijson.JSONError, UnicodeDecodeError):
        pass  # cut off, or no JSON
    return False


def _check_format(meta: Any, source: str) -> None:
    name = meta.get("format") if isinstance(meta, dict) else None
    if name != FORMAT:
        is_newer = isinstance(name, str) and name.startswith(FORMAT.partition("/")[0])
        raise SourceError(
            f"{source} is of the format {read.quoted(name)}; this version reads {FORMAT!r}. Nothing was imported."
            + (" Upgrade this program, or export the campaign from an older one." if is_newer else "")
        )


def _campaign(item: Any, source: str) -> CampaignRecord:
    try:
        if not isinstance(item, dict):
            raise FieldError("campaign", "an object is required")
        detail = item.get("detail") or Detail.EVENTS.value
        if not isinstance(detail, str) or detail not in set(Detail):
            raise FieldError("detail", f"{read.quoted(detail)} is not one of {', '.join(Detail)}")
        campaign_id = read.identifier("id", item.get("id"))
        return CampaignRecord(
            campaign_id,
            read.text("name", item.get("name")) or campaign_id,
            read.text("mcp", item.get("mcp"), MAX_ID),
            read.instant("created_at", item.get("created_at")),
            detail,
            tracks_in_json("tracks", item.get("tracks")),
            tracks_in_json("tracks_choice", item.get("tracks_choice")),
            _entered(item.get("entered")),
            read.labels(item.get("client"), item.get("tags"), item.get("labels_chosen")) if "tags" in item else None,
        )
    except FieldError as error:
        raise SourceError(f"{source} describes its campaign wrongly: {error}. Nothing was imported.") from None


def _entered(item: Any) -> Entries:
    if item is None:
        return Entries()
    if not isinstance(item, dict):
        raise FieldError("entered", "an object is required")
    return read.entered(*(item.get(name) for name in ("name", "mcp", "cost_usd", "cost_per")))


def _email(campaign_id: str, item: Item) -> Records:
    costs = item.get("costs_usd") or {}
    if not isinstance(costs, dict):
        raise FieldError("costs_usd", "an object with a cost for each component is required")
    described = {
        name: read.micros(f"costs_usd.{cost}", costs.get(cost)) for name, cost in zip(COST_COLUMNS, COSTS, strict=True)
    }
    yield require_cost_has_sending(
        EmailRecord(
            campaign_id,
            read.identifier("id", item.get("id")),
            read.text("recipient", item.get("recipient")),
            read.text("name", item.get("name")),
            read.text("company", item.get("company")),
            read.optional_instant("sent_at", item.get("sent_at")),
            **(read.email_details(item.get) | described),
        )
    )


def _event(campaign_id: str, item: Item) -> Records:
    yield EventRecord(
        campaign_id,
        read.identifier("id", item.get("id")),
        read.identifier("email_id", item.get("email_id")),
        read.event_type("type", item.get("type")),
        read.instant("occurred_at", item.get("occurred_at")),
        read.flag("is_machine", item.get("is_machine")),
        read.text("url", item.get("url")),
        **read.event_details(item.get),
    )


def _reply(campaign_id: str, item: Item) -> Records:
    reply = ReplyRecord(
        campaign_id,
        read.identifier("id", item.get("id")),
        read.optional_identifier("email_id", item.get("email_id")),
        read.text("email", item.get("email")),
        read.text("name", item.get("name")),
        read.text("company", item.get("company")),
        read.sentiment("sentiment", item.get("sentiment")),
        read.text("preview", item.get("preview")) or "",
        read.text("body", item.get("body"), read.MAX_BODY),
        read.instant("received_at", item.get("received_at")),
        read.text_removed("text_removed", item.get("text_removed")),
    )
    mark = item.get("mark")
    yield reply
    if mark is not None:
        if not isinstance(mark, dict):
            raise FieldError("mark", "an object is required")
        yield _mark(campaign_id, reply.reply_id, mark)


def _mark(campaign_id: str, reply_id: str, mark: Item) -> MarkRecord:
    """The state of a reply. Its last editor is taken for the author of parts that name none."""
    sentiment, handled_at = mark.get("sentiment"), mark.get("handled_at")
    by, at = mark.get("by"), mark.get("at")
    return MarkRecord(
        campaign_id,
        reply_id,
        None if sentiment is None else read.sentiment("mark.sentiment", sentiment),
        read.optional_instant("mark.handled_at", handled_at),
        read.text("mark.by", by),
        read.instant("mark.at", at),
        read.text("mark.corrected_by", mark.get("corrected_by", by if sentiment else None)),
        read.optional_instant("mark.corrected_at", mark.get("corrected_at", at if sentiment else None)),
        read.text("mark.handled_by", mark.get("handled_by", by if handled_at else None)),
        read.version("mark.version", mark.get("version")),
        read.optional_instant("mark.meeting_marked_at", mark.get("meeting_marked_at")),
        read.text("mark.meeting_marked_by", mark.get("meeting_marked_by")),
        read.text("mark.assignee", mark.get("assignee"), read.MAX_NAME),
        read.text("mark.assigned_by", mark.get("assigned_by")),
        read.optional_instant("mark.assigned_at", mark.get("assigned_at")),
        read.optional_day("mark.snoozed_until", mark.get("snoozed_until")),
        read.text("mark.snoozed_by", mark.get("snoozed_by")),
        read.optional_instant("mark.snoozed_at", mark.get("snoozed_at")),
    )


def _contact(campaign_id: str, item: Item) -> Records:
    values: dict[str, Any] = {name: read.text(name, item.get(name)) for name in _CONTACT_TEXTS}
    values |= read.email_details(item.get)
    values |= {name: read.count(name, item.get(name)) for name in OUTCOME_COLUMNS}
    values |= {name: read.optional_instant(name, item.get(name)) for name in OUTCOME_COLUMNS.values()}
    yield ContactRecord(
        campaign_id,
        read.identifier("id", item.get("id")),
        read.instant("as_of", item.get("as_of")),
        cost=_optional_micros("cost_usd", item),
        **values,
    )


def _daily(campaign_id: str, item: Item) -> Records:
    counts = {name: read.count(name, item.get(name)) for name in COUNTS}
    day = read.day("date", item.get("date"))
    yield DailyRecord(campaign_id, day, **counts, cost=_optional_micros("cost_usd", item))


def _reported(campaign_id: str, item: Item) -> Records:
    yield ReportedRecord(
        campaign_id=campaign_id,
        period_start=read.optional_instant("period_start", item.get("period_start")),
        period_end=read.optional_instant("period_end", item.get("period_end")),
        fetched_at=read.instant("fetched_at", item.get("fetched_at")),
        **{name: read.count(name, item.get(name)) for name in COUNTS},
        **{name: _optional_micros(f"{name}_usd", item) for name in (*COST_COLUMNS, "cost")},
    )


def _optional_micros(name: str, item: Item) -> int | None:
    return None if item.get(name) is None else read.micros(name, item[name])


_SECTIONS: dict[str, Callable[[str, Item], Records]] = {
    "emails": _email,
    "events": _event,
    "replies": _reply,
    "contacts": _contact,
    "daily": _daily,
}
