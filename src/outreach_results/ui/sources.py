"""The card of the connected accounts: each with its last sync, what failed, and when it is synced next."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import streamlit as st

from outreach_results.config import settings
from outreach_results.ingest.report import counted
from outreach_results.models.team import Role
from outreach_results.store import sync_sources
from outreach_results.store.engine import Store
from outreach_results.store.sync_state import ACCOUNT
from outreach_results.sync import sources
from outreach_results.sync.jobs import CURRENT, SyncJob
from outreach_results.sync.sources import Account
from outreach_results.sync.status import AccountStatus, SyncReport, sync_status
from outreach_results.ui import account_form, cache, cards, text
from outreach_results.ui.cache import store_for
from outreach_results.ui.watched_jobs import redraw_after_jobs, watch

_MESSAGE = "sync-message"


def card() -> None:
    """Draw the accounts, with buttons that sync, add, change and remove them."""
    with cards.card("Connect", key="connect"):
        accounts, status = cache.snapshot_value(_accounts), cache.snapshot_value(sync_status)
        running = CURRENT.running()
        redraw_after_jobs()
        if running is not None:
            _progress(running)
        elif any(each.running_since for each in status.accounts.values()):
            _elsewhere()
        if (message := st.session_state.pop(_MESSAGE, None)) is not None:
            st.info(text.escape(message))
        if not accounts and not status.accounts:
            st.text("Not connected yet.")
            st.caption("Connect a platform that speaks the Results API to keep its campaigns up to date automatically.")
        for account in accounts:
            _row(account, status.of(account.account), is_busy=running is not None)
        for name in status.accounts.keys() - {account.account for account in accounts}:
            _heading(_host(name), "synced by command")
            _state(status.of(name), None)
        if len(accounts) > 1:
            first = text.escape(accounts[0].label)
            st.caption(f"Usage and plan are those of all accounts. Benchmarks come from {first}.")
        with st.container(horizontal=True):
            if st.button("Connect an account", key="connect-account"):
                account_form.add(sync_now)
            if len(accounts) > 1 and st.button("Sync all", key="sync-all", disabled=running is not None):
                sync_now(accounts)


def sync_now(accounts: list[Account]) -> None:
    """Begin to sync these accounts in the background."""
    job = SyncJob(accounts)
    if CURRENT.enter(job):
        job.start(store_for(Role.ADMIN), _opened)
        watch(job)
    else:
        st.session_state[_MESSAGE] = "Another sync is running. Try again when it is done."
    st.rerun()


def _opened(opened: Store, account: Account) -> sources.OpenedServer:
    return sources.opened(opened, account, settings())


def _accounts(opened: Store) -> list[Account]:
    return sources.accounts(opened, settings())


# --- one account -------------------------------------------------------------------------------------------------


def _row(account: Account, status: AccountStatus, *, is_busy: bool) -> None:
    key = account.account
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container(gap="xsmall"):
            where = _host(account.address) if account.name else "set by OUTREACH_API_URL"
            _heading(account.name or _host(account.address), where)
            _state(status, account)
        if st.button("Sync now", key=f"sync-{key}", disabled=is_busy):
            sync_now([account])
        if account.name:
            with st.popover("⋯", key=f"account-{key}", help="Edit or remove"):
                is_edited = st.button("Edit", key=f"edit-{key}", width="stretch")
                is_removed = st.button("Remove", key=f"remove-{key}", width="stretch")
            if is_edited:
                account_form.edit(account)
            if is_removed:
                _remove(account)


def _heading(name: str, detail: str) -> None:
    st.markdown(f"**{text.escape(name)}** :gray[{text.escape(detail)}]")


def _state(status: AccountStatus, account: Account | None) -> None:
    zone = cache.zone()
    if status.running_since is not None:
        st.caption(f"Syncing since {text.moment(status.running_since, zone)}.")
    if status.cut_off_at is not None:
        st.caption(f"The sync of {text.moment(status.cut_off_at, zone)} was cut off. The next one continues it.")
    last = status.last
    sentences = []
    if last is not None and last.finished_at is not None:
        sentences.append(f"Last sync {text.moment(last.finished_at, zone)}. {last.sentence()}")
    elif status.running_since is None:
        sentences.append("Not synced yet.")
    if account is not None:
        sentences.append(_next(status, account))
    st.caption(text.escape(" ".join(filter(None, sentences))))
    if status.start_failure is not None:
        since, reason = text.moment(status.start_failure.since, zone), status.start_failure.reason
        st.error(text.escape(f"No sync could begin since {since}: {reason}"), icon="⚠️")
    if last is not None:
        _troubles(last)


def _next(status: AccountStatus, account: Account) -> str:
    if account.every is None:
        return "Syncs only when you click Sync now."
    due = status.due_at(account.every)
    if due is None:
        return ""
    return "Next sync: now." if due <= datetime.now(UTC) else f"Next sync {text.moment(due, cache.zone())}."


def _troubles(last: SyncReport) -> None:
    if last.problem:
        st.error(text.escape(last.problem), icon="⚠️")
    for title, lines in (
        ("failed", [f"{_label(campaign)}: {reason}" for campaign, reason in last.failed.items()]),
        ("notes", [f"{_label(campaign)}: {note}" for campaign, notes in last.notes.items() for note in notes]),
    ):
        if lines:
            with st.expander(f"{len(lines)} {title}", expanded=title == "failed" and len(lines) < 4):
                st.text("\n".join(lines))


def _label(campaign_id: str) -> str:
    return "Account" if campaign_id == ACCOUNT else campaign_id


def _host(address: str) -> str:
    try:
        return httpx.URL(address).netloc.decode("ascii") or address
    except httpx.InvalidURL:
        return address


@st.dialog("Remove this account?")
def _remove(account: Account) -> None:
    st.write(text.escape(f"{account.label} is no longer synced, and its key is deleted. What was read from it stays."))
    if st.button("Remove account", type="primary", key="remove-account"):
        sync_sources.remove_source(store_for(Role.ADMIN), account.name, by=cache.person().address)
        st.rerun()


# --- a sync that goes on -----------------------------------------------------------------------------------------


@st.fragment(run_every="500ms")
def _progress(job: SyncJob) -> None:
    if job.is_done:
        st.rerun()
    name = "" if job.account is None else job.account.label
    share = job.done / job.total if job.total else 0.0
    campaigns = f", {job.done:,} of {counted(job.total, 'campaigns')}" if job.total else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=text.escape(f"Syncing {name}{campaigns}: {job.doing}"))
        if st.button("Cancel", key="sync-cancel", disabled=job.is_cancelled):
            job.cancel()


@st.fragment(run_every="3s")
def _elsewhere() -> None:
    """Look whether the sync of another process is done."""
    if not any(found.running_since for found in sync_status(store_for(Role.VIEWER)).accounts.values()):
        st.rerun()
