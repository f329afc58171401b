"""One campaign of a server: what changed is requested, and imported in one transaction."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import Connection, Row, delete, select

from outreach_results.errors import SourceError
from outreach_results.ingest.columns import BulkItems
from outreach_results.ingest.history import LoadKind
from outreach_results.ingest.load import LoadReport, load
from outreach_results.ingest.records import CampaignRecord, Rejected, ReplyRecord, ReportedRecord
from outreach_results.models import Detail
from outreach_results.models.numbers import counted
from outreach_results.store import schema
from outreach_results.store.engine import Store
from outreach_results.store.replies.deletion import delete_missing_replies
from outreach_results.store.sync_lease import Lease
from outreach_results.store.sync_state import StoredAnswer, digest_of, store_answers, stored_answers
from outreach_results.sync import export_download, paging
from outreach_results.sync.export_download import Export, KnownExport
from outreach_results.sync.results_api import ListedCampaign, ResultsApi

_EXPORT = "export."


@dataclass(frozen=True, slots=True)
class CampaignResult:
    """The result of syncing one campaign: whether it changed, whether all of it is here, and notes for people."""

    is_changed: bool
    is_complete: bool
    notes: tuple[str, ...] = ()


class CampaignSync:
    """Imports one campaign of a server.

    It imports events if the server has an export that can be read, otherwise totals, days and replies. What is
    unchanged since the last sync is not fetched, and if nothing changed, nothing is written.
    """

    def __init__(
        self,
        store: Store,
        api: ResultsApi,
        lease: Lease,
        campaign_id: str,
        listed: ListedCampaign | None,
        show: Callable[[str], None],
    ) -> None:
        self._store = store
        self._api = api
        self._lease = lease
        self._id = campaign_id
        self._listed = listed
        self._show = show
        self._stored, self._before = self._stored_state()
        self._answers = dict(self._before)
        self._notes: list[str] = []
        self._is_complete = True

    def import_campaign(self) -> CampaignResult:
        """Request the campaign's data from the server, and import it.

        Raises:
            KeyRefusedError, SourceError, StoreError, StoppedError, SyncRunningError: nothing of it was changed.
        """
        answer = self._api.stats(self._id, self._etag("stats"))
        stats = answer.content if answer and self._is_new("stats", answer.etag, [answer.content[:-1]]) else None
        try:
            with tempfile.TemporaryFile() as file:
                export = export_download.fetch(self._api.server, self._id, file, self._exports())
                self._remember_export(export)
                if export.fmt is not None:
                    is_changed = self._import_export(stats, export.fmt, file if export.is_new else None)
                    return CampaignResult(is_changed, self._is_complete, tuple(self._notes))
        except OSError as error:
            raise SourceError(f"The export of {self._id} cannot be kept while it is read: {error.strerror}.") from None
        self._notes.append(f"Totals only. {export.why_not}")
        is_changed = self._import_totals(stats)
        return CampaignResult(is_changed, self._is_complete, tuple(self._notes))

    # --- what is stored ----------------------------------------------------------------------------------------------

    def _stored_state(self) -> tuple[Row[Any] | None, dict[str, StoredAnswer]]:
        table = schema.campaigns
        with self._store.read() as connection:
            stored = connection.execute(select(table).where(table.c.campaign_id == self._id)).first()
            # Without the campaign all of it has to be read, whatever answers are stored.
            answers = stored_answers(connection, self._api.server.account, self._id) if stored is not None else {}
        return stored, answers

    def _etag(self, resource: str) -> str | None:
        return self._before[resource].etag if resource in self._before else None

    def _exports(self) -> dict[str, KnownExport]:
        return {
            resource.removeprefix(_EXPORT): KnownExport(answer.etag, answer.answer)
            for resource, answer in self._before.items()
            if resource.startswith(_EXPORT)
        }

    def _is_new(self, resource: str, etag: str | None, rows: Iterable[object]) -> bool:
        """Whether an answer differs from the last one; it is stored in either case."""
        answer = StoredAnswer(etag, digest_of(rows))
        self._answers[resource] = answer
        return resource not in self._before or answer.answer != self._before[resource].answer

    def _remember_export(self, export: Export) -> None:
        others = {resource: answer for resource, answer in self._answers.items() if not resource.startswith(_EXPORT)}
        self._answers = others | {
            f"{_EXPORT}{fmt}": StoredAnswer(seen.etag, seen.digest) for fmt, seen in export.seen.items()
        }

    # --- importing ---------------------------------------------------------------------------------------------------

    def _load(self, records: BulkItems, also: Callable[[Connection, LoadReport], None]) -> None:
        def while_allowed() -> BulkItems:
            for record in records:
                self._api.server.raise_if_stopped()
                yield record

        def finish(connection: Connection, report: LoadReport) -> None:
            also(connection, report)
            store_answers(connection, self._api.server.account, self._id, self._answers)
            self._lease.renew_in(connection)

        load(
            self._store,
            f"{self._api.server.name}: {self._id}",
            while_allowed(),
            replace=True,
            on_progress=lambda count: self._show(f"{count:,} records"),
            also=finish,
            kind=LoadKind.SYNC,
        )

    def _import_nothing(self) -> bool:
        if self._answers != self._before:  # the same under other ETags
            with self._store.write(exclusive=True, is_data=False) as connection:
                store_answers(connection, self._api.server.account, self._id, self._answers)
                self._lease.renew_in(connection)
        return False

    def _import_export(self, stats: ReportedRecord | None, fmt: str, file: IO[bytes] | None) -> bool:
        """Whether anything changed; ``file`` is None where the export is unchanged."""
        if file is None and stats is None:
            return self._import_nothing()
        reply_ids: set[str] = set()
        was_daily = self._stored is not None and self._stored.detail == Detail.DAILY

        def records() -> BulkItems:
            has_totals = file is None and was_daily
            if file is not None:
                source = f"The export of {self._id}"
                for record in export_download.records(file, fmt, source, self._id, reply_ids):
                    has_totals |= isinstance(record, ReportedRecord)
                    yield record
            if stats is not None and not has_totals:  # totals in the export itself are nearer to the origin
                yield stats

        def also(connection: Connection, report: LoadReport) -> None:
            if file is None:
                return
            self._answers.pop("daily", None)
            self._answers.pop("replies", None)
            if self._note_report(report):
                self._answers.pop(f"{_EXPORT}{fmt}")
            else:
                self._delete_missing(connection, reply_ids)

        self._load(records(), also)
        return True

    def _import_totals(self, stats: ReportedRecord | None) -> bool:
        answer = self._api.daily(self._id, self._etag("daily"))
        days = answer.content if answer and self._is_new("daily", answer.etag, answer.content) else None
        replies = self._changed_replies()
        described = self._described(stats)
        is_described = self._stored is not None and described[:4] == tuple(self._stored)[:4]
        if stats is None and days is None and replies is None and is_described:
            return self._import_nothing()

        def records() -> BulkItems:
            yield described
            yield from days or ()
            yield from replies.items.values() if replies else ()
            if stats is not None:
                yield stats

        def also(connection: Connection, report: LoadReport) -> None:
            if self._note_report(report):
                self._answers.pop("daily", None)
                self._answers.pop("replies", None)
            elif replies:
                self._finish_replies(connection, replies)
            if days == []:
                _delete_days(connection, self._id)

        self._load(records(), also)
        return True

    def _changed_replies(self) -> paging.ListResult[ReplyRecord | Rejected] | None:
        page_etags = self._etag("replies")
        if page_etags and paging.is_unchanged(self._reply_page, json.loads(page_etags)):
            return None
        listing = paging.read_all(self._reply_page)
        etags = json.dumps(listing.etags) if listing.etags else None
        if not self._is_new("replies", etags, sorted(listing.items.items())) and listing.is_complete:
            return None
        return listing

    def _reply_page(self, page: int, etag: str | None = None) -> paging.Page[ReplyRecord | Rejected] | None:
        return self._api.replies(self._id, page, etag)

    def _described(self, stats: ReportedRecord | None) -> CampaignRecord:
        """The campaign as the server lists it, otherwise as it is stored, otherwise created when its period starts."""
        listed, stored = self._listed, self._stored
        created_at = (listed and listed.created_at) or (stored and stored.created_at)
        if created_at is None:
            assert stats is not None  # stats are unchanged only where the campaign is stored
            created_at = stats.period_start or stats.fetched_at
        return CampaignRecord(
            self._id,
            (listed and listed.name) or (stored.name if stored else self._id),
            listed.mcp if listed else (stored.mcp if stored else None),
            created_at,
            Detail.DAILY.value,
            listed.tracks if listed else (),
            labels=listed.labels if listed else None,
        )

    # --- in the same transaction -------------------------------------------------------------------------------------

    def _note_report(self, report: LoadReport) -> bool:
        """Note what the load says; whether rows were rejected."""
        self._notes += report.notes
        if not report.rejected_total:
            return False
        self._is_complete = False
        first = report.rejected[0]
        place = f" in row {first.row}" if first.row else ""
        rows = "One row" if report.rejected_total == 1 else counted(report.rejected_total, "row")
        self._notes.append(f"{rows} could not be used; the first is {first.column}{place}: {first.reason}.")
        return True

    def _finish_replies(self, connection: Connection, replies: paging.ListResult[ReplyRecord | Rejected]) -> None:
        if replies.is_complete:
            self._delete_missing(connection, replies.items.keys())
        else:
            self._answers.pop("replies", None)
            self._is_complete = False
            self._notes.append(
                f"{self._api.server.name} says it has {_replies(replies.reported_total)} and gave "
                f"{len(replies.items):,}; none was deleted here."
            )

    def _delete_missing(self, connection: Connection, still_there: Collection[str]) -> None:
        missing = delete_missing_replies(connection, self._id, still_there)
        if missing.deleted:
            self._notes.append(f"{_replies(missing.deleted)} deleted, as on the server.")
        if missing.kept:
            self._notes.append(
                f"{_replies(missing.kept)} deleted on the server but kept here, because someone worked on them."
            )


def _replies(count: int) -> str:
    return counted(count, "reply")


def _delete_days(connection: Connection, campaign_id: str) -> None:
    table = schema.campaigns.c
    detail = connection.execute(select(table.detail).where(table.campaign_id == campaign_id)).scalar_one()
    if detail == Detail.DAILY:
        connection.execute(delete(schema.daily_stats).where(schema.daily_stats.c.campaign_id == campaign_id))
