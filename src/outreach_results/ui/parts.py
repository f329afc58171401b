"""The components that we write ourselves, as one script that the browser keeps.

Streamlit would send the HTML, the styles and the script of a component with each element that it draws, in every run
again: a hundred kilobytes for the overview. Instead an element names its part of the script, which has an address of
its own and is loaded once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

import streamlit as st

from outreach_results.ui import styles

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

NAMES = ("actions", "chart", "frame", "inbox_list", "inbox_message", "table", "tiles")
"""The parts: each has a ``.js`` in ``static/`` with a default export ``render``, a ``.html`` and a ``.css``."""

# The files of a part arrive together, so nothing is ever drawn without its styles.
_HEAD = """
const filled = new WeakSet();

function part(html, css, render) {
  return (component) => {
    const { parentElement } = component;
    if (!filled.has(parentElement)) {
      filled.add(parentElement);
      const style = document.createElement("style");
      const box = document.createElement("div");
      style.textContent = css;
      box.innerHTML = html;
      parentElement.append(style, box);
    }
    return render(component);
  };
}
"""
_EXPORT = "export default function render("


def component(name: str, *, isolate_styles: bool = True) -> ComponentRenderer:
    """Register the component ``outreach_`` and the name of a part, and return what mounts it.

    Args:
        isolate_styles: whether it stands in a shadow root.
    """
    if name not in NAMES:
        raise ValueError(f"{name} is not one of the parts: {', '.join(NAMES)}.")
    # A script of an element has no address that an import could be relative to; Streamlit takes one line for a path.
    load = f'export default async (part) =>\n  (await import(location.origin + "{path()}")).{name}(part);\n'
    return st.components.v2.component(f"outreach_{name}", js=load, isolate_styles=isolate_styles)


@lru_cache(maxsize=1)
def script() -> str:
    """The script: one function for each part, which draws it into its element."""
    return "\n".join([_HEAD, *map(_part, NAMES)])


@lru_cache(maxsize=1)
def path() -> str:
    """Where the script is served: another one has another address, so browsers may keep it for good."""
    return f"/assets/parts-{sha256(script().encode()).hexdigest()[:16]}.js"


def _part(name: str) -> str:
    source = styles.read(f"{name}.js")
    if source.count(_EXPORT) != 1:
        raise ValueError(f"static/{name}.js has no “{_EXPORT}”.")
    html, css = (json.dumps(styles.read(f"{name}.{kind}"), ensure_ascii=False) for kind in ("html", "css"))
    body = source.replace(_EXPORT, "function render(")
    return f"export const {name} = part({html}, {css}, (() => {{\n{body}\nreturn render;\n}})());"
