"""How a file will be imported: which source reads it, which questions are open, and its records.

The page and the command take the same way: `plan_import` opens a file and gives a `FilePlan` for each table or list in
it; questions are answered by making the plans again with more `Answers`; `preview` counts a plan's records and `load`
writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Dictionary
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach_results.errors import SourceError
from outreach_results.ingest.columns import BulkItems
from outreach_results.ingest.content import Content, File, contents_of, unpacked
from outreach_results.ingest.context import Context
from outreach_results.ingest.fields import quoted
from outreach_results.ingest.mapping import Mapping, Question, apply_mapping, guess_mapping, questions
from outreach_results.ingest.mapping.applying import latest_date
from outreach_results.ingest.mapping.guessing import date_columns
from outreach_results.ingest.mapping.types import Level, as_of_question, campaign_question
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.registry import TOOL_FORMATS, own_source
from outreach_results.ingest.same_day import SameDay
from outreach_results.ingest.tool_formats import ToolFormat
from outreach_results.store.interests import InterestStates


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a person about a file.

    Attributes:
        campaign: the id or name of the campaign for rows that name none.
        zone: of times that name none.
        as_of: the moment that a snapshot shows.
        mapping: the corrected mapping of every table of the file.
        mappings: the corrected mappings of single tables, by the name of their content.
        same_day: what becomes of a snapshot where another one of the same day is there and differs.
        is_table: read as a table by its mapping, although a source recognizes the file.
        meetings, positives: interest states of the source that count as such.
    """

    campaign: str | None = None
    zone: ZoneInfo | None = None
    as_of: datetime | None = None
    same_day: SameDay = SameDay.ASK
    mapping: Mapping | None = None
    mappings: Dictionary[str, Mapping] = field(default_factory=dict)
    is_table: bool = False
    meetings: frozenset[str] = frozenset()
    positives: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FilePlan:
    """How one table, or list of objects, of a file is read.

    Attributes:
        name: of the file, for messages.
        source: what people call the kind of file.
        description: its form in words; '' for our own formats.
        records: iterates over its records; not to be called while there are questions.
        questions: what a person has to say first.
        content: its rows; None for our own formats.
        mapping: how its columns are understood; None where a source's reader knows.
        format: the source's entry; None for our own formats and tables by mapping.
    """

    name: str
    source: str
    description: str
    records: Callable[[], BulkItems]
    questions: list[Question] = field(default_factory=list)
    content: Content | None = None
    mapping: Mapping | None = None
    format: ToolFormat | None = None


@contextmanager
def plan_import(
    path: Path,
    name: str,
    *,
    zone: ZoneInfo,
    known: Dictionary[str, str],
    answers: Answers | None = None,
    saved: Callable[[tuple[str, ...]], Mapping | None] | None = None,
    states: Dictionary[str, InterestStates] | None = None,
) -> Iterator[list[FilePlan]]:
    """The plans of a file, valid until the context is left.

    Args:
        zone: the reporting time zone, offered for times that name none.
        known: campaign id by name in lower case.
        saved: the mapping that somebody saved for files with these fields.
        states: the interest states that a person chose, by the key of the format; the answers go first.

    Raises:
        SourceError: the file cannot be read, or holds nothing that can be imported.
    """
    answers = answers or Answers()
    context = Context(
        zone=answers.zone or zone,
        campaign=answers.campaign,
        as_of=answers.as_of,
        known=known,
        meetings=answers.meetings,
        positives=answers.positives,
    )
    with unpacked(path, name) as files:
        yield [plan for file in files for plan in _plans(file, context, answers, saved, states or {})]


def _plans(
    file: File,
    context: Context,
    answers: Answers,
    saved: Callable[[tuple[str, ...]], Mapping | None] | None,
    states: Dictionary[str, InterestStates],
) -> list[FilePlan]:
    source = own_source(file.path)
    if source is not None:
        return [FilePlan(file.name, source.name, "", lambda: source.read(file.path))]
    return [_plan(content, context, answers, saved, states) for content in contents_of(file)]


def _plan(
    content: Content,
    context: Context,
    answers: Answers,
    saved: Callable[[tuple[str, ...]], Mapping | None] | None,
    states: Dictionary[str, InterestStates],
) -> FilePlan:
    tool_format = next((entry for entry in TOOL_FORMATS if entry.recognizes(content)), None)
    if tool_format is not None and not answers.is_table:
        chosen = states.get(tool_format.key, InterestStates())
        context = replace(
            context,
            meetings=context.meetings or frozenset(chosen.meetings),
            positives=context.positives or frozenset(chosen.positives),
        )
        return _plan_of_tool(content, context, tool_format)
    return _plan_of_table(content, context, answers, saved)


def _plan_of_tool(content: Content, context: Context, entry: ToolFormat) -> FilePlan:
    open_questions: list[Question] = []
    if "campaign" in entry.needs and context.campaign is None and _lacks_campaign(content, context, entry):
        open_questions.append(campaign_question(content))
    if "as_of" in entry.needs and context.as_of is None:
        open_questions.append(as_of_question(content))
    return FilePlan(
        content.name,
        entry.name,
        content.description,
        lambda: entry.records(content, context),
        open_questions,
        content,
        format=entry,
    )


def _lacks_campaign(content: Content, context: Context, entry: ToolFormat) -> bool:
    """Whether any of the first rows names no campaign; where all of them do, no question is needed."""
    first_rows = replace(content, read=lambda: iter(enumerate(content.sample, 1)))
    return any(
        isinstance(record, Rejected) and record.column == "campaign" for record in entry.records(first_rows, context)
    )


def _is_error_message(content: Content) -> bool:
    """Whether that is what a server answers instead of an export."""
    return not content.is_table and len(content.sample) == 1 and (content.has("error") or content.has("message"))


def _plan_of_table(
    content: Content,
    context: Context,
    answers: Answers,
    saved: Callable[[tuple[str, ...]], Mapping | None] | None,
) -> FilePlan:
    mapping = (
        answers.mappings.get(content.name)
        or answers.mapping
        or (saved and saved(content.fields))
        or guess_mapping(content)
    )
    if not mapping.columns and _is_error_message(content):
        raise SourceError(
            f"{content.name} holds an error message and no rows: {quoted(dict(content.sample[0]))}. Nothing was "
            "imported. Sign in to your tool, or check the key, and download the export again."
        )
    if not mapping.columns and len(content.fields) < 2:
        raise SourceError(
            f"{content.name} has only one {'column' if content.is_table else 'field'}, {content.fields[0][:60]!r} "
            f"({content.description}). Nothing was imported. A column of email addresses or of dates is needed."
        )
    open_questions = questions(
        content,
        mapping,
        date_columns(content, mapping),
        zone_is_known=answers.zone is not None,
        campaign_is_known=context.campaign is not None,
    )
    if (
        mapping.level == Level.CONTACTS
        and context.as_of is None
        and "as_of" not in mapping.columns
        and not open_questions
    ):
        context = replace(context, as_of=latest_date(content, mapping, context))
        if context.as_of is None:
            open_questions.append(as_of_question(content))
    return FilePlan(
        content.name,
        "Table",
        content.description,
        lambda: apply_mapping(content, mapping, context),
        open_questions,
        content,
        mapping=mapping,
    )
