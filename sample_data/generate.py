"""Write the sample data: one JSON file per campaign, and account.json.

    python sample_data/generate.py [FOLDER]

Everything is invented, and everything follows from SEED and from the words in pools.toml: running it again writes
the same bytes. One campaign, ``camp_abc123``, and the month 2026-01 reproduce every example of the Results API to
the digit; ``check`` recounts them from the files it finds. README.md says what the files hold.
"""

from __future__ import annotations

import json
import math
import random
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
POOLS: dict[str, Any] = tomllib.loads((HERE / "pools.toml").read_text("utf-8"))
SEED = "outreach-results"

NOW = datetime(2026, 3, 27, 19, tzinfo=UTC)
"""Nothing has happened after this instant."""

JANUARY_EMAILS = 1247
JANUARY_MICROS = 22_450_000
MICROS = 1_000_000

COSTS = ("ai_generation", "lead_enrichment", "email_sending")
WEEKDAYS = (0.9, 1.15, 1.15, 1.1, 0.8, 0.05, 0.02)
"""How busy Monday to Sunday are."""

Mood = str
Window = tuple[date, date, int]
"""First day, last day, emails sent within."""


# ----------------------------------------------------------------------------- the campaigns


@dataclass(frozen=True)
class Spec:
    """What a campaign is like; rates are probabilities per delivered email (``bounced``: per email)."""

    key: str
    name: str
    kind: str
    created: datetime
    sender: str
    topic: str
    locales: str
    """Of 100 people, how many of each locale."""
    windows: tuple[Window, ...]
    offset: int = 0
    bounced: float = 0.045
    opened: float = 0.2
    clicked: float = 0.22
    """Of those who opened."""
    replied: float = 0.04
    unsubscribed: float = 0.004
    meeting: float = 0.5
    """Of those who answered positively."""
    privacy: float = 0.055
    """Share of domains whose proxy opens every email."""
    scanner: float = 0.02
    """Share of domains whose gateway clicks every link."""
    follow_ups: float = 0.0
    enrichment: tuple[int, ...] = (10_000, 12_000, 14_000)
    moods: tuple[float, ...] = (0.28, 0.27, 0.18, 0.2, 0.07)
    """positive, neutral, negative, automatic, unclassified."""
    tracked: bool = True
    spike: date | None = None
    """A day on which most unsubscribe."""


MOODS: tuple[Mood, ...] = ("positive", "neutral", "negative", "automatic", "unclassified")

CONTRACT = Spec(
    key="contract",
    name="Q1 Outreach – US & UK operations leads",
    kind="sales",
    created=datetime(2026, 1, 29, 16, 5, tzinfo=UTC),
    sender="Maya",
    topic="outreach reporting",
    locales="en:86 es:5 hi:3 vi:3 zh:3",
    windows=(),
    privacy=0.16,
    scanner=0.05,
)

SPECS = (
    Spec(
        key="agencies",
        name="Agency owners – UK & Ireland",
        kind="sales",
        created=datetime(2025, 11, 6, 11, 20, tzinfo=UTC),
        sender="Maya",
        topic="client reporting",
        locales="en:88 pl:5 el:3 hi:4",
        windows=((date(2025, 11, 10), date(2025, 11, 28), 430), (date(2025, 12, 1), date(2025, 12, 5), 80)),
        follow_ups=0.2,
    ),
    Spec(
        key="engineers",
        name="Staff engineers * remote EU_2025/26 👩‍💻",
        kind="recruiting",
        created=datetime(2025, 11, 18, 9, 2, tzinfo=UTC),
        sender="Jonas",
        topic="the staff engineer role",
        locales="en:20 de:20 pl:12 es:10 fr:8 pt:6 it:6 el:5 tr:5 uk:5 ru:3",
        windows=(
            (date(2025, 11, 19), date(2025, 11, 28), 210),
            (date(2025, 12, 1), date(2025, 12, 12), 190),
            (date(2026, 1, 12), date(2026, 1, 23), 227),
        ),
        offset=1,
        opened=0.33,
        clicked=0.28,
        replied=0.06,
        follow_ups=0.22,
    ),
    Spec(
        key="year-end",
        name="Year-end budget, Benelux + Nordics",
        kind="sales",
        created=datetime(2025, 12, 2, 8, 45, tzinfo=UTC),
        sender="Claire",
        topic="next year's tooling budget",
        locales="nl:42 sv:30 fr:12 en:11 de:5",
        windows=((date(2025, 12, 3), date(2025, 12, 19), 330),),
        offset=1,
        opened=0.17,
        replied=0.036,
        moods=(0.24, 0.24, 0.18, 0.28, 0.06),
    ),
    Spec(
        key="partner-dach",
        name="Partner-Programm Systemhäuser <i>Pilot</i>",
        kind="partner",
        created=datetime(2025, 12, 11, 14, 30, tzinfo=UTC),
        sender="Jonas",
        topic="the partner programme",
        locales="de:86 tr:6 pl:4 it:4",
        windows=((date(2025, 12, 15), date(2025, 12, 19), 130), (date(2026, 1, 7), date(2026, 1, 16), 300)),
        offset=1,
        opened=0.24,
        replied=0.052,
        follow_ups=0.15,
    ),
    Spec(
        key="founders-dach",
        name="Q1 SaaS founders – DACH",
        kind="sales",
        created=datetime(2026, 1, 8, 10, 15, tzinfo=UTC),
        sender="Lena",
        topic="pipeline reporting",
        locales="de:68 en:14 fr:6 tr:4 ru:4 he:4",
        windows=((date(2026, 1, 12), date(2026, 1, 30), 480), (date(2026, 2, 2), date(2026, 2, 6), 90)),
        offset=1,
        opened=0.25,
        replied=0.046,
        follow_ups=0.18,
    ),
    Spec(
        key="advisors",
        name="Advisors & angels – by invitation 🤝",
        kind="recruiting",
        created=datetime(2026, 1, 20, 15, 40, tzinfo=UTC),
        sender="Maya",
        topic="our advisory board",
        locales="en:40 he:15 fr:15 es:10 ar:10 sv:10",
        windows=((date(2026, 1, 21), date(2026, 1, 23), 41),),
        opened=0.45,
        clicked=0.3,
        replied=0.12,
        meeting=0.6,
        bounced=0.025,
        enrichment=(14_000, 16_000),
    ),
    Spec(
        key="weak",
        name="Facility managers US (bought list)",
        kind="sales",
        created=datetime(2026, 2, 5, 13, 12, tzinfo=UTC),
        sender="Tyler",
        topic="facility reporting",
        locales="en:80 es:15 vi:5",
        windows=((date(2026, 2, 9), date(2026, 2, 20), 520),),
        offset=-5,
        bounced=0.088,
        opened=0.1,
        clicked=0.08,
        replied=0.015,
        unsubscribed=0.055,
        meeting=0.0,
        enrichment=(2_000, 3_000),
        moods=(0.05, 0.2, 0.55, 0.2, 0.0),
        spike=date(2026, 2, 13),
    ),
    Spec(
        key="webinar",
        name="Webinar “Scaling outbound” – attendees",
        kind="sales",
        created=datetime(2026, 2, 10, 9, 0, tzinfo=UTC),
        sender="Claire",
        topic="what we showed in the webinar",
        locales="en:36 de:14 fr:10 es:10 pl:6 nl:6 pt:4 sv:4 it:4 he:3 ar:3",
        windows=((date(2026, 2, 12), date(2026, 2, 27), 360), (date(2026, 3, 2), date(2026, 3, 4), 60)),
        bounced=0.008,
        opened=0.47,
        clicked=0.36,
        replied=0.11,
        unsubscribed=0.002,
        meeting=0.5,
        privacy=0.06,
        scanner=0.01,
        follow_ups=0.1,
        enrichment=(0, 8_000),
        moods=(0.46, 0.25, 0.09, 0.15, 0.05),
    ),
    Spec(
        key="untracked",
        name="Kanzleien & Legal Ops (tracking off)",
        kind="sales",
        created=datetime(2026, 2, 17, 12, 55, tzinfo=UTC),
        sender="Lena",
        topic="matter reporting",
        locales="de:50 fr:15 en:15 es:8 pl:6 it:6",
        windows=((date(2026, 2, 19), date(2026, 2, 27), 240), (date(2026, 3, 2), date(2026, 3, 13), 260)),
        offset=1,
        replied=0.05,
        tracked=False,
        follow_ups=0.2,
    ),
    Spec(
        key="enterprise",
        name="Enterprise IT – US/Canada [security gateways]",
        kind="sales",
        created=datetime(2026, 3, 2, 15, 33, tzinfo=UTC),
        sender="Tyler",
        topic="audit-ready reporting",
        locales="en:70 fr:14 hi:6 zh:5 vi:5",
        windows=((date(2026, 3, 3), date(2026, 3, 20), 620),),
        offset=-5,
        opened=0.12,
        replied=0.028,
        privacy=0.5,
        scanner=0.16,
        enrichment=(12_000, 16_000, 20_000),
        moods=(0.2, 0.22, 0.2, 0.32, 0.06),
    ),
    Spec(
        key="apac",
        name="アジア太平洋 partners – APAC_launch_2026",
        kind="partner",
        created=datetime(2026, 3, 6, 4, 10, tzinfo=UTC),
        sender="Kenji",
        topic="the APAC partner programme",
        locales="ja:38 zh:20 vi:14 hi:10 ko:10 en:8",
        windows=((date(2026, 3, 9), date(2026, 3, 25), 540),),
        offset=9,
        opened=0.3,
        clicked=0.2,
        replied=0.055,
        follow_ups=0.15,
    ),
    Spec(
        key="spring",
        name="Spring launch – fintech & insurtech 🌱",
        kind="sales",
        created=datetime(2026, 3, 12, 10, 48, tzinfo=UTC),
        sender="Claire",
        topic="claims and payment reporting",
        locales="en:30 es:12 de:10 fr:9 pl:6 pt:6 it:5 tr:5 ar:5 he:4 el:3 hi:3 uk:2",
        windows=((date(2026, 3, 16), date(2026, 3, 20), 470), (date(2026, 3, 23), date(2026, 3, 27), 650)),
        opened=0.22,
        replied=0.05,
        follow_ups=0.12,
    ),
)


