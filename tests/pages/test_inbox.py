"""The inbox page: list, URL parameters and changes of state, also by two people at once."""

from __future__ import annotations

from datetime import date

import pytest

from outreach_results import results
from outreach_results.ingest.load import load
from outreach_results.models import Filters, Sentiment
from outreach_results.results import InboxFilters, ReplyKey, ReplyKind, ReplyStatus
from outreach_results.store.engine import open_store
from outreach_results.store.replies import state_changes
from outreach_results.store.replies.changes import Action, Snooze
from support.dashboard import components, go_back, run_page, words
from support.databases import sqlite_url
from support.records import at, campaign, email, event, reply

MARCH = Filters(start=date(2026, 2, 28), end=date(2026, 3, 27))
OPEN_BY_PEOPLE = InboxFilters(ReplyKind.PEOPLE, ReplyStatus.OPEN)


@pytest.fixture
def inbox(tmp_path, use_database):
    """Three open replies by people, newest first Cora, Ben and Ada, and an automatic one; returns their store."""
    url = sqlite_url(tmp_path / "inbox.db")
    store = open_store(url)
    load(
        store,
        "inbox",
        [
            campaign(),
            *(email(f"e{n}", at(5), recipient=f"p{n}@prospect.example") for n in range(4)),
            event("opened", at(6), email_id="e0"),
            reply("r0", at(7), email_id="e0", name="Ada", sentiment="positive", body="I am Ada"),
            reply("r1", at(8), email_id="e1", name="Ben", sentiment="neutral", body="I am Ben"),
            reply("r2", at(9), email_id="e2", name="Cora", sentiment="unclassified", body="I am Cora"),
            reply("r3", at(9, 13), email_id="e3", name="Out of office", sentiment="automatic"),
        ],
    )
    use_database(url)
    yield store
    store.close()


def page_text(app):
    return "\n".join(words(app))


def rows(app):
    """The senders in the list."""
    return [row["sender"] for drawn in components(app, "outreach_inbox_list") for row in drawn["rows"]]


def pane(app):
    """What the reading pane is given to show."""
    [shown] = components(app, "outreach_inbox_message")
    return shown


def reads(app):
    """The sender of the reply in the reading pane."""
    return pane(app)["sender"]


def labels(app, key):
    """The options of a filter, with their counts."""
    [result] = [group for group in app.button_group if group.key == f"{key}_choice"]
    return result.options


def open_inbox(**parameters):
    app = run_page("inbox", period="All time", **parameters)
    assert not app.exception
    return app


