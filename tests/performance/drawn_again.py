"""What a page draws, without the page: its calls of Streamlit with the very same arguments, and nothing between them.

That is the yardstick of a page's script: whoever draws these elements with Streamlit has to spend that much. Figures
are plain dictionaries, as they would stand in a script; tables are there already.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st
from streamlit.components import v2
from streamlit.delta_generator import DeltaGenerator


class _Call(NamedTuple):
    """A call of one of Streamlit's elements, where it was drawn, and what it gave back."""

    into: DeltaGenerator
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    made: object


class Drawn:
    """Remembers what is drawn while it is `recorded`, to draw it `again`."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._components: dict[str, tuple[str | None, str | None, str | None]] = {}
        self._is_inside = False

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Remember every call: of ``st.metric`` and the like, and of the same names of containers."""
        names = [name for name in dir(DeltaGenerator) if not name.startswith("_") and callable(getattr(st, name, None))]
        names.append("_bidi_component")  # what mounts a component, such as our charts
        functions = {name: getattr(DeltaGenerator, name) for name in names}
        of_module = {name: getattr(st, name) for name in names}
        register = v2._ensure_component_on_active_runtime

        def remember(component_key: str, html: str | None, css: str | None, js: str | None) -> None:
            self._components[component_key] = (html, css, js)
            register(component_key, html, css, js)

        v2._ensure_component_on_active_runtime = remember
        main = st._main  # what `st.metric` is bound to
        for name in names:
            recording = self._recording(name, functions[name])
            setattr(DeltaGenerator, name, recording)
            setattr(st, name, recording.__get__(main))
        try:
            yield
        finally:
            v2._ensure_component_on_active_runtime = register
            for name in names:
                setattr(DeltaGenerator, name, functions[name])
                setattr(st, name, of_module[name])

    def _recording(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(into: DeltaGenerator, *args: Any, **kwargs: Any) -> Any:
            if self._is_inside:  # Streamlit draws some elements by way of others
                return function(into, *args, **kwargs)
            where = into._active_dg
            self._is_inside = True
            try:
                made = function(into, *args, **kwargs)
            finally:
                self._is_inside = False
            self._calls.append(_Call(where, name, tuple(_constant(arg) for arg in args), kwargs, made))
            return made

        return call

    def again(self) -> None:
        """Draw it all, each element where it was."""
        for component, parts in self._components.items():  # each run of a test has a runtime of its own
            v2._ensure_component_on_active_runtime(component, *parts)
        places: dict[int, DeltaGenerator] = {}
        for into, name, args, kwargs, made in self._calls:
            now_made = getattr(places.get(id(into), into), name)(*args, **kwargs)
            for before, now in zip(_containers(made), _containers(now_made), strict=True):
                places[id(before)] = now


def _constant(argument: Any) -> Any:
    if not isinstance(argument, go.Figure):
        return argument
    figure = json.loads(argument.to_json())
    figure["layout"].pop("template", None)  # every figure has it without asking
    return figure


def _containers(made: object) -> list[DeltaGenerator]:
    if isinstance(made, DeltaGenerator):
        return [made]
    return [one for one in made if isinstance(one, DeltaGenerator)] if isinstance(made, list | tuple) else []