# ----------------------------------------------------------------------------------- records


@dataclass
class Contact:
    """Somebody who is written to."""

    name: str | None
    company: str | None
    address: str
    locale: str
    first: str
    privacy: bool = False
    scanner: bool = False
    answers: bool = False
    last_sent: datetime | None = None
    closed: datetime | None = None
    """When they bounced, answered or unsubscribed: no follow-up after that."""


@dataclass
class Email:
    id: str
    contact: Contact
    sent_at: datetime
    costs: list[int]
    """Micro-dollars, in the order of COSTS."""
    follow_up: bool = False


@dataclass
class Event:
    id: str
    email_id: str
    type: str
    occurred_at: datetime
    is_machine: bool = False
    url: str | None = None


@dataclass
class Reply:
    id: str
    email_id: str
    address: str
    name: str | None
    company: str | None
    sentiment: Mood
    body: str
    received_at: datetime


@dataclass
class Campaign:
    """The records of one campaign while they are made."""

    id: str
    spec: Spec
    new_id: Callable[[str], str]
    until: datetime = NOW
    emails: list[Email] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def happened(self, email: Email, kind: str, at: datetime, *, machine: bool = False, url: str | None = None) -> None:
        if at <= self.until:
            self.events.append(Event(self.new_id("evt"), email.id, kind, at, machine, url))