def click(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


# --- what is shown -----------------------------------------------------------------------------------------------


def test_open_human_replies_come_first(inbox):
    app = open_inbox()
    assert rows(app) == ["Cora", "Ben", "Ada"]
    assert reads(app) == "Cora"
    assert pane(app)["own"] == "I am Cora"


def test_every_filter_shows_how_many_it_would_show(inbox):
    app = open_inbox()
    assert labels(app, "lane") == ["Human 3", "Auto-reply 1", "All 4"]
    assert labels(app, "status") == ["To do 3", "Done 0", "All 3"]
    assert labels(app, "sentiment") == ["Unclassified 1", "Positive 1", "Neutral 1", "Negative 0"]


def test_automatic_replies_have_a_lane_of_their_own(inbox):
    app = open_inbox(lane="automatic")
    assert rows(app) == ["Out of office"]
    assert not [group for group in app.button_group if group.key == "sentiment_choice"]


def test_choice_is_written_to_url_and_resets_page(inbox):
    app = open_inbox(reply="camp_1/r0")
    app.button_group(key="sentiment_choice").set_value(["positive", "neutral"]).run()
    assert app.query_params["sentiment"] == "positive.neutral"
    assert "reply" not in app.query_params
    assert reads(app) == "Ben"
    app.button_group(key="lane_choice").set_value("all").run()
    assert app.query_params["lane"] == "all"
    assert "sentiment" not in app.query_params
    app.button_group(key="lane_choice").set_value("people").run()
    assert "lane" not in app.query_params


def test_the_search_finds_every_word_in_any_case(inbox):
    app = open_inbox(q="AM cora")
    assert len(rows(app)) == 1
    app.text_input(key="q_choice").set_value("nobody at all").run()
    assert "No replies match" in app.info[0].value
    assert rows(app) == []


def test_the_timeline_goes_with_the_reply(inbox):
    app = open_inbox(reply="camp_1/r0")
    drawn = " ".join(element.proto.body for element in app.get("html"))
    assert "Jan 5, 2026, 12:00 PM" in drawn
    assert "Opened" in drawn
    assert "Replied (positive)" in drawn


def test_positive_rate_counts_handled_replies(inbox):
    state_changes.change_reply(inbox, "camp_1", "r0", Action.HANDLED, by="Ana", seen_version=0)
    expected = "50% positive (9–91%); 1 unclassified could raise it to 67%"
    assert expected in page_text(open_inbox()).replace("\\", "")


def test_with_every_reply_handled_the_page_says_so(inbox):
    preview = state_changes.preview(inbox, results.chosen_replies(Filters()), Action.HANDLED)
    state_changes.change_replies(inbox, results.chosen_replies(Filters()), Action.HANDLED, by="Ana", seen=preview.seen)
    assert "All done" in open_inbox().info[0].value


def test_the_sample_shows_what_the_data_module_says(sample_dashboard, sample_store):
    app = run_page("inbox")
    result = results.inbox(sample_store, MARCH, OPEN_BY_PEOPLE)
    assert len(rows(app)) == 20
    assert f"**{result.pagination.total} replies**" in page_text(app)


# --- where the address leads -------------------------------------------------------------------------------------


def test_unlisted_reply_opens_from_url(inbox):
    app = open_inbox(reply="camp_1/r3")
    assert reads(app) == "Out of office"
    assert "Hidden by your current filters." in page_text(app)
    assert len(rows(app)) == 3


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"reply": "camp_1/nowhere"}, "names a reply that is no longer here"),
        ({"reply": "nonsense"}, "names a reply that is no longer here"),
        ({"lane": "fast"}, "an unknown type of replies"),
        ({"status": "lost"}, "an unknown status of replies"),
        ({"sentiment": "furious"}, "a sentiment that is not shown here"),
        ({"sentiment": "automatic"}, "a sentiment that is not shown here"),
        ({"page": "7"}, "a page that does not exist; showing the last one"),
        ({"page": "-1"}, "a page that does not exist; showing the first one"),
        ({"page": "٣"}, "a page that does not exist; showing the first one"),
        ({"page": "9" * 400}, "a page that does not exist"),
    ],
)
def test_invalid_inbox_url_is_noticed(inbox, parameters, complaint):
    app = open_inbox(**parameters)
    assert complaint in page_text(app)
    assert reads(app) == "Cora"
    [name] = parameters
    assert name not in app.query_params


def test_too_long_search_is_cut_with_notice(inbox):
    app = open_inbox(q="ben " * 50 + "nobody")
    assert "searches for more than 200 characters; using the first 200" in page_text(app)
    assert reads(app) == "Ben"
    assert reads(app.run()) == "Ben"
    assert app.text_input(key="q_choice").value == "ben " * 50


def test_ids_with_any_characters_can_be_read(tmp_path, use_database):
    url = sqlite_url(tmp_path / "odd.db")
    store = open_store(url)
    strange = "a/b?c=d&e #%2F ü"
    load(store, "odd", [campaign(strange), email(of=strange), reply(strange, of=strange, name="Odd")])
    load(store, "odd", [reply("later", at(20), of=strange, name="Later")])
    store.close()
    use_database(url)
    app = open_inbox()
    assert reads(app) == "Later"
    click(app, "inbox-next")
    assert reads(app) == "Odd"
    assert reads(open_inbox(reply=app.query_params["reply"])) == "Odd"


def test_inbox_is_restored_after_another_page(inbox):
    app = open_inbox(lane="all", status="all", sentiment=["positive", "neutral"], reply="camp_1/r0")
    app.switch_page("pages/trends.py").run()
    app.switch_page("pages/inbox.py").run()
    assert reads(app) == "Ada"
    assert rows(app) == ["Ben", "Ada"]
    kept = {"lane": "all", "status": "all", "sentiment": "positive.neutral", "reply": "camp_1/r0"}
    assert kept.items() <= app.query_params.items()


