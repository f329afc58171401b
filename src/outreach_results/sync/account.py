"""Sync of the account: usage, plan, list of campaigns and the community's benchmarks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection, select

from outreach_results.errors import KeyRefusedError, NotOfferedError, SourceError, StoreBusyError
from outreach_results.ingest.history import LoadKind
from outreach_results.ingest.load import LoadReport, load
from outreach_results.ingest.readers.account_json import plan_record
from outreach_results.ingest.records import BenchmarkRecord, PlanRecord, Rejected
from outreach_results.models import Usage
from outreach_results.models.numbers import counted
from outreach_results.store import admin, schema
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import Lease
from outreach_results.store.sync_state import (
    ACCOUNT,
    USAGE,
    StoredAnswer,
    digest_of,
    forget_other_accounts,
    has_other_accounts,
    store_answers,
    stored_answers,
)
from outreach_results.sync import paging
from outreach_results.sync.results_api import ListedCampaign, ResultsApi

_CAMPAIGNS = "campaigns"


@dataclass(frozen=True, slots=True)
class CampaignListing:
    """The campaigns that a server lists by id, and why others of its list cannot be used, by id or row."""

    campaigns: dict[str, ListedCampaign]
    failed: dict[str, str]
    is_complete: bool


class _StoredList(BaseModel):
    """A stored list of campaigns, to be used when the server answers that it is unchanged."""

    etags: list[str]
    campaigns: list[ListedCampaign]


class AccountSync:
    """Imports the account of a server. A failure is added to ``problems`` and stops nothing else."""

    def __init__(self, store: Store, api: ResultsApi, lease: Lease) -> None:
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.is_complete = True
        self.is_changed = False
        self._store = store
        self._api = api
        self._lease = lease
        with store.read() as connection:
            self._answers = stored_answers(connection, api.server.account, ACCOUNT)

    def sync_usage(self, *, is_first: bool) -> None:
        """Import the usage of the month, and the plan.

        Args:
            is_first: whether it is the plan of the account as long as no other one is connected, too.
        """
        with self._errors_recorded():
            response = self._api.usage(self._etag(USAGE))
            stored = self._stored_usage()
            usage = stored if response is None else response.content.usage
            plan = plan_record(usage.plan) if is_first and usage and usage.plan else None
            records = [] if plan is None or self._is_stored(plan) else [plan._replace(known_at=datetime.now(UTC))]
            answers = {}
            if response is not None:
                answers[USAGE] = StoredAnswer(response.etag, response.content.usage.model_dump_json())
            is_another_plan = usage is not None and (stored is None or stored.plan != usage.plan)
            self._import_records(records, answers, is_data=is_another_plan)

    def _stored_usage(self) -> Usage | None:
        """What the account reported the last time."""
        stored = self._answers.get(USAGE)
        try:
            return None if stored is None else Usage.model_validate_json(stored.answer or "")
        except ValidationError:  # written by another version
            return None

    def forget_others(self, connected: Collection[str]) -> None:
        """Forget what accounts reported that are no longer connected.

        Args:
            connected: the other accounts that are.
        """
        accounts = {self._api.server.account, *connected}
        with self._store.read() as connection:
            if not has_other_accounts(connection, accounts):
                return
        with self._store.write(exclusive=True) as connection:
            forget_other_accounts(connection, accounts)

    def listed_campaigns(self) -> CampaignListing:
        """The campaigns that the server lists.

        Raises:
            KeyRefusedError: the key is not accepted.
            NotOfferedError: the server has no such list.
            SourceError: it cannot be read.
        """
        stored = self._stored_list()
        if stored and paging.is_unchanged(self._api.campaigns, stored.etags):
            return CampaignListing({row.campaign_id: row for row in stored.campaigns}, {}, is_complete=True)
        listing = paging.read_all(self._api.campaigns)
        campaigns = {row.campaign_id: row for row in listing.items.values() if isinstance(row, ListedCampaign)}
        failed = dict(_failure(key, row) for key, row in listing.items.items() if isinstance(row, Rejected))
        if not listing.is_complete:
            self.is_complete = False
            self.notes.append(
                f"{self._api.server.name} says it has {counted(listing.reported_total, 'campaign')} and listed "
                f"{len(listing.items):,}."
            )
        if listing.etags and not failed:
            stored_list = _StoredList(etags=list(listing.etags), campaigns=list(campaigns.values()))
            self._import_records([], {_CAMPAIGNS: StoredAnswer(None, stored_list.model_dump_json())})
        return CampaignListing(campaigns, failed, listing.is_complete and not failed)

    def sync_benchmarks(self) -> None:
        """Import the benchmarks of the community as a whole, and of every mcp that a campaign has."""
        records: list[BenchmarkRecord] = []
        answers: dict[str, StoredAnswer] = {}
        for mcp in (None, *self._mcps()):
            resource = "benchmarks" if mcp is None else f"benchmarks?mcp={mcp}"
            with self._errors_recorded(is_optional=mcp is not None):
                response = self._api.benchmarks(mcp, self._etag(resource))
                if response is not None:
                    answers[resource] = StoredAnswer(response.etag, digest_of(response.content))
                    if answers[resource].answer != self._digest(resource):
                        records += response.content
        with self._errors_recorded():
            self._import_records(records, answers)

    def _stored_list(self) -> _StoredList | None:
        stored = self._answers.get(_CAMPAIGNS)
        try:
            return _StoredList.model_validate_json(stored.answer) if stored and stored.answer else None
        except ValidationError:  # written by another version
            return None

    def _mcps(self) -> list[str]:
        column = schema.campaigns.c.mcp
        with self._store.read() as connection:
            return sorted(connection.execute(select(column).where(column.is_not(None)).distinct()).scalars())

    def _is_stored(self, plan: PlanRecord) -> bool:
        """Whether the account's own plan is this one; that of the sample gives way even if it is equal."""
        with self._store.read() as connection:
            row = connection.execute(select(schema.plan)).first()
            return row is not None and admin.has_own_account(connection) and row[:3] == plan[:3]

    def _etag(self, resource: str) -> str | None:
        return self._answers[resource].etag if resource in self._answers else None

    def _digest(self, resource: str) -> str | None:
        return self._answers[resource].answer if resource in self._answers else None

    @contextmanager
    def _errors_recorded(self, *, is_optional: bool = False) -> Iterator[None]:
        """Turn an error inside into a problem, or into a note where the server does not offer the resource."""
        try:
            yield
        except KeyRefusedError:
            raise
        except NotOfferedError as error:
            if not is_optional:
                self.notes.append(str(error))
        except (SourceError, StoreBusyError) as error:
            self.problems.append(str(error))

    def _import_records(
        self,
        records: list[PlanRecord] | list[BenchmarkRecord],
        answers: dict[str, StoredAnswer],
        *,
        is_data: bool = False,
    ) -> None:
        """Write the records and the answers that they came with in one transaction.

        Args:
            is_data: whether the answers themselves change what pages show.
        """
        all_answers = self._answers | answers
        if not records and all_answers == self._answers:
            return

        def also(connection: Connection, _report: LoadReport | None = None) -> None:
            store_answers(connection, self._api.server.account, ACCOUNT, all_answers)
            self._lease.renew_in(connection)

        if records:
            load(self._store, f"{self._api.server.name}: account", records, replace=True, also=also, kind=LoadKind.SYNC)
            self.is_changed = True
        else:
            with self._store.write(exclusive=True, is_data=is_data) as connection:
                also(connection)
        self._answers = all_answers


def _failure(key: str, row: Rejected) -> tuple[str, str]:
    name = f"row {row.row} of the list" if key.startswith("\0") else key
    return name, f"The list of campaigns describes it wrongly: {row.column}: {row.reason}."