class Ids:
    """Short identifiers, unique over all campaigns."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def maker(self, rng: random.Random, *, digits: int = 8) -> Callable[[str], str]:
        def new(prefix: str) -> str:
            while True:
                made = f"{prefix}_{rng.getrandbits(4 * digits):0{digits}x}"
                if made not in self._taken:
                    self._taken.add(made)
                    return made

        return new


# -------------------------------------------------------------------------- people and texts

_LATIN = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "þ": "th", "Þ": "Th"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def latin(word: str, locale: str) -> str:
    """A word as it stands in an address: lower-case ASCII letters."""
    shown, _, spelt = word.partition("|")
    text = (spelt or shown).translate(_LATIN)
    if locale == "de":
        text = text.translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain.lower() if c.isascii() and c.isalnum())


def shown(word: str) -> str:
    return word.partition("|")[0]


@dataclass(frozen=True)
class Company:
    name: str
    domain: str
    privacy: bool
    scanner: bool


class Crowd:
    """Makes the people a campaign writes to; the odd ones from the pools come early."""

    def __init__(self, rng: random.Random, spec: Spec) -> None:
        self._rng = rng
        self._spec = spec
        self._odd = [person for person in POOLS["odd_people"] if person["campaign"] == spec.key]
        self._companies: dict[str, Company] = {}
        self._addresses: set[str] = set()

    def next(self) -> Contact:
        rng = self._rng
        if self._odd and rng.random() < 0.08:
            person = self._odd.pop(0)
            return Contact(
                name=person["name"],
                company=person["company"],
                address=person["address"],
                locale="en",
                first=person["name"],
                answers=person.get("answers", False),
            )
        shares = dict(share.split(":") for share in self._spec.locales.split())
        locale = rng.choices(list(shares), [int(number) for number in shares.values()])[0]
        pool = POOLS["locale"][locale]
        given, family = rng.choice(pool["given"]), rng.choice(pool["family"])
        if pool.get("family_first"):
            name = shown(family) + ("" if pool.get("tight") else " ") + shown(given)
            first = name
        else:
            name, first = f"{shown(given)} {shown(family)}", shown(given)
        first_latin, last_latin = latin(given, locale), latin(family, locale)
        company: str | None
        if rng.random() < 0.04:
            domain = rng.choice(("example.com", "example.org", "mail.test"))
            company = None if rng.random() < 0.5 else self._company(locale, pool).name
            privacy = rng.random() < max(0.3, self._spec.privacy)
            scanner = False
        else:
            firm = self._company(locale, pool)
            company, domain, privacy, scanner = firm.name, firm.domain, firm.privacy, firm.scanner
        local = rng.choices(
            (f"{first_latin}.{last_latin}", f"{first_latin[0]}.{last_latin}", first_latin, "info"), (60, 22, 16, 2)
        )[0]
        anonymous = local == "info" or rng.random() < 0.01
        return Contact(
            name=None if anonymous else name,
            company=company,
            address=self._free(local, domain),
            locale=locale,
            first=first,
            privacy=privacy,
            scanner=scanner,
        )

    def _company(self, locale: str, pool: dict[str, Any]) -> Company:
        rng = self._rng
        head, tail, legal = rng.choice(pool["head"]), rng.choice(pool["tail"]), rng.choice(pool["legal"])
        key = latin(head, locale) + "-" + latin(tail, locale)
        if key not in self._companies:
            pattern = pool.get("pattern", "{head} {tail} {legal}")
            name = " ".join(pattern.format(head=shown(head), tail=shown(tail), legal=legal).split())
            self._companies[key] = Company(
                name=name,
                domain=f"{key}.{rng.choices(('example', 'test'), (80, 20))[0]}",
                privacy=rng.random() < self._spec.privacy,
                scanner=rng.random() < self._spec.scanner,
            )
        return self._companies[key]

    def _free(self, local: str, domain: str) -> str:
        address, number = f"{local}@{domain}", 1
        while address in self._addresses:
            number += 1
            address = f"{local}{number}@{domain}"
        self._addresses.add(address)
        return address


class Texts:
    """Deals the texts of a campaign's replies, each once before any comes again; the odd ones come first."""

    def __init__(self, rng: random.Random, spec: Spec) -> None:
        self._rng = rng
        self._spec = spec
        self._decks: dict[tuple[str, Mood], list[str]] = {}
        self._odd: dict[Mood, list[str]] = {mood: [] for mood in MOODS}
        for text in POOLS["odd_replies"]:
            if text["campaign"] == spec.key:
                self._odd[text["sentiment"]].append(text["text"])

    def draw(self, contact: Contact, mood: Mood, at: datetime) -> str:
        if self._odd[mood]:
            return self._odd[mood].pop(0)
        language = contact.locale
        if not self._known(language, mood) or self._rng.random() < 0.15:
            language = "en"
        deck = self._decks.setdefault((language, mood), [])
        if not deck:
            deck.extend(self._known(language, mood))
            self._rng.shuffle(deck)
        return self.fill(deck.pop(), contact, at)

    def again(self, contact: Contact, at: datetime) -> str:
        return self.fill(self._rng.choice(POOLS["replies"]["en"]["again"]["positive"]), contact, at)

    def quoted(self, contact: Contact, sent_at: datetime) -> str:
        """What a mail program adds below an answer."""
        when = f"{sent_at:%a}, {sent_at.day} {sent_at:%b %Y} at {sent_at:%H:%M}"
        return (
            f"\n\nOn {when}, {self._spec.sender} wrote:\n> Hi {contact.first},\n>\n"
            f"> a short question about {self._spec.topic}: who looks after it on your side?"
        )

    def fill(self, text: str, contact: Contact, at: datetime) -> str:
        back = at.date() + timedelta(days=self._rng.randint(3, 16))
        while back.weekday() > 4:
            back += timedelta(days=1)
        return text.format(
            first=contact.first,
            name=contact.name or contact.first,
            company=contact.company or contact.address.partition("@")[2],
            topic=self._spec.topic,
            sender=self._spec.sender,
            back=f"{back:%d.%m.%Y}",
            back_words=f"{back.day} {back:%B}",
            back_iso=back.isoformat(),
            back_cjk=f"{back.month}月{back.day}日",
        )

    def _known(self, language: str, mood: Mood) -> list[str]:
        by_kind = POOLS["replies"].get(language, {})
        return [text for kind in ("any", self._spec.kind) for text in by_kind.get(kind, {}).get(mood, [])]


def preview(body: str, width: int = 50) -> str:
    """The beginning of a reply on one line, cut at a word; where there are no words, between two characters."""
    line = " ".join(body.split())
    if len(line) <= width:
        return line
    end = line.rfind(" ", 0, width - 2)
    if end < width // 2:
        end = width - 3
        while unicodedata.category(line[end]).startswith("M") or "\u200d" in line[end - 1 : end + 1]:
            end -= 1
    return line[:end].rstrip(" ,;:") + "..."


# ---------------------------------------------------------------------------- time and money


def on(day: date, hour: float) -> datetime:
    """That hour of a day, in UTC, to the second."""
    return datetime.combine(day, time(), UTC) + timedelta(seconds=round(hour * 3600))


def seconds(rng: random.Random, low: float, high: float) -> timedelta:
    return timedelta(seconds=rng.randint(round(low), round(high)))


def lag(rng: random.Random, median_hours: float, sigma: float, longest_days: float = 21) -> timedelta:
    """A waiting time with a long tail."""
    hours = median_hours * math.exp(rng.gauss(0, sigma))
    return timedelta(seconds=round(min(hours, longest_days * 24) * 3600))


def awake(rng: random.Random, at: datetime, offset: int, weekend: float = 0.35) -> datetime:
    """The same instant, or the next morning or Monday when people would be asleep or off; never earlier."""
    local = at + timedelta(hours=offset)
    if local.weekday() > 4 and rng.random() > weekend:
        monday = local.date() + timedelta(days=7 - local.weekday())
        local = on(monday, rng.uniform(7.2, 11.5))
    elif local.hour < 6:
        local = on(local.date(), rng.uniform(6.5, 9.5))
    elif local.hour >= 23:
        local = on(local.date() + timedelta(days=1), rng.uniform(6.5, 9.5))
    return local - timedelta(hours=offset)


