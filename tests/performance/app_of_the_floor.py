"""The floor: four metrics, a line, a table, and a button that changes one of them.

A plain script, so that ``streamlit run`` sends it as Streamlit ships it; `app_sending_the_floor` sends it as ours.
"""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

DAYS = list(range(90))

st.set_page_config(layout="wide")
st.title("Floor")
clicks = st.session_state.get("clicks", 0) + st.button("Again", key="again")
st.session_state["clicks"] = clicks
for column, name in zip(st.columns(4), ("Sent", "Opened", "Replied", "Meetings"), strict=True):
    column.metric(name, 1_000 + clicks)
st.plotly_chart(go.Figure(go.Scatter(x=DAYS, y=[day % 7 for day in DAYS])), key="line")
st.dataframe(pd.DataFrame({"day": DAYS, "sent": DAYS}))
