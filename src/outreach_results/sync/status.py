"""When each account was last synced, and what failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ValidationError

from outreach_results.models.numbers import counted
from outreach_results.store.admin.deletion import still_deleted
from outreach_results.store.engine import Store
from outreach_results.store.sync_lease import current_claim
from outreach_results.store.sync_runs import StartFailure, last_runs
from outreach_results.store.sync_state import ACCOUNT

KEPT = 100
"""How many failures and notes are kept for the pages to show."""


class SyncReport(BaseModel):
    """The result of one run.

    ``failed`` and ``notes`` are sentences by campaign, '' being the account; ``incomplete`` are those of which rows or
    replies are missing, which the notes tell; ``deleted`` counts those that are deleted here and were not read, beside
    ``campaigns``; ``problem`` is what stopped the whole run.
    """

    server: str
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    campaigns: int = 0
    changed: int = 0
    unchanged: int = 0
    account_changed: bool = False
    deleted: int = 0
    failed: dict[str, str] = {}
    incomplete: list[str] = []
    notes: dict[str, list[str]] = {}
    problem: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything the server has is here."""
        return self.problem is None and not self.failed and not self.incomplete

    def sentence(self) -> str:
        """The report in one line."""
        failed = len(self.failed.keys() - {ACCOUNT})
        missed = max(0, self.campaigns - self.changed - self.unchanged - failed)
        counts = {
            "changed": self.changed,
            "unchanged": self.unchanged,
            "failed": failed,
            "not reached": missed,
            "incomplete": len(set(self.incomplete) - {ACCOUNT}),
        }
        parts = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or self._without_campaigns()
        campaigns = counted(self.campaigns, "campaign")
        return " ".join(filter(None, (f"{campaigns}: {parts}.", still_deleted(self.deleted))))

    def _without_campaigns(self) -> str:
        """What happened where no campaign was read."""
        if self.problem is not None:
            return "stopped"
        if ACCOUNT in self.failed:
            return "the account failed"
        if ACCOUNT in self.incomplete:
            return "the list is incomplete"
        return "only the account changed" if self.account_changed else "nothing to do"

    def shortened(self) -> SyncReport:
        """The report with at most `KEPT` failures and notes."""
        return self.model_copy(
            update={
                "failed": dict(list(self.failed.items())[:KEPT]),
                "incomplete": self.incomplete[:KEPT],
                "notes": dict(list(self.notes.items())[:KEPT]),
            }
        )


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """When an account was last synced, and what failed.

    ``cut_off_at`` is the start of a run that was killed before it could report; the next one makes up for it.
    ``start_failure`` is why none could begin since then.
    """

    running_since: datetime | None = None
    last: SyncReport | None = None
    cut_off_at: datetime | None = None
    start_failure: StartFailure | None = None

    @property
    def is_fine(self) -> bool:
        """Whether the last sync brought in everything."""
        return self.start_failure is None and (self.last is None or self.last.is_complete)

    def due_at(self, every: timedelta | None) -> datetime | None:
        """When it is to be synced again; None is never, and a moment in the past is now."""
        if not every or self.running_since is not None:
            return None
        if self.last is None or self.last.finished_at is None or self.cut_off_at is not None:
            return datetime.min.replace(tzinfo=UTC)
        return self.last.finished_at + every


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The status of every account that was ever synced, by what its answers are kept under.

    Cheap to read; not to be cached with the results.
    """

    accounts: dict[str, AccountStatus] = field(default_factory=dict)

    def of(self, account: str) -> AccountStatus:
        """The status of one account."""
        return self.accounts.get(account, AccountStatus())

    @property
    def latest(self) -> AccountStatus:
        """The status of the account whose run ended last."""
        return max(self.accounts.values(), key=_ended, default=AccountStatus())


def _ended(status: AccountStatus) -> datetime:
    ended = None if status.last is None else status.last.finished_at
    return ended or datetime.min.replace(tzinfo=UTC)


def sync_status(store: Store) -> SyncStatus:
    """When each account was last synced, and what failed."""
    with store.read() as connection:
        claim = current_claim(connection)
        runs = last_runs(connection)
    is_active = claim is not None and claim.is_active(datetime.now(UTC))
    running = claim.account if claim is not None and is_active else None
    return SyncStatus(
        {
            account: AccountStatus(
                run.unfinished_since if account == running else None,
                _report(run.report),
                None if account == running else run.unfinished_since,
                run.start_failure,
            )
            for account, run in runs.items()
        }
    )


def _report(text: str | None) -> SyncReport | None:
    try:
        return None if text is None else SyncReport.model_validate_json(text)
    except ValidationError:  # written by another version
        return None
