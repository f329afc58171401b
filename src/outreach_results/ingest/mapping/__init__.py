"""Any table: which of its columns is which of ours, guessed from names and values, corrected by a person.

targets   what a column can be
types     a mapping and the questions that a file leaves open
guessing  a first mapping from a file's header and first rows
applying  from the rows of a file and a mapping to records
"""

from outreach_results.ingest.mapping.applying import apply_mapping
from outreach_results.ingest.mapping.guessing import guess_mapping
from outreach_results.ingest.mapping.targets import TARGETS, Target
from outreach_results.ingest.mapping.types import Level, Mapping, Question, questions

__all__ = ["TARGETS", "Level", "Mapping", "Question", "Target", "apply_mapping", "guess_mapping", "questions"]
