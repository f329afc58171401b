"""The tab of the settings where digests are set up, tried and removed, and where one sees what was sent."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from outreach_results.config import settings
from outreach_results.delivery.sending import Post
from outreach_results.digests import kept
from outreach_results.digests.kept import Digest, DigestDelivery, Every
from outreach_results.digests.sending import send_test
from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for, zone
from outreach_results.ui.campaign_picker import client_labels

_SHOWN = 10
_SAID = "digests-said"


def form() -> None:
    """Draw the digests, the form that adds one, and the log."""
    st.caption("Sent by email or webhook when a day, a week or a month is over, while the dashboard runs.")
    opened = store_for(Role.ADMIN)
    for place, digest in enumerate(kept.digests(opened)):
        _row(digest, place)
    if said := st.session_state.pop(_SAID, ""):
        st.info(text.escape(said))
    _add()
    deliveries = kept.LOG.newest_first(opened)
    if deliveries:
        with st.expander("What was sent"):
            for delivery in deliveries[:_SHOWN]:
                st.text(_line(delivery))


def _row(digest: Digest, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{digest.name}: {digest.every}, from {digest.hour}:00, to {', '.join(digest.places)}", width="content")
        st.button("Send test", key=f"digest-test-{place}", on_click=_test, args=(digest.name,))
        st.button("Remove", key=f"digest-remove-{place}", type="tertiary", on_click=_remove, args=(digest.name,))


def _add() -> None:
    with st.form("digest-add", border=False, clear_on_submit=True):
        columns = st.columns(3)
        name = columns[0].text_input("Name", placeholder="Team")
        every = columns[1].selectbox("How often", list(Every), format_func=lambda one: str(one).capitalize())
        hour = columns[2].number_input("From which hour on", 0, 23, 8)
        names = ask(client_labels)
        clients = (
            st.multiselect(
                "Clients", list(names), format_func=lambda one: names.get(one, one), placeholder="All campaigns"
            )
            if names
            else []
        )
        to = st.text_input("Email addresses", placeholder="anna@example.com, team@example.com")
        webhook = st.text_input("Webhook", type="password", placeholder="https://hooks.slack.com/services/…")
        if st.form_submit_button("Add digest", type="primary"):
            try:
                kept.add_digest(
                    store_for(Role.ADMIN),
                    name,
                    every or Every.WEEKLY,
                    to=tuple(to.replace(";", ",").split(",")),
                    webhook=SecretStr(webhook.strip()) if webhook.strip() else None,
                    secret=settings().secret_key,
                    clients=tuple(clients) or None,
                    hour=int(hour),
                    by=author_name(),
                )
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()


def _test(name: str) -> None:
    try:
        opened = store_for(Role.ADMIN)
        problems = send_test(opened, Post(settings()), kept.digest_named(opened, name))
        st.session_state[_SAID] = " ".join(f"{place}: {problem or 'sent.'}" for place, problem in problems.items())
    except OutreachError as error:
        st.session_state[_SAID] = str(error)


def _remove(name: str) -> None:
    try:
        kept.remove_digest(store_for(Role.ADMIN), name, by=author_name())
    except OutreachError as error:
        st.session_state[_SAID] = str(error)


def _line(delivery: DigestDelivery) -> str:
    about = "" if delivery.about == "digest" else f" ({delivery.about})"
    what = f"{delivery.digest}{about}, up to {text.day(delivery.last)}, to {delivery.place}: {delivery.status.words}"
    return " · ".join(filter(None, [text.moment(delivery.at, zone()), what, delivery.problem]))
