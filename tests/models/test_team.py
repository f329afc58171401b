"""Roles, addresses and allow-lists."""

from __future__ import annotations

import pytest

from outreach_results.models.team import Role, allow_list, canonical, is_listed


def test_a_role_may_do_what_smaller_ones_may():
    assert [[role.allows(needed) for needed in list(Role)[1:]] for role in Role] == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_case_does_not_tell_people_apart():
    assert canonical(" Ann.Lee@Example.COM ") == "ann.lee@example.com"


@pytest.mark.parametrize("look_alike", ["\u212aelly@example.com", "kelly@example.com\u0307", "ke\u0131ly@example.com"])
def test_look_alike_is_somebody_else(look_alike):
    assert canonical(look_alike) != "kelly@example.com"


@pytest.mark.parametrize(
    "text",
    ["", "ann", "@example.com", "ann@", "a@b@example.com", "a b@example.com", "ann@exam\u212aple.com", "a@b\nc.com"],
)
def test_what_is_no_address_is_none(text):
    assert canonical(text) is None


def test_allow_list_has_addresses_and_domains():
    allowed = allow_list(" Ann@Example.com, @Partner.example ,")
    assert allowed == {"ann@example.com", "@partner.example"}
    assert is_listed("ann@example.com", allowed)
    assert is_listed("bob@partner.example", allowed)


@pytest.mark.parametrize(
    "address", ["bob@example.com", "x@sub.partner.example", "x@evilpartner.example", "partner.example@evil.example"]
)
def test_others_are_not_on_it(address):
    assert not is_listed(address, {"ann@example.com", "@partner.example"})


@pytest.mark.parametrize("text", ["example.com", "@com", "*", "ann@example.com; bob@example.com", "@example.com bob"])
def test_what_is_neither_makes_no_list(text):
    assert allow_list(text) is None
