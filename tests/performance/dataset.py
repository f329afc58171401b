"""Made-up campaigns of any size: the same every time, and quick to make.

About 2.6 events an email, its sending included; one reply to twenty emails. Ids are scattered (as UUIDv4 are), so
that no key comes in the order of time, unless ids in the order of time are asked for (as UUIDv7, ULIDs and counters
are).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from outreach_results.export import CSV_COLUMNS
from outreach_results.ingest.records import (
    BenchmarkRecord,
    CampaignRecord,
    EmailRecord,
    EventRecord,
    PlanRecord,
    Record,
    ReplyRecord,
)
from outreach_results.models import COST_COLUMNS, Sentiment

# So few that each sends on every day also where there are ten thousand emails in all: databases of all sizes have the
# same days, and differ in nothing but their emails.
CAMPAIGNS = 50
DAYS = 180
START = datetime(2025, 7, 1, tzinfo=UTC)
REPLIED = 0.05

_HOW_OFTEN = {"delivered": 0.95, "bounced": 0.05, "opened": 0.43, "clicked": 0.08, "unsubscribed": 0.02}
_SPREAD_S = {"delivered": 60, "bounced": 60, "opened": 3 * 86400, "clicked": 4 * 86400, "unsubscribed": 5 * 86400}
_MACHINE = {"opened": 0.25, "clicked": 0.1}
_MEETING = 0.012


def _words(text: str) -> list[str]:
    return text.split()


# As many names as people and companies have: a name is shared by few, a first name or a line of business by many.
_FIRST = _words("Ada Grace Alan Edsger Barbara Donald Frances Ken Margaret Linus Radia Tim Hedy John Katherine Niklaus")
_FIRST += [
    one + two for one in _words("An Bel Cor Dan El Fi Jo Lu Mar Ni Ro Sa") for two in _words("a ena ia in ka lo ra us")
]
_LAST = [
    begin + middle + end
    for begin in _words(
        "Al Bar Ber Bran Car Dal Den Dor Fal Far Gar Hal Har Hol Kel Lan Lin Mal Mar Nor Ol Per Ros San Tor Val Win"
    )
    for middle in _words("a e i o an en in or ar el er on")
    for end in _words("berg burn dal den er feld ford ham ley man mont rose son stein ton wood")
]
_COMPANY = _words("Acme Birch Cobalt Delta Ember Fjord Garnet Harbor Indigo Juniper Krypton Lumen Mosaic Nimbus Onyx")
_WORDS = _words(
    "thanks for reaching out we are happy with our current provider please call me next week the price is too high "
    "could you send more details about integration security and onboarding our team meets on monday not interested "
    "remove me from this list sounds great let us talk what does it cost per seat who else uses it in our industry"
)
_SENTIMENTS = [str(s) for s in Sentiment]
_SENTIMENT_SHARES = [0.22, 0.3, 0.25, 0.13, 0.1]


@dataclass(frozen=True)
class NewDay:
    """One more day after all others, for a campaign that has ``first_email`` emails already."""

    first_email: int
    ids_in_time: bool


def campaign_id(number: int) -> str:
    """The id of the campaign of that number."""
    return f"camp_{number * 7919 % 999983:06d}"


def campaign(number: int) -> CampaignRecord:
    """The campaign of that number."""
    mcp = ("sales-outreach", "partner-outreach", "recruiting", None)[number % 4]
    return CampaignRecord(campaign_id(number), f"Campaign {number:03d}", mcp, START + timedelta(hours=number))


def campaign_records(number: int, emails: int, new_day: NewDay | None = None) -> Iterator[Record]:
    """All of one campaign, sent on each of `DAYS` days, or a day that is added to it; an email's events follow it."""
    yield campaign(number)
    begin = new_day.first_email if new_day else 0
    for first in range(begin, begin + emails, 20_000):
        last = min(first + 20_000, begin + emails)
        yield from _some(number, first, last - first, new_day)


