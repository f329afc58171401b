"""The figures of the overview."""

from __future__ import annotations

from operator import add
from typing import Any

import pandas as pd

from outreach_results.ui.charts.base import COLORS, LABELS, empty
from outreach_results.ui.figure import Figure
from outreach_results.ui.text import counted, number, percent


def funnel(stages: pd.DataFrame) -> Figure:
    """The funnel: one bar per stage of `results.funnel`, with its share of the stage before."""
    known = stages.dropna(subset="emails")
    reached = dict(zip(stages["stage"], stages["emails"], strict=True))
    shares = [
        "" if pd.isna(share) else f" · {percent(share)} of {_whole(stage, of_emails, reached[stage])}"
        for share, stage, of_emails in zip(
            known["share"], known["of"].fillna("emails_sent"), known["of_emails"], strict=True
        )
    ]
    names = [LABELS[stage] for stage in known["stage"]]
    numbers = [number(n) for n in known["emails"]]
    details = [
        f"{counted(n, 'email')}: {name.lower()}{share.replace(' · ', ', ')}. Click to see them."
        for n, name, share in zip(known["emails"], names, shares, strict=True)
    ]
    return _stages(names, known["emails"], list(map(add, numbers, shares)), details, height=216, room=1.75)


def _whole(stage: str, of_emails: int, emails: int) -> str:
    """What a share is of: a stage, or where only some campaigns track both, so many emails of it."""
    name = LABELS[stage].lower()
    return name if of_emails == emails else f"{number(of_emails)} {name}, as far as tracked"


def people(stages: pd.DataFrame) -> Figure:
    """How far people came: one bar for each stage, with its share of all who were contacted.

    Args:
        stages: stage, people and share_of_contacted, NA where unknown.
    """
    known = stages.dropna(subset="people")
    shares = ["" if pd.isna(share) or share == 1 else f" · {percent(share)}" for share in known["share_of_contacted"]]
    numbers = [number(n) for n in known["people"]]
    details = [
        f"{counted(n, 'person')}: {stage.lower()}{share.replace(' · ', ', ')}{' of those contacted' if share else ''}."
        for n, stage, share in zip(known["people"], known["stage"], shares, strict=True)
    ]
    return _stages(
        list(known["stage"]), known["people"], list(map(add, numbers, shares)), details, height=300, room=1.5
    )


def _stages(
    names: list[str], counts: pd.Series[Any], texts: list[str], details: list[str], *, height: int, room: float
) -> Figure:
    """One bar for each stage, the first at the top, with its text beside it.

    Args:
        details: what each bar says when it is pointed at.
        room: how much wider than the longest bar the chart is, for the texts.
    """
    figure = empty(
        height,
        showlegend=False,
        hovermode="closest",
        xaxis={"visible": False, "range": [0, max([*counts, 1]) * room]},
        yaxis={"autorange": "reversed", "showgrid": False},
    )
    figure.add_bar(
        orientation="h",
        y=names,
        x=counts.astype("float64"),
        marker={"color": COLORS["opened"]},  # one hue: the stages are told apart by their names
        text=texts,
        textposition="outside",
        cliponaxis=False,
        customdata=details,
        hovertemplate="%{customdata}<extra></extra>",
    )
    return figure
