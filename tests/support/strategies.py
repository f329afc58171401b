"""Random campaigns: emails, events and replies as sources have them: partial, repeated and contradictory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unicodedata import category

from hypothesis import strategies as st

from outreach_results.ingest.records import (
    BenchmarkRecord,
    CampaignRecord,
    ContactRecord,
    DailyRecord,
    EmailRecord,
    EventRecord,
    MarkRecord,
    PlanRecord,
    Record,
    ReplyRecord,
    ReportedRecord,
)
from outreach_results.ingest.tracks import tracks_of
from outreach_results.models import EventType, Sentiment
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.store.entries import CostPer, Entries

ZONES = ["UTC", "Europe/Zurich", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati"]

_NASTY = [
    "=1+1",
    "'=1+1",
    "''=1+1",
    "'",
    "' quoted '",
    "-5",
    "+41 44 000 00 00",
    "@here",
    "\t tab",
    "\r\n",
    "line\nbreak",
    "carriage\rreturn",
    'a "quote", a comma; a semicolon',
    "<script>alert(1)</script>",
    "[link](https://example.com) **bold**",
    "%s {0} \\N \\x00 \\",
    "عربي ‮ right to left",
    "日本語 👩‍👩‍👧 🏳️‍🌈",
    "é é",
    "\ufeff",
    "\u2028 \u2029 \x85 \x0b \x0c",
    "\x7f\x1b[31m",
    " spaces around ",
    "null",
    "NaN",
]
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")


def texts(max_size: int = 12) -> st.SearchStrategy[str]:
    """Any text that can be stored, often one that something might choke on."""
    return st.one_of(st.sampled_from(_NASTY), st.text(_CHARACTERS, min_size=1, max_size=max_size))


def identifiers() -> st.SearchStrategy[str]:
    """Any text that can be an id: no control characters, no line breaks, no dots that an address reads as folders."""
    return texts().filter(
        lambda value: value not in (".", "..") and not any(category(c) in ("Cc", "Zl", "Zp") for c in value)
    )


maybe_texts = st.none() | texts()
amounts = st.sampled_from([0, 1, 17_746, 5_000_000]) | st.integers(0, 10**12)
# Close together, so that they meet on days, and around midnights.
instants = st.builds(
    lambda hours, micros: datetime(2026, 3, 28, tzinfo=UTC) + timedelta(hours=hours, microseconds=micros),
    st.integers(-80, 80),
    st.sampled_from([0, 0, 1, 1_800_000_000]),
)
_AFTER_SENDING = sorted(set(EventType) - {EventType.SENT})

declarations = st.dictionaries(st.sampled_from(list(TRACKED)), st.booleans(), max_size=3).map(
    lambda flags: tracks_of(flags.items())
)

entries = st.builds(
    lambda name, mcp, cost: Entries(name, mcp, cost, None if cost is None else CostPer.EMAIL),
    st.none() | st.sampled_from("NM"),
    st.none() | st.sampled_from("mn"),
    st.none() | st.integers(0, 2),
)

Unit = list[Record]
"""Records that a source sends together."""

History = tuple[list[CampaignRecord], list[Unit]]


@st.composite
def histories(
    draw: st.DrawFn, *, all_sent: bool = False, plain: bool = False
) -> tuple[list[CampaignRecord], list[Unit]]:
    """Descriptions of one or two campaigns, and units of what is known of them, in no order.

    Args:
        all_sent: of every email it is known when it was sent.
        plain: every text is a letter.
    """
    few = st.sampled_from("abAB")
    text = st.none() | few if plain else maybe_texts
    need = few if plain else texts()
    need_id = few if plain else identifiers()
    ids = draw(st.lists(need_id, min_size=1, max_size=2, unique=True))
    campaigns = [
        CampaignRecord(
            *(own_id, draw(need), draw(text), draw(instants)),
            tracks=draw(declarations),
            tracks_choice=draw(declarations),
            entered=Entries() if plain else draw(st.just(Entries()) | entries),
        )
        for own_id in ids
        for _ in range(draw(st.integers(1, 2)))
    ]
    email_ids = draw(st.lists(need_id, min_size=1, max_size=4, unique=True))
    keys = st.tuples(st.sampled_from(ids), st.sampled_from(email_ids))
    units: list[Unit] = []

    def describe(key: tuple[str, str]) -> EmailRecord:
        sent_at = draw(instants if all_sent else st.none() | instants)
        costs = draw(st.tuples(amounts, amounts, amounts)) if sent_at else (0, 0, 0)
        details = draw(st.just(()) | st.tuples(text, text, text, text, text))
        recipient = draw(text | st.sampled_from(["a@x.example", "b@X.Example", "c@y.example"]))
        return EmailRecord(*key, recipient, draw(text), draw(text), sent_at, *costs, *details)

    units += [[describe(draw(keys))] for _ in range(draw(st.integers(0, 6)))]
    for number in range(draw(st.integers(0, 12))):
        campaign_id, email_id = draw(keys)
        kind, url = draw(st.sampled_from(_AFTER_SENDING)), draw(text)
        event_id = draw(st.sampled_from([f"v{number}", "v0", "r0"]))  # ids collide, with those of replies too
        details = draw(st.just(()) | st.tuples(text, text, text))
        happened = (kind.value, draw(instants), draw(st.booleans()), url)
        event = EventRecord(campaign_id, event_id, email_id, *happened, *details)
        units += [[event]] * draw(st.integers(1, 2))
    for number in range(draw(st.integers(0, 4))):
        campaign_id, _ = draw(keys)
        units += _replies(draw, campaign_id, f"r{number}", st.sampled_from(email_ids), text, need)
    if all_sent:
        named = {record[:2] for unit in units for record in unit if isinstance(record, EmailRecord)}
        units += [[describe(key)] for key in [(c, e) for c in ids for e in email_ids] if key not in named]
    return campaigns, draw(st.permutations(units))


def _replies(
    draw: st.DrawFn,
    campaign_id: str,
    reply_id: str,
    email_ids: st.SearchStrategy[str],
    text: st.SearchStrategy[str | None],
    need: st.SearchStrategy[str],
) -> list[Unit]:
    """What several sources say of a reply; of the email it answers some know nothing, and some another."""

    def lone_reply() -> ReplyRecord:
        return ReplyRecord(
            campaign_id,
            reply_id,
            draw(st.none() | email_ids),
            draw(text),
            draw(text),
            draw(text),
            draw(st.sampled_from(Sentiment)).value,
            draw(st.just("") | need),
            draw(text),
            draw(instants),
        )

    units: list[Unit] = [[lone_reply()] for _ in range(draw(st.integers(1, 3)))]

    def mark() -> MarkRecord:
        corrected = draw(st.none() | st.sampled_from(Sentiment))
        return MarkRecord(
            campaign_id,
            reply_id,
            corrected and corrected.value,
            draw(st.none() | instants),
            draw(text),
            draw(instants),
            draw(text),
            draw(st.none() | instants),
            draw(text),
            draw(st.sampled_from([1, 1, 2, 10**9])),
            draw(st.none() | instants),
            draw(text),
            draw(text),
            draw(text),
            draw(st.none() | instants),
            draw(st.none() | st.dates(date(2025, 12, 1), date(2026, 6, 1))),
            draw(text),
            draw(st.none() | instants),
        )

    units = [[*unit, mark()] if draw(st.booleans()) else unit for unit in units]
    if draw(st.booleans()):
        units.append(
            [EventRecord(campaign_id, reply_id, draw(email_ids), "replied", draw(instants), draw(st.booleans()))]
        )
    return units


@st.composite
def files_of_totals(draw: st.DrawFn) -> list[list[Record]]:
    """Files of daily totals, snapshots, reported totals, plans and benchmarks that contradict each other.

    Some have events too.
    """
    number = st.none() | st.integers(0, 3)
    share = st.none() | st.sampled_from([0.1, 0.2])
    rarely = st.none() | instants

    def described() -> CampaignRecord:
        return CampaignRecord("a", draw(st.sampled_from(["a", "A", "b"])), None, draw(instants), draw(details))

    def day() -> DailyRecord:
        return DailyRecord._make(["a", date(2026, 3, draw(st.integers(1, 2))), *(draw(number) for _ in range(9))])

    def reported() -> ReportedRecord:
        numbers = [draw(number) for _ in range(12)]
        return ReportedRecord._make(["a", draw(rarely), draw(rarely), *numbers, draw(instants)])

    def plan() -> PlanRecord:
        return PlanRecord(draw(st.sampled_from("PQ")), draw(st.integers(0, 2)), draw(st.integers(0, 2)), draw(rarely))

    def benchmark() -> BenchmarkRecord:
        spread = [draw(share) for _ in range(4)]
        mcp = draw(st.sampled_from(["", "m"]))
        return BenchmarkRecord._make([mcp, "open_rate", *spread, draw(number), draw(rarely)])

    def email() -> EmailRecord:
        return EmailRecord("a", draw(st.sampled_from("ef")), sent_at=draw(instants))

    def contact() -> ContactRecord:
        described: list[Any] = [draw(st.none() | st.sampled_from("abAB")) for _ in range(4)]
        outcomes: list[Any] = [value for _ in range(8) for value in (draw(number), draw(rarely))]
        as_of = datetime(2026, 4, draw(st.integers(1, 2)), tzinfo=UTC)
        return ContactRecord(*["a", draw(st.sampled_from("cd")), as_of, *described, draw(number), *outcomes])

    levels = [["contacts"], ["daily"], ["contacts", "daily"], ["contacts", "events"], ["daily", "events"]]
    details = st.sampled_from(draw(st.sampled_from(levels)))
    kinds: list[Callable[[], Record]] = [reported, plan, benchmark, email, contact, contact]
    files: list[list[Record]] = []
    for _ in range(draw(st.integers(1, 4))):
        campaign = described()
        # A source that knows contacts has no days beside them.
        may_hold = kinds if campaign.detail == "contacts" else [*kinds, day]
        totals = [draw(st.sampled_from(may_hold))() for _ in range(draw(st.integers(0, 4)))]
        files.append([campaign, *totals])
    return files
