"""The people who were forgotten: recognized by a salted hash, and called by a name that says nothing of them.

Of an address only its HMAC is kept, under a random salt. It shows again who was forgotten when their data comes in
later, and nobody can read the address out of it.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, insert, select

from outreach_results.models import person_key
from outreach_results.store.engine import Store, get_meta, set_meta
from outreach_results.store.schema import forgotten_people

PSEUDONYM = "forgotten-"
"""How the names begin by which emails of forgotten people are told apart."""

FORGOTTEN = "forgotten"
"""In ``replies.text_removed``: the text went with the person."""

_SALT = "forgotten_salt"
_HEX_IN_PSEUDONYM = 16
_REMEMBERED = 100_000

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+?(?:@|%40)[\w-]+(?:\.[\w-]+)*", re.IGNORECASE)
# Addresses may have these characters, but in links and quotation marks they are what stands before one.
_IN_TEXT = re.compile(r"%[0-9a-f]{2}|[=/&?`{|}]|^'", re.IGNORECASE)
# In an id an address is joined to other words, and where it begins and ends is not known before it is recognized.
_IN_ID = re.compile(rf"{_IN_TEXT.pattern}|[!#$*+~_.'-]", re.IGNORECASE)
_ENDS_IN_TEXT = re.compile(r"\.(?:csv|gz|json|ndjson|tsv|txt|xlsx?|zip)\b", re.IGNORECASE)  # of a file named by it
_ENDS_IN_ID = re.compile(rf"{_ENDS_IN_TEXT.pattern}|[_-]", re.IGNORECASE)


_Place = tuple[int, int, str]
"""Where an address begins and ends in a text, and the pseudonym of whose it is."""


class Recognizer:
    """Finds some people's addresses in texts and replaces them by pseudonyms."""

    def __init__(self, pseudonym_of_key: Callable[[str], str | None]) -> None:
        """``pseudonym_of_key``: for what `person_key` gives, the pseudonym; None for anybody else."""
        self._of_key = pseudonym_of_key
        self._known: dict[str, str | None] = {}

    def pseudonym(self, text: str | None) -> str | None:
        """The pseudonym of the first of the people whose address is in a text; None where there is none."""
        return next((pseudonym for _, _, pseudonym in self._found(text, is_id=False)), None)

    def redacted(self, text: str) -> str:
        """A text with pseudonyms instead of the people's addresses; JSON stays JSON."""
        if text[:1] in ("{", "["):
            try:
                return json.dumps(self._redacted_json(json.loads(text)))
            except ValueError:
                pass
        return _replaced(text, self._found(text, is_id=False), lambda _spelling, pseudonym: pseudonym)

    def redacted_id(self, own_id: str) -> str:
        """The same of an id that may be made of an address; ids that differ in how it is spelled stay different."""
        return _replaced(own_id, self._found(own_id, is_id=True), _spelled)

    def _redacted_json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redacted(value)
        if isinstance(value, list):
            return [self._redacted_json(item) for item in value]
        if isinstance(value, dict):
            return {self.redacted(key): self._redacted_json(item) for key, item in value.items()}
        return value

    def _found(self, text: str | None, *, is_id: bool) -> Iterator[_Place]:
        if not text or ("@" not in text and "%40" not in text):
            return
        for match in _ADDRESS.finditer(text):
            for start, end in _candidates(match[0], is_id=is_id):
                pseudonym = self._pseudonym_of(match[0][start:end])
                if pseudonym is not None:
                    yield match.start() + start, match.start() + end, pseudonym
                    break

    def _pseudonym_of(self, spelling: str) -> str | None:
        if spelling not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[spelling] = self._of_key(person_key(spelling.replace("%40", "@")))
        return self._known[spelling]


def _candidates(match: str, *, is_id: bool) -> Iterator[tuple[int, int]]:
    """Where in a match the address may begin and end, the longest first."""
    at = max(match.find("@"), match.find("%40"))
    cuts = (_IN_ID if is_id else _IN_TEXT).finditer(match, 0, at)
    starts = [0, *(cut.end() for cut in cuts if cut.end() < at)]
    stops = (_ENDS_IN_ID if is_id else _ENDS_IN_TEXT).finditer(match, at + 1)
    ends = [len(match), *(stop.start() for stop in stops)]
    return ((start, end) for start in starts for end in ends)


