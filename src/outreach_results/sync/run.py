"""The sync with a server of the Results API: the account, then campaign by campaign.

Each campaign is one transaction, so a sync that is interrupted at any instant leaves whole campaigns behind, and the
next one continues from there. A failure is reported and stops nothing else; only a refused key stops everything.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from outreach_results.config import Settings
from outreach_results.errors import (
    ConfigError,
    KeyRefusedError,
    NotOfferedError,
    OutreachError,
    SourceError,
    StoreError,
)
from outreach_results.store.admin.deletion import deleted_among
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import Lease
from outreach_results.store.sync_state import ACCOUNT, forget, owner_of, synced_campaigns
from outreach_results.sync.account import AccountSync
from outreach_results.sync.campaign import CampaignSync
from outreach_results.sync.http_client import ClientLimits, RemoteServer
from outreach_results.sync.results_api import ListedCampaign, ResultsApi
from outreach_results.sync.status import SyncReport

OnProgress = Callable[[int, int, str], None]
"""Called with the number of campaigns done, the number of all, and the current step."""

_log = logging.getLogger(__name__)

_MISSING = frozenset({404, 410})


def server_of(settings: Settings, limits: ClientLimits | None = None) -> RemoteServer:
    """The server that the settings name.

    Raises:
        ConfigError: they name none, or an address that cannot be used.
    """
    if not settings.api_url:
        raise ConfigError(
            "No account is connected. Connect one on the page Data or with outreach-results sources add. Or set "
            "OUTREACH_API_URL to the address of the Results API and OUTREACH_API_KEY to its key."
        )
    return RemoteServer(settings.api_url, settings.api_key, limits=limits)


def sync(
    store: Store,
    server: RemoteServer,
    *,
    campaign_ids: Sequence[str] = (),
    others: Mapping[str, str] | None = None,
    is_first: bool = True,
    on_progress: OnProgress = lambda _done, _total, _doing: None,
) -> SyncReport:
    """Import what changed on the server since the last sync.

    Args:
        campaign_ids: only these; by default all that the server lists or, without a list, those of earlier syncs.
        others: the names of all other accounts, by what their answers are kept under; a campaign that was first read
            from one of them is left to it, and what accounts reported that are not among them is forgotten.
        is_first: whether the benchmarks are those of this account, too; there is one of each. Usage and plan are kept
            of every account.

    Raises:
        SyncRunningError: another sync of this database is running.
        StoreError: the database cannot be used.
    """
    lease = Lease(store, server.account)
    report = SyncReport(server=server.url, started_at=lease.acquire())
    try:
        _Run(store, ResultsApi(server), lease, report, on_progress, others).run(campaign_ids, is_first=is_first)
    except OutreachError as error:
        report.problem = str(error)
        if isinstance(error, StoreError):
            raise
    except BaseException as error:
        report.problem = f"It stopped unexpectedly ({type(error).__name__}); the log has the details."
        raise
    finally:
        report.finished_at = datetime.now(UTC)
        with suppress(StoreError):  # then the claim expires by itself
            lease.release(report.shortened().model_dump_json())
    return report


class _Run:
    """One run, from the account to the last campaign."""

    def __init__(
        self,
        store: Store,
        api: ResultsApi,
        lease: Lease,
        report: SyncReport,
        on_progress: OnProgress,
        others: Mapping[str, str] | None,
    ) -> None:
        self._store = store
        self._api = api
        self._lease = lease
        self._report = report
        self._on_progress = on_progress
        self._others = others or {}
        self._connected = others
        self._done, self._doing = 0, "account"
        self._missing: list[str] = []
        self._account = AccountSync(store, api, lease)
        api.server.on_step = self._step
        api.server.on_pause = lambda seconds, why: self._show(f"waiting {seconds:.0f} s. {why}")

    def run(self, campaign_ids: Sequence[str], *, is_first: bool) -> None:
        self._show()
        try:
            if self._connected is not None:
                self._account.forget_others(self._connected)
            self._account.sync_usage(is_first=is_first)
            ids, listed = self._campaigns(campaign_ids)
            ids = self._without_deleted(ids)
            self._report.campaigns = len(ids)
            for self._done, self._doing in enumerate(ids):
                self._show()
                self._sync_campaign(self._doing, listed.get(self._doing))
            if is_first:
                self._done, self._doing = len(ids), "benchmarks"
                self._show()
                self._account.sync_benchmarks()
            self._forget_missing()
        finally:
            if self._account.problems:
                self._report.failed[ACCOUNT] = " ".join(self._account.problems)
            if self._account.notes:
                self._report.notes[ACCOUNT] = self._account.notes
            self._report.account_changed = self._account.is_changed
            if not self._account.is_complete:
                self._report.incomplete.append(ACCOUNT)

    def _campaigns(self, chosen: Sequence[str]) -> tuple[list[str], dict[str, ListedCampaign]]:
        """The ids of the campaigns to sync, and the entries of the server's list by id."""
        try:
            listed = self._account.listed_campaigns()
        except KeyRefusedError:
            raise
        except SourceError as error:
            # The contract has no such list, so a server need not have one.
            is_missing = isinstance(error, NotOfferedError)
            if chosen:
                return list(dict.fromkeys(chosen)), {}
            if not is_missing:
                raise
            return self._campaigns_synced_before(error), {}
        self._report.failed |= listed.failed
        if chosen:
            return list(dict.fromkeys(chosen)), listed.campaigns
        if listed.is_complete:
            self._note_unlisted(listed.campaigns)
        return list(listed.campaigns), listed.campaigns

    def _without_deleted(self, campaign_ids: list[str]) -> list[str]:
        """The campaigns that are not deleted here: the others are read again once they are restored."""
        with self._store.read() as connection:
            deleted = {one.id for one in deleted_among(connection, campaign_ids)}
        self._report.deleted = len(deleted)
        return [campaign_id for campaign_id in campaign_ids if campaign_id not in deleted]

    def _campaigns_synced_before(self, error: SourceError) -> list[str]:
        with self._store.read() as connection:
            campaign_ids = synced_campaigns(connection, self._api.server.account)
        if not campaign_ids:
            raise SourceError(
                f"{self._api.server.name} does not list its campaigns. Name them: outreach-results sync --campaign ID. "
                f"({error})"
            )
        return campaign_ids

    def _note_unlisted(self, listed: dict[str, ListedCampaign]) -> None:
        with self._store.read() as connection:
            campaign_ids = synced_campaigns(connection, self._api.server.account)
        for campaign_id in campaign_ids:
            if campaign_id not in listed:
                self._report.notes[campaign_id] = ["It is no longer on the server; its data here stays."]
                self._forget(campaign_id)

    def _sync_campaign(self, campaign_id: str, listed: ListedCampaign | None) -> None:
        with self._store.read() as connection:
            owner = owner_of(connection, campaign_id)
        if owner is not None and owner in self._others:
            self._report.failed[campaign_id] = (
                f"{self._api.server.name} has a campaign of this id too. It stays the one of {self._others[owner]}, "
                "from which it was read first."
            )
            return
        try:
            result = CampaignSync(
                self._store, self._api, self._lease, campaign_id, listed, self._show
            ).import_campaign()
        except KeyRefusedError:
            raise
        except (SourceError, StoreError) as error:
            self._report.failed[campaign_id] = str(error)
            if isinstance(error, NotOfferedError) and error.status in _MISSING:
                self._missing.append(campaign_id)
                self._report.failed[campaign_id] = (
                    f"{self._api.server.name} does not have this campaign; its data here stays."
                )
            if isinstance(error, StoreError):
                self._store.version()  # raises where the error is not this campaign's
            return
        except OutreachError:
            raise
        except Exception as error:
            _log.exception("The sync of %s failed unexpectedly", campaign_id)
            self._report.failed[campaign_id] = (
                f"Something went wrong ({type(error).__name__}); the log has the details. Nothing was changed."
            )
            return
        self._report.changed += result.is_changed
        self._report.unchanged += not result.is_changed
        if not result.is_complete:
            self._report.incomplete.append(campaign_id)
        if result.notes:
            self._report.notes[campaign_id] = list(result.notes)

    def _forget_missing(self) -> None:
        """Stop syncing campaigns that the server does not have; if none was read, the address is wrong instead."""
        if self._report.changed + self._report.unchanged:
            for campaign_id in self._missing:
                self._forget(campaign_id)

    def _forget(self, campaign_id: str) -> None:
        with self._store.write(exclusive=True, is_data=False) as connection:
            forget(connection, campaign_id)

    def _step(self, received: int) -> None:
        self._lease.renew()
        if received:
            self._show(f"{received / 1e6:,.1f} MB")

    def _show(self, detail: str = "") -> None:
        self._on_progress(self._done, self._report.campaigns, f"{self._doing} {detail}".rstrip())
