"""The section of the data page where people enter what their files lack.

campaigns  name, type and cost of a campaign
changes    making a change that a person asked for
clients    client and tags of campaigns: by hand, by rules; names of clients
deleted    deleting and restoring campaigns
account    plan, days off and time zone
benchmarks which are known, and the template of a file
goals      what is to be reached in a month
alerts     the rules of alerts, and who is told
digests    what is sent by email and webhook
states     which interest states count as positive replies or meetings
people     what is held about a person, and forgetting them
"""

from __future__ import annotations

import streamlit as st

from outreach_results.models import Campaign
from outreach_results.models.team import Role
from outreach_results.ui import cards
from outreach_results.ui.cache import may
from outreach_results.ui.settings import account, alerts, benchmarks, clients, digests, goals, people, states
from outreach_results.ui.settings import campaigns as of_campaigns

__all__ = ["section"]


def section(campaigns: list[Campaign]) -> None:
    """Draw the card of the settings, for admins."""
    if not may(Role.ADMIN):
        return
    with cards.card("Settings", key="settings"):
        st.caption("What you enter here counts instead of the source's value. No import or sync overwrites it.")
        drawn = {
            "Campaigns": lambda: of_campaigns.form(campaigns),
            "Clients & tags": lambda: clients.form(campaigns),
            "Plan": account.plan,
            "Days off": account.days_off,
            "Interest states": states.form,
            "Benchmarks": benchmarks.known,
            "Goals": goals.form,
            "Alerts": alerts.form,
            "Digests": digests.form,
            "Time zone": account.time_zone,
            "People": people.person,
        }
        for tab, draw in zip(st.tabs(list(drawn)), drawn.values(), strict=True):
            with tab:
                draw()
