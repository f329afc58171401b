"""What the numbers mean, in sentences."""

import numpy as np
import pandas as pd
import pytest

from outreach_results import metrics
from outreach_results.metrics.dispersion import NO_DISPERSION, DailyCounts, change_p_value
from outreach_results.results import HeadlineRate, Headlines, Totals, insights, totals_of
from outreach_results.results.rows import records
from support.clustered import outcomes, volumes


def totals(cost: float | None = 10.0, **counts: int | None) -> Totals:
    return totals_of([{**counts, "cost": None if cost is None else round(cost * 1_000_000)}])


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


def change(now: Totals, before: Totals, count: str, of: str) -> metrics.Change | None:
    rates_of = [metrics.ratio(getattr(one.stats, count), getattr(one.stats, of)) for one in (now, before)]
    if rates_of[0] is None or not rates_of[1]:
        return None
    days = [
        DailyCounts(*(np.array([float(getattr(one.stats, name))]) for name in (count, of))) for one in (now, before)
    ]
    p_value = change_p_value(days[0], days[1], NO_DISPERSION)
    return metrics.Change(rates_of[0] - rates_of[1], rates_of[0] / rates_of[1] - 1, p_value is None or p_value > 0.05)


def headlines(now: Totals, before: Totals | None) -> Headlines:
    """What the tiles say of two periods, each of which is one day with independent emails."""
    if before is None:
        return Headlines({}, {})
    rate = metrics.rate_of(now.stats, "reply_rate")
    pairs = {
        "reply_rate": change(now, before, "replied", "delivered"),
        "meetings_booked": change(now, before, "meetings_booked", "emails_sent"),
    }
    changes = {name: result for name, result in pairs.items() if result is not None}
    return Headlines({"reply_rate": HeadlineRate(rate, None)}, changes)


def what_changed(now, before, compared_with, campaigns, changes):
    return insights.what_changed(now, before, compared_with, records(campaigns), changes or {}, headlines(now, before))


def alerts(humans: int | None = None, **counts: int | None) -> list[insights.Alert]:
    frame = campaigns(**counts)
    opened = frame["opened"] if humans is None else pd.Series([humans], dtype="Int64")
    return alerts_of(frame, frame.assign(opened=opened))


def alerts_of(frame: pd.DataFrame, humans: pd.DataFrame) -> list[insights.Alert]:
    return insights.alerts(records(frame), records(humans))


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


