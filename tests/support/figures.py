"""Figures that Plotly checks, which pages leave out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import plotly.graph_objects as go

from outreach_results.ui.figure import Figure, as_json

P = ParamSpec("P")


def checked(builder: Callable[P, Figure]) -> Callable[P, go.Figure]:
    """The builder, so that an unknown property or an impossible value of its figures raises an error."""

    @wraps(builder)
    def build(*args: P.args, **kwargs: P.kwargs) -> Any:
        figure = builder(*args, **kwargs)
        as_json(figure.to_dict())  # raises for what cannot be sent
        return go.Figure(figure.to_dict())

    return build
