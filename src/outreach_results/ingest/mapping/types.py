"""A mapping: how the rows of one kind of table are to be understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from outreach_results.ingest.content import Content
from outreach_results.ingest.mapping.targets import OUTCOMES, TARGET
from outreach_results.ingest.values import DateColumn, DateForm, parse_date
from outreach_results.models import COUNT_OF, EventType


class Level(StrEnum):
    """What one row of a table is."""

    EVENTS = "events"  # something that happened at a moment
    CONTACTS = "contacts"  # an email or a contact, with what became of it
    DAYS = "days"  # a day with counts


LABELS = {Level.EVENTS: "One event", Level.CONTACTS: "One email or contact", Level.DAYS: "One day"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns of a table are which of our targets, and how its values are written.

    Attributes:
        level: what one row is.
        columns: target name → name of the column.
        date_forms: target name → how its dates are written; only for columns of dates.
        decimal_comma: whether numbers have a decimal comma.
        types: a source's word for an event, in lower case → our event type; for rows of events.
    """

    level: Level
    columns: dict[str, str]
    date_forms: dict[str, DateForm] = field(default_factory=dict)
    decimal_comma: bool = False
    types: dict[str, str] = field(default_factory=dict)

    @property
    def tracks(self) -> frozenset[str]:
        """The counts that rows can say anything of, in the contract's names, and ``cost``."""
        if self.level == Level.EVENTS:
            outcomes = {EventType(kind) for kind in self.types.values()}
        else:
            outcomes = {target.outcome for target in OUTCOMES if target.outcome and target.name in self.columns}
        if self.level == Level.CONTACTS and EventType.BOUNCED in outcomes:
            outcomes.add(EventType.DELIVERED)  # who was written to and did not bounce
        return frozenset(COUNT_OF[kind] for kind in outcomes) | ({"cost"} & self.columns.keys())

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they are saved for files with the same header."""
        return {
            "level": self.level.value,
            "columns": dict(self.columns),
            "date_forms": {name: form.value for name, form in self.date_forms.items()},
            "decimal_comma": self.decimal_comma,
            "types": dict(self.types),
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Mapping:
        """The inverse of `to_json`."""
        return cls(
            Level(saved["level"]),
            dict(saved["columns"]),
            {name: DateForm(form) for name, form in saved["date_forms"].items()},
            bool(saved["decimal_comma"]),
            dict(saved["types"]),
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a file leaves open and only a person can say.

    Attributes:
        about: ``columns``, ``date:<target>``, ``zone``, ``campaign``, ``as_of`` or ``type:<word>``.
        text: the question, with an example from the file.
        options: the answers to choose from, value → label; empty where any value can be given.
    """

    about: str
    text: str
    options: dict[str, str] = field(default_factory=dict)


def campaign_question(content: Content) -> Question:
    """Asks for the campaign of rows that name none."""
    return Question("campaign", f"Which campaign are the rows of {content.name} from?")


def as_of_question(content: Content) -> Question:
    """Asks for the day that a snapshot shows."""
    return Question("as_of", f"Which day does {content.name} show? It is the day on which it was exported.")


REQUIRED = {
    Level.EVENTS: ("email", "type", "date"),
    Level.CONTACTS: ("email",),
    Level.DAYS: ("date",),
}


_OUTCOMES = tuple(target.name for target in OUTCOMES)
_PERSON = ("first_name", "last_name", "name", "company")
_MESSAGE = ("email_id", "step", "variant", "mailbox", "subject")
_OF_EVENT = ("event_id", "url", "sentiment", "reply_text", "cost")

MAIN_TARGETS = {
    Level.EVENTS: (*REQUIRED[Level.EVENTS], "campaign"),
    Level.CONTACTS: (*REQUIRED[Level.CONTACTS], "campaign", *_OUTCOMES),
    Level.DAYS: (*REQUIRED[Level.DAYS], "campaign", *_OUTCOMES),
}
"""What rows of each level tell above all, in the order in which the mapping screen asks for it."""

OTHER_TARGETS = {
    Level.EVENTS: ("campaign_id", *_PERSON, *_MESSAGE, *_OF_EVENT),
    Level.CONTACTS: ("campaign_id", *_PERSON, *_MESSAGE, "category", "cost", "as_of"),
    Level.DAYS: ("campaign_id", "cost"),
}
"""What they may tell besides."""


def missing_targets(mapping: Mapping) -> list[str]:
    """The labels of the targets that rows of this level need and no column is mapped to."""
    missing = [TARGET[name].label for name in REQUIRED[mapping.level] if name not in mapping.columns]
    if mapping.level != Level.EVENTS and not any(target.name in mapping.columns for target in OUTCOMES):
        missing.append("at least one of " + ", ".join(target.label for target in OUTCOMES))
    return missing


def questions(
    content: Content,
    mapping: Mapping,
    dates: dict[str, DateColumn],
    *,
    zone_is_known: bool,
    campaign_is_known: bool,
) -> list[Question]:
    """All that has to be answered before rows of this file can be understood.

    Args:
        dates: target name → what the values of its column allow; from `guessing.date_columns`.
    """
    questions = []
    if missing := missing_targets(mapping):
        questions.append(Question("columns", f"Which column of {content.name} is {' and '.join(missing)}?"))
    for name, column in dates.items():
        if column.is_open and name not in mapping.date_forms:
            options = {form.value: _read_as(column.example, form) for form in column.forms}
            text = f'How is the column "{mapping.columns[name]}" to be read? It has {column.example!s}.'
            questions.append(Question(f"date:{name}", text, options))
    if any(column.has_time and not column.has_zone for column in dates.values()) and not zone_is_known:
        questions.append(Question("zone", "The times name no time zone. Which one are they in?"))
    if not campaign_is_known and "campaign" not in mapping.columns and "campaign_id" not in mapping.columns:
        questions.append(campaign_question(content))
    return questions


def _read_as(example: Any, form: DateForm) -> str:
    return f"{form.value}: {parse_date(example, form):%B %-d, %Y}"