def account(seed: int, *, real: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """200 campaigns with usual bounces, unsubscribes and machine opens; ``real`` ones have twice a limit of bounces,
    and as many twice that of unsubscribes.
    """
    random = np.random.default_rng(seed)
    bounced = np.minimum(random.beta(5, 495, 200), 0.8 * insights.BOUNCE_LIMIT)
    unsubscribed = np.minimum(random.beta(4, 996, 200), 0.8 * insights.UNSUBSCRIBE_LIMIT)
    bounced[:real], unsubscribed[real : 2 * real] = 0.04, 0.02
    rows = []
    for place, size in enumerate(random.uniform(50, 3_000, 200)):
        sent = volumes(random, 28, size / 28)
        shares = bounced[place], unsubscribed[place], random.uniform(0.2, 0.6)
        counts = [int(outcomes(random, sent, share, 0.01).sum()) for share in shares]
        rows.append((f"c{place}", "Name", sent.sum(), sent.sum() - counts[0], *counts))
    names = ["emails_sent", "delivered", "bounced", "unsubscribed", "opened"]
    frame = pd.DataFrame(rows, columns=["campaign_id", "name", *names]).assign(clicked=1)
    machines = random.binomial(frame["opened"], random.uniform(0.1, 0.35, 200))
    return frame, frame.assign(opened=frame["opened"] - machines)


def test_healthy_campaigns_hardly_raise_an_alert():
    views = [alerts_of(*account(seed)) for seed in range(40)]
    assert np.mean([sum(not alert.is_watch for alert in view) for view in views]) <= 0.1


def test_real_trouble_is_found_and_the_rest_watched():
    views = [alerts_of(*account(seed, real=5)) for seed in range(40)]
    real = {f"c{place}" for place in range(10)}
    urgent = [{alert.campaign_id for alert in view if not alert.is_watch} & real for view in views]
    listed = [{alert.campaign_id for alert in view} & real for view in views]
    assert np.mean([len(ids) for ids in urgent]) >= 5
    assert np.mean([len(ids) for ids in listed]) >= 7
    assert all([alert.is_watch for alert in view] == sorted(alert.is_watch for alert in view) for view in views)


def test_tiny_campaign_raises_no_bounce_alert() -> None:
    assert alerts(emails_sent=40, delivered=39, bounced=1) == []


def test_what_is_not_tracked_is_no_trouble() -> None:
    assert alerts(bounced=None, opened=None, clicked=None, unsubscribed=None) == []


def test_reply_rate_change_within_noise_is_chance() -> None:
    now = totals(emails_sent=500, delivered=480, replied=25, meetings_booked=5)
    before = totals(emails_sent=400, delivered=380, replied=17, meetings_booked=4)
    first = what_changed(now, before, "February", campaigns(), None)[0]
    assert first == (
        "500 emails sent, 25% more than February. Reply rate 5.2% (was 4.5%), not statistically significant."
    )


def test_significant_change_is_called_so() -> None:
    now = totals(emails_sent=5_000, delivered=5_000, replied=400, meetings_booked=5)
    before = totals(emails_sent=5_000, delivered=5_000, replied=200, meetings_booked=4)
    first = what_changed(now, before, "February", campaigns(), None)[0]
    assert "as many as February" in first
    assert first.endswith(", statistically significant.")


def test_a_campaign_that_stands_out_is_named():
    counts = totals(emails_sent=1_000, delivered=1_000, replied=40, meetings_booked=5)
    doubled = {"c": metrics.Change(0.02, 1.0)}
    sentences = what_changed(counts, counts, "February", campaigns(replied=40), doubled)
    assert "Biggest mover: “Spring <b>”, 4.0% replied (was 2.0%)." in sentences


def test_chance_names_no_mover():
    counts = totals(emails_sent=1_000, delivered=1_000, replied=40, meetings_booked=5)
    sentences = what_changed(counts, counts, "February", campaigns(), {"c": metrics.Change(0.02, 1.0, is_noise=True)})
    assert not any("mover" in sentence for sentence in sentences)


def test_the_mover_is_the_one_with_most_replies():
    counts = totals(emails_sent=1_000, delivered=1_000, replied=40, meetings_booked=5)
    small = campaigns(delivered=100).assign(campaign_id="small", name="Small")
    changes = {"small": metrics.Change(0.05, 1.0), "c": metrics.Change(-0.02, -0.5)}
    sentences = what_changed(counts, counts, "February", pd.concat([small, campaigns()]), changes)
    assert "Biggest mover: “Spring <b>”, 2.0% replied (was 4.0%)." in sentences


def test_meetings_are_compared_per_email_sent():
    now = totals(cost=20.0, emails_sent=2_000, delivered=2_000, replied=4, meetings_booked=40)
    before = totals(cost=10.0, emails_sent=1_000, delivered=1_000, replied=4, meetings_booked=20)
    last = what_changed(now, before, "February", campaigns(), None)[-1]
    assert last == "40 meetings (was 20), as many per email sent; $0.50 each (was $0.50)."


def test_fewer_meetings_per_email_are_called_fewer():
    now = totals(cost=20.0, emails_sent=4_000, delivered=4_000, replied=4, meetings_booked=40)
    before = totals(cost=10.0, emails_sent=1_000, delivered=1_000, replied=4, meetings_booked=20)
    last = what_changed(now, before, "February", campaigns(), None)[-1]
    assert last.startswith("40 meetings (was 20), 50% fewer per email sent (statistically significant);")


def test_the_price_of_few_meetings_is_a_range():
    now = totals(cost=20.0, emails_sent=100, delivered=100, replied=4, meetings_booked=4)
    before = totals(cost=10.0, emails_sent=100, delivered=100, replied=4, meetings_booked=1)
    last = what_changed(now, before, "February", campaigns(), None)[-1]
    assert last.endswith("$5.00 each (was $1.79 to $394.98).")


def test_the_price_allows_for_meetings_to_come():
    counts = totals(cost=40.0, emails_sent=1_000, delivered=1_000, replied=40, meetings_booked=10)
    rates = {"reply_rate": HeadlineRate(0.04, None, 1.0), "conversion_rate": HeadlineRate(0.02, None, 0.5)}
    changes = {"conversion_rate": metrics.Change(0.01, 1.0)}
    last = insights.what_changed(counts, counts, "February", records(campaigns()), {}, Headlines(rates, changes))[-1]
    assert last == "10 meetings (was 10); $2.00 each (was $4.00)."


def test_untracked_meetings_are_not_zero() -> None:
    unknown = totals(emails_sent=100, delivered=100, replied=4, meetings_booked=None)
    assert "not tracked" in what_changed(unknown, unknown, "February", campaigns(), None)[-1]


def test_no_sentences_without_comparison() -> None:
    now = totals(emails_sent=10, delivered=10)
    assert what_changed(now, None, "", campaigns(), None) == []
    assert what_changed(now, totals(emails_sent=0), "February", campaigns(), None) == []
