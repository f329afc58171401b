"""The yardstick of the browser: the same figures, drawn from constants, and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

FIGURES = Path(os.environ["FIGURES"])

if __name__ == "__main__" and st.runtime.exists():
    page = st.query_params.get("page", "overview")
    st.set_page_config(layout="wide")
    st.title(page.capitalize())
    for number, figure in enumerate(json.loads((FIGURES / f"{page}.json").read_text(encoding="utf-8"))["figures"]):
        st.plotly_chart(go.Figure(figure, skip_invalid=True), key=f"figure-{number}", config={"displaylogo": False})
else:
    from starlette.middleware import Middleware

    from outreach_results.server.compressed_assets import CompressedAssets

    app = st.App(__file__, middleware=[Middleware(CompressedAssets, streamlit_charts=lambda: True)])
