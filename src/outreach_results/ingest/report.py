"""The report of a load."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from outreach_results.ingest.records import Rejected

REJECTED_KEPT = 1_000
NOTES_KEPT = 100


def counted(n: int, kind: str) -> str:
    """A number of records of a kind, which is named in the plural: 1 campaign, 1,247 replies."""
    if n == 1 and kind == "forgotten people":
        return "1 forgotten person"
    if n == 1:
        kind = f"{kind.removesuffix('ies')}y" if kind.endswith("ies") else kind.removesuffix("s")
    return f"{n:,} {kind}"


@dataclass
class LoadReport:
    """The result of a load.

    ``rejected`` holds the first rows that could not be used, ``rejected_total`` counts all. ``notes`` are the first
    sentences about what was left out or replaced by something else, ``notes_total`` counts all.
    """

    source: str
    load_id: str = ""
    inserted: Counter[str] = field(default_factory=Counter)
    duplicate: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    rejected_total: int = 0
    notes: list[str] = field(default_factory=list)
    notes_total: int = 0
    campaigns: set[str] = field(default_factory=set)

    def add_note(self, sentence: str, *, is_first: bool = False) -> None:
        """Say something that a person should know of the load; what comes first is kept in any case."""
        self.notes_total += 1
        self.notes.insert(0 if is_first else len(self.notes), sentence)
        del self.notes[NOTES_KEPT:]

    def sentence(self) -> str:
        """The report in one line."""
        new = ", ".join(counted(n, kind) for kind, n in self.inserted.items() if n) or "nothing new"
        duplicates = self.duplicate.total()
        return (
            f"{self.source}: {new}"
            + (f"; {duplicates:,} already known" if duplicates else "")
            + (f"; {self.rejected_total:,} rejected" if self.rejected_total else "")
            + "."
        )