def _replaced(text: str, places: Iterator[_Place], replacement: Callable[[str, str], str]) -> str:
    parts, last = [], 0
    for start, end, pseudonym in places:
        parts += [text[last:start], replacement(text[start:end], pseudonym)]
        last = end
    return "".join([*parts, text[last:]]) if parts else text


def _spelled(spelling: str, pseudonym: str) -> str:
    if spelling == person_key(spelling):
        return pseudonym
    return f"{pseudonym}.{hmac.digest(pseudonym.encode(), spelling.encode(), 'sha256').hex()[:6]}"


class ForgottenPeople(Recognizer):
    """Recognizes the people who were forgotten; false where there are none."""

    def __init__(self, digests: dict[bytes, set[str]]) -> None:
        """``digests``: by salt, the HMACs of addresses."""
        super().__init__(self.pseudonym_of_key)
        self._digests = digests

    def __bool__(self) -> bool:
        return bool(self._digests)

    def pseudonym_of_key(self, key: str) -> str | None:
        """The pseudonym of whom `person_key` identifies, if they were forgotten."""
        for salt, digests in self._digests.items():
            digest = _digest(salt, key)
            if digest in digests:
                return _pseudonym(digest)
        return None


def forgotten_in(connection: Connection) -> ForgottenPeople:
    """The people who were forgotten in this database, or in one whose account was imported."""
    digests: dict[bytes, set[str]] = {}
    for row in connection.execute(select(forgotten_people.c.salt, forgotten_people.c.digest)):
        digests.setdefault(bytes.fromhex(row.salt), set()).add(row.digest)
    return ForgottenPeople(digests)


class ForgottenDigest(NamedTuple):
    """What recognizes a forgotten person; salt and digest in hex."""

    salt: str
    digest: str
    forgotten_at: datetime


def forgotten_digests(store: Store) -> list[ForgottenDigest]:
    """Everybody who was forgotten, the first one first."""
    table = forgotten_people.c
    query = select(table.salt, table.digest, table.forgotten_at).order_by(table.forgotten_at, table.salt, table.digest)
    with store.read() as connection:
        return [ForgottenDigest(*row) for row in connection.execute(query)]


def unknown_digests(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those rows of `forgotten_people`, each once, that this database does not have."""
    stored = connection.execute(select(forgotten_people.c.salt, forgotten_people.c.digest))
    known = {(row.salt, row.digest) for row in stored}
    new = {(row["salt"], row["digest"]): dict(row) for row in rows}
    return [row for key, row in new.items() if key not in known]


def remember_digests(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
    """Remember who was forgotten in another database; returns how many were not known yet.

    Args:
        rows: of `forgotten_people`; who did it may be missing.
    """
    new = unknown_digests(connection, rows)
    if new:
        connection.execute(insert(forgotten_people), new)
    return len(new)


def remember(connection: Connection, key: str, *, by: str | None) -> str:
    """Remember that the person of this `person_key` is forgotten; returns their pseudonym."""
    known = forgotten_in(connection).pseudonym(key)
    if known is not None:
        return known
    salt = get_meta(connection, _SALT)
    if salt is None:
        salt = secrets.token_hex(32)
        set_meta(connection, _SALT, salt)
    digest = _digest(bytes.fromhex(salt), key)
    values = {"salt": salt, "digest": digest, "forgotten_at": datetime.now(UTC), "forgotten_by": by}
    connection.execute(insert(forgotten_people), values)
    return _pseudonym(digest)


def is_pseudonym(column: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a `person_key` is that of somebody who was forgotten."""
    # A range, because an index finds it; the character after the hyphen is the dot.
    return and_(column >= PSEUDONYM, column < PSEUDONYM.replace("-", "."))


def _digest(salt: bytes, key: str) -> str:
    return hmac.digest(salt, key.encode("utf-8", "surrogatepass"), "sha256").hex()


def _pseudonym(digest: str) -> str:
    return PSEUDONYM + digest[:_HEX_IN_PSEUDONYM]