def _some(number: int, first: int, count: int, new_day: NewDay | None) -> Iterator[Record]:
    own = campaign_id(number)
    random = np.random.default_rng([number, first])
    places = np.arange(first, first + count)
    # One on each day first, the others anywhere.
    day_of = np.full(count, DAYS) if new_day else np.where(places < DAYS, places, random.integers(0, DAYS, count))
    # Greater than all before it, or anywhere among them.
    prefix = "t" if new_day and new_day.ids_in_time else ""
    sent_s = (day_of * 86400 + random.integers(8 * 3600, 18 * 3600, count)).tolist()
    costs = random.integers(500, 20_000, (count, 3)).tolist()
    happens = {kind: (random.random(count) < share).tolist() for kind, share in _HOW_OFTEN.items()}
    delays = {kind: random.integers(1, spread, count).tolist() for kind, spread in _SPREAD_S.items()}
    machine = {kind: (random.random(count) < share).tolist() for kind, share in _MACHINE.items()}
    replied = (random.random(count) < REPLIED).tolist()
    meets = (random.random(count) < _MEETING).tolist()
    names = random.integers(0, 1_000_000, (count, 3)).tolist()
    for i in range(count):
        n = first + i
        email_id = f"em_{prefix}{n if prefix else _scattered(n, 1):08x}"
        sent_at = START + timedelta(seconds=sent_s[i])
        a, b, c = names[i]
        who = f"{_FIRST[a % len(_FIRST)]} {_LAST[b % len(_LAST)]}"
        family, line = _LAST[c % len(_LAST)], _COMPANY[c // len(_LAST) % len(_COMPANY)]
        company = f"{family} {line}"
        address = f"{who.replace(' ', '.').lower()}{n}@{family.lower()}-{line.lower()}.example"
        yield EmailRecord(own, email_id, address, who, company, sent_at, *costs[i])
        for k, (kind, happened) in enumerate(happens.items()):
            if happened[i] and not (kind == "delivered" and happens["bounced"][i]):
                at = sent_at + timedelta(seconds=delays[kind][i])
                is_machine = kind in machine and machine[kind][i]
                url = "https://example.com/offer" if kind == "clicked" else None
                yield EventRecord(
                    own,
                    f"ev_{prefix}{n * 8 + k if prefix else _scattered(n * 8 + k, 2):010x}",
                    email_id,
                    kind,
                    at,
                    is_machine,
                    url,
                )
        if meets[i]:
            at = sent_at + timedelta(days=7)
            yield EventRecord(
                own,
                f"ev_{prefix}{n * 8 + 7 if prefix else _scattered(n * 8 + 7, 2):010x}",
                email_id,
                "meeting_booked",
                at,
            )
        if replied[i]:
            yield _reply(own, n, email_id, address, who, company, sent_at + timedelta(seconds=delays["opened"][i] + 60))


def _scattered(n: int, salt: int) -> int:
    """A number that no other ``n`` gets, in no order."""
    return (n * 0x9E3779B1 + salt * 0x7F4A7C15) % 2**32 if n < 2**32 else n


def _reply(own: str, n: int, email_id: str, address: str, who: str, company: str, at: datetime) -> ReplyRecord:
    random = np.random.default_rng([n, int(at.timestamp())])
    words = [_WORDS[i] for i in random.integers(0, len(_WORDS), 24)]
    words += [f"topic{random.integers(0, 50)}", f"ticket{n % 99991}"]
    body = " ".join(words)
    sentiment = _SENTIMENTS[int(random.choice(5, p=_SENTIMENT_SHARES))]
    return ReplyRecord(
        own, f"re_{_scattered(n, 3):08x}", email_id, address, who, company, sentiment, body[:90], body, at
    )


def account_records() -> Iterator[Record]:
    """A plan and the community's benchmarks."""
    yield PlanRecord("Pro", 20_000_000, 20_000_000)
    updated = datetime(2026, 1, 1, tzinfo=UTC)
    for mcp in ("", "sales-outreach", "partner-outreach", "recruiting"):
        for metric, middle in (
            ("delivery_rate", 0.94),
            ("open_rate", 0.35),
            ("reply_rate", 0.045),
            ("avg_cost_per_email_usd", 0.03),
        ):
            yield BenchmarkRecord(mcp, metric, middle, middle * 0.8, middle, middle * 1.2, 1247, updated)


def write_csv(path: Path, emails: int, campaigns: int, new_day: NewDay | None = None) -> int:
    """A CSV of several campaigns in the order of time, as an event log is; the number of its rows."""
    rows = [
        row for number in range(campaigns) for row in csv_rows(campaign_records(number, emails // campaigns, new_day))
    ]
    rows.sort(key=lambda row: row[9])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(rows)
    return len(rows)


def csv_rows(records: Iterator[Record]) -> Iterator[list[str]]:
    """The rows of a campaign's CSV, as the export writes them."""
    fields: dict[str, str] = {}  # of the campaign and the email that follow each other
    for record in records:
        if isinstance(record, CampaignRecord):
            fields = {
                "campaign_id": record.campaign_id,
                "campaign_name": record.name,
                "mcp": record.mcp or "",
                "campaign_created_at": _iso(record.created_at),
            }
        elif isinstance(record, EmailRecord):
            assert record.sent_at is not None
            fields |= {
                "email_id": record.email_id,
                "recipient": record.recipient or "",
                "name": record.name or "",
                "company": record.company or "",
            }
            costs = {f"{name}_usd": f"{cost / 1e6:.6f}" for name, cost in zip(COST_COLUMNS, record[6:9], strict=True)}
            yield _cells(fields | costs | {"type": "sent", "occurred_at": _iso(record.sent_at)})
        elif isinstance(record, EventRecord):
            yield _cells(
                fields
                | {
                    "type": record.type,
                    "occurred_at": _iso(record.occurred_at),
                    "event_id": record.event_id,
                    "is_machine": "true" if record.is_machine else "false",
                    "url": record.url or "",
                }
            )
        elif isinstance(record, ReplyRecord):
            yield _cells(
                fields
                | {
                    "type": "replied",
                    "occurred_at": _iso(record.received_at),
                    "event_id": record.reply_id,
                    "is_machine": "true" if record.sentiment == "automatic" else "false",
                    "reply_address": record.address or "",
                    "reply_name": record.name or "",
                    "reply_company": record.company or "",
                    "sentiment": record.sentiment,
                    "preview": record.preview,
                    "body": record.body or "",
                }
            )


_NO_CELLS = dict.fromkeys(CSV_COLUMNS, "")


def _cells(fields: dict[str, str]) -> list[str]:
    return list((_NO_CELLS | fields).values())  # a look for each of the many columns takes most of the time


def _iso(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat() + "Z"
