"""To which client a campaign belongs and which tags it has: what was said of it, and by whom that counts.

What a person chose counts before what a person chose in another database, whose export was imported; that before the
rules on campaigns' names, and those before what the source says. Of several rules that give a client, the one with the
longest text counts, because it is the most specific; of equally long ones "starts with" goes before "contains". Tags do
not contradict each other: without a choice, a campaign has those of all rules that it meets and those of its source.

Rules are applied when somebody asks, and never written to campaigns: so they hold for those that come later and for
names that change, and the number of campaigns that a rule catches is known before it is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from sqlalchemy import Connection, Row, select

from outreach_results.errors import QueryError
from outreach_results.store.client_tables import campaign_labels, clients, label_rules
from outreach_results.store.engine import Store

MAX_NAME = 100
MAX_TAG = 50
MAX_TAGS = 50
MAX_TEXT = 200

NO_CLIENT = ""
"""In the place of a client's id: the campaign belongs to none, whatever rules and sources say."""


class Origin(StrEnum):
    """Who says something of a campaign, in the order in which they count."""

    PERSON = "person"
    FILE = "file"  # people elsewhere: the choice came with an export of another database
    RULE = "rule"
    SOURCE = "source"


class Match(StrEnum):
    """How a rule looks for its text in a campaign's name, whatever the case."""

    STARTS_WITH = "starts_with"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Rule:
    """Gives a client or a tag, and not both, to the campaigns whose name it meets."""

    match: Match
    text: str
    client_id: str | None = None
    tag: str | None = None

    @property
    def id(self) -> str:
        """Equal for equal rules."""
        parts = [self.match, self.text.casefold(), self.client_id, self.tag]
        return blake2b(json.dumps(parts).encode(errors="surrogatepass"), digest_size=6).hexdigest()

    def meets(self, name: str) -> bool:
        """Whether a campaign of that name gets what the rule gives."""
        return _meets(self, name.casefold())


@dataclass(frozen=True, slots=True)
class Labels:
    """The client and the tags of a campaign, and who says so; None where nobody does."""

    client_id: str | None = None
    client_by: Origin | None = None
    tags: tuple[str, ...] = ()
    tags_by: Origin | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What one origin says of a campaign; None where it says nothing."""

    client_id: str | None
    client_name: str | None
    tags: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SaidLabels:
    """What a file or a server says of a campaign: the labels that count there, and which of them people chose there.

    ``client_name`` is what the client is called there; without a client, ``client_id`` is None.
    """

    client_id: str | None = None
    client_name: str | None = None
    tags: tuple[str, ...] = ()
    is_client_chosen: bool = False
    are_tags_chosen: bool = False


_NOTHING = Labels()


class LabelBook:
    """All that was said of campaigns, by which the labels of each are found."""

    def __init__(
        self, named: Mapping[str, str], said: Mapping[str, Mapping[Origin, _Said]], rules: Iterable[Rule]
    ) -> None:
        self.names = _names(named, said)
        self.rules = tuple(sorted(rules, key=lambda rule: (-len(rule.text), rule.match != Match.STARTS_WITH, rule.id)))
        self._said = said

    def labels(self, campaign_id: str, name: str) -> Labels:
        """The labels of a campaign of that name."""
        said = self._said.get(campaign_id)
        if said is None and not self.rules:
            return _NOTHING
        said, folded = said or {}, name.casefold()
        met = [rule for rule in self.rules if _meets(rule, folded)]
        client_id, client_by = self._client(said, met)
        tags, tags_by = _tags(said, met)
        return Labels(client_id or None, client_by, tags, tags_by)

    def _client(self, said: Mapping[Origin, _Said], met: Collection[Rule]) -> tuple[str | None, Origin | None]:
        from_rules = next((rule.client_id for rule in met if rule.client_id is not None), None)
        for origin in Origin:
            found = from_rules if origin is Origin.RULE else said[origin].client_id if origin in said else None
            if found is not None:
                return found, origin
        return None, None


def _tags(said: Mapping[Origin, _Said], met: Iterable[Rule]) -> tuple[tuple[str, ...], Origin | None]:
    for origin in (Origin.PERSON, Origin.FILE):
        if origin in said and (chosen := said[origin].tags) is not None:
            return chosen, origin
    from_rules = {rule.tag for rule in met if rule.tag is not None}
    from_source = (said[Origin.SOURCE].tags if Origin.SOURCE in said else None) or ()
    by = Origin.RULE if from_rules else Origin.SOURCE if from_source else None
    return tuple(sorted(from_rules.union(from_source))), by


def _meets(rule: Rule, folded_name: str) -> bool:
    text = rule.text.casefold()
    return folded_name.startswith(text) if rule.match is Match.STARTS_WITH else text in folded_name


def _names(named: Mapping[str, str], said: Mapping[str, Mapping[Origin, _Said]]) -> dict[str, str]:
    """The name of every client by id; of one that people did not name, the word of an origin that sorts last."""
    words: dict[str, str] = {}
    for by_origin in said.values():
        for one in by_origin.values():
            if one.client_id:
                words[one.client_id] = max(words.get(one.client_id, ""), one.client_name or one.client_id)
    return dict(sorted((words | dict(named)).items(), key=lambda item: (item[1].casefold(), item[0])))


def read_book(connection: Connection) -> LabelBook:
    """All that was said of campaigns. Costs by the labels and rules there are, not by campaigns or emails."""
    named = {row.client_id: row.name for row in connection.execute(select(clients.c.client_id, clients.c.name))}
    said: dict[str, dict[Origin, _Said]] = {}
    for row in connection.execute(select(campaign_labels)):
        tags = None if row.tags is None else tuple(json.loads(row.tags))
        said.setdefault(row.id, {})[Origin(row.origin)] = _Said(row.client_id, row.client_name, tags)
    return LabelBook(named, said, map(_rule, connection.execute(select(label_rules))))


def _rule(row: Row[tuple[str, ...]]) -> Rule:
    return Rule(Match(row.match), row.text, row.client_id, row.tag)


def said_labels(connection: Connection, campaign_id: str, name: str) -> SaidLabels:
    """What an export says of a campaign of that name."""
    book = read_book(connection)
    own, chosen = book.labels(campaign_id, name), (Origin.PERSON, Origin.FILE)
    return SaidLabels(
        own.client_id,
        None if own.client_id is None else book.names.get(own.client_id, own.client_id),
        own.tags,
        own.client_by in chosen,
        own.tags_by in chosen,
    )


def clients_and_rules(store: Store) -> tuple[list[dict[str, str]], list[dict[str, str | None]]]:
    """The clients that people named, and the rules, as plain values for a file."""
    with store.read() as connection:
        named = connection.execute(select(clients.c.client_id, clients.c.name).order_by(clients.c.client_id)).all()
        rules = read_book(connection).rules
    return (
        [{"id": row.client_id, "name": row.name} for row in named],
        [{"match": one.match, "text": one.text, "client_id": one.client_id, "tag": one.tag} for one in rules],
    )


def client_id_of(name: str) -> str:
    """The id of a client: its name without what differs by chance, so that every source's word leads to the same."""
    slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    return slug or blake2b(name.encode(errors="surrogatepass"), digest_size=4).hexdigest()


