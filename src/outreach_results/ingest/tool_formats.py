"""The description of another tool's files: name, recognition, reader, fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outreach_results.ingest.content import Content
from outreach_results.ingest.context import Context
from outreach_results.ingest.records import Records
from outreach_results.ingest.tracks import declaring
from outreach_results.models import COUNTS

ALL_COUNTS = frozenset(COUNTS)
"""The ``tracks`` of a format that can know every count."""

SENDING_COUNTS = ALL_COUNTS - {"replied", "meetings_booked"}
"""The ``tracks`` of a service that only sends: replies and meetings do not pass through it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a tool's file and what it becomes here, for people to read; ``ours`` is '' where it is left out."""

    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class States:
    """What a tool says of a lead's interest.

    Attributes:
        words: its own states, to choose from; where its users make their own ones, others can be named too.
        meetings: those that are meetings unless a person chooses others.
        positives: those that are positive replies unless a person chooses others; none where it has no replies.
    """

    words: tuple[str, ...]
    meetings: tuple[str, ...] = ()
    positives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolFormat:
    """One kind of file that another tool exports or sends.

    Attributes:
        key: in messages, URLs and saved settings; stays the same for ever.
        name: what people call it.
        recognizes: whether a content is of this kind, by its fields; must be false for every other format's example.
        read: its records. A row that cannot be used is a `Rejected`; a kind of row that says nothing of results, such
            as a contact that was never written to, is left out.
        fields: what becomes of each field, from which the documentation is made.
        tracks: the counts that it can know, in the contract's names; what it cannot know is unknown, never 0.
        needs: what a person has to answer because no file of this kind says it: ``campaign``, ``as_of``, ``zone``.
        example: the name of an example below ``sample_data/sources/``.
        states: its interest states, of which a person can choose those that count; None where it has none.
    """

    key: str
    name: str
    recognizes: Callable[[Content], bool]
    read: Callable[[Content, Context], Records]
    fields: tuple[Field, ...]
    tracks: frozenset[str]
    needs: tuple[str, ...] = ()
    example: str = ""
    states: States | None = None

    @property
    def has_positives(self) -> bool:
        """Whether a person can choose which of its states are positive replies."""
        return self.states is not None and bool(self.states.positives)

    def records(self, content: Content, context: Context) -> Records:
        """The records of a content; its campaigns declare what this kind of file cannot know."""
        return declaring(self.read(content, context), self.tracks)
