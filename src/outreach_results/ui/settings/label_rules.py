"""The part of the settings with the rules that give campaigns a client or a tag by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from outreach_results import results
from outreach_results.errors import OutreachError, QueryError
from outreach_results.models.team import Role
from outreach_results.store import labeling
from outreach_results.store.labels import MAX_TAG, MAX_TEXT, Match, Rule, checked_rule
from outreach_results.ui import text
from outreach_results.ui.author import author_name
from outreach_results.ui.cache import ask, store_for
from outreach_results.ui.settings.changes import make

_MATCHES = {Match.STARTS_WITH: "Name starts with", Match.CONTAINS: "Name contains"}
_TAG = ""  # no id of a client
_NAMED = 4


def form(names: Mapping[str, str]) -> None:
    """Draw the rules, each with how many campaigns it catches, and the fields that add one.

    Args:
        names: of the clients, by id.
    """
    st.markdown("**Rules**")
    st.caption(
        "They hold for campaigns that come later, too. Of several rules that give a client, the one with the longest "
        "text counts; tags of all rules add up."
    )
    for rule, caught in ask(results.label_rules):
        with st.container(horizontal=True, vertical_alignment="center"):
            words = labeling.rule_in_words(rule, names)
            st.text(f"{words[:1].upper()}{words[1:]} · {text.counted(caught, 'campaign')}", width="content")
            if st.button("Remove", key=f"rule-remove-{rule.id}", type="tertiary"):
                make(lambda rule_id=rule.id: labeling.remove_rule(store_for(Role.ADMIN), rule_id, by=author_name()))  # type: ignore[misc]
    _add(names)


def _add(names: Mapping[str, str]) -> None:
    # No form: the preview follows what is typed.
    columns = st.columns(4, vertical_alignment="bottom")
    match = columns[0].selectbox("When the", list(_MATCHES), format_func=_MATCHES.__getitem__, key="rule-match")
    written = columns[1].text_input("Text", max_chars=MAX_TEXT, key="rule-text", placeholder="Acme")
    offered = {**names, _TAG: "a tag"}
    gives = columns[2].selectbox(
        "It gets", list(offered), format_func=lambda one: offered.get(one, one), key="rule-client"
    )
    tag = columns[3].text_input("Tag", max_chars=MAX_TAG, key="rule-tag", disabled=gives != _TAG)
    rule = _written(match, written, gives, tag)
    if isinstance(rule, Rule):
        st.caption(text.escape(_preview(ask(results.met_by, rule))))
    if st.button("Add rule", key="rule-add", disabled=not written.strip()):
        make(lambda: _keep(rule))


def _written(match: Match, written: str, gives: str, tag: str) -> Rule | OutreachError | None:
    """The rule of the fields, what is wrong with it, or None while there is no text yet."""
    if not written.strip():
        return None
    try:
        return checked_rule(match, written, **({"tag": tag} if gives == _TAG else {"client_id": gives}))
    except OutreachError as error:
        return error


def _keep(rule: Rule | OutreachError | None) -> None:
    if isinstance(rule, OutreachError):
        raise rule
    if rule is None:
        raise QueryError("text", "Enter a text that names have.")
    labeling.add_rule(store_for(Role.ADMIN), rule, by=author_name())


def _preview(caught: Sequence[str]) -> str:
    """Which campaigns a rule catches."""
    every = len(ask(results.all_campaigns))
    if not caught:
        return f"Catches none of {text.counted(every, 'campaign')} yet."
    more = f" and {len(caught) - _NAMED:,} more" if len(caught) > _NAMED else ""
    return f"Catches {len(caught):,} of {text.counted(every, 'campaign')}: {', '.join(caught[:_NAMED])}{more}."
