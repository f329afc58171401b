"""A database with the campaigns of two clients, of whom whatever belongs to the second can be recognized."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from outreach_results.ingest.load import load
from outreach_results.ingest.records import BenchmarkRecord, DailyRecord, Record
from outreach_results.store import annotations as notes
from outreach_results.store.engine import Store
from outreach_results.store.goals import set_goals
from outreach_results.store.labeling import add_client, add_rule, choose_client, choose_tags
from outreach_results.store.labels import checked_rule
from support.records import at, campaign, contact, email, event, mark, reply

SEEN, HIDDEN = "acme", "zorn"
"""The ids of the clients. Each campaign's id begins with that of its client."""

_SECRET = re.compile(r"zorn|7,?654,?321", re.IGNORECASE)
_EMAILS = 40


def fill(store: Store) -> None:
    """Give both clients a campaign with something of every kind, and the second one of days and of contacts too."""
    for client in (SEEN, HIDDEN):
        records = _records(client) + (_records(client, 2) if client == SEEN else [])
        load(store, f"{client}.csv", records, loaded_by=f"{client}@team.example")
        assert add_client(store, client.capitalize()) == client
    hidden = [f"{HIDDEN}-{kind}" for kind in ("1", "days", "contacts")]
    others: list[Record] = [
        *(
            BenchmarkRecord("", metric, 0.2, 0.1, 0.2, 0.3, 1_247, at(1))
            for metric in ("open_rate", "reply_rate", "bounce_rate")
        ),
        campaign(hidden[1], "Zorn by day", mcp="zorn-type", detail="daily"),
        DailyRecord(hidden[1], date(2026, 1, 7), emails_sent=7_654_321, delivered=7_654_321, cost=7_654_321_000_000),
        campaign(hidden[2], "Zorn by contact", detail="contacts"),
        contact("zorn-contact", of=hidden[2], replied=1),
    ]
    load(store, "zorn-more.json", others)
    choose_client(store, [f"{SEEN}-1", f"{SEEN}-2"], SEEN)
    choose_client(store, hidden, HIDDEN)
    choose_tags(store, hidden, ["zorn tag"])
    choose_tags(store, [f"{SEEN}-1"], ["spring"])
    add_rule(store, checked_rule("contains", "Zorn", client_id=HIDDEN))
    add_rule(store, checked_rule("contains", "Zorn", tag="zorn rule"))
    notes.add(store, date(2026, 1, 7), "Acme note", campaign_id=f"{SEEN}-1")
    notes.add(store, date(2026, 1, 7), "Zorn note", campaign_id=hidden[0], author="zorn@team.example")
    notes.add(store, date(2026, 1, 7), "All because of Zorn")
    set_goals(store, {"emails_sent": 7_654_321})


def secrets_in(content: bytes | str) -> set[str]:
    """What of a page, an answer or a file, packed or not, is of the second client."""
    data = content.encode() if isinstance(content, str) else content
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b" ".join(packed.read(name) for name in packed.namelist())
    return set(_SECRET.findall(data.decode(errors="replace")))


def _records(client: str, number: int = 1) -> list[Record]:
    own, words = f"{client}-{number}", client.capitalize()
    ids = [f"{client}-e{n}" for n in range(_EMAILS)]
    return [
        campaign(own, f"{words} spring {number}", mcp="sales-outreach"),
        *(
            email(
                one, at(5 + n % 9), of=own, recipient=f"{one}@{client}.example", name=f"{words} {n}", company=words
            )._replace(subject=f"Hello {words}", mailbox=f"{client}@team.example", step="1", variant=f"{words} A")
            for n, one in enumerate(ids)
        ),
        *(event("delivered", at(5 + n % 9, 13), email_id=one, of=own) for n, one in enumerate(ids)),
        *(event("opened", at(6 + n % 9), email_id=one, of=own) for n, one in enumerate(ids[:20])),
        event("clicked", at(8), email_id=ids[0], of=own, url=f"https://{client}.example"),
        event("bounced", at(6), email_id=ids[39], of=own)._replace(kind="hard", reason=f"{words} refused"),
        event("meeting_booked", at(9), email_id=ids[1], of=own),
        event("opened", at(9), email_id=f"{client}-unsent", of=own),
        *(
            reply(
                f"{client}-r{n}",
                at(7 + n),
                email_id=ids[n],
                of=own,
                address=f"{ids[n]}@{client}.example",
                name=f"{words} {n}",
                company=words,
                preview=f"Thanks from {words}",
                body=f"Thanks from {words}, more of it.",
            )
            for n in range(5)
        ),
        mark(f"{client}-r0", of=own, by=f"{client}@team.example"),
    ]
