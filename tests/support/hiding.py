"""What a database answers to every question, and campaigns of every kind that can be hidden from it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import ContactRecord, DailyRecord, Record
from outreach_results.store import annotations as notes
from outreach_results.store.engine import Store
from outreach_results.store.entries import CostPer, Entries, enter
from support.comparable import plain
from support.questions import questions
from support.records import CAMPAIGN, EVERY_KIND, at, campaign, contact, reported


def answers(store: Store, *, without: Collection[str] = ()) -> list[tuple[str, Any]]:
    """Each question by name, with its answer as plain values; ``without`` are names of questions."""
    return [(name, plain(ask())) for name, ask in questions(store) if name not in without]


def hidden_campaigns(store: Store) -> list[str]:
    """Half of the sample and, of other kinds, campaigns with everything that a question can look at."""
    more: list[Record] = [
        *EVERY_KIND,
        campaign("by day", mcp="by day", detail="daily"),
        DailyRecord("by day", date(2026, 1, 31), emails_sent=50, delivered=40, cost=7),
        reported("by day", 60, at(1), at(40)),
        campaign("by contact", detail="contacts"),
        contact("c1", of="by contact", sent=1, sent_at=at(30), replied=1),
        ContactRecord("by contact", "c2", at(400), sent=1, sent_at=at(1)),
    ]
    load(store, "more", more)
    enter(store, "by day", Entries("Own name", None, 5_000_000, CostPer.MONTH), by="ada")
    for campaign_id in (CAMPAIGN, "by day"):
        notes.add(store, date(2026, 1, 31), "Later", campaign_id=campaign_id)
    sample = sorted(one.id for one in results.all_campaigns(store) if one.id.startswith("camp_") and one.id != CAMPAIGN)
    return [CAMPAIGN, "by day", "by contact", *(own for own in sample[1::2] if own != "camp_abc123")]