def working_hour(rng: random.Random) -> float:
    """Sending peaks in the middle of the morning and again after lunch."""
    hour = rng.gauss(9.7, 0.9) if rng.random() < 0.62 else rng.gauss(14.4, 1.1)
    return min(max(hour, 8.0), 17.6)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the total (largest remainders)."""
    whole = sum(weights)
    shares = [total * weight / whole for weight in weights]
    parts = [math.floor(share) for share in shares]
    by_rest = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def schedule(rng: random.Random, spec: Spec) -> list[datetime]:
    """When a campaign sends: on working days, at working hours where its recipients are."""
    sendings: list[datetime] = []
    for first, last, count in spec.windows:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        weights = [WEEKDAYS[day.weekday()] * rng.uniform(0.75, 1.25) for day in days]
        for day, number in zip(days, apportion(count, weights), strict=True):
            local = [on(day, working_hour(rng)) for _ in range(number)]
            sendings += [at - timedelta(hours=spec.offset) for at in local]
    return sorted(sendings)


def costs(rng: random.Random, spec: Spec, *, follow_up: bool) -> list[int]:
    """Drafting costs what it took, looking a lead up has a price list and is paid once, sending is almost flat."""
    drafting = round(min(max(4400 * math.exp(rng.gauss(0, 0.28)), 1500), 12_000))
    if follow_up:
        return [round(drafting * 0.6), 0, 3500]
    return [drafting, rng.choice(spec.enrichment), 4000 if rng.random() < 0.06 else 3500]


def settle_january(campaigns: Iterable[Campaign]) -> None:
    """Let drafting absorb what the contract's total for January leaves to the other campaigns."""
    left = JANUARY_MICROS
    free: list[Email] = []
    for campaign in campaigns:
        emails = [email for email in campaign.emails if f"{email.sent_at:%Y-%m}" == "2026-01"]
        left -= sum(sum(email.costs[1:]) for email in emails)
        if campaign.spec is CONTRACT:
            left -= sum(email.costs[0] for email in emails)
        else:
            free += emails
    for email, micros in zip(free, apportion(left, [email.costs[0] for email in free]), strict=True):
        email.costs[0] = micros


# ------------------------------------------------------------------------- a campaign's life


def link(rng: random.Random, spec: Spec) -> str:
    page = rng.choices(
        ("", "/book?from=mail", "/pricing", "/kunden/übersicht", "/en/case-studies#all"), (4, 3, 2, 1, 1)
    )[0]
    return f"https://www.example.com/{spec.kind}{page}"


class Life:
    """What becomes of one email after another."""

    def __init__(self, campaign: Campaign, rng: random.Random) -> None:
        self.campaign = campaign
        self.spec = campaign.spec
        self.rng = rng
        self.texts = Texts(rng, campaign.spec)

    def live(self, email: Email) -> None:
        spec, rng, contact = self.spec, self.rng, email.contact
        if not email.follow_up and not contact.answers and rng.random() < spec.bounced:
            self._bounce(email)
            return
        delivered = email.sent_at + (seconds(rng, 1, 25) if rng.random() < 0.95 else seconds(rng, 240, 1500))
        self.campaign.happened(email, "delivered", delivered)
        if spec.tracked:
            self._machines(email, delivered)
        answer = self._mood(contact)
        if answer == "automatic":
            at = delivered + seconds(rng, 4, 200)
            self._reply(email, answer, at)
            answer = self._mood(contact, likelihood=0.12, human=True)
        replied = awake(rng, delivered + lag(rng, 17, 1.4), spec.offset) if answer else None
        opened = self._open(email, delivered, replied)
        if answer and replied:
            self._answer(email, answer, replied)
        if rng.random() < spec.unsubscribed and not replied:
            self._unsubscribe(email, opened or delivered + lag(rng, 5, 0.9))

    def _bounce(self, email: Email) -> None:
        later = email.sent_at + seconds(self.rng, 7200, 86_400)
        soon = email.sent_at + seconds(self.rng, 2, 90)
        bounced = later if self.rng.random() < 0.12 and later <= self.campaign.until else soon
        self.campaign.happened(email, "bounced", bounced)
        email.contact.closed = email.sent_at

    def _machines(self, email: Email, delivered: datetime) -> None:
        rng, happened = self.rng, self.campaign.happened
        if email.contact.privacy and rng.random() < 0.96:
            happened(email, "opened", delivered + seconds(rng, 1, 40), machine=True)
            if rng.random() < 0.15:
                happened(email, "opened", delivered + lag(rng, 20, 0.8), machine=True)
        if email.contact.scanner and rng.random() < 0.9:
            if rng.random() < 0.5:
                happened(email, "opened", delivered + seconds(rng, 2, 20), machine=True)
            at = delivered
            for _ in range(rng.choice((1, 1, 2))):
                at += seconds(rng, 2, 20)
                happened(email, "clicked", at, machine=True, url=link(rng, self.spec))

    def _mood(self, contact: Contact, likelihood: float | None = None, *, human: bool = False) -> Mood | None:
        """How somebody answers, or None."""
        human = human or contact.answers
        if self.rng.random() > (self.spec.replied if likelihood is None else likelihood) and not contact.answers:
            return None
        weights = [0 if human and mood == "automatic" else w for mood, w in zip(MOODS, self.spec.moods, strict=True)]
        return self.rng.choices(MOODS, weights)[0]

    def _open(self, email: Email, delivered: datetime, replied: datetime | None) -> datetime | None:
        """When a person first opened, clicks and further openings included."""
        rng, spec = self.rng, self.spec
        if not spec.tracked:
            return None
        if replied:
            if rng.random() > 0.9:
                return None
            first = delivered + (replied - delivered) * (rng.random() ** 2 * 0.95)
            first = min(max(first.replace(microsecond=0), delivered + timedelta(seconds=20)), replied)
        elif rng.random() < spec.opened * (0.5 if email.contact.privacy else 1):
            first = awake(rng, delivered + lag(rng, 2.6, 1.5, 18), spec.offset)
        else:
            return None
        openings = [first]
        while rng.random() < (0.5 if replied else 0.33) and len(openings) < 9:
            openings.append(awake(rng, openings[-1] + lag(rng, 9, 1.4, 12), spec.offset))
        for at in openings:
            self.campaign.happened(email, "opened", at)
        if rng.random() < spec.clicked * (1.6 if replied else 1):
            at = rng.choice(openings[:2])
            for _ in range(rng.choices((1, 2, 3), (75, 18, 7))[0]):
                at += seconds(rng, 4, 150)
                self.campaign.happened(email, "clicked", at, url=link(rng, spec))
        return first

    def _answer(self, email: Email, mood: Mood, at: datetime) -> None:
        rng, spec = self.rng, self.spec
        self._reply(email, mood, at)
        if mood == "negative" and rng.random() < 0.3:
            self._unsubscribe(email, at + seconds(rng, 20, 4000))
        if mood == "positive":
            if rng.random() < spec.meeting:
                booked = awake(rng, at + lag(rng, 40, 0.8, 9), spec.offset, weekend=0.05)
                self.campaign.happened(email, "meeting_booked", booked)
            if rng.random() < 0.12:
                later = awake(rng, at + lag(rng, 26, 0.6), spec.offset)
                self._reply(email, mood, later, self.texts.again(email.contact, later))

    def _reply(self, email: Email, mood: Mood, at: datetime, text: str | None = None) -> None:
        if at > self.campaign.until:
            return
        contact, rng = email.contact, self.rng
        body = text or self.texts.draw(contact, mood, at)
        if mood in ("positive", "neutral", "negative") and rng.random() < 0.16:
            body += self.texts.quoted(contact, email.sent_at)
        address = contact.address
        if mood == "neutral" and not contact.answers and rng.random() < 0.12:
            address = "office@" + address.partition("@")[2]  # somebody else answers for them
        self.campaign.replies.append(
            Reply(self.campaign.new_id("reply"), email.id, address, contact.name, contact.company, mood, body, at)
        )
        if mood != "automatic":
            contact.closed = min(contact.closed or at, at)

    def _unsubscribe(self, email: Email, at: datetime) -> None:
        rng, spike = self.rng, self.spec.spike
        at += seconds(rng, 5, 600)
        if spike and email.sent_at.date() < spike and rng.random() < 0.75:
            at = max(on(spike, min(max(rng.gauss(16, 1.6), 13), 21)), at if at.date() == spike else email.sent_at)
        self.campaign.happened(email, "unsubscribed", at)
        email.contact.closed = min(email.contact.closed or at, at)


