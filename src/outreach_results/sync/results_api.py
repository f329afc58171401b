"""A server that speaks the Results API, as a source: its answers as the records that every source yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from outreach_results.errors import SourceError
from outreach_results.ingest import fields as read
from outreach_results.ingest.fields import FieldError
from outreach_results.ingest.readers.account_json import benchmark_records, plan_record
from outreach_results.ingest.readers.contract_json import day_record, reply_record
from outreach_results.ingest.records import (
    BenchmarkRecord,
    DailyRecord,
    PlanRecord,
    Rejected,
    ReplyRecord,
    ReportedRecord,
    Tracks,
)
from outreach_results.ingest.tracks import tracks_of
from outreach_results.models import COSTS, COUNTS, MAX_ID, Benchmarks, CampaignStats, Pagination, Plan, Usage
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.store.labels import SaidLabels
from outreach_results.sync.http_client import JsonResponse, RemoteServer
from outreach_results.sync.paging import Page

PER_PAGE = 100
AnyModel = TypeVar("AnyModel", bound=BaseModel)
Row = TypeVar("Row")
Item = Mapping[str, Any]


class _Listed(BaseModel):
    """A page of a list with unparsed rows: a malformed row must not stop the others."""

    model_config = ConfigDict(extra="ignore")

    pagination: Pagination


class _CampaignRows(_Listed):
    campaigns: list[Any]


class _ReplyRows(_Listed):
    campaign_id: str
    replies: list[Any]


class _DayRows(BaseModel):
    model_config = ConfigDict(extra="ignore")

    campaign_id: str
    daily: list[Any]


@dataclass(frozen=True, slots=True)
class ListedCampaign:
    """A campaign of the server's list; the contract has no such list, so most fields are optional."""

    campaign_id: str
    name: str | None = None
    mcp: str | None = None
    created_at: datetime | None = None
    tracks: Tracks = ()
    labels: SaidLabels | None = None


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """The usage of a month as the server reports it, and the plan."""

    usage: Usage
    plan: PlanRecord | None


