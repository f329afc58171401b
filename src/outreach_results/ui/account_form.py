"""The dialogs in which an account is connected or changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st
from pydantic import SecretStr

from outreach_results.config import settings
from outreach_results.errors import OutreachError, QueryError
from outreach_results.models.team import Role
from outreach_results.store.key_file import key_file
from outreach_results.sync import sources
from outreach_results.sync.sources import EVERY_BY_DEFAULT, Account
from outreach_results.ui import text
from outreach_results.ui.cache import person, store_for

_EVERY = {
    timedelta(minutes=15): "Every 15 minutes",
    timedelta(hours=1): "Every hour",
    timedelta(hours=6): "Every 6 hours",
    timedelta(days=1): "Every day",
    timedelta(0): "Only when I click Sync now",
}


@st.dialog("Connect an account")
def add(then: Callable[[list[Account]], None]) -> None:
    """Draw the dialog that connects an account.

    Args:
        then: called with it once it is kept.
    """
    name, address, key, every, is_tested, is_saved = _fields(None)
    if not (is_tested or is_saved):
        return
    try:
        if is_saved and not name.strip():
            raise QueryError("name", "Give the account a name, such as that of its team.")
        with st.spinner("Connecting …"):
            result = sources.try_connection(address, _given(key))
        if not is_saved:
            st.success(text.escape(result))
            return
        opened, by = store_for(Role.ADMIN), person().address
        sources.add_account(opened, name, address, _given(key), settings(), every=every, by=by)
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    then([sources.chosen_account(store_for(Role.ADMIN), settings(), name.strip())])


@st.dialog("Edit account")
def edit(account: Account) -> None:
    """Draw the dialog that changes an account."""
    name, address, key, every, is_tested, is_saved = _fields(account)
    if not (is_tested or is_saved):
        return
    try:
        is_moved = address.strip().rstrip("/") != account.address.rstrip("/")
        if is_moved and not key:
            raise QueryError("key", "Enter the key for the new address: the current one is not sent there.")
        if is_tested or key:
            with st.spinner("Connecting …"):
                result = sources.try_connection(address, SecretStr(key)) if key else _tested(account)
            if not is_saved:
                st.success(text.escape(result))
                return
        new_key = SecretStr(key) if key else None
        sources.edit_account(
            store_for(Role.ADMIN),
            account.name,
            settings(),
            new_name=name,
            address=address,
            key=new_key,
            every=every,
            by=person().address,
        )
    except OutreachError as error:
        st.error(text.escape(str(error)), icon="⚠️")
        return
    st.rerun()


def _fields(account: Account | None) -> tuple[str, str, str, timedelta, bool, bool]:
    """What was typed, whether it is to be tested, and whether it is to be kept."""
    label = "new" if account is None else account.account
    with st.form(f"account-form-{label}", border=False):
        name = st.text_input("Name", "" if account is None else account.name, placeholder="Such as Sales team")
        address = st.text_input(
            "Address",
            "" if account is None else account.address,
            placeholder="https://results.example.com/api/v1",
            help="The address of the Results API, without the path of a resource.",
        )
        key = st.text_input(
            "Key",
            type="password",
            placeholder="" if account is None else "Leave empty to keep the current key",
            autocomplete="off",
        )
        present = EVERY_BY_DEFAULT if account is None else account.every or timedelta(0)
        options = list(_EVERY) if present in _EVERY else [present, *_EVERY]
        every = st.selectbox(
            "Sync",
            options,
            index=options.index(present),
            format_func=lambda each: _EVERY.get(each, f"Every {each.total_seconds() / 60:g} minutes"),
            help="While the dashboard runs.",
        )
        st.caption(_protection())
        with st.container(horizontal=True):
            is_saved = st.form_submit_button("Connect" if account is None else "Save", type="primary")
            is_tested = st.form_submit_button("Test connection")
    return name, address, key, every, is_tested, is_saved


def _given(key: str) -> SecretStr:
    if not key:
        raise QueryError("key", "Enter the key that the platform gave you.")
    return SecretStr(key)


def _tested(account: Account) -> str:
    with sources.opened(store_for(Role.ADMIN), account, settings(), sources.QUICK) as server:
        return sources.connection_to(server)


def _protection() -> str:
    """How the key is kept."""
    if settings().secret_key is not None:
        return "The key is stored encrypted, with OUTREACH_SECRET_KEY."
    path = text.escape(str(key_file(store_for(Role.ADMIN)).resolve()))
    return f"The key is stored encrypted, with {path}, which only you can read. Back up that file with the database."