def checked_name(name: str) -> str:
    """The name of a client, its spaces single.

    Raises:
        QueryError: it cannot be one.
    """
    return _checked("client", "name of a client", name, MAX_NAME)


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags in lower case and in order, each once.

    Raises:
        QueryError: one of them cannot be a tag, or there are too many.
    """
    found = tuple(sorted({_checked("tag", "tag", tag, MAX_TAG).lower() for tag in tags}))
    if any("," in tag for tag in found):  # files and tables separate tags with commas
        raise QueryError("tag", "A tag has no comma. Give each tag by itself.")
    if len(found) > MAX_TAGS:
        raise QueryError("tag", f"A campaign has at most {MAX_TAGS} tags.")
    return found


def checked_rule(match: str, text: str, *, client_id: str | None = None, tag: str | None = None) -> Rule:
    """A rule from what a person wrote.

    Raises:
        QueryError: it cannot be one.
    """
    if match not in set(Match):
        raise QueryError("match", f"A rule looks for names by one of {', '.join(Match)}, not by {match[:40]!r}.")
    if (client_id is None) == (tag is None):
        raise QueryError("rule", "A rule gives either a client or a tag.")
    [own_tag] = (None,) if tag is None else checked_tags([tag])
    return Rule(Match(match), _checked("text", "text of a rule", text, MAX_TEXT), client_id, own_tag)


def require_client(names: Collection[str], client_id: str) -> None:
    """Check that a client exists.

    Args:
        names: the ids of those that do.

    Raises:
        QueryError: it does not; names those that do.
    """
    if client_id not in names:
        raise QueryError("client", f"There is no client {client_id[:60]!r}. {allowed(names, 'client')}")


def allowed(known: Collection[str], what: str) -> str:
    """What can be used instead, as a sentence."""
    if not known:
        return f"There are no {what}s yet: set them in Data → Settings, or with outreach-results clients."
    listed = ", ".join(list(known)[:_LISTED])
    return f"Use {listed}{f' or one of {len(known) - _LISTED:,} more' if len(known) > _LISTED else ''}."


_LISTED = 20


def _checked(parameter: str, what: str, text: str, most: int) -> str:
    found = " ".join(text.split())
    if not 1 <= len(found) <= most or not found.isprintable():
        raise QueryError(parameter, f"A {what} is one line of 1 to {most} characters.")
    return found
