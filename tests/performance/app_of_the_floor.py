"""What Streamlit itself takes for a rerun: four metrics, a line and a table, and a button that changes one of them."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

DAYS = list(range(90))

if __name__ == "__main__" and st.runtime.exists():
    st.set_page_config(layout="wide")
    st.title("Floor")
    clicks = st.session_state.get("clicks", 0) + st.button("Again", key="again")
    st.session_state["clicks"] = clicks
    for column, name in zip(st.columns(4), ("Sent", "Opened", "Replied", "Meetings"), strict=True):
        column.metric(name, 1_000 + clicks)
    st.plotly_chart(go.Figure(go.Scatter(x=DAYS, y=[day % 7 for day in DAYS])), key="line")
    st.dataframe(pd.DataFrame({"day": DAYS, "sent": DAYS}))
else:
    from starlette.middleware import Middleware

    from outreach_results.server.compressed_assets import CompressedAssets
    from outreach_results.server.streamlit_internals import send_without_delay

    send_without_delay()  # as our server does, so that what is compared is the page
    app = st.App(__file__, middleware=[Middleware(CompressedAssets, streamlit_charts=lambda: True)])
