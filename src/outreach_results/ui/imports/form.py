"""The questions that a file leaves open, and the mapping of its columns, as widgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.ingest.mapping import TARGETS, Level, Mapping
from outreach_results.ingest.mapping.types import LABELS
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.values import DateForm
from outreach_results.models import EventType
from outreach_results.ui import cache, text
from outreach_results.ui.imports.uploads import FileView, Upload

_LEFT_OUT = "Leave out"
_LABEL_OF = {target.name: target.label for target in TARGETS}
_NAME_OF = {label: name for name, label in _LABEL_OF.items()}
_EXAMPLES = 3


def answered(upload: Upload, views: list[FileView], key: str) -> Answers:
    """Draw the questions about a file and its mapping; the present answers."""
    answers = upload.answers
    about = {question.about for view in views for question in view.plan.questions}
    needs = {need for view in views if view.plan.format is not None for need in view.plan.format.needs}
    columns = st.columns(3)
    if "campaign" in about | needs or answers.campaign is not None:
        with columns[0]:
            answers = replace(answers, campaign=_campaign(upload, key))
    has_bare_times = any(column.has_time and not column.has_zone for view in views for column in view.dates.values())
    if has_bare_times or "zone" in about | needs:
        with columns[1]:
            answers = replace(answers, zone=_zone(key))
    if "as_of" in about | needs or answers.as_of is not None:
        with columns[2]:
            answers = replace(answers, as_of=_as_of(key))
    mappings = dict(answers.mappings)
    for place, view in enumerate(views):
        if view.plan.mapping is not None:
            mappings[view.plan.name] = _mapping(view, view.plan.mapping, f"{key}-{place}")
    return replace(answers, mappings=mappings)


def _campaign(upload: Upload, key: str) -> str | None:
    names = sorted({campaign.name for campaign in cache.ask(results.all_campaigns)}, key=str.casefold)
    suggestion = PurePath(upload.name).name.partition(".")[0].replace("_", " ").replace("-", " ").strip()
    options = names if suggestion in names else [suggestion, *names]
    chosen: str | None = st.selectbox(
        "Campaign",
        options,
        index=options.index(suggestion),
        accept_new_options=True,
        key=f"{key}-campaign",
        help="The rows name no campaign. Choose the one they belong to, or type a new name.",
    )
    return chosen


def _zone(key: str) -> ZoneInfo:
    zones = sorted(available_timezones())
    chosen = st.selectbox(
        "Time zone of the file",
        zones,
        index=zones.index(cache.zone().key) if cache.zone().key in zones else zones.index("UTC"),
        key=f"{key}-zone",
        help="The times in the file name no time zone.",
    )
    return ZoneInfo(chosen)


def _as_of(key: str) -> datetime:
    day: date = st.date_input(
        "Exported on",
        "today",
        key=f"{key}-as-of",
        help="The day that this list of contacts shows. A newer list replaces an older one.",
    )
    return datetime.combine(day, time(23, 59, 59), cache.zone()).astimezone(UTC)


def _mapping(view: FileView, guessed: Mapping, key: str) -> Mapping:
    """Draw how a table is understood; the mapping as it is corrected now."""
    content = view.plan.content
    assert content is not None
    forms = _date_forms(view, guessed, key)
    is_incomplete = any(question.about == "columns" for question in view.plan.questions)
    with st.expander("How the columns are understood", expanded=is_incomplete, key=f"{key}-columns-shown"):
        labels = {LABELS[level]: level for level in Level}
        chosen = st.segmented_control(
            "One row is", list(labels), default=LABELS[guessed.level], required=True, key=f"{key}-level"
        )
        level = labels.get(chosen, guessed.level)
        meaning = {field: _LABEL_OF[name] for name, field in guessed.columns.items()}
        frame = pd.DataFrame(
            {
                "column": content.fields,
                "example": [_example(content.sample, field) for field in content.fields],
                "means": [meaning.get(field, _LEFT_OUT) for field in content.fields],
            }
        )
        edited = st.data_editor(
            frame,
            hide_index=True,
            disabled=["column", "example"],
            column_config={
                "column": st.column_config.TextColumn("Column in the file"),
                "example": st.column_config.TextColumn("Examples", width="medium"),
                "means": st.column_config.SelectboxColumn(
                    "Means", options=[_LEFT_OUT, *_NAME_OF], required=True, width="medium"
                ),
            },
            key=f"{key}-columns",
        )
        columns = {
            _NAME_OF[means]: field
            for field, means in zip(edited["column"], edited["means"], strict=True)
            if means != _LEFT_OUT
        }
        types = _types(view, guessed, columns, key) if level == Level.EVENTS else {}
    return replace(guessed, level=level, columns=columns, date_forms=forms, types=types)


def _example(sample: Any, field: str) -> str:
    values = dict.fromkeys(str(row[field]) for row in sample if row.get(field) not in (None, ""))
    return " · ".join(list(values)[:_EXAMPLES])[:120]


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
            text.escape(f"How is “{field}” to be read? It has {column.example}."),
            list(options),
            index=None if name not in forms else list(options).index(forms[name].value),
            format_func=lambda value, options=options: text.escape(options[value]),
            horizontal=True,
            key=f"{key}-date-{name}",
        )
        if chosen is not None:
            forms[name] = DateForm(chosen)
    return forms


def _types(view: FileView, guessed: Mapping, columns: dict[str, str], key: str) -> dict[str, str]:
    """Which word of the file is which event."""
    assert view.plan.content is not None
    field = columns.get("type")
    words = sorted({str(row[field]).strip() for row in view.plan.content.sample if row.get(field)}) if field else []
    if not words:
        return guessed.types
    labels = {kind.value.replace("_", " ").capitalize(): kind.value for kind in EventType}
    label_of = {value: label for label, value in labels.items()}
    means = [label_of.get(guessed.types.get(word.casefold(), ""), _LEFT_OUT) for word in words]
    edited = st.data_editor(
        pd.DataFrame({"word": words, "means": means}),
        hide_index=True,
        disabled=["word"],
        column_config={
            "word": st.column_config.TextColumn("Event in the file"),
            "means": st.column_config.SelectboxColumn("Means", options=[_LEFT_OUT, *labels], required=True),
        },
        key=f"{key}-types",
    )
    return {
        word.casefold(): labels[meaning]
        for word, meaning in zip(edited["word"], edited["means"], strict=True)
        if meaning != _LEFT_OUT
    }
