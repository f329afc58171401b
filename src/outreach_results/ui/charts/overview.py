"""The figures of the overview."""

from __future__ import annotations

from collections.abc import Mapping
from operator import add
from typing import Any

import pandas as pd

from outreach_results.results.rows import records
from outreach_results.ui.charts.base import COLORS, LABELS, empty
from outreach_results.ui.figure import Figure
from outreach_results.ui.text import counted, number, percent


def funnel(stages: pd.DataFrame) -> Figure:
    """The funnel: one bar per stage of `results.funnel`, with its share of the stage before."""
    rows = records(stages)
    known = [row for row in rows if row["emails"] is not None]
    reached = {row["stage"]: row["emails"] for row in rows}
    shares = [_of_stage_before(row, reached) for row in known]
    names = [LABELS[row["stage"]] for row in known]
    numbers = [number(row["emails"]) for row in known]
    details = [
        f"{counted(row['emails'], 'email')}: {name.lower()}{share.replace(' · ', ', ')}. Click to see them."
        for row, name, share in zip(known, names, shares, strict=True)
    ]
    counts = [float(row["emails"]) for row in known]
    return _stages(names, counts, list(map(add, numbers, shares)), details, height=216, room=1.75)


def _of_stage_before(row: Mapping[str, Any], reached: Mapping[str, int]) -> str:
    if row["share"] is None:
        return ""
    return f" · {percent(row['share'])} of {_whole(row['of'], row['of_emails'], reached[row['of']])}"


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
        list(known["stage"]),
        known["people"].astype("float64").tolist(),
        list(map(add, numbers, shares)),
        details,
        height=300,
        room=1.5,
    )


def _stages(
    names: list[str], counts: list[float], texts: list[str], details: list[str], *, height: int, room: float
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
        xaxis={"visible": False, "range": [0, max([*counts, 1.0]) * room]},
        yaxis={"autorange": "reversed", "showgrid": False},
    )
    figure.add_bar(
        orientation="h",
        y=names,
        x=counts,
        marker={"color": COLORS["opened"]},  # one hue: the stages are told apart by their names
        text=texts,
        textposition="outside",
        cliponaxis=False,
        customdata=details,
        hovertemplate="%{customdata}<extra></extra>",
    )
    return figure
