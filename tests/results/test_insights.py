"""What the numbers mean, in sentences."""

import pandas as pd
import pytest

from outreach_results import metrics
from outreach_results.metrics import rates
from outreach_results.models import CostBreakdown, Costs, Stats
from outreach_results.results import HeadlineRate, Headlines, Totals, insights


def totals(cost: float | None = 10.0, **counts: int | None) -> Totals:
    stats = Stats(**counts)
    return Totals(stats, rates(stats), Costs(total_byok_usd=cost, breakdown=CostBreakdown()))


def campaigns(**counts: int | None) -> pd.DataFrame:
    full = {
        "emails_sent": 1_000,
        "delivered": 1_000,
        "bounced": 0,
        "opened": 300,
        "clicked": 50,
        "replied": 40,
        "unsubscribed": 0,
    } | counts
    frame = pd.DataFrame([{"campaign_id": "c", "name": "Spring <b>", **full}])
    return frame.astype(dict.fromkeys(full, "Int64"))


def headlines(now: Totals, before: Totals | None) -> Headlines:
    """What the tiles say of two periods, each of which is one day with independent emails."""
    if before is None:
        return Headlines({}, {})
    rate = metrics.rate_of(now.stats, "reply_rate")
    pairs = {
        "reply_rate": metrics.rate_change(
            now.stats.replied, now.stats.delivered, before.stats.replied, before.stats.delivered
        ),
        "meetings_booked": metrics.count_change(now.stats.meetings_booked, before.stats.meetings_booked),
    }
    changes = {name: change for name, change in pairs.items() if change is not None}
    return Headlines({"reply_rate": HeadlineRate(rate, None)}, changes)


def what_changed(now, before, compared_with, campaigns, earlier):
    return insights.what_changed(now, before, compared_with, campaigns, earlier, headlines(now, before))


def alerts(humans: int | None = None, **counts: int | None) -> list[insights.Alert]:
    frame = campaigns(**counts)
    opened = frame["opened"] if humans is None else pd.Series([humans], dtype="Int64")
    return insights.alerts(frame, frame.assign(opened=opened))


def test_a_healthy_campaign_needs_no_looking_after() -> None:
    assert alerts() == []


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"bounced": 80}, "bounced"),
        ({"unsubscribed": 40}, "unsubscribed"),
        ({"opened": 0, "clicked": 0}, "tracking"),
        ({"humans": 100}, "machines"),
    ],
)
def test_alerts_name_cause_and_next_step(counts: dict[str, int], word: str) -> None:
    (alert,) = alerts(**counts)
    assert word in (alert.what + alert.cause)
    assert alert.campaign == "Spring <b>"
    assert alert.next_step.endswith(".")


def test_tiny_campaign_raises_no_bounce_alert() -> None:
    assert alerts(emails_sent=40, delivered=39, bounced=1) == []


def test_what_is_not_tracked_is_no_trouble() -> None:
    assert alerts(bounced=None, opened=None, clicked=None, unsubscribed=None) == []


def test_reply_rate_change_within_noise_is_chance() -> None:
    now = totals(emails_sent=500, delivered=480, replied=25, meetings_booked=5)
    before = totals(emails_sent=400, delivered=380, replied=17, meetings_booked=4)
    first = what_changed(now, before, "February", campaigns(), None)[0]
    assert first == (
        "500 e-mails went out, 25 % more than in February; 5.2 % of those delivered got a reply, after 4.5 %: "
        "a difference that chance alone explains."
    )


def test_significant_change_is_called_so() -> None:
    now = totals(emails_sent=5_000, delivered=5_000, replied=400, meetings_booked=5)
    before = totals(emails_sent=5_000, delivered=5_000, replied=200, meetings_booked=4)
    first = what_changed(now, before, "February", campaigns(), None)[0]
    assert "as many as in February" in first
    assert first.endswith("more than chance explains.")


def test_the_campaign_behind_the_change_is_named() -> None:
    counts = totals(emails_sent=1_000, delivered=1_000, replied=40, meetings_booked=5)
    sentences = what_changed(counts, counts, "February", campaigns(replied=40), campaigns(replied=10))
    assert "The largest move came from “Spring <b>”: 40 replies after 10." in sentences


def test_cost_of_meeting_beside_previous_cost() -> None:
    now = totals(cost=20.0, emails_sent=100, delivered=100, replied=4, meetings_booked=4)
    before = totals(cost=10.0, emails_sent=100, delivered=100, replied=4, meetings_booked=1)
    last = what_changed(now, before, "February", campaigns(), None)[-1]
    assert last == "4 meetings after 1, within noise; one cost $5.00, after $10.00."


def test_untracked_meetings_are_not_zero() -> None:
    unknown = totals(emails_sent=100, delivered=100, replied=4, meetings_booked=None)
    assert "not tracked" in what_changed(unknown, unknown, "February", campaigns(), None)[-1]


def test_no_sentences_without_comparison() -> None:
    now = totals(emails_sent=10, delivered=10)
    assert what_changed(now, None, "", campaigns(), None) == []
    assert what_changed(now, totals(emails_sent=0), "February", campaigns(), None) == []
