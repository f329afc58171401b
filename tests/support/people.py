"""A person who is in every place of the database where one can be, and a look at what is left of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Text, cast, inspect, select

from outreach_results.ingest.load import load
from outreach_results.ingest.records import (
    ContactRecord,
    EmailRecord,
    EventRecord,
    FileItem,
    Notice,
    Rejected,
)
from outreach_results.store import annotations as notes
from outreach_results.store import schema
from outreach_results.store.engine import Store
from support.records import CAMPAIGN, at, campaign, email, emails, event, mark, reply

ADDRESS = "ada.l@acme.example"
SPELLED = "Ada.L@Acme.example"
SECRETS = (ADDRESS, "Lovelace", "Analytical Engines", "Menabrea", "Babbage")
"""The address, a name, a company, a word of a reply and of a subject: of all of them nothing may be left."""

OWN: list[FileItem] = [
    EmailRecord(CAMPAIGN, "a1", SPELLED, "Ada Lovelace", "Analytical Engines", at(5), 7, 0, 0, subject="For Babbage"),
    EmailRecord(CAMPAIGN, f"{ADDRESS}:2", ADDRESS, "Lovelace", None, at(6), step="2", text="Dear Ada Lovelace"),
    event("delivered", email_id="a1", event_id="d1"),
    event("opened", at(6), email_id=f"{ADDRESS}:2", event_id=f"open_{SPELLED}_2"),
    event(
        "clicked", at(7), email_id="a1", event_id="c1", url=f"https://acme.example/?to={ADDRESS.replace('@', '%40')}"
    ),
    EventRecord(CAMPAIGN, "b1", f"{ADDRESS}:2", "bounced", at(8), kind="soft", reason=f"<{SPELLED}> mailbox is full"),
    reply("r1", at(9), email_id="a1", address=SPELLED, name="Lovelace", body="Menabrea wrote about it", preview="Men"),
    reply(f"r-{ADDRESS}", at(10), email_id=f"{ADDRESS}:2", address="office@acme.example", body="Menabrea again"),
    mark("r1", by="grace@team.example"),
    mark(f"r-{ADDRESS}", None, meeting_marked_at=at(11), meeting_marked_by="grace@team.example"),
]
"""What events and replies tell of the person."""

AMONG_OTHERS: list[FileItem] = [
    *emails(25),
    email("n1", recipient=f"n{ADDRESS}", name="Nada"),
    email("j1", recipient=f"jean-{ADDRESS}", name="Jean"),
    event("opened", email_id="n1"),
    reply("r2", at(9), email_id="n1", address=f"n{ADDRESS}", body=f"Please write to {SPELLED}, she decides."),
    Rejected("list.csv", 3, "sent", f"'{SPELLED}' isn't a date", {"email": SPELLED, "name": "Ada Lovelace"}),
    Notice(f"{ADDRESS} is there twice."),
]
"""What is of others, in which the person is mentioned."""

SNAPSHOT: list[FileItem] = [
    campaign("exported", detail="contacts"),
    ContactRecord(
        "exported", ADDRESS, at(9), ADDRESS, "Ada Lovelace", "Analytical Engines", sent=1, sent_at=at(5), opened=2
    ),
    ContactRecord("exported", "7", at(9), SPELLED, "Ada Lovelace", None, sent=1, sent_at=at(5), text="Dear Babbage"),
    ContactRecord("exported", f"jean-{ADDRESS}", at(9), f"jean-{ADDRESS}", "Jean", sent=1, sent_at=at(5)),
]

RECORDS: list[FileItem] = [campaign(), *OWN, *AMONG_OTHERS]


def fill(store: Store) -> None:
    """Bring the person in, in every way."""
    load(store, f"{ADDRESS}.csv", RECORDS)
    load(store, "contacts", SNAPSHOT)
    notes.add(store, date(2026, 1, 9), f"{SPELLED} does not want any more emails", author=ADDRESS)


def left_in_tables(store: Store) -> dict[str, list[str]]:
    """By secret, the tables and columns that still hold it, alone or as part of a longer text of the person."""
    found: dict[str, list[str]] = {}
    with store.read() as connection:
        for table in schema.metadata.sorted_tables:
            for column in table.c:
                for value in connection.execute(select(cast(column, Text)).where(column.is_not(None))).scalars():
                    plain = str(value).casefold().replace("%40", "@")
                    for other in (f"n{ADDRESS}", f"jean-{ADDRESS}"):
                        plain = plain.replace(other, "")
                    for secret in SECRETS:
                        # Who wrote a note is one of the team.
                        if secret.casefold() in plain and column.name not in ("author", "by"):
                            found.setdefault(secret, []).append(f"{table.name}.{column.name}")
        if store.is_sqlite and inspect(connection).has_table(schema.FULL_TEXT):
            words = " ".join(connection.exec_driver_sql(f"SELECT words FROM {schema.FULL_TEXT}").scalars())
            for word in ("menabrea", "lovelace"):
                if word in words:
                    found.setdefault(word, []).append(schema.FULL_TEXT)
    return found


def left_in_files(path: Path) -> dict[str, list[str]]:
    """By secret, the files of a SQLite database in whose bytes it is, in any case."""
    found: dict[str, list[str]] = {}
    for file in sorted(path.parent.glob(f"{path.name}*")):
        content = file.read_bytes().lower()
        for other in (f"n{ADDRESS}", f"jean-{ADDRESS}"):
            content = content.replace(other.encode(), b"")
        for secret in SECRETS:
            if secret.casefold().encode() in content:
                found.setdefault(secret, []).append(file.name)
    return found
