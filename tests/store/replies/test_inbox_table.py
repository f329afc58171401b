"""What the inbox is filtered, counted and searched by is always what the replies and their marks say."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from outreach_results.ingest.load import load
from outreach_results.models import Filters, Sentiment
from outreach_results.results import chosen_replies
from outreach_results.store import admin, schema
from outreach_results.store.admin.copy import copy
from outreach_results.store.replies import inbox_table, state_changes
from outreach_results.store.replies.deletion import delete_missing_replies
from support.databases import downgrade, every_database, open_store, wipe
from support.inbox import check_inbox
from support.records import at, campaign, email, mark, reply

KINDS = [str(kind) for kind in Sentiment]


@pytest.fixture
def filled(store):
    """Six replies on three days in two campaigns, one of them handled."""
    replies = [
        reply(f"r{n}", at(1 + n // 2, n), of="ab"[n % 2], sentiment=KINDS[n % 5], body=f"Text {n}") for n in range(6)
    ]
    load(store, "replies", [campaign("a"), campaign("b"), email(of="a"), email(of="b"), *replies])
    load(store, "marks", [mark("r0", None, of="a")])
    return store


def test_every_reply_that_is_loaded_is_there(filled):
    assert check_inbox(filled) == 6


def test_reply_is_found_by_later_text(filled):
    load(filled, "later", [reply("r1", at(1, 0, -1) if False else at(1, 1), of="b", name="Zebra")])
    assert check_inbox(filled) == 6


def test_the_sample_is_there(sample_store):
    assert check_inbox(sample_store) > 300


def test_state_change_moves_reply_and_undo_moves_back(filled):
    wanted = chosen_replies(Filters())
    changes = [change for change in state_changes.Action if change is not state_changes.Action.UNDONE]
    for change in (Sentiment.NEGATIVE, Sentiment.AUTOMATIC, *changes):
        seen = state_changes.preview(filled, wanted, change).seen
        batch = state_changes.change_replies(filled, wanted, change, by="Ana", seen=seen)
        assert check_inbox(filled) == 6, change
        state_changes.undo(filled, batch, by="Ana")
        assert check_inbox(filled) == 6, change


def test_replies_that_vanish_are_gone_from_there(filled):
    with filled.write() as connection:
        delete_missing_replies(connection, "b", {"r1"})
    assert check_inbox(filled) == 4


def test_a_campaign_that_goes_takes_its_replies_along(filled):
    with filled.write() as connection:
        admin.delete_campaign(connection, "a")
    assert check_inbox(filled) == 3


def test_another_time_zone_counts_them_on_its_own_days(filled):
    admin.change_time_zone(filled, "Pacific/Auckland")
    assert check_inbox(filled) == 6


def test_a_copy_keeps_its_own(filled, make_store):
    target = make_store()
    copy(filled, target)
    assert check_inbox(target) == 6
    load(filled, "later", [reply("r9", at(9), of="a", body="Late")])
    copy(filled, target)
    assert check_inbox(target) == 7


def test_it_can_be_made_anew_whatever_it_held(filled):
    with filled.write() as connection:
        connection.execute(schema.inbox.delete().where(schema.inbox.c.campaign_id == "a"))
        connection.execute(schema.inbox_stats.delete())
        inbox_table.rebuild(connection)
    assert check_inbox(filled) == 6


def test_upgrade_fills_the_inbox(filled):
    url = filled.engine.url.render_as_string(hide_password=False)
    downgrade(filled, "0005")
    upgraded = open_store(url)
    assert check_inbox(upgraded) == 6
    upgraded.close()


steps = st.lists(
    st.tuples(
        st.sampled_from(["load", "change", "handled", "reopened", "vanish", "delete"]),
        st.sampled_from("ab"),
        st.sets(st.integers(0, 5), min_size=1),
        st.sampled_from(KINDS),
    ),
    min_size=1,
    max_size=8,
)


@every_database(steps)
def test_inbox_equals_replies_in_any_order(store, taken):
    wipe(store)
    for kind, of, numbers, sentiment in taken:
        ids = [f"r{n}" for n in sorted(numbers)]
        load(store, "campaigns", [campaign("a"), campaign("b"), email(of="a"), email(of="b")])
        if kind == "load":
            load(
                store,
                "some",
                [
                    reply(own, at(1 + n % 3, n), of=of, sentiment=sentiment, body=f"{sentiment} {n}")
                    for n, own in enumerate(ids)
                ],
                replace=sentiment == KINDS[0],
            )
        elif kind == "vanish":
            with store.write() as connection:
                delete_missing_replies(connection, of, set(ids))
        elif kind == "delete":
            with store.write() as connection:
                admin.delete_campaign(connection, of)
        else:
            change = Sentiment(sentiment) if kind == "change" else state_changes.Action(kind)
            wanted = [*chosen_replies(Filters((of,))), schema.inbox.c.reply_id.in_(ids)]
            state_changes.change_replies(
                store, wanted, change, by="Ana", seen=state_changes.preview(store, wanted, change).seen
            )
        check_inbox(store)