class ResultsApi:
    """The resources of the contract on one server, as records. None means: unchanged since that ETag.

    Raises (each of them):
        KeyRefusedError: the key is not, or no longer, accepted.
        NotOfferedError: the server does not have that.
        SourceError: it cannot be reached, or its answer cannot be used; the sentence names the field.
    """

    def __init__(self, server: RemoteServer) -> None:
        self.server = server

    def campaigns(self, page: int, etag: str | None = None) -> Page[ListedCampaign | Rejected] | None:
        """A page of all campaigns."""
        answer = self.server.get_json(("campaigns",), {"page": page, "per_page": PER_PAGE}, etag=etag)
        if answer is None:
            return None
        body = self._checked(_CampaignRows, answer.content, "The list of campaigns")
        return self._page("campaigns", body.campaigns, page, body.pagination, answer.etag, _listed)

    def stats(self, campaign_id: str, etag: str | None = None) -> JsonResponse[ReportedRecord] | None:
        """The totals of the whole campaign."""
        answer = self.server.get_json(("campaigns", campaign_id, "stats"), etag=etag)
        if answer is None:
            return None
        what = f"The stats of {campaign_id}"
        body = self._checked(CampaignStats, answer.content, what)
        self._check_campaign(campaign_id, body.campaign_id, what)
        try:
            return JsonResponse(_reported(body, datetime.now(UTC)), answer.etag)
        except FieldError as error:
            raise self._unusable(what, error) from None

    def daily(self, campaign_id: str, etag: str | None = None) -> JsonResponse[list[DailyRecord | Rejected]] | None:
        """Every day of the campaign."""
        answer = self.server.get_json(("campaigns", campaign_id, "stats", "daily"), etag=etag)
        if answer is None:
            return None
        what = f"The daily stats of {campaign_id}"
        body = self._checked(_DayRows, answer.content, what)
        self._check_campaign(campaign_id, body.campaign_id, what)
        days: dict[str, DailyRecord | Rejected] = {}
        for number, item in enumerate(body.daily, 1):
            key, day = self._row("daily", number, item, "date", partial(day_record, campaign_id))
            if days.setdefault(key, day) != day:
                twice = FieldError("date", f"{key} occurs twice, with other numbers")
                days[_unnamed(number)] = self._rejected("daily", number, twice)
        return JsonResponse(list(days.values()), answer.etag)

    def replies(self, campaign_id: str, page: int, etag: str | None = None) -> Page[ReplyRecord | Rejected] | None:
        """A page of the campaign's replies."""
        path = ("campaigns", campaign_id, "replies")
        answer = self.server.get_json(path, {"page": page, "per_page": PER_PAGE}, etag=etag)
        if answer is None:
            return None
        what = f"The replies to {campaign_id}"
        body = self._checked(_ReplyRows, answer.content, what)
        self._check_campaign(campaign_id, body.campaign_id, what)
        parse = partial(reply_record, campaign_id)
        return self._page("replies", body.replies, page, body.pagination, answer.etag, parse)

    def usage(self, etag: str | None = None) -> JsonResponse[AccountUsage] | None:
        """The usage of the current month, and the plan."""
        answer = self.server.get_json(("usage",), {"period": "month"}, etag=etag)
        if answer is None:
            return None
        body = self._checked(Usage, answer.content, "The usage")
        try:
            read.day("period", f"{body.period}-01")
            read.count("usage.emails_sent", body.usage.emails_sent)
            read.micros("usage.byok_cost_usd", body.usage.byok_cost_usd)
            plan = None if body.plan is None else _checked_plan(body.plan)
        except FieldError as error:
            raise self._unusable("The usage", error) from None
        return JsonResponse(AccountUsage(body, plan), answer.etag)

    def benchmarks(self, mcp: str | None = None, etag: str | None = None) -> JsonResponse[list[BenchmarkRecord]] | None:
        """The community's benchmarks for an mcp, or of the community as a whole."""
        answer = self.server.get_json(("benchmarks",), {} if mcp is None else {"mcp": mcp}, etag=etag)
        if answer is None:
            return None
        what = "The benchmarks" if mcp is None else f"The benchmarks of {mcp}"
        body = self._checked(Benchmarks, answer.content, what)
        # Stored under what was requested: a server may name the community as a whole as it likes.
        rows = benchmark_records(body.model_copy(update={"mcp": mcp}))
        try:
            return JsonResponse([_checked_benchmark(row) for row in rows], answer.etag)
        except FieldError as error:
            raise self._unusable(what, error) from None

    # --- checks ------------------------------------------------------------------------------------------------------

    def _checked(self, model: type[AnyModel], content: Any, what: str) -> AnyModel:
        try:
            return model.model_validate(content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the answer"
            reason = "it is missing" if first["type"] == "missing" else first["msg"]
            raise self._unusable(what, FieldError(place, reason)) from None

    def _check_campaign(self, requested: str, answered: str, what: str) -> None:
        if requested != answered:
            raise self._unusable(what, FieldError("campaign_id", f"{read.quoted(answered)} is another campaign"))

    def _unusable(self, what: str, error: FieldError) -> SourceError:
        return SourceError(f"{what} from {self.server.name} cannot be used: {error}. Nothing of it was changed.")

    def _page(
        self,
        section: str,
        items: list[Any],
        page: int,
        pagination: Pagination,
        etag: str | None,
        parse: Callable[[Item], Row],
    ) -> Page[Row | Rejected]:
        if pagination.per_page < 1 or pagination.total < 0:
            raise self._unusable(f"Page {page} of the {section}", FieldError("pagination", "its numbers cannot be"))
        first = (page - 1) * pagination.per_page + 1
        rows = dict(self._row(section, number, item, "id", parse) for number, item in enumerate(items, first))
        return Page(rows, pagination.total, pagination.per_page, etag)

    def _row(
        self, section: str, number: int, item: Any, id_name: str, parse: Callable[[Item], Row]
    ) -> tuple[str, Row | Rejected]:
        """A row by its id; a malformed one is a `Rejected`, by its id too where at least that can be read."""
        key = _unnamed(number)
        try:
            if not isinstance(item, dict):
                raise FieldError("row", "an object is required")
            key = read.identifier(id_name, item.get(id_name))
            return key, parse(item)
        except FieldError as error:
            return key, self._rejected(section, number, error)

    def _rejected(self, section: str, number: int, error: FieldError) -> Rejected:
        return Rejected(self.server.name, number, f"{section}.{error.column}", error.reason)


def _unnamed(number: int) -> str:
    """A key for a row without an id: no id can be equal, as none holds a NUL."""
    return f"\0{number}"


def _listed(item: Item) -> ListedCampaign:
    return ListedCampaign(
        read.identifier("id", item.get("id")),
        read.text("name", item.get("name")),
        read.text("mcp", item.get("mcp"), MAX_ID),
        read.optional_instant("created_at", item.get("created_at")),
        _tracks(item.get("tracked")),
        # The contract has neither; this product's own servers list both.
        read.labels(item.get("client"), item.get("tags"), None) if "tags" in item else None,
    )


def _tracks(tracked: Any) -> Tracks:
    """What a server says that it tracks; what is missing from its list is not tracked."""
    if tracked is None:
        return ()
    if not isinstance(tracked, list):
        raise FieldError("tracked", "a list is required")
    return tracks_of((kind, kind in tracked) for kind in TRACKED)


def _reported(stats: CampaignStats, fetched_at: datetime) -> ReportedRecord:
    costs = {
        f"cost_{name}": _optional_micros(f"costs.breakdown.{name}", getattr(stats.costs.breakdown, name))
        for name in COSTS
    }
    period = stats.period
    return ReportedRecord(
        campaign_id=stats.campaign_id,
        period_start=_aware("period.start", period.start) if period else None,
        period_end=_aware("period.end", period.end) if period else None,
        **{name: read.count(f"stats.{name}", getattr(stats.stats, name)) for name in COUNTS},
        **costs,
        cost=_optional_micros("costs.total_byok_usd", stats.costs.total_byok_usd),
        fetched_at=fetched_at,
    )


def _aware(column: str, value: datetime) -> datetime:
    return read.instant(column, value.isoformat())


def _optional_micros(column: str, value: float | None) -> int | None:
    return None if value is None else read.micros(column, value)


def _checked_plan(plan: Plan) -> PlanRecord:
    read.identifier("plan.name", plan.name)
    read.count("plan.email_limit", plan.email_limit)
    return plan_record(plan)


def _checked_benchmark(row: BenchmarkRecord) -> BenchmarkRecord:
    read.identifier("benchmarks", row.metric)
    read.count("sample_size", row.sample_size)
    for name in ("average", "p25", "p50", "p75"):
        read.share(f"benchmarks.{row.metric}.{name}", getattr(row, name))
    updated_at = None if row.updated_at is None else _aware("updated_at", row.updated_at)
    return row._replace(updated_at=updated_at)
