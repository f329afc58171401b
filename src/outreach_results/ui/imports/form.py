"""The questions that a file leaves open, as widgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from zoneinfo import ZoneInfo, available_timezones

import streamlit as st

from outreach_results import results
from outreach_results.ingest.plans import Answers
from outreach_results.ingest.same_day import OPTIONS, SameDay
from outreach_results.ui import cache
from outreach_results.ui.imports.mapping_form import corrected
from outreach_results.ui.imports.uploads import FileView, Upload


def answered(upload: Upload, views: list[FileView], key: str) -> Answers:
    """Draw the questions about a file and its mapping; the present answers."""
    answers = upload.answers
    about = {question.about for view in views for question in view.questions}
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
    if "same_day" in about or answers.same_day is not SameDay.ASK:
        answers = replace(answers, same_day=_same_day(answers.same_day, key))
    mappings = dict(answers.mappings)
    for place, view in enumerate(views):
        if view.plan.mapping is not None:
            mappings[view.plan.name] = corrected(view, view.plan.mapping, f"{key}-{place}")
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


def _same_day(chosen: SameDay, key: str) -> SameDay:
    choices = list(OPTIONS)
    made: SameDay | None = st.radio(
        "This day is already stored",
        choices,
        index=choices.index(chosen) if chosen in choices else None,
        format_func=OPTIONS.__getitem__,
        horizontal=True,
        key=f"{key}-same-day",
        help="Two exports of one campaign and day differ, and only one of them can count.",
    )
    return made or SameDay.ASK