def test_url_wins_over_the_earlier_view(inbox):
    app = open_inbox(lane="automatic", reply="camp_1/r3")
    app.switch_page("pages/trends.py").run()
    app.switch_page("pages/inbox.py")
    go_back(app, sentiment="positive", period="all")
    assert rows(app) == ["Ada"]


def test_a_filter_choice_starts_over(sample_dashboard):
    app = run_page("inbox", period="All time", page="13")
    click(app, "inbox-next")
    assert app.query_params["page"] == "13"
    app.selectbox(key="period_choice").set_value("Last 7 days").run()
    assert "page" not in app.query_params
    assert "reply" not in app.query_params
    assert "does not exist" not in page_text(app)
    assert len(rows(app)) == 20


def test_url_with_other_filters_keeps_its_page(sample_dashboard):
    app = run_page("inbox", period="All time")
    go_back(app, campaigns="camp_2fa5bc", period="all", page="2")
    assert app.query_params["page"] == "2"


# --- from one to the next ----------------------------------------------------------------------------------------


def test_next_and_previous_stop_at_the_ends(inbox):
    app = open_inbox()
    assert app.button(key="inbox-previous").disabled
    seen = [reads(app)]
    while not app.button(key="inbox-next").disabled:
        seen.append(reads(click(app, "inbox-next")))
    assert seen == ["Cora", "Ben", "Ada"]
    assert reads(click(app, "inbox-previous")) == "Ben"


def test_next_leads_to_the_next_page(sample_dashboard, sample_store):
    listed = results.inbox(sample_store, MARCH, OPEN_BY_PEOPLE, per_page=21).replies
    app = run_page("inbox", reply=f"{listed[19].campaign_id}/{listed[19].id}")
    click(app, "inbox-next")
    assert app.query_params["page"] == "2"
    assert app.query_params["reply"] == f"{listed[20].campaign_id}/{listed[20].id}"
    click(app, "inbox-previous")
    assert "page" not in app.query_params


# --- marking -----------------------------------------------------------------------------------------------------


def mark_of(store, reply_id):
    return results.reply(store, "camp_1", reply_id)


def test_handling_advances_and_can_be_undone(inbox):
    app = open_inbox()
    app.text_input(key="inbox-who").set_value("Ana").run()
    click(app, "inbox-handle")
    assert mark_of(inbox, "r2").handled_by == "Ana"
    assert reads(app) == "Ben"
    assert len(rows(app)) == 2
    assert "Cora's reply marked done." in page_text(app)
    click(app, "inbox-undo")
    assert mark_of(inbox, "r2").handled_at is None
    assert reads(app) == "Cora"
    assert "Undone for 1 reply." in page_text(app)


def test_who_gives_no_name_marks_as_someone(inbox):
    click(open_inbox(), "inbox-handle")
    assert mark_of(inbox, "r2").handled_by == "someone"


def correct(app, sentiment):
    [group] = [group for group in app.button_group if (group.key or "").startswith("inbox-sentiment-")]
    group.set_value(sentiment).run()
    assert not app.exception
    return app


def test_correction_is_shown_and_undone(inbox):
    app = correct(open_inbox(reply="camp_1/r0"), "negative")
    assert mark_of(inbox, "r0").sentiment == Sentiment.NEGATIVE
    assert "Ada's reply marked negative." in page_text(app)
    assert "Negative, corrected from positive by someone on" in page_text(app).replace("\\", "")
    assert labels(app, "sentiment")[1:] == ["Positive 0", "Neutral 1", "Negative 1"]
    click(app, "inbox-take-back")
    assert mark_of(inbox, "r0").sentiment == Sentiment.POSITIVE
    assert "corrected from" not in page_text(app)


