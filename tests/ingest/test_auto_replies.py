"""Replies that no person wrote."""

from __future__ import annotations

import unicodedata

import pytest

from outreach_results.ingest.auto_replies import has_automatic_subject, headers_in, is_automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"auto-submitted": "auto-generated; owner-email=x"},
        {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"},
        {"Precedence": "auto_reply"},
        {"X-Autoreply": "yes"},
    ],
)
def test_headers_of_programs_are_recognized(headers):
    assert is_automatic(headers)


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "no"}, {"Precedence": "list"}, {"X-Autoreply": "no"}])
def test_headers_of_people_are_not(headers):
    assert not is_automatic(headers, "Re: Hello")


def test_an_unsubscription_by_apple_is_a_persons():
    assert not is_automatic({"X-Apple-Unsubscribe": "true", "Auto-Submitted": "auto-replied"})


SUBJECTS = [
    "Automatic reply: Hello",
    "Abwesenheitsnotiz: Hallo",
    "Réponse automatique : x",
    unicodedata.normalize("NFD", "Réponse automatique : x"),
    "[Auto-Reply] Hello",
    "I am out of the office until Monday",
    "Automatická odpoveď: Ahoj",
    "Automatikus válasz: Szia",
    "Αυτόματη απάντηση: x",
    "Otomatik yanıt: x",
    "Автоматична відповідь: x",
    "自動返信: x",
    "رد تلقائي: x",
]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_subjects_are_recognized(subject):
    assert has_automatic_subject(subject)
    assert is_automatic({}, subject)


@pytest.mark.parametrize("subject", [None, "", "Re: Hello", "How does your automatic reply work?", "Autoreplies"])
def test_subjects_of_people_are_not(subject):
    assert not has_automatic_subject(subject)


@pytest.mark.parametrize(
    "row",
    [
        {"Auto-Submitted": "auto-replied", "Email": "a@x.example"},
        {"auto_submitted": "auto-replied"},
        {"message.headers.auto-submitted": "auto-replied"},
        {"headers": {"Auto-Submitted": "auto-replied", "Subject": "x"}},
        {"Headers": [{"Name": "Auto-Submitted", "Value": "auto-replied"}]},
        {"message-headers": [["Received", "x"], ["Auto-Submitted", "auto-replied"]]},
        {"raw_headers": "Received: x\r\nAuto-Submitted: auto-replied\r\n"},
    ],
)
def test_headers_are_found_however_they_are_kept(row):
    assert headers_in(row)["auto-submitted"].strip() == "auto-replied"
    assert is_automatic(headers_in(row))


@pytest.mark.parametrize("row", [{}, {"headers": None}, {"headers": 5}, {"headers": [1, ["a"]]}, {"note": "x: y"}])
def test_a_row_without_headers_has_none(row):
    assert headers_in(row) == {}
