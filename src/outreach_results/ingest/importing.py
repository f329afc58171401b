"""Importing a file of any kind: planned, questions answered, loaded. The page and the command both come this way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from outreach_results.errors import OutreachError, SourceError, StoppedError
from outreach_results.ingest.context import known_campaigns
from outreach_results.ingest.history import record_failure
from outreach_results.ingest.load import LoadReport, load
from outreach_results.ingest.mapping import Question
from outreach_results.ingest.mapping.saved import saved_mapping
from outreach_results.ingest.plans import Answers, FilePlan, plan_import
from outreach_results.ingest.records import Rejected
from outreach_results.ingest.same_day import SameDayError
from outreach_results.store.engine import Store, zone_of
from outreach_results.store.interests import interest_states

_log = logging.getLogger(__name__)


class OpenQuestionsError(SourceError):
    """A file leaves open what only a person can say; ``questions`` are what it leaves open."""

    def __init__(self, name: str, questions: list[Question], already: str = "") -> None:
        """``already`` says what of the file was imported before the question came up."""
        self.questions = questions
        open_questions = " ".join(question.text for question in questions)
        super().__init__(f"{name} was not imported yet: {open_questions} {already}".rstrip())


@contextmanager
def plans_of(store: Store, path: Path, name: str, answers: Answers | None = None) -> Iterator[list[FilePlan]]:
    """The plans of a file with what this database knows: its campaigns, its zone, and what people chose: the
    mappings saved, and the interest states that count.

    Raises:
        SourceError: the file cannot be read, or holds nothing that can be imported.
    """
    known, saved = known_campaigns(store), partial(saved_mapping, store)
    with store.read() as connection:
        zone, states = zone_of(connection), interest_states(connection)
    with plan_import(path, name, zone=zone, known=known, answers=answers, saved=saved, states=states) as plans:
        yield plans


def import_file(
    store: Store,
    path: Path,
    *,
    name: str | None = None,
    answers: Answers | None = None,
    loaded_by: str | None = None,
    on_rejected: Callable[[Rejected], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> list[LoadReport]:
    """Import a file; each table or list in it is one transaction. A file that cannot be imported is in the history too.

    Raises:
        OpenQuestionsError: a person has to say something first; nothing of the file was imported.
        SourceError: it cannot be read, or importing it failed unexpectedly, which is logged.
        StoreError: nothing was changed.
    """
    name = name or path.name
    try:
        return _import(store, path, name, answers or Answers(), loaded_by, on_rejected, on_progress)
    except (OpenQuestionsError, StoppedError):
        raise
    except OutreachError as error:
        with suppress(OutreachError):  # the error itself is raised in any case
            record_failure(store, name, str(error), loaded_by=loaded_by)
        raise


def _import(
    store: Store,
    path: Path,
    name: str,
    answers: Answers,
    loaded_by: str | None,
    on_rejected: Callable[[Rejected], None] | None,
    on_progress: Callable[[int], None] | None,
) -> list[LoadReport]:
    reports: list[LoadReport] = []
    try:
        with plans_of(store, path, name, answers) as plans:
            for plan in plans:
                if plan.questions:
                    raise OpenQuestionsError(plan.name, plan.questions)
            for plan in plans:
                report = load(
                    store,
                    plan.name,
                    plan.records(),
                    same_day=answers.same_day,
                    loaded_by=loaded_by,
                    on_rejected=on_rejected,
                    on_progress=on_progress,
                )
                reports.append(report)
            return reports
    except SameDayError as error:
        raise OpenQuestionsError(
            name, [error.question], _imported_tables_sentence(reports) if reports else ""
        ) from None
    except OutreachError as error:
        if not reports:
            raise
        raise SourceError(f"{error} {_imported_tables_sentence(reports)}") from error
    except Exception as error:
        _log.exception("The import of %s failed unexpectedly", name)
        left = _imported_tables_sentence(reports) if reports else "Nothing of it was imported."
        raise SourceError(
            f"{name} could not be imported: something unexpected happened ({type(error).__name__}), and the log "
            f"says what. {left}"
        ) from error


def _imported_tables_sentence(reports: list[LoadReport]) -> str:
    """What tables of a file came in before one of them failed."""
    return f"Other tables of the file were imported: {' '.join(report.sentence() for report in reports)}"
