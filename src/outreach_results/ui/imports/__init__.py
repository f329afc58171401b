"""Bringing files in by hand: upload, preview, questions and mapping, import, report, history and undo.

uploads   uploaded files, kept on disk until they are imported, and how they are understood
job       the import in the background
form      the questions and the mapping of one file
section   what the pages draw
history   the imports, their rejected rows, and undo
"""

from outreach_results.ui.imports.history import history
from outreach_results.ui.imports.section import upload

__all__ = ["history", "upload"]
