"""Which interest states of a source count."""

from __future__ import annotations

import pytest

from outreach_results.errors import QueryError
from outreach_results.store.engine import Store, set_meta
from outreach_results.store.interests import InterestStates, choose_interest_states, interest_states


def chosen(store: Store) -> dict[str, InterestStates]:
    with store.read() as connection:
        return interest_states(connection)


def test_a_choice_is_kept_and_taken_back(sqlite_store: Store) -> None:
    assert chosen(sqlite_store) == {}
    states = choose_interest_states(sqlite_store, "apollo_contacts", meetings=["Demo  done", "Demo done", "Won"])
    assert states == InterestStates(meetings=("Demo done", "Won"))
    choose_interest_states(sqlite_store, "instantly_emails", positives=["won"])
    assert chosen(sqlite_store) == {"apollo_contacts": states, "instantly_emails": InterestStates((), ("won",))}
    choose_interest_states(sqlite_store, "apollo_contacts")
    assert list(chosen(sqlite_store)) == ["instantly_emails"]


@pytest.mark.parametrize("words", [[" "], ["x" * 101], ["a\x00b"], [f"state {n}" for n in range(51)]])
def test_what_is_no_state_is_refused(sqlite_store: Store, words: list[str]) -> None:
    with pytest.raises(QueryError):
        choose_interest_states(sqlite_store, "apollo_contacts", meetings=words)
    assert chosen(sqlite_store) == {}


def test_what_nobody_can_read_counts_as_nothing(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        set_meta(connection, "interest_states", "{")
    assert chosen(sqlite_store) == {}