def test_next_reply_opens_after_a_label(inbox):
    app = correct(open_inbox(), "automatic")
    assert labels(app, "lane") == ["Human 2", "Auto-reply 2", "All 4"]
    assert reads(app) == "Ben"
    assert reads(click(app, "inbox-key-1")) == "Ada"
    assert mark_of(inbox, "r1").sentiment == Sentiment.POSITIVE
    assert reads(click(app, "inbox-key-3")) == "Ada"  # the last one stays
    assert reads(click(app, "inbox-undo")) == "Ada"
    assert mark_of(inbox, "r0").sentiment == Sentiment.POSITIVE


def test_unclassified_replies_are_labeled_in_a_row(inbox):
    app = open_inbox(sentiment="unclassified")
    assert rows(app) == ["Cora"]
    click(app, "inbox-key-2")
    assert labels(app, "sentiment") == ["Unclassified 0", "Positive 1", "Neutral 2", "Negative 0"]
    assert reads(app) == "Cora"
    assert "Hidden by your current filters." in page_text(app)


def test_a_marked_meeting_counts_and_can_be_undone(inbox):
    def booked():
        return results.totals(inbox, Filters()).stats.meetings_booked

    app = click(open_inbox(), "inbox-meeting")
    assert booked() == 1
    assert reads(app) == "Cora"
    assert "Cora's reply marked as meeting booked." in page_text(app)
    assert "Meeting booked, marked by someone on" in page_text(app).replace("\\", "")
    assert app.button(key="inbox-meeting").label == "Remove meeting"
    click(app, "inbox-undo")
    assert booked() == 0


def test_first_reply_stays_after_a_change_by_others(inbox):
    app = open_inbox()
    state_changes.change_reply(inbox, "camp_1", "r2", Action.HANDLED, by="Eva", seen_version=0)
    app.run()
    assert rows(app) == ["Ben", "Ada"]
    assert reads(app) == "Cora"
    app.button_group(key="status_choice").set_value("all").run()
    assert reads(app) == "Cora"


def test_conflicting_change_is_shown(inbox):
    app = click(click(open_inbox(), "inbox-next"), "inbox-next")
    state_changes.change_reply(inbox, "camp_1", "r0", Action.HANDLED, by="Eva", seen_version=0)
    click(app, "inbox-handle")
    assert "Not saved: Eva marked it done on" in page_text(app)
    assert reads(app) == "Ada"  # although it has left the list
    assert len(rows(app)) == 2
    assert "Done by Eva on" in page_text(app).replace("\\", "")
    assert mark_of(inbox, "r0").mark_version == 1
    click(app, "inbox-handle")
    assert mark_of(inbox, "r0").handled_at is None


# --- many at once ------------------------------------------------------------------------------------------------


def propose(app, what):
    """Choose a bulk change for all replies of the list."""
    app.menu_button(key="inbox-bulk").click(what).run()
    assert not app.exception
    return app


def is_asking(app):
    return any(button.key == "inbox-confirmed" for button in app.button)


def handled_by(store):
    """Who handled which replies."""
    result = results.inbox(store, Filters(), InboxFilters(status=ReplyStatus.HANDLED), per_page=100).replies
    return {reply.id: reply.handled_by for reply in result}


def test_bulk_change_is_confirmed_then_undone(inbox):
    app = propose(open_inbox(), "Mark done")
    assert app.menu_button(key="inbox-bulk").label == "Bulk actions (3)"
    assert app.button(key="inbox-confirmed").label == "Mark 3 replies done"
    assert "To do, human · Jan 5 – 9, 2026 · all campaigns" in page_text(app)
    assert handled_by(inbox) == {}
    click(app, "inbox-confirmed")
    assert handled_by(inbox) == dict.fromkeys(("r0", "r1", "r2"), "someone")
    assert "3 replies marked done." in page_text(app)
    assert not is_asking(app)
    click(app, "inbox-undo")
    assert handled_by(inbox) == {}
    assert len(rows(app)) == 3
    assert "inbox-undo" not in {button.key for button in app.button}


def test_only_the_replies_of_the_list_are_changed(inbox):
    app = propose(open_inbox(sentiment=["positive", "unclassified"]), "Mark done")
    click(app, "inbox-confirmed")
    assert set(handled_by(inbox)) == {"r0", "r2"}


