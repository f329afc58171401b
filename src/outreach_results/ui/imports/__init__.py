"""Bringing files in by hand: upload, preview, questions and mapping, import, report, history and undo.

uploads   uploaded files, kept on disk until they are imported, and how they are understood
job       the import in the background
session   what a visitor's session remembers of them
form      the questions that a file leaves open
mapping_form  the mapping of a table's columns
section   the card where files are dropped
review    how they are understood, and the report
rejects   rows that cannot be used, as a table and as a file
history   the imports, what each did, and undo
"""

from outreach_results.ui.imports.history import history
from outreach_results.ui.imports.review import notice, review
from outreach_results.ui.imports.section import card
from outreach_results.ui.imports.session import is_busy

__all__ = ["card", "history", "is_busy", "notice", "review"]