def simulate(spec: Spec, ids: Ids) -> Campaign:
    rng = random.Random(f"{SEED}/{spec.key}")
    campaign = Campaign(ids.maker(rng, digits=6)("camp"), spec, ids.maker(rng))
    crowd, life = Crowd(rng, spec), Life(campaign, rng)
    contacts: list[Contact] = []
    for sent_at in schedule(rng, spec):
        contact = None
        if rng.random() < spec.follow_ups:
            contact = next((one for one in contacts if _may_follow_up(one, sent_at)), None)
        follow_up = contact is not None
        if contact is None:
            contact = crowd.next()
        else:
            contacts.remove(contact)  # written to twice at most
            contact.answers = False
        email = Email(
            campaign.new_id("email"), contact, sent_at, costs(rng, spec, follow_up=follow_up), follow_up=follow_up
        )
        contact.last_sent = sent_at
        if not follow_up:
            contacts.append(contact)
        campaign.emails.append(email)
        life.live(email)
    return campaign


def _may_follow_up(contact: Contact, at: datetime) -> bool:
    if contact.last_sent is None or at - contact.last_sent < timedelta(days=3):
        return False
    return contact.closed is None or contact.closed > at


# ------------------------------------------------------------------- the contract's campaign


@dataclass(frozen=True)
class Day:
    """What the contract's campaign does on one day; ``moods`` are the replies received, in order."""

    day: date
    sent: int
    bounced: int
    opened: int
    moods: tuple[Mood, ...]
    cost: int | None = None


P, N, X, A, U = MOODS
DAYS = (
    Day(date(2026, 1, 30), 97, 6, 21, (P, A, P, P), 1_730_000),
    Day(date(2026, 1, 31), 102, 7, 24, (P, P, P, A, X), 1_820_000),
    Day(date(2026, 2, 1), 0, 0, 9, (N,)),
    Day(date(2026, 2, 2), 120, 8, 24, (N, X, A, U, N)),
    Day(date(2026, 2, 3), 118, 7, 22, (N, A, X, N, U)),
    Day(date(2026, 2, 4), 50, 3, 12, (N, X, N)),
)
COMPONENTS = (2_150_000, 4_870_000, 1_720_000)
COUNTS = {
    "sent": 487,
    "delivered": 456,
    "bounced": 31,
    "opened": 112,
    "clicked": 34,
    "replied": 23,
    "unsubscribed": 2,
    "meeting_booked": 5,
}
JOHN_REPLIED = datetime(2026, 1, 31, 14, 23, tzinfo=UTC)
JOHN = Contact(
    name="John Smith", company="Prospect Inc", address="john@prospect.com", locale="en", first="John", answers=True
)
JOHN_WROTE = """Thanks for reaching out! I'd love to schedule something for next week, ideally Tuesday or Wednesday.

We are four people in operations at Prospect Inc and spend most of Monday copying numbers between tools. If you can \
show us how others got out of that, you will have an attentive audience. I'll ask my colleague Dana to join; she \
knows where the data lives.

Best,
John"""


