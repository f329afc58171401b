"""Recognizing replies that no person wrote: by their headers (RFC 3834), and by their subjects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

_PRECEDENCES = frozenset({"auto_reply", "bulk", "junk"})
_SUPPRESSED = frozenset({"all", "autoreply", "oof"})
_SAYS_SO = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")
"""Headers that only programs write, whatever their value but no."""

_HEADERS = frozenset({"auto-submitted", "precedence", "x-auto-response-suppress", "x-apple-unsubscribe", *_SAYS_SO})
_LISTS = frozenset({"headers", "messageheaders", "rawheaders", "emailheaders", "header"})
"""What a field with all headers of a message is called, without case and punctuation."""

_SUBJECT = re.compile(
    # English
    r"^\W*(?:automatic (?:reply|response)|auto[- ]?(?:reply|response)\b|automated (?:reply|response)|autoresponder|"
    r"out of (?:the )?office|i am (?:currently )?out of (?:the )?office|"
    # German, French, Spanish, Italian, Portuguese, Catalan
    r"automatische antwort|abwesenheits(?:notiz|nachricht|assistent|meldung)|abwesend\b|réponse automatique|"
    r"absence du bureau|message d.absence|respuesta automática|fuera de (?:la )?oficina|risposta automatica|"
    r"fuori (?:sede|ufficio)|resposta automática|fora do escritório|resposta automàtica|"
    # Dutch, Danish, Norwegian, Swedish, Finnish, Estonian, Latvian, Lithuanian
    r"automatisch antwoord|afwezigheidsbericht|autosvar|automatisk svar|automatiskt svar|frånvaro|fravær|"
    r"automaattinen vastaus|automaattivastaus|automaatvastus|automātiska atbilde|automatinis atsakymas|"
    # Polish, Czech, Slovak, Hungarian, Romanian, Slovenian, Croatian, Serbian, Bulgarian, Greek, Turkish
    r"odpowiedź automatyczna|automatyczna odpowiedź|automatická odpověď|automatická odpoveď|automatikus válasz|"
    r"răspuns automat|samodejni odgovor|automatski odgovor|аутоматски одговор|автоматичен отговор|"
    r"αυτόματη απάντηση|otomatik yanıt|"
    # Russian, Ukrainian, Hebrew, Arabic, Japanese, Chinese, Korean, Thai, Vietnamese, Indonesian
    r"автоматический ответ|автоответ|автоматична відповідь|תשובה אוטומטית|מענה אוטומטי|رد تلقائي|"
    r"自動応答|自動返信|不在通知|自动回复|自動回覆|자동 ?회신|자동 ?응답|ตอบกลับอัตโนมัติ|trả lời tự động|tự động trả lời|"
    r"balasan otomatis)",
    re.IGNORECASE,
)


def is_automatic(headers: Mapping[str, str], subject: str | None = None) -> bool:
    """Whether a reply was sent by a program, such as an out-of-office notice.

    A person's one-click unsubscription by Apple Mail has such headers too, and is none.
    """
    named = {name.casefold(): value.strip().casefold() for name, value in headers.items()}
    if "x-apple-unsubscribe" in named:
        return False
    submitted = named.get("auto-submitted", "no").split(";")[0].strip()
    suppressed = set(re.split(r"[\s,;]+", named.get("x-auto-response-suppress", "")))
    return (
        submitted not in ("", "no")
        or any(named.get(name, "no") not in ("", "no") for name in _SAYS_SO)
        or not suppressed.isdisjoint(_SUPPRESSED)
        or named.get("precedence") in _PRECEDENCES
        or has_automatic_subject(subject)
    )


def has_automatic_subject(subject: str | None) -> bool:
    """Whether a subject is one that out-of-office notices begin with, in the languages of common mail programs."""
    return subject is not None and _SUBJECT.match(unicodedata.normalize("NFC", subject)) is not None


def headers_in(row: Mapping[str, Any]) -> dict[str, str]:
    """The headers in a row that tell whether a program wrote the message.

    Each may be a field of its own, or all may be in one field: as an object, as a list of names and values, or as they
    are in the message.
    """
    found: dict[str, str] = {}
    for field, value in row.items():
        own = str(field).rpartition(".")[2].strip().casefold().replace("_", "-")
        if own in _HEADERS and isinstance(value, str):
            found[own] = value
        elif "".join(filter(str.isalnum, own)) in _LISTS:
            found |= {
                name.strip().casefold(): str(text)
                for name, text in _pairs(value)
                if name.strip().casefold() in _HEADERS
            }
    return found


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str):
        for line in value.splitlines()[:500]:
            name, colon, text = line.partition(":")
            if colon:
                yield name, text
    elif isinstance(value, Mapping):
        yield from ((str(name), text) for name, text in value.items())
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping):
                named = {str(key).casefold(): text for key, text in item.items()}
                yield str(named.get("name", "")), named.get("value", "")
            elif isinstance(item, list | tuple) and len(item) == 2:
                yield str(item[0]), item[1]
