"""Replies that no person wrote."""

from __future__ import annotations

import pytest

from outreach_results.ingest.auto_replies import has_automatic_subject, is_automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"auto-submitted": "auto-generated; owner-email=x"},
        {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"},
        {"Precedence": "auto_reply"},
    ],
)
def test_headers_of_programs_are_recognized(headers):
    assert is_automatic(headers)


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "no"}, {"Precedence": "list"}])
def test_headers_of_people_are_not(headers):
    assert not is_automatic(headers, "Re: Hello")


def test_an_unsubscription_by_apple_is_a_persons():
    assert not is_automatic({"X-Apple-Unsubscribe": "true", "Auto-Submitted": "auto-replied"})


@pytest.mark.parametrize("subject", ["Automatic reply: Hello", "Abwesenheitsnotiz: Hallo", "Réponse automatique : x"])
def test_subjects_are_recognized(subject):
    assert has_automatic_subject(subject)
    assert is_automatic({}, subject)


@pytest.mark.parametrize("subject", [None, "", "Re: Hello", "How does your automatic reply work?"])
def test_subjects_of_people_are_not(subject):
    assert not has_automatic_subject(subject)