class ContractLife:
    """The contract's campaign, built day by day from its published numbers."""

    def __init__(self, ids: Ids) -> None:
        self.rng = random.Random(f"{SEED}/{CONTRACT.key}")
        self.campaign = Campaign("camp_abc123", CONTRACT, ids.maker(self.rng), until=on(DAYS[-1].day, 23.99))
        self.texts = Texts(self.rng, CONTRACT)
        self.delivered: dict[str, datetime] = {}
        self.opened: dict[str, datetime] = {}
        self.machine: set[str] = set()
        self.human: dict[str, datetime] = {}
        """First instant at which a person is known to have looked."""
        self.answered: dict[str, Reply] = {}

    def live(self) -> Campaign:
        self._send()
        for day in DAYS:
            self._replies(day)
        for day in DAYS:
            self._open(day)
        self._open_again()
        self._click()
        self._leave()
        self._meet()
        self._price()
        return self.campaign

    def _send(self) -> None:
        rng, campaign, crowd = self.rng, self.campaign, Crowd(self.rng, CONTRACT)
        for plan in DAYS:
            emails = [
                Email(campaign.new_id("email"), crowd.next(), at, [])
                for at in sorted(on(plan.day, working_hour(rng)) for _ in range(plan.sent))
            ]
            if plan is DAYS[0]:
                emails[40].contact = JOHN
            candidates = [email for email in emails if not email.contact.answers]
            lost = {email.id for email in rng.sample(candidates, plan.bounced)}
            for email in emails:
                at = email.sent_at + seconds(rng, 1, 25)
                campaign.happened(email, "bounced" if email.id in lost else "delivered", at)
                if email.id not in lost:
                    self.delivered[email.id] = at
            campaign.emails += emails

    def _replies(self, plan: Day) -> None:
        rng = self.rng
        for mood in plan.moods:
            if plan.day == JOHN_REPLIED.date() and mood == P and JOHN not in self._who_answered():
                email = next(email for email in self.campaign.emails if email.contact is JOHN)
                self._reply(email, P, JOHN_REPLIED, JOHN_WROTE, "reply_xyz789")
                continue
            latest = on(plan.day, 13.9 if plan.day == JOHN_REPLIED.date() and mood == P else 19.5)
            earliest = on(plan.day, 7.4)
            if mood == A:
                email = rng.choice(self._waiting(earliest, latest))
                self._reply(email, mood, self.delivered[email.id] + seconds(rng, 5, 150))
                continue
            waiting = self._waiting(None, latest - timedelta(hours=2))
            email = next((one for one in waiting if one.contact.answers), None) or rng.choice(waiting)
            earliest = max(earliest, self.delivered[email.id] + timedelta(minutes=25))
            self._reply(email, mood, earliest + (latest - earliest) * rng.random())

    def _who_answered(self) -> list[Contact]:
        return [email.contact for email in self.campaign.emails if email.id in self.answered]

    def _waiting(self, after: datetime | None, before: datetime) -> list[Email]:
        """Delivered in that time and not answered; John has his own turn."""
        return [
            email
            for email in self.campaign.emails
            if email.id in self.delivered
            and email.id not in self.answered
            and email.contact is not JOHN
            and (after is None or self.delivered[email.id] >= after)
            and self.delivered[email.id] <= before
        ]

    def _reply(self, email: Email, mood: Mood, at: datetime, body: str = "", reply_id: str = "") -> None:
        at = at.replace(microsecond=0)
        contact = email.contact
        body = body or self.texts.draw(contact, mood, at)
        reply = Reply(
            reply_id or self.campaign.new_id("reply"), email.id, contact.address, contact.name, contact.company,
            mood, body, at,
        )  # fmt: skip
        self.answered[email.id] = reply
        self.campaign.replies.append(reply)

    def _open(self, plan: Day) -> None:
        """Exactly so many emails are opened for the first time on that day, repliers' before they reply."""
        rng, left = self.rng, plan.opened
        repliers = {
            reply.email_id: reply.received_at
            for reply in self.answered.values()
            if reply.sentiment != A and reply.received_at.date() == plan.day and reply.email_id not in self.opened
        }
        by_id = {email.id: email for email in self.campaign.emails}
        for email_id, replied in repliers.items():
            earliest = max(self.delivered[email_id], on(plan.day, 6.8))
            self._first_open(by_id[email_id], earliest + (replied - earliest) * rng.uniform(0.2, 0.9))
            left -= 1
        unopened = [
            email
            for email in self.campaign.emails
            if email.id in self.delivered and email.id not in self.opened and email.id not in self.answered
        ]
        fresh = [email for email in unopened if email.sent_at.date() == plan.day]
        private = [email for email in fresh if email.contact.privacy][: round(left * 0.22)]
        for email in private:
            self.machine.add(email.id)
            self._first_open(email, self.delivered[email.id] + seconds(rng, 2, 38))
            left -= 1
        others = [email for email in unopened if email.sent_at.date() <= plan.day and not email.contact.privacy]
        for _ in range(left):
            weights = [0.42 ** (plan.day - email.sent_at.date()).days for email in others]
            email = rng.choices(others, weights)[0]
            others.remove(email)
            if email.sent_at.date() == plan.day:
                at = self.delivered[email.id] + lag(rng, 1.8, 1.2)
                if at.date() != plan.day or at.hour > 22:
                    at = self.delivered[email.id] + seconds(rng, 60, 14_000)
            else:
                at = on(plan.day, min(max(rng.gauss(11, 3.5), 6.2), 22.5))
            self._first_open(email, at)

    def _first_open(self, email: Email, at: datetime) -> None:
        at = at.replace(microsecond=0)
        self.opened[email.id] = at
        machine = email.id in self.machine
        if not machine:
            self.human[email.id] = at
        self.campaign.happened(email, "opened", at, machine=machine)

    def _open_again(self) -> None:
        rng = self.rng
        for email in self.campaign.emails:
            at = self.opened.get(email.id)
            while at is not None and rng.random() < 0.36:
                at = awake(rng, at + lag(rng, 7, 1.2), 0)
                if at <= self.campaign.until:
                    self.campaign.happened(email, "opened", at)
                    self.human[email.id] = min(self.human.get(email.id, at), at)

    def _click(self) -> None:
        rng = self.rng
        by_id = {email.id: email for email in self.campaign.emails}
        eager = [one for one, reply in self.answered.items() if reply.sentiment in (P, N) and one in self.human]
        rest = [one for one in self.human if one not in eager]
        scanned = sorted(self.machine - set(self.human))[:4]
        for email_id in scanned:
            at = self.opened[email_id] + seconds(rng, 1, 12)
            self.campaign.happened(by_id[email_id], "clicked", at, machine=True, url=link(rng, CONTRACT))
        chosen = eager[:11]
        chosen += rng.sample(rest, COUNTS["clicked"] - len(chosen) - len(scanned))
        for email_id in chosen:
            at = self.human[email_id]
            for _ in range(rng.choices((1, 2), (80, 20))[0]):
                at += seconds(rng, 5, 110)
                self.campaign.happened(by_id[email_id], "clicked", at, url=link(rng, CONTRACT))

    def _leave(self) -> None:
        by_id = {email.id: email for email in self.campaign.emails}
        quiet = [one for one in self.human if one not in self.answered]
        for email_id in self.rng.sample(quiet, COUNTS["unsubscribed"]):
            at = self.human[email_id] + seconds(self.rng, 15, 240)
            self.campaign.happened(by_id[email_id], "unsubscribed", at)

    def _meet(self) -> None:
        """Five of the six who answered positively book, John first."""
        keen = [reply for reply in self.answered.values() if reply.sentiment == P]
        keen.sort(key=lambda reply: (reply.id != "reply_xyz789", reply.received_at))
        by_id = {email.id: email for email in self.campaign.emails}
        days = (date(2026, 2, 2), date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 4), date(2026, 2, 3))
        for reply, day in zip(keen, days, strict=False):
            self.campaign.happened(by_id[reply.email_id], "meeting_booked", on(day, self.rng.uniform(8, 17)))

    def _price(self) -> None:
        """Looking up costs a cent each; sending 0.35 or 0.4 cents; drafting makes up each day's published cost."""
        rng, emails = self.rng, self.campaign.emails
        dear = {email.id for email in rng.sample(emails, (COMPONENTS[2] - 3500 * len(emails)) // 500)}
        for email in emails:
            email.costs = [0, COMPONENTS[1] // len(emails), 4000 if email.id in dear else 3500]
        published = {plan.day: plan.cost for plan in DAYS if plan.cost is not None}
        open_total = COMPONENTS[0]
        groups: list[tuple[list[Email], int]] = []
        for day, cost in published.items():
            group = [email for email in emails if email.sent_at.date() == day]
            groups.append((group, cost - sum(sum(email.costs) for email in group)))
            open_total -= groups[-1][1]
        groups.append(([email for email in emails if email.sent_at.date() not in published], open_total))
        for group, total in groups:
            weights = [math.exp(rng.gauss(0, 0.25)) for _ in group]
            for email, micros in zip(group, apportion(total, weights), strict=True):
                email.costs[0] = micros


# ------------------------------------------------------------------------------- the account


def benchmark(
    mcp: str | None, sample_size: int, updated_at: str, metrics: Sequence[tuple[float, float, float, float]]
) -> dict[str, Any]:
    names = ("delivery_rate", "open_rate", "reply_rate", "avg_cost_per_email_usd")
    spread = ("average", "p25", "p50", "p75")
    return {
        "mcp": mcp,
        "sample_size": sample_size,
        "benchmarks": {
            name: dict(zip(spread, values, strict=True)) for name, values in zip(names, metrics, strict=True)
        },
        "updated_at": updated_at,
    }


ACCOUNT: dict[str, Any] = {
    "plan": {"name": "Pro", "email_limit": 10000, "price_usd": 20},
    "benchmarks": [
        benchmark(
            "sales-outreach",
            1247,
            "2026-01-30T00:00:00Z",
            (
                (0.942, 0.912, 0.945, 0.968),
                (0.231, 0.182, 0.225, 0.274),
                (0.048, 0.031, 0.045, 0.062),
                (0.018, 0.015, 0.017, 0.021),
            ),
        ),
        benchmark(
            "recruiting-outreach",
            412,
            "2026-03-15T00:00:00Z",
            (
                (0.957, 0.936, 0.961, 0.981),
                (0.318, 0.247, 0.309, 0.384),
                (0.067, 0.041, 0.062, 0.089),
                (0.022, 0.017, 0.021, 0.026),
            ),
        ),
        benchmark(
            "partner-outreach",
            38,
            "2025-06-17T00:00:00Z",
            (
                (0.951, 0.919, 0.958, 0.979),
                (0.262, 0.171, 0.249, 0.342),
                (0.054, 0.024, 0.047, 0.078),
                (0.019, 0.013, 0.018, 0.025),
            ),
        ),
        benchmark(
            None,
            5316,
            "2026-03-20T00:00:00Z",
            (
                (0.946, 0.917, 0.949, 0.971),
                (0.244, 0.187, 0.236, 0.295),
                (0.051, 0.031, 0.047, 0.067),
                (0.019, 0.015, 0.018, 0.022),
            ),
        ),
    ],
}


# ---------------------------------------------------------------------- writing and checking


def z(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


BOUNCES = (
    ("hard", "550 5.1.1 The address does not exist"),
    ("soft", "452 4.2.2 The mailbox is full"),
    ("blocked", "554 5.7.1 Rejected by policy"),
)


def place(record_id: str) -> int:
    """A number from 0 to 255 that follows from an id, so that nothing else depends on it."""
    return int(record_id[-2:], 16)


def details(email: Email, spec: Spec, answered: set[str]) -> dict[str, str]:
    """Step, variant, mailbox and subject of an email; variant B is answered more often."""
    if spec is CONTRACT:
        return {}  # the documentation says nothing of them
    variant = "B" if place(email.id) % 16 < (10 if email.id in answered else 8) else "A"
    topic = spec.topic[0].upper() + spec.topic[1:] if variant == "A" else f"10 minutes on {spec.topic}?"
    domain = ("outreach.example", "team-outreach.example")[place(email.id) // 16 % 2]
    return {
        "step": "2" if email.follow_up else "1",
        "variant": variant,
        "mailbox": f"{spec.sender.lower()}@{domain}",
        "subject": f"Re: {topic}" if email.follow_up else topic,
    }


def bounce(event: Event, spec: Spec) -> dict[str, str]:
    """Kind and reason of a bounce."""
    if spec is CONTRACT or event.type != "bounced":
        return {}
    kind, reason = BOUNCES[(0, 0, 0, 0, 1, 1, 2, 0)[place(event.id) % 8]]
    return {"kind": kind, "reason": reason}


def document(campaign: Campaign) -> str:
    """A campaign as its file: a record on each line."""
    spec = campaign.spec
    answered = {reply.email_id for reply in campaign.replies}
    emails = [
        {
            "id": email.id,
            "recipient": email.contact.address,
            "name": email.contact.name,
            "company": email.contact.company,
            "sent_at": z(email.sent_at),
            "costs_usd": {
                name: micros / MICROS if micros else 0 for name, micros in zip(COSTS, email.costs, strict=True)
            },
            **details(email, spec, answered),
        }
        for email in sorted(campaign.emails, key=lambda email: (email.sent_at, email.id))
    ]
    events = [
        {
            "id": event.id,
            "email_id": event.email_id,
            "type": event.type,
            "occurred_at": z(event.occurred_at),
            "is_machine": event.is_machine,
            **({} if event.url is None else {"url": event.url}),
            **bounce(event, spec),
        }
        for event in sorted(campaign.events, key=lambda event: (event.occurred_at, event.id))
    ]
    replies = [
        {
            "id": reply.id,
            "email_id": reply.email_id,
            "email": reply.address,
            "name": reply.name,
            "company": reply.company,
            "sentiment": reply.sentiment,
            "preview": preview(reply.body),
            "body": reply.body,
            "received_at": z(reply.received_at),
        }
        for reply in sorted(campaign.replies, key=lambda reply: (reply.received_at, reply.id))
    ]
    head = {
        "id": campaign.id,
        "name": spec.name,
        "mcp": f"{spec.kind}-outreach",
        "created_at": z(spec.created),
        "detail": "events",
    }
    parts = [f'{{"meta":{line({"format": "outreach-results/1"})},\n"campaign":{line(head)}']
    for name, records in (("emails", emails), ("events", events), ("replies", replies)):
        parts.append(f'"{name}":[\n' + ",\n".join(line(record) for record in records) + "\n]")
    return ",\n".join(parts) + "}\n"


def account() -> str:
    rows = ",\n".join(line(row) for row in ACCOUNT["benchmarks"])
    return f'{{"plan":{line(ACCOUNT["plan"])},\n"benchmarks":[\n{rows}\n]}}\n'


def firsts(doc: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By type, the day on which each email was first sent, opened, replied to, ..."""
    found: dict[str, dict[str, str]] = {}

    def saw(kind: str, email_id: str, at: str) -> None:
        days = found.setdefault(kind, {})
        days[email_id] = min(days.get(email_id, at[:10]), at[:10])

    for email in doc["emails"]:
        saw("sent", email["id"], email["sent_at"])
    for event in doc["events"]:
        saw(event["type"], event["email_id"], event["occurred_at"])
    for reply in doc["replies"]:
        saw("replied", reply["email_id"], reply["received_at"])
    return found


def check(folder: Path) -> str:
    """Recount what the files must hold; SystemExit says what does not hold. Returns a summary."""

    def expect(what: str, found: object, wanted: object) -> None:
        if found != wanted:
            raise SystemExit(f"{what} should be {wanted}, but the files hold {found}.")

    def cost(emails: Iterable[dict[str, Any]], *names: str) -> Decimal:
        return sum((email["costs_usd"][name] for email in emails for name in names or COSTS), Decimal())

    docs: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("camp_*.json")):
        doc = json.loads(path.read_text("utf-8"), parse_float=Decimal)
        expect(f"The campaign in {path.name}", doc["campaign"]["id"], path.stem)
        docs[path.stem] = doc
    expect("The number of campaigns", len(docs), len(SPECS) + 1)

    ids: Counter[str] = Counter(list(docs))
    for name, doc in docs.items():
        emails = {email["id"]: email["sent_at"] for email in doc["emails"]}
        ids.update(record["id"] for part in ("emails", "events", "replies") for record in doc[part])
        found = firsts(doc)
        ends = [*found["delivered"], *found.get("bounced", {})]
        expect(f"Every email of {name} delivered or bounced, once", sorted(ends), sorted(emails))
        for record in (*doc["events"], *doc["replies"]):
            at = record.get("occurred_at") or record["received_at"]
            expect(f"{record['id']} after its email, before now", emails[record["email_id"]] < at <= z(NOW), True)
        expect(f"{name} created before it sends", doc["campaign"]["created_at"] < min(emails.values()), True)
    expect("Identifiers used twice", [name for name, uses in ids.items() if uses > 1], [])

    doc = docs["camp_abc123"]
    found = firsts(doc)
    expect("camp_abc123's counts", {kind: len(found[kind]) for kind in COUNTS}, COUNTS)
    days = sorted(day for by_email in found.values() for day in by_email.values())
    everything = sorted(
        [e["sent_at"] for e in doc["emails"]]
        + [e["occurred_at"] for e in doc["events"]]
        + [r["received_at"] for r in doc["replies"]]
    )
    expect("camp_abc123's period", (everything[0][:10], everything[-1][:10]), ("2026-01-30", "2026-02-04"))
    expect("camp_abc123's days", (days[0], days[-1]), ("2026-01-30", "2026-02-04"))
    parts = tuple(cost(doc["emails"], name) for name in COSTS)
    expect("camp_abc123's costs", parts, (Decimal("2.15"), Decimal("4.87"), Decimal("1.72")))
    for day, sent, opened, replied, usd in (
        ("2026-01-30", 97, 21, 4, "1.73"),
        ("2026-01-31", 102, 24, 5, "1.82"),
    ):
        counts = tuple(list(found[kind].values()).count(day) for kind in ("sent", "opened", "replied"))
        expect(f"camp_abc123 on {day}", counts, (sent, opened, replied))
        spent = cost(email for email in doc["emails"] if email["sent_at"].startswith(day))
        expect(f"camp_abc123's cost on {day}", spent, Decimal(usd))
    expect("camp_abc123's replies", len(doc["replies"]), 23)
    newest = max((r for r in doc["replies"] if r["sentiment"] == "positive"), key=lambda r: str(r["received_at"]))
    john = {key: value for key, value in newest.items() if key not in ("body", "email_id")}
    expect(
        "camp_abc123's newest positive reply",
        john,
        {
            "id": "reply_xyz789",
            "email": "john@prospect.com",
            "name": "John Smith",
            "company": "Prospect Inc",
            "sentiment": "positive",
            "preview": "Thanks for reaching out! I'd love to schedule...",
            "received_at": "2026-01-31T14:23:00Z",
        },
    )

    every = [email for doc in docs.values() for email in doc["emails"]]
    january = [email for email in every if email["sent_at"].startswith("2026-01")]
    created = [doc for doc in docs.values() if doc["campaign"]["created_at"].startswith("2026-01")]
    expect("Campaigns created in January", len(created), 3)
    expect("Emails sent in January", len(january), JANUARY_EMAILS)
    expect("January's cost", cost(january), Decimal(JANUARY_MICROS) / MICROS)

    books = json.loads((folder / "account.json").read_text("utf-8"))
    expect("account.json", books, ACCOUNT)
    replies = [reply for doc in docs.values() for reply in doc["replies"]]
    bodies = [reply["body"] for reply in replies]
    names = {(email["name"], email["company"]) for email in every}
    for person in POOLS["odd_people"]:
        expect(f"{person['name']} being among the recipients", (person["name"], person["company"]) in names, True)
    for odd in POOLS["odd_replies"]:
        expect(f"{odd['text']!r} being among the replies", any(body.startswith(odd["text"]) for body in bodies), True)
    expect("250 to 350 replies", 250 <= len(replies) <= 350, True)
    size = sum(path.stat().st_size for path in folder.glob("*.json"))
    expect("Less than 5 MB", size < 5_000_000, True)

    months = Counter(str(email["sent_at"][:7]) for email in every)
    events = sum(len(doc["events"]) for doc in docs.values())
    return (
        f"{len(docs)} campaigns, {len(every)} emails, {events} events, {len(replies)} replies, {size / 1e6:.1f} MB; "
        + ", ".join(f"{month}: {count}" for month, count in sorted(months.items()))
    )


def main(folder: Path = HERE) -> None:
    ids = Ids()
    campaigns = [ContractLife(ids).live(), *(simulate(spec, ids) for spec in SPECS)]
    settle_january(campaigns)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("camp_*.json"):
        old.unlink()
    for campaign in campaigns:
        (folder / f"{campaign.id}.json").write_text(document(campaign), "utf-8", newline="\n")
    (folder / "account.json").write_text(account(), "utf-8", newline="\n")
    print(check(folder))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
