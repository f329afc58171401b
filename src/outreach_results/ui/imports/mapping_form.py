"""The mapping screen: which column of a table is which of ours, guessed, shown with examples, corrected here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from outreach_results.ingest.content import Content
from outreach_results.ingest.mapping import Level, Mapping
from outreach_results.ingest.mapping.targets import TARGET
from outreach_results.ingest.mapping.types import LABELS, MAIN_TARGETS, OTHER_TARGETS
from outreach_results.ingest.values import DateForm
from outreach_results.models import EventType
from outreach_results.ui import tables, text
from outreach_results.ui.imports.uploads import FileView

_NONE = "–"
_ROWS = 3
_IN_A_ROW = 4
_LONGEST_EXAMPLE = 60
_WORDS = 40
"""So many different words of a column of event types are asked for."""


def corrected(view: FileView, guessed: Mapping, key: str) -> Mapping:
    """Draw how a table is understood; the mapping as it is corrected now."""
    content = view.plan.content
    assert content is not None
    forms = _date_forms(view, guessed, key)
    is_incomplete = any(question.about == "columns" for question in view.plan.questions)
    with st.expander("Match columns", expanded=is_incomplete, key=f"{key}-columns-shown"):
        tables.show_frame(_first_rows(content), key=f"{key}-raw", alt="First rows of the file")
        labels = {LABELS[level]: level for level in Level}
        chosen = st.segmented_control(
            "Each row is", list(labels), default=LABELS[guessed.level], required=True, key=f"{key}-level"
        )
        level = labels.get(chosen, guessed.level)
        columns = _columns(content, guessed, MAIN_TARGETS[level], key)
        known = {name: field for name, field in guessed.columns.items() if name in OTHER_TARGETS[level]}
        with st.expander(f"More columns ({len(known)} matched)", key=f"{key}-more"):
            columns |= _columns(content, guessed, OTHER_TARGETS[level], key)
        types = _types(content, guessed, columns, key) if level == Level.EVENTS else {}
    if unused := [field for field in content.fields if field not in columns.values()]:
        st.caption(text.escape(f"Not imported: {', '.join(unused)[:500]}. Match columns to use them."))
    return replace(guessed, level=level, columns=columns, date_forms=forms, types=types)


def _first_rows(content: Content) -> pd.DataFrame:
    rows = [{field: _cell(row.get(field)) for field in content.fields} for row in content.sample[:_ROWS]]
    return pd.DataFrame(rows, columns=list(content.fields))


def _columns(content: Content, guessed: Mapping, targets: Sequence[str], key: str) -> dict[str, str]:
    """Draw a choice for each of our columns; ours → theirs, of those that the table has."""
    options = ["", *content.fields]
    columns = {}
    for start in range(0, len(targets), _IN_A_ROW):
        for place, name in zip(st.columns(_IN_A_ROW), targets[start : start + _IN_A_ROW], strict=False):
            field = guessed.columns.get(name, "")
            chosen = place.selectbox(
                TARGET[name].label,
                options,
                index=options.index(field) if field in options else 0,
                format_func=lambda option: option or _NONE,
                key=f"{key}-target-{name}",
            )
            if chosen:
                columns[name] = chosen
                place.caption(text.escape(_example(content, chosen)))
    return columns


def _example(content: Content, field: str) -> str:
    values = dict.fromkeys(_cell(row[field]) for row in content.sample if row.get(field) not in (None, ""))
    return " · ".join(list(values)[:_ROWS])[:_LONGEST_EXAMPLE]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)[:_LONGEST_EXAMPLE]


def _date_forms(view: FileView, guessed: Mapping, key: str) -> dict[str, DateForm]:
    """How the dates of each column are read: as the file decides, else as the person says."""
    forms = dict(guessed.date_forms)
    for name, column in view.dates.items():
        if not column.is_open:
            continue
        field = guessed.columns[name]
        question = next((q for q in view.plan.questions if q.about == f"date:{name}"), None)
        options = dict(question.options) if question else {form.value: form.value for form in column.forms}
        chosen = st.radio(
            text.escape(f"How do you read “{field}”? It has {column.example}."),
            list(options),
            index=None if name not in forms else list(options).index(forms[name].value),
            format_func=lambda value, options=options: text.escape(options[value]),
            horizontal=True,
            key=f"{key}-date-{name}",
        )
        if chosen is not None:
            forms[name] = DateForm(chosen)
    return forms


def _types(content: Content, guessed: Mapping, columns: dict[str, str], key: str) -> dict[str, str]:
    """Draw a choice for each word of the column of event types; word → event type."""
    field = columns.get("type")
    words = sorted({str(row[field]).strip() for row in content.sample if row.get(field)}) if field else []
    if not words:
        return guessed.types
    labels = {"": _NONE} | {kind.value: kind.value.replace("_", " ").capitalize() for kind in EventType}
    types = dict(guessed.types)
    st.markdown("**Event types**")
    for start in range(0, min(len(words), _WORDS), _IN_A_ROW):
        for place, word in zip(st.columns(_IN_A_ROW), words[start : start + _IN_A_ROW], strict=False):
            known = guessed.types.get(word.casefold(), "")
            chosen = place.selectbox(
                text.escape(word),
                list(labels),
                index=list(labels).index(known),
                format_func=lambda kind: labels[kind],
                key=f"{key}-type-{word}",
            )
            types.pop(word.casefold(), None)
            if chosen:
                types[word.casefold()] = chosen
    return types