def test_what_is_not_confirmed_does_not_happen(inbox):
    app = propose(open_inbox(), "Mark negative")
    assert not is_asking(click(app, "inbox-cancel"))
    app = propose(app, "Mark negative")
    app.button_group(key="sentiment_choice").set_value(
        ["positive"]
    ).run()  # other replies than those that were asked about
    assert not is_asking(app)
    app.button_group(key="sentiment_choice").set_value([]).run()
    assert not is_asking(app)
    assert [reply.sentiment for reply in results.inbox(inbox, Filters(), OPEN_BY_PEOPLE).replies] == [
        "unclassified",
        "neutral",
        "positive",
    ]


def test_nothing_to_change_needs_no_confirmation(inbox):
    app = propose(open_inbox(sentiment="positive"), "Mark positive")
    assert not is_asking(app)
    assert "Nothing to change: these replies are marked that way already." in page_text(app)


def test_bulk_change_is_refused_after_a_conflict(inbox):
    app = propose(open_inbox(status="all"), "Mark done")
    state_changes.change_reply(inbox, "camp_1", "r1", Action.HANDLED, by="Eva", seen_version=0)
    click(app, "inbox-confirmed")
    assert "Not saved. Eva updated one of them on" in page_text(app)
    assert handled_by(inbox) == {"r1": "Eva"}


def test_undo_keeps_and_names_later_changes(inbox):
    app = click(propose(open_inbox(status="all"), "Mark done"), "inbox-confirmed")
    state_changes.change_reply(inbox, "camp_1", "r1", Action.REOPENED, by="Eva", seen_version=1)
    state_changes.change_reply(inbox, "camp_1", "r1", Action.HANDLED, by="Eva", seen_version=2)
    click(app, "inbox-undo")
    assert "Undone for 2 replies. 1 kept later changes: Ben (Eva," in page_text(app)
    assert handled_by(inbox) == {"r1": "Eva"}


def select(app, *reply_ids):
    """Run the page for somebody who has ticked these replies."""
    app.session_state["inbox-ticked"] = frozenset(ReplyKey("camp_1", reply_id) for reply_id in reply_ids)
    return app.run()


def test_ticked_replies_are_changed_without_asking(inbox):
    app = select(open_inbox(), "r0", "r2")
    assert app.menu_button(key="inbox-bulk").label == "Bulk actions (2)"
    propose(app, "Mark done")
    assert set(handled_by(inbox)) == {"r0", "r2"}
    assert "2 replies marked done." in page_text(app)
    assert app.menu_button(key="inbox-bulk").label == "Bulk actions (1)"  # all of the list again


def test_ticked_replies_conflict_with_a_later_change(inbox):
    app = select(open_inbox(), "r0", "r2")
    state_changes.change_reply(inbox, "camp_1", "r0", Sentiment.NEGATIVE, by="Eva", seen_version=0)
    propose(app, "Mark done")
    assert handled_by(inbox) == {}
    assert "Not saved: someone updated these first. Review and retry." in page_text(app)


def test_filter_works_with_an_outdated_count(inbox):
    app = open_inbox()
    state_changes.change_reply(inbox, "camp_1", "r0", Sentiment.NEGATIVE, by="Eva", seen_version=0)
    app.button_group(key="sentiment_choice").set_value(["negative"]).run()  # it still says 0
    assert rows(app) == ["Ada"]
    assert labels(app, "sentiment") == ["Unclassified 1", "Positive 0", "Neutral 1", "Negative 1"]


def test_a_reply_without_words_says_so(inbox):
    load(inbox, "more", [reply("r4", at(10), email_id="e1", name="Dan", preview="\u00a0 ", body="")])
    assert pane(open_inbox())["without_text"] == "No text in this reply"


def test_a_later_snooze_than_the_calendar_offers_shows(inbox):
    far = date(2100, 1, 1)  # as a program may choose
    state_changes.change_reply(inbox, "camp_1", "r1", Snooze(far), by="Eva", seen_version=0)
    app = run_page("inbox", period="All time", status="all", reply="camp_1/r1")
    assert not app.exception
    assert [field.value for field in app.date_input if field.label == "Until another day"] == [far]
