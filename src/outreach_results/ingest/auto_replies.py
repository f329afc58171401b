"""Recognizing replies that no person wrote: by their headers (RFC 3834), and by their subjects."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PRECEDENCES = frozenset({"auto_reply", "bulk", "junk"})
_SUPPRESSED = frozenset({"all", "autoreply", "oof"})
_SUBJECT = re.compile(
    r"^\W*(?:automatic reply|auto[- ]?reply|autoresponder|out of (?:the )?office|automatische antwort|"
    r"abwesenheits(?:notiz|nachricht|assistent|meldung)|réponse automatique|absence du bureau|respuesta automática|"
    r"fuera de la oficina|risposta automatica|fuori sede|resposta automática|automatisch antwoord|"
    r"afwezigheidsbericht|autosvar|automatiskt svar|automaattinen vastaus|odpowiedź automatyczna|"
    r"automatická odpověď|автоматический ответ|自動応答|自动回复|自動回覆|자동 회신)",
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
        or not suppressed.isdisjoint(_SUPPRESSED)
        or named.get("precedence") in _PRECEDENCES
        or has_automatic_subject(subject)
    )


def has_automatic_subject(subject: str | None) -> bool:
    """Whether a subject is one that out-of-office notices begin with, in the languages of common mail programs."""
    return subject is not None and _SUBJECT.match(subject) is not None
