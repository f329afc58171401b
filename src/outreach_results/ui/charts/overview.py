"""The figures of the overview."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from outreach_results.ui.charts.base import COLORS, LABELS, empty
from outreach_results.ui.text import number, percent


def funnel(stages: pd.DataFrame) -> go.Figure:
    """The funnel: one bar per stage of `results.funnel`, with its share of the stage before."""
    known = stages.dropna(subset="emails")
    figure = empty(
        250,
        showlegend=False,
        hovermode="closest",
        xaxis={"visible": False, "range": [0, max([*known["emails"], 1]) * 1.75]},
        yaxis={"autorange": "reversed", "showgrid": False},
    )
    reached = dict(zip(stages["stage"], stages["emails"], strict=True))
    shares = [
        "" if pd.isna(share) else f" · {percent(share)} of {_whole(stage, of_emails, reached[stage])}"
        for share, stage, of_emails in zip(
            known["share"], known["of"].fillna("emails_sent"), known["of_emails"], strict=True
        )
    ]
    names = [LABELS[stage] for stage in known["stage"]]
    figure.add_bar(
        orientation="h",
        y=names,
        x=known["emails"].astype("float64"),
        marker_color=COLORS["opened"],  # one hue: the stages are told apart by their names
        text=[number(n) + share for n, share in zip(known["emails"], shares, strict=True)],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            f"{number(n)} emails: {name.lower()}{share.replace(' · ', ', ')}. Click to see them."
            for n, name, share in zip(known["emails"], names, shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return figure


def _whole(stage: str, of_emails: int, emails: int) -> str:
    """What a share is of: a stage, or where only some campaigns track both, so many emails of it."""
    name = LABELS[stage].lower()
    return name if of_emails == emails else f"{number(of_emails)} {name}, as far as tracked"


def people(stages: pd.DataFrame) -> go.Figure:
    """How far people came: one bar for each stage, with its share of all who were contacted.

    Args:
        stages: stage, people and share_of_contacted, NA where unknown.
    """
    known = stages.dropna(subset="people")
    figure = empty(
        300,
        showlegend=False,
        hovermode="closest",
        xaxis={"visible": False, "range": [0, max([*known["people"], 1]) * 1.5]},
        yaxis={"autorange": "reversed", "showgrid": False},
    )
    shares = ["" if pd.isna(share) or share == 1 else f" · {percent(share)}" for share in known["share_of_contacted"]]
    numbers = [number(n) for n in known["people"]]
    figure.add_bar(
        orientation="h",
        y=list(known["stage"]),
        x=known["people"].astype("float64"),
        marker_color=COLORS["opened"],
        text=[n + share for n, share in zip(numbers, shares, strict=True)],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            f"{n} people: {stage.lower()}{share.replace(' · ', ', ')}{' of those contacted' if share else ''}."
            for n, stage, share in zip(numbers, known["stage"], shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return figure
