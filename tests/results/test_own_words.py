"""What of a reply its sender wrote: nothing of it is lost, and nothing that was written is hidden."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_results.results.own_words import own_part

ON = "On Mon, Jan 5, 2026 at 10:00, Claire <claire@team.example> wrote:"


@pytest.mark.parametrize(
    ("own", "rest"),
    [
        ("Tuesday works.", f"{ON}\n> Would Tuesday work?"),
        ("Tuesday works.", "On Mon, Jan 5, 2026 at 10:00, Claire\n<claire@team.example> wrote:\n> Would Tuesday work?"),
        ("Gern.", "Am 05.01.2026 um 10:00 schrieb Claire Long <claire@team.example>:\n> Dienstag?"),
        ("Non merci.", "Le lun. 5 janv. 2026 à 10:00, Claire <claire@team.example> a écrit :\n> Mardi ?"),
        ("Sí.", "El lun, 5 ene 2026 a las 10:00, Claire (<claire@team.example>) escribió:\n> ¿Martes?"),
        ("Graag.", "Op ma 5 jan 2026 om 10:00 schreef Claire <claire@team.example>:\n> Dinsdag?"),
        ("はい。", "2026年1月5日(月) 10:00 Claire <claire@team.example>:\n> 火曜日は?"),
        ("ok", "From: Claire <claire@team.example>\nSent: Monday\nTo: Tyler\nSubject: Hello\n\nWould Tuesday work?"),
        ("ok", "________________________________\nVon: Claire\nGesendet: Montag\nAn: Tyler\n\nDienstag?"),
        ("ok", "-----Original Message-----\nFrom: Claire\nTo: Tyler\n\nWould Tuesday work?"),
        ("No.", "> Would Tuesday work?\n>\n> Claire"),
        ("Sounds good.", f"Best regards,\nTyler Hayes\n\n{ON}\n> Would Tuesday work?"),
        ("Sounds good.", "-- \nTyler Hayes\nCEO"),
        ("Gern.", "Mit freundlichen Grüßen\nJan Müller\nLeiter IT"),
        ("Yes", "Sent from my iPhone"),
    ],
)
def test_quotes_and_signatures_are_parted(own, rest):
    assert own_part(f"{own}\n\n{rest}") == (own, rest)


@pytest.mark.parametrize(
    "whole",
    [
        "We don't work with vendors who write to us cold.\n\nTyler",
        "Hi Claire,\nThanks, Tuesday at 3 works\nTyler",
        "Send me:\n- the price\n- dates\n- names",
        f"{ON}\n> Would Tuesday work?\n\nYes, see above.",
        "> Would Tuesday work?\nYes.\n> Where?\nAt ours.",
        "Best, Tyler",
        "Best regards,\nTyler",
        "> only a quote",
        "",
        " \n\n ",
    ],
)
def test_what_may_be_the_answer_is_not_folded(whole):
    assert own_part(whole) == (whole, "")


_PIECES = [
    ON,
    "> quoted",
    "Best regards,",
    "--",
    "Thanks,",
    "From: a",
    "To: b",
    "____________",
    "text",
    "",
    "  ",
    "Am x schrieb y:",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=9), max_size=12).map("\n".join))
def test_both_parts_are_the_whole(body):
    own, rest = own_part(body)
    assert "".join((own + rest).split()) == "".join(body.split())
    assert own.strip() or not rest


@pytest.mark.parametrize("piece", ["Am Mo schrieb ", "\n", "> ", "On a b wrote ", "a \n\n", "> \n\n", "From: \n", "- "])
def test_hostile_text_does_not_stop_the_page(piece):
    began = time.process_time()
    own_part(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 2  # without limits it takes minutes
