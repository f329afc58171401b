"""The breakdown by step, mailbox, domain and so on, and of bounces: it adds up to the overview, and drops nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.ingest.records import DailyRecord, EmailRecord, EventRecord, Record
from outreach_results.metrics import wilson
from outreach_results.models import COUNTS, Basis, Dimension, Filters, RowKind
from outreach_results.models.dimensions import OF_BOUNCES, OF_EMAILS
from outreach_results.results.breakdown_counts import ROWS
from outreach_results.store.engine import Store
from outreach_results.store.tracking import choose_tracking
from support.optional import present
from support.records import CAMPAIGN, at, campaign, contact, event, mark, reply

SECOND = "camp_2"


def sent(n: int, *, of: str = CAMPAIGN, day: int = 5, domain: str = "mail.example", **said: Any) -> EmailRecord:
    return EmailRecord(of, f"e{n}", f"p{n}@{domain}", None, None, at(day), **said)


def outcomes(numbers: Iterable[int], *kinds: str, of: str = CAMPAIGN, day: int = 6) -> list[EventRecord]:
    return [event(kind, at(day), email_id=f"e{n}", of=of) for n in numbers for kind in kinds]


def history() -> list[Record]:
    """Two steps, of which the second has fewer replies, emails of no step, and a second campaign without any."""
    return [
        campaign(),
        *(sent(n, step="1" if n < 40 else "2", variant="AB"[n % 2]) for n in range(60)),
        *(sent(n, day=8) for n in range(60, 70)),
        *outcomes(range(70), "delivered"),
        *outcomes(range(0, 40, 4), "opened", "replied"),
        *outcomes(range(40, 60, 10), "replied"),
        *outcomes([61], "replied", "unsubscribed"),
        campaign(SECOND),
        *(sent(n, of=SECOND, domain="other.example") for n in range(30)),
        *outcomes(range(25), "delivered", of=SECOND),
        *outcomes(range(25, 30), "bounced", of=SECOND),
    ]


def rows(store: Store, dimension: Dimension, filters: Filters | None = None) -> dict[str, dict[Any, Any]]:
    """The rows by value; those of no value by their kind."""
    frame = results.breakdown(store, filters or Filters(), dimension).rows
    plain = frame.astype(object).where(frame.notna(), None)
    return {row["value"] or row["kind"]: row for row in plain.to_dict("records")}


PERIODS = [
    Filters(),
    Filters(start=date(2026, 2, 1), end=date(2026, 2, 28), humans_only=True),
    Filters(("camp_2fa5bc", "camp_abc123"), start=date(2026, 2, 1), basis=Basis.SEND, humans_only=True),
]


@pytest.mark.parametrize("filters", PERIODS, ids=["all", "a month of humans", "two campaigns by sending"])
def test_rows_add_up_to_the_overview(every_sample_store, filters):
    stats = results.totals(every_sample_store, filters).stats
    table = results.campaign_table(every_sample_store, filters)
    for dimension in OF_EMAILS:
        frame = results.breakdown(every_sample_store, filters, dimension).rows
        assert {name: frame[name].sum() for name in COUNTS} == {name: getattr(stats, name) or 0 for name in COUNTS}
        assert frame["positive_replies"].sum() == table["positive_replies"].sum()
    for dimension in OF_BOUNCES:
        assert results.breakdown(every_sample_store, filters, dimension).rows["bounced"].sum() == stats.bounced


def test_each_step_has_its_own_numbers(store):
    load(store, "all", history())
    found = rows(store, Dimension.STEP)
    assert list(found) == ["1", "2", "unknown"]
    counted = {step: (row["emails_sent"], row["delivered"], row["replied"]) for step, row in found.items()}
    assert counted == {"1": (40, 40, 10), "2": (20, 20, 2), "unknown": (40, 35, 1)}
    assert found["1"]["reply_rate"] == 0.25
    assert found["unknown"]["bounce_rate"] == 5 / 40
    assert found["1"]["reply_rate_low"] < 0.25 < found["1"]["reply_rate_high"]


def test_ten_steps_are_in_their_order(store):
    steps = ["10", "2", "1", "follow-up"]
    load(store, "all", [campaign(), *(sent(n, step=steps[n % 4 if n < 8 else 0]) for n in range(12))])
    assert list(rows(store, Dimension.STEP)) == ["1", "2", "10", "follow-up"]


def test_period_and_basis_choose_the_days(store):
    load(store, "all", history())
    after = Filters(start=date(2026, 1, 6))
    assert rows(store, Dimension.STEP, after)["1"]["emails_sent"] == 0
    assert rows(store, Dimension.STEP, after)["1"]["replied"] == 10
    assert list(rows(store, Dimension.STEP, replace(after, basis=Basis.SEND))) == ["unknown"]


def test_small_domains_share_a_row(store):
    few: list[Record] = [sent(n, of=SECOND, domain=f"firm{n}.example") for n in range(30, 35)]
    unknown: list[Record] = [EmailRecord(SECOND, "nobody", None, None, None, at(5))]
    load(store, "all", [*history(), *few, *unknown])
    found = rows(store, Dimension.DOMAIN)
    assert {name: row["emails_sent"] for name, row in found.items()} == {
        "mail.example": 70,
        "other.example": 30,
        "other": 5,
        "unknown": 1,
    }


def test_beyond_twenty_mailboxes_the_rest_share_a_row(store):
    boxes = range(ROWS + 5)
    load(store, "all", [campaign(), *(sent(100 * n + k, mailbox=f"m{n:02}") for n in boxes for k in range(30 - n))])
    found = rows(store, Dimension.MAILBOX)
    assert list(found) == [f"m{n:02}" for n in range(ROWS)] + ["other"]
    assert found["other"]["emails_sent"] == sum(30 - n for n in boxes if n >= ROWS)


def test_untracked_is_unknown_and_leaves_the_rate(store):
    load(store, "all", [*history(), *(sent(n, of=SECOND, step="1") for n in range(40, 60))])
    choose_tracking(store, SECOND, {"replies": False})
    found = rows(store, Dimension.STEP)
    assert (found["1"]["emails_sent"], found["1"]["replied"], found["1"]["reply_rate"]) == (60, 10, 0.25)
    choose_tracking(store, CAMPAIGN, {"replies": False})
    assert (rows(store, Dimension.STEP)["1"]["replied"], rows(store, Dimension.STEP)["1"]["reply_rate"]) == (None, None)


def test_without_deliveries_rates_are_of_sent(store):
    load(store, "all", history())
    for one in (CAMPAIGN, SECOND):
        choose_tracking(store, one, {"deliveries": False})
    found = results.breakdown(store, Filters(), Dimension.STEP)
    assert found.is_of_sent
    assert found.rows["reply_rate"].tolist() == [10 / 40, 2 / 20, 1 / 40]


def test_positive_replies_are_those_of_the_emails(store):
    answers: list[Record] = [reply("r1", email_id="e1", sentiment="positive"), reply("r2", email_id="e45"), mark("r2")]
    load(store, "all", [*history(), *answers, reply("r3", email_id=None, sentiment="positive")])
    found = rows(store, Dimension.STEP)
    assert {step: row["positive_replies"] for step, row in found.items()} == {"1": 1, "2": 1, "unknown": 1}


def test_unreadable_replies_are_not_0_positive(store):
    load(store, "all", history())
    found = rows(store, Dimension.STEP)
    assert {row["positive_replies"] for row in found.values()} == {None}


def test_days_and_exports_without_emails_are_unknown(store):
    days: list[Record] = [
        campaign("days", detail="daily"),
        DailyRecord("days", date(2026, 1, 5), emails_sent=100, replied=4),
    ]
    exported: list[Record] = [campaign("exported", detail="contacts"), contact(of="exported", sent_at=at(5), replied=1)]
    load(store, "all", [*history(), *days, *exported])
    for dimension in (Dimension.STEP, Dimension.DOMAIN):
        found = rows(store, dimension)
        assert found["unknown"]["emails_sent"] == results.totals(store, Filters()).stats.emails_sent - sum(
            row["emails_sent"] for name, row in found.items() if name != "unknown"
        )
        assert "other" not in found


def test_what_the_data_says_can_be_chosen(store):
    load(store, "all", history())
    assert results.breakdown_dimensions(store, Filters()) == (Dimension.STEP, Dimension.VARIANT, Dimension.DOMAIN)
    assert results.breakdown_dimensions(store, Filters((SECOND,))) == (Dimension.DOMAIN,)
    load(store, "more", bounces())
    assert set(results.breakdown_dimensions(store, Filters())) > set(OF_BOUNCES)


# --- bounces -----------------------------------------------------------------------------------------------------


def bounce(n: int, day: int, kind: str | None, reason: str | None = None) -> EventRecord:
    return EventRecord(SECOND, f"b{n}-{day}", f"e{n}", "bounced", at(day), False, None, kind, reason)


def bounces() -> list[Record]:
    """Three emails that bounced softly, one of which bounced hard before and one after that, and one of no kind."""
    return [
        *(bounce(n, 10, "soft", f"450 mailbox {n} full") for n in (1, 2, 3)),
        bounce(2, 9, "hard", "550 unknown"),
        bounce(3, 11, "hard", "550 unknown"),
        bounce(4, 10, None),
    ]


def test_each_bounce_counts_by_its_first_kind(store):
    load(store, "all", [campaign(SECOND), *(sent(n, of=SECOND) for n in range(10)), *bounces()])
    found = rows(store, Dimension.BOUNCE_KIND)
    assert {kind: row["bounced"] for kind, row in found.items()} == {"soft": 2, "hard": 1, "unknown": 1}
    assert found["soft"]["bounce_rate"] == 0.2
    assert rows(store, Dimension.BOUNCE_REASON)["550 unknown"]["bounced"] == 1
    late = Filters(start=date(2026, 1, 10))
    assert {kind: row["bounced"] for kind, row in rows(store, Dimension.BOUNCE_KIND, late).items()} == {
        "soft": 2,
        "unknown": 1,
    }
    of_sending = replace(late, basis=Basis.SEND)
    assert rows(store, Dimension.BOUNCE_KIND, of_sending) == {}


def test_beyond_twenty_reasons_the_rest_share_a_row(store):
    many = [bounce(n, 10, "hard", f"550 {n % 30}") for n in range(60)]
    load(store, "all", [campaign(SECOND), *(sent(n, of=SECOND) for n in range(100)), *many])
    found = rows(store, Dimension.BOUNCE_REASON)
    assert len(found) == ROWS + 1
    assert found["other"]["bounced"] == 2 * 10


def test_untracked_bounces_have_no_rows(store):
    load(store, "all", [campaign(SECOND), *(sent(n, of=SECOND) for n in range(10)), *bounces()])
    choose_tracking(store, SECOND, {"bounces": False})
    assert rows(store, Dimension.BOUNCE_KIND) == {}


# --- what stands out ---------------------------------------------------------------------------------------------


def replies_of(random: np.random.Generator, of: str, shares: dict[str, tuple[int, float]]) -> list[Record]:
    """A campaign whose mailboxes send this many emails on 20 days, of which this share is answered."""
    records: list[Record] = [campaign(of)]
    for mailbox, (emails, share) in shares.items():
        ids = [f"{mailbox}-{n}" for n in range(emails)]
        records += [
            EmailRecord(of, own, None, None, None, at(1 + n % 20), mailbox=mailbox) for n, own in enumerate(ids)
        ]
        answered = random.random(emails) < share
        records += [event("delivered", at(1 + n % 20, 13), email_id=own, of=of) for n, own in enumerate(ids)]
        records += [
            event("replied", at(1 + n % 20, 14), email_id=own, of=of) for n, own in enumerate(ids) if answered[n]
        ]
    return records


def test_a_weak_mailbox_stands_out(sqlite_store):
    random = np.random.default_rng(1)
    load(sqlite_store, "all", replies_of(random, CAMPAIGN, {"a": (600, 0.1), "b": (600, 0.1), "c": (600, 0.03)}))
    found = results.breakdown(sqlite_store, Filters(), Dimension.MAILBOX)
    frame = found.rows.set_index("value")
    assert frame.loc["c", "reply_rate_stands_out"] == -1
    assert (frame["reply_rate_stands_out"] < 0).sum() == 1  # the others may be above what the three have
    assert found.comparisons == 3  # of replies; nothing was opened, and nothing bounced
    others = frame.loc[["a", "b"], "replied"].sum() / 1200
    assert frame.loc["c", "reply_rate_of_others"] == pytest.approx(others)


def test_a_mailbox_of_a_weak_campaign_does_not(sqlite_store):
    """By the sums the first has twice the replies of the second; in each campaign they are alike."""
    random = np.random.default_rng(2)
    strong = replies_of(random, CAMPAIGN, {"a": (900, 0.12), "b": (100, 0.12)})
    weak = replies_of(random, SECOND, {"a": (100, 0.02), "b": (900, 0.02)})
    load(sqlite_store, "all", [*strong, *weak])
    frame = results.breakdown(sqlite_store, Filters(), Dimension.MAILBOX).rows.set_index("value")
    a, b = (present(wilson(*frame.loc[one, ["replied", "delivered"]])) for one in ("a", "b"))
    assert a.low > b.high
    assert frame["reply_rate_stands_out"].to_dict() == {"a": 0, "b": 0}


def test_the_api_answers_the_rows_of_one_campaign(sqlite_store):
    random = np.random.default_rng(1)
    load(sqlite_store, "all", replies_of(random, CAMPAIGN, {"a": (600, 0.1), "b": (600, 0.1), "c": (600, 0.03)}))
    answer = results.campaign_breakdown(sqlite_store, CAMPAIGN, Filters(), Dimension.MAILBOX)
    frame = results.breakdown(sqlite_store, Filters(), Dimension.MAILBOX).rows
    assert (answer.by, answer.comparisons, [row.value for row in answer.rows]) == ("mailbox", 3, ["a", "b", "c"])
    weak, row = answer.rows[2], frame.iloc[2]
    assert weak.stands_out == {"reply_rate": "below"}
    assert (weak.stats.emails_sent, weak.rates.reply_rate) == (600, round(row["reply_rate"], 3))
    interval = weak.intervals["reply_rate"]
    assert (interval.low, interval.high) == (round(row["reply_rate_low"], 3), round(row["reply_rate_high"], 3))


def test_an_empty_period_has_no_rows(sqlite_store):
    load(sqlite_store, "all", history())
    for dimension in Dimension:
        found = results.breakdown(sqlite_store, Filters(end=date(2020, 1, 1)), dimension)
        assert (len(found.rows), found.comparisons) == (0, 0)


def test_young_emails_are_judged_by_what_is_in(sample_store):
    filters = Filters(start=date(2026, 3, 14), basis=Basis.SEND)
    frame = results.breakdown(sample_store, filters, Dimension.STEP).rows
    headline = results.headlines(sample_store, filters).rates["reply_rate"]
    expected = frame["reply_rate"] * frame["reply_rate_share_in"] * frame["delivered"]
    assert expected.sum() == pytest.approx(frame["replied"].sum())
    assert (frame["reply_rate"] > frame["replied"] / frame["delivered"]).all()
    assert frame["reply_rate_share_in"].min() < present(headline.share_in) < frame["reply_rate_share_in"].max()


def test_rows_without_a_value_are_not_compared(sample_store):
    frame = results.breakdown(sample_store, Filters(), Dimension.SUBJECT).rows.set_index("kind")
    assert list(frame.index[-2:]) == [RowKind.OTHER, RowKind.UNKNOWN]
    assert frame["value"].isna().tolist() == [False] * ROWS + [True, True]
    assert not frame.iloc[-2:].filter(like="stands_out").notna().any(axis=None)
