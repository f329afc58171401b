"""The query parameters of the routes: type, limits, and the message that refuses any other value.

Values are parsed strictly: a day is ``2026-01-31`` and nothing that merely looks like one, so that a misspelled value
is refused and never answered as if it were another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, TypedDict

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema, WithJsonSchema
from pydantic_core import PydanticCustomError

from outreach_results.api.webhooks.sources import NAMES
from outreach_results.export import FORMATS
from outreach_results.models import MAX_ID, Basis, Dimension, Filters, Sentiment
from outreach_results.results import MAX_PER_PAGE, NOBODY, PER_PAGE, ReplyStatus

MAX_PAGE = 1_000_000
MAX_Q = 200
MAX_ASSIGNEE = MAX_ID
_NO_NUL = r"^[^\x00]*$"
_PERIOD = r"^(month|(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2]))$"


def _refusal(value: Any, allowed: str) -> PydanticCustomError:
    shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:57]}…"
    return PydanticCustomError(
        "not_allowed", "{shown} is not allowed. Use {allowed}.", {"shown": shown, "allowed": allowed}
    )


def _checked(schema: dict[str, Any], example: object, allowed: str, convert: Callable[[str], Any]) -> tuple[Any, Any]:
    """The two annotations of a parameter's type: its validator, and its JSON schema."""

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value  # a default
        try:
            return convert(value)
        except (ValueError, KeyError):
            raise _refusal(value, allowed) from None

    return BeforeValidator(read), WithJsonSchema(schema | {"examples": [example]})


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def whole(last: int, example: int) -> tuple[Any, Any]:
    """The annotations of a parameter that is a whole number from 1."""

    def convert(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= last:
            raise ValueError
        return int(text)

    schema = {"type": "integer", "minimum": 1, "maximum": last}
    return _checked(schema, example, f"a whole number from 1 to {last:,}", convert)


def one_of(values: Iterable[str]) -> tuple[Any, Any]:
    """The annotations of a parameter that is one of these words."""
    names = [str(value) for value in values]
    convert = {name: name for name in names}.__getitem__
    return _checked({"type": "string", "enum": names}, names[0], " or ".join(names), convert)


def text_of(shortest: int, longest: int, example: str) -> tuple[Any, Any]:
    """The annotations of a parameter that is a text of so many characters."""

    def convert(text: str) -> str:
        if not shortest <= len(text) <= longest or "\x00" in text:
            raise ValueError
        return text

    schema = {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": _NO_NUL}
    return _checked(schema, example, f"{shortest} to {longest} characters without NUL", convert)


def _month(text: str) -> str:
    if not re.fullmatch(_PERIOD, text):
        raise ValueError
    return text


_FLAGS = {"true": True, "false": False}

Day = Annotated[date, *_checked({"type": "string", "format": "date"}, "2026-01-31", "a date like 2026-01-31", _day)]
Flag = Annotated[bool, *_checked({"type": "boolean"}, True, "true or false", _FLAGS.__getitem__)]
Month = Annotated[
    str, *_checked({"type": "string", "pattern": _PERIOD}, "2026-01", "month, or a month like 2026-01", _month)
]
CampaignId = Annotated[
    str,
    *text_of(1, MAX_ID, "camp_abc123"),
    Path(description="The campaign's id, as `/campaigns` lists it."),
]


WebhookName = Annotated[
    str,
    *one_of(NAMES),
    Path(description="The service that delivers."),
]


class IngestQuery(BaseModel):
    """Where delivered events belong."""

    campaign: Annotated[str, *text_of(1, MAX_ID, "Spring")] | SkipJsonSchema[None] = Field(
        default=None,
        description="The name or id of the campaign for events that name none.",
    )


class PageQuery(BaseModel):
    """Which page of a list."""

    page: Annotated[int, *whole(MAX_PAGE, 1)] = Field(default=1, description="Which page, counted from 1.")
    per_page: Annotated[int, *whole(MAX_PER_PAGE, PER_PAGE)] = Field(default=PER_PAGE, description="Rows per page.")


class Narrowing(TypedDict):
    """What `results.narrowed` takes beside filters."""

    clients: tuple[str] | None
    tags: tuple[str] | None


class LabelsQuery(BaseModel):
    """Whose campaigns."""

    client: Annotated[str, *text_of(1, MAX_ID, "acme")] | SkipJsonSchema[None] = Field(
        default=None,
        description="Only the campaigns of the client of this id.",
    )
    tag: Annotated[str, *text_of(1, MAX_ID, "spring")] | SkipJsonSchema[None] = Field(
        default=None,
        description="Only the campaigns with this tag.",
    )

    def labels(self) -> Narrowing:
        """These parameters as `results.narrowed` takes them."""
        return {
            "clients": None if self.client is None else (self.client,),
            "tags": None if self.tag is None else (self.tag,),
        }


class CampaignsQuery(LabelsQuery, PageQuery):
    """Which page of whose campaigns."""


class PeriodQuery(BaseModel):
    """Which days, and whose doing."""

    start: Day | SkipJsonSchema[None] = Field(
        default=None,
        description="The first day, in the reporting time zone. Without it: from the beginning.",
    )
    end: Day | SkipJsonSchema[None] = Field(
        default=None,
        description="The last day, included. Without it: to the latest.",
    )
    humans_only: Flag = Field(
        default=False,
        description="Leave out machine opens, machine clicks and automatic replies.",
    )

    def filters(self) -> Filters:
        """These parameters as `Filters`."""
        return Filters(start=self.start, end=self.end, humans_only=self.humans_only)


class StatsQuery(PeriodQuery):
    """Which days, whose doing, and on which day an event counts."""

    basis: Annotated[Basis, *one_of(Basis)] = Field(
        default=Basis.ACTIVITY,
        description="On which day an event counts: its own (`activity`) or the day its email was sent (`send`).",
    )

    def filters(self) -> Filters:
        """These parameters as `Filters`."""
        return Filters(start=self.start, end=self.end, basis=self.basis, humans_only=self.humans_only)


class BreakdownQuery(StatsQuery):
    """What the campaign is broken down by."""

    by: Annotated[Dimension, *one_of(Dimension)] = Field(
        default=Dimension.STEP,
        description="What the emails, or their bounces, are grouped by.",
    )


class RepliesQuery(PeriodQuery, PageQuery):
    """Which replies."""

    sentiment: Annotated[Sentiment, *one_of(Sentiment)] | SkipJsonSchema[None] = Field(
        default=None,
        description="Only replies that sound like this, after corrections.",
    )
    status: Annotated[ReplyStatus, *one_of(ReplyStatus)] = Field(
        default=ReplyStatus.ALL,
        description="Only replies that are still `open`, that are `snoozed`, or that were `handled`.",
    )
    assignee: Annotated[str, *text_of(1, MAX_ASSIGNEE, "ana@team.example")] | SkipJsonSchema[None] = Field(
        default=None,
        description="Only replies that this one is to answer, by address or name; `none`: unassigned ones.",
    )
    q: Annotated[str, *text_of(0, MAX_Q, "pricing")] | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            "Only replies in whose name, address, company or text each of these words occurs, or begins a word. "
            "Case and accents do not matter."
        ),
    )

    def of_assignee(self) -> str | None:
        """The assignee as `InboxFilters` have it."""
        return NOBODY if self.assignee == "none" else self.assignee


class UsageQuery(BaseModel):
    """Which month."""

    period: Month = Field(
        default="month",
        description="`month` for the current calendar month of the reporting time zone, or `YYYY-MM`.",
    )


class BenchmarksQuery(BaseModel):
    """Whose benchmarks."""

    mcp: Annotated[str, *text_of(1, MAX_ID, "sales-outreach")] | SkipJsonSchema[None] = Field(
        default=None,
        description="The kind of outreach. Without it: the community as a whole.",
    )


class ExportQuery(BaseModel):
    """Which file."""

    format: Annotated[str, *one_of(FORMATS)] = Field(
        default="json",
        description="The format of the file.",
    )
    humans_only: Flag = Field(
        default=False,
        description="Leave out machine opens, machine clicks and automatic replies.",
    )
    bom: Flag = Field(
        default=False,
        description="Begin a CSV with a byte order mark, so that Excel reads it as UTF-8. The other formats have none.",
    )
