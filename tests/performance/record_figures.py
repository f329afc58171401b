"""Run every page once and write its Plotly figures to a folder: ``python record_figures.py FOLDER``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest
from time_pages import run_pages_through_the_entry

ROOT = Path(__file__).parents[2]


def main(folder: Path) -> None:
    """Record them all."""
    drawn: list[object] = []
    draw = st.plotly_chart

    def draw_and_keep(figure, *args, **kwargs):
        drawn.append(figure)
        return draw(figure, *args, **kwargs)

    st.plotly_chart = draw_and_keep  # type: ignore[assignment]
    run_pages_through_the_entry()
    for page in sorted((ROOT / "pages").glob("*.py")):
        drawn.clear()
        app = AppTest.from_file(ROOT / "app.py", default_timeout=120)
        if page.stem != "overview":
            app.switch_page(f"pages/{page.name}")
        app.run()
        (folder / f"{page.stem}.json").write_text(json.dumps(drawn), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
