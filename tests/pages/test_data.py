"""The data page shows the sources of the numbers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from outreach_results.alerts import kept
from outreach_results.ingest.load import load
from outreach_results.store.engine import Store
from outreach_results.ui import data as data_page
from support import records
from support.dashboard import file_frame, metrics, run_page, table, words


@pytest.fixture
def data(sample_database: Path, use_database: Callable[[str], None]) -> AppTest:
    use_database(f"sqlite:///{sample_database}")
    return run_page("data")


def test_every_load_is_listed(data: AppTest) -> None:
    assert not data.exception
    (row,) = table(data, "inserted")
    assert row["source"].text == "sample data"
    assert float(row["inserted"].by or 0) > 10_000
    assert row["loaded_by"].text == "Sample"


def test_the_zone_is_named(data: AppTest) -> None:
    assert any("reporting time zone, UTC" in caption.value for caption in data.caption)


def test_a_cost_is_entered_and_counts(data: AppTest) -> None:
    own = data.selectbox(key="settings-of").value
    next(field for field in data.number_input if field.label == "Cost in dollars").set_value(90.0)
    next(field for field in data.selectbox if field.label == "Cost is").select_index(1)
    next(button for button in data.button if button.label == "Save campaign").click().run()
    assert not data.exception
    assert not data.error
    assert any("Cost: entered by hand" in caption.value.replace("\\", "") for caption in data.caption)
    tiles = metrics(run_page("overview", campaigns=own, period="all"))
    assert tiles["Cost"] == "$90.00 · entered by hand"


def test_a_plan_is_entered_and_counts(data: AppTest) -> None:
    def press() -> None:
        next(button for button in data.button if button.label == "Save plan").click().run()

    next(field for field in data.text_input if field.label == "Plan").set_value("Own")
    press()
    assert any("or clear all three" in error.value for error in data.error)
    next(field for field in data.number_input if field.label == "Emails per month").set_value(99_999)
    next(field for field in data.number_input if field.label == "Dollars per month").set_value(49.0)
    press()
    assert not data.exception
    assert any("The plan was entered by hand" in caption.value for caption in data.caption)


def test_reconciled_numbers_have_their_names() -> None:
    named = [data_page._number(name).text for name in ("opened", "cost_usd", "emails_sent in 2026-01", "other")]
    assert named == ["Opened", "Cost", "Sent in Jan 2026", "other"]


def test_without_a_sync_it_says_not_connected(data: AppTest) -> None:
    assert "Not connected yet." in [element.value for element in data.text]
    # It is connected here: no setting of the server is the only way.
    assert [button.label for button in data.button if "onnect" in button.label] == ["Connect an account"]
    assert not any("OUTREACH_API" in said for said in words(data))
    assert [heading.value for heading in data.subheader][:2] == ["Import files", "Connect"]


def test_events_without_a_sent_record_are_listed(writable_sample: Store, use_database: Callable[[str], None]) -> None:
    load(writable_sample, "webhook", [records.campaign(), records.event("opened", email_id="never-sent")])
    use_database(str(writable_sample.engine.url))
    page = run_page("data")
    assert not page.exception
    assert any(said.startswith("1 outcome belongs to emails of one campaign") for said in words(page))
    (row,) = table(page, "event")
    assert (row["campaign_name"].text, row["event"].text) == ("First contact", "Opened")
    assert list(file_frame(page, "Without a sent record")["email_id"]) == ["never-sent"]


def test_without_such_events_there_is_no_card(data: AppTest) -> None:
    assert "Without a sent record" not in words(data)


def test_many_of_them_are_listed_on_request(writable_sample: Store, use_database: Callable[[str], None]) -> None:
    happened = [records.event("opened", email_id=f"never-sent-{n}") for n in range(130)]
    load(writable_sample, "webhook", [records.campaign(), *happened])
    use_database(str(writable_sample.engine.url))
    page = run_page("data")
    assert len(table(page, "event")) == 10
    page.toggle(key="unsent-all").set_value(True).run()
    assert len(table(page, "event")) == 100
    assert len(file_frame(page, "Without a sent record")) == 130


def test_a_digest_is_set_up_and_tried(data: AppTest, sample_database: Path) -> None:
    next(field for field in data.text_input if field.label == "Email addresses").set_value("anna@example.com")
    next(field for field in data.text_input if field.placeholder == "Team").set_value("Monday mail")
    next(button for button in data.button if button.label == "Add digest").click().run()
    assert not data.exception
    assert any(element.value.startswith("Monday mail: daily, from 8:00") for element in data.text)
    data.button(key="digest-test-0").click().run()
    assert any("so that emails can be sent" in element.value for element in data.info)
    data.button(key="digest-remove-0").click().run()
    assert not any(element.value.startswith("Monday mail: daily") for element in data.text)


def test_alerts_are_chosen_and_tried(writable_sample: Store, use_database: Callable[[str], None]) -> None:
    use_database(str(writable_sample.engine.url))
    page = run_page("data")
    page.number_input(key="alert-limit-bounce_rate").set_value(3.5)
    page.checkbox(key="alert-on-quota_pace").set_value(False)
    next(button for button in page.button if button.label == "Save rules").click().run()
    assert not page.exception
    choices = kept.rule_choices(writable_sample)
    assert (choices["bounce_rate"].limit, choices["quota_pace"].is_on) == (0.035, False)
    assert "above 3.5%" in page.checkbox(key="alert-on-bounce_rate").label.replace("\\", "")
    next(field for field in page.text_input if field.label == "Email addresses of alerts").set_value("a@example.com")
    next(field for field in page.text_input if field.label == "Webhook of alerts").set_value("http://example.com")
    next(button for button in page.button if button.label == "Save recipients").click().run()
    assert any("begins with https" in element.value for element in page.error)
    next(field for field in page.text_input if field.label == "Webhook of alerts").set_value("")
    next(button for button in page.button if button.label == "Save recipients").click().run()
    page.button(key="alert-test").click().run()
    assert any("so that emails can be sent" in element.value for element in page.info)
    assert kept.recipients(writable_sample).quiet == (20, 7)
