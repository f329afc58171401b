"""The menu that downloads the view as a report."""

from __future__ import annotations

import streamlit as st

from outreach_results.export.report import REPORT_FORMATS
from outreach_results.ui import downloads
from outreach_results.ui.cache import person
from outreach_results.ui.filters import View


def menu(view: View) -> None:
    """Draw the item of the filter bar: a file of each format, about the days and campaigns that are shown."""
    with st.popover("Report", key="report-menu"):
        st.caption("Outcomes, what changed, campaigns, replies and benchmarks of this view.")
        has_recipients = person().has_recipients
        with_names = has_recipients and st.toggle("Name the people who replied", key="report-names")
        offered = downloads.Report(view, with_names)
        for fmt, address in offered.addresses("report").items():
            st.link_button(REPORT_FORMATS[fmt].label, address, width="stretch")
