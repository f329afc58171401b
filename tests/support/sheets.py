"""Tables with one row a contact, imported as a person would."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from outreach_results.ingest.load import load
from outreach_results.ingest.plans import Answers, plan_import
from outreach_results.store.engine import Store

HAND_MADE = "Date,Email,Opened,Replied\n31/01/2026,ada@acme.example,yes,no\n31/01/2026,ben@bolt.example,no,\n"
"""What somebody keeps by hand: the day of sending, and what became of it without dates."""


def import_sheet(store: Store, folder: Path, text: str, *, campaign: str = "Q1", as_of: str | None = None) -> None:
    """Import a table of contacts, as of a day in UTC where that is given."""
    path = folder / f"{campaign}-{as_of}.csv"
    path.write_text(text, encoding="utf-8")
    moment = None if as_of is None else datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    answers = Answers(campaign=campaign, as_of=moment)
    with plan_import(path, path.name, zone=store.zone(), known={}, answers=answers) as [plan]:
        assert not plan.questions
        load(store, path.name, list(plan.records()))
