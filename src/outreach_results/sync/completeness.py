"""Whether all data is here, and until when: what digests and alerts have to know before they say anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from outreach_results.results.import_history import data_as_of
from outreach_results.store.engine import Store
from outreach_results.store.sync_sources import list_sources
from outreach_results.sync.status import AccountStatus, sync_status

_LONGEST_REASON = 300
_ADDRESS = re.compile(r"[^\s@<>\"']+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class FailedSync:
    """What the account is called, and why not everything is here, as a sentence."""

    name: str
    reason: str


def failed_syncs(store: Store) -> dict[str, FailedSync]:
    """By account, those whose last sync did not bring in everything."""
    names = {source.account: source.name for source in list_sources(store)}
    return {
        account: FailedSync(names.get(account, account), _failure_reason(status))
        for account, status in sync_status(store).accounts.items()
        if not status.is_fine
    }


def known_until(store: Store) -> datetime:
    """Until when the data is known: the last import or, where nothing had changed, the last complete sync."""
    finished = [
        status.last.finished_at
        for status in sync_status(store).accounts.values()
        if status.last is not None and status.last.is_complete and status.last.finished_at is not None
    ]
    return max([data_as_of(store), *finished])


def _failure_reason(status: AccountStatus) -> str:
    reason = None if status.start_failure is None else status.start_failure.reason
    if reason is None and status.last is not None:
        reason = status.last.problem or status.last.sentence()
    words = " ".join((reason or "The last sync did not bring in everything.").split())[:_LONGEST_REASON]
    # What a server says of a row may hold the address of a recipient, which is not to be sent around or kept elsewhere.
    return _ADDRESS.sub("[address]", words)


def is_unfinished(store: Store) -> bool:
    """Whether a sync is running or was cut off: it may have brought emails whose replies are still to come."""
    return any(status.running_since or status.cut_off_at for status in sync_status(store).accounts.values())
