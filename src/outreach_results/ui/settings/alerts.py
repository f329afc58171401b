"""The tab of the settings where rules of alerts are chosen, and who is told of them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from pydantic import SecretStr

from outreach_results.alerts import kept
from outreach_results.alerts.kept import AlertDelivery, AlertRecipients
from outreach_results.alerts.rules import RULES, LimitUnit, Rule
from outreach_results.alerts.sending import send_test
from outreach_results.config import settings
from outreach_results.delivery.sending import Post
from outreach_results.errors import OutreachError
from outreach_results.models.team import Role
from outreach_results.store.alert_state import RuleChoice
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for, zone
from outreach_results.ui.campaign_picker import client_labels

_SHOWN = 10
_SAID = "alerts-said"
# Of a rule, so that the limits stand below each other and a phone has it in one line; of a number and its buttons; and
# of the longer of the two units.
_RULE_WIDTH, _LIMIT_WIDTH, _UNIT_WIDTH = 330, 140, 40


def form() -> None:
    """Draw the rules, who is told, and the log."""
    st.caption(
        "Alerts stand on the overview under Needs attention, and are sent once each: again only after what raised "
        "one has ended and come back. Rates are of the last 28 days, and raise one where chance does not explain them."
    )
    opened = store_for(Role.ADMIN)
    _rules(kept.rule_choices(opened))
    st.markdown("**Who is told**")
    names = ask(client_labels)
    client = (
        st.selectbox(
            "Of the alerts on",
            [None, *names],
            format_func=lambda one: "everything" if one is None else names.get(one, one),
            key="alert-client",
            width=_RULE_WIDTH,
        )
        if names
        else None
    )
    _recipients_form(kept.recipients(opened).of(client), client)
    if said := st.session_state.pop(_SAID, ""):
        st.info(text.escape(said))
    deliveries = kept.LOG.newest_first(opened)
    if deliveries:
        with st.expander("What was sent"):
            for delivery in deliveries[:_SHOWN]:
                st.text(_line(delivery))


def _rules(choices: Mapping[str, RuleChoice]) -> None:
    with st.form("alert-rules", border=False):
        changes = {kind: _rule(rule, choices[kind]) for kind, rule in RULES.items()}
        if st.form_submit_button("Save rules", type="primary"):
            try:
                kept.choose_rules(store_for(Role.ADMIN), changes, by=author_name())
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()


def _rule(rule: Rule, choice: RuleChoice) -> RuleChoice:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        is_on = st.checkbox(
            text.escape(rule.words(choice)), kept.is_on(choice), key=f"alert-on-{rule.kind}", width=_RULE_WIDTH
        )
        if rule.default is None:
            return RuleChoice(is_on=is_on)
        factor = 100.0 if rule.unit == LimitUnit.PERCENT else 1.0
        entered = st.number_input(
            f"Limit of {rule.kind} in {rule.unit}",
            min_value=rule.lowest * factor,
            max_value=rule.highest * factor,
            value=round(rule.limit(choice) * factor, 2),
            step=0.5 if rule.lowest * factor < 1 else 1.0,
            format="%g",
            key=f"alert-limit-{rule.kind}",
            label_visibility="collapsed",
            width=_LIMIT_WIDTH,
        )
        st.caption(rule.unit, width=_UNIT_WIDTH)
    return RuleChoice(is_on=is_on, limit=round(entered / factor, 6))


def _recipients_form(known: AlertRecipients, client: str | None) -> None:
    """Draw the form of who is told; what is the same for all clients stands in that of everything."""
    with st.form(f"alert-recipients-{client}", border=False):
        to = st.text_input("Email addresses of alerts", ", ".join(known.to), placeholder="anna@example.com")
        webhook = st.text_input(
            "Webhook of alerts",
            type="password",
            placeholder="kept; enter another to replace it" if known.webhook_encrypted else "https://hooks.slack.com/…",
        )
        quiet, with_replies = _quiet_hours(known) if client is None else (None, None)
        without = bool(known.webhook_encrypted) and st.checkbox("Remove the webhook")
        if st.form_submit_button("Save recipients", type="primary"):
            try:
                kept.set_recipients(
                    store_for(Role.ADMIN),
                    to=tuple(to.replace(";", ",").split(",")),
                    webhook=SecretStr(webhook.strip()) if webhook.strip() else None,
                    without_webhook=without,
                    quiet=quiet,
                    with_replies=with_replies,
                    client=client,
                    secret=settings().secret_key,
                    by=author_name(),
                )
            except OutreachError as error:
                st.error(text.escape(str(error)), icon="⚠️")
                return
            st.rerun()
    if known.places:
        st.button("Send test", key="alert-test", on_click=_test, args=(client,))


def _quiet_hours(known: AlertRecipients) -> tuple[tuple[int, int], bool]:
    columns = st.columns(2)
    start, end = known.quiet or (0, 0)
    quiet = (
        int(columns[0].number_input("Quiet from hour", 0, 23, start, help="The same hour twice is never quiet.")),
        int(columns[1].number_input("until hour", 0, 23, end)),
    )
    return quiet, st.checkbox("Quote new positive replies and name who wrote them", known.with_replies)


def _test(client: str | None) -> None:
    try:
        problems = send_test(store_for(Role.ADMIN), Post(settings()), client=client)
        st.session_state[_SAID] = " ".join(f"{place}: {problem or 'sent.'}" for place, problem in problems.items())
    except OutreachError as error:
        st.session_state[_SAID] = str(error)


def _line(delivery: AlertDelivery) -> str:
    what = f"{delivery.about}, to {delivery.place}: {delivery.status.words}"
    return " · ".join(filter(None, [text.moment(delivery.at, zone()), what, delivery.problem]))
