"""Everything that leaves as a file: one table of formats, streamed, for pages, API and command line alike.

A file is complete or visibly broken, never silently cut. It carries its filters, zone and definitions: JSON in a
``meta`` object, CSV in its file name. Text cells of a CSV that a spreadsheet would run as a formula get a leading
apostrophe, which the import takes off again.
"""

from outreach_results.export.file_names import content_disposition, distinct, file_name
from outreach_results.export.replies import REPLY_COLUMNS, replies_download
from outreach_results.export.streams import (
    DEFINITIONS,
    FORMATS,
    Download,
    Format,
    account_download,
    campaign_download,
    can_hold,
    table_download,
)
from outreach_results.export.unsent import unsent_download
from outreach_results.models.file_format import CSV_COLUMNS, FORMAT, escape_formula, unescape_formula

__all__ = [
    "CSV_COLUMNS",
    "DEFINITIONS",
    "FORMAT",
    "FORMATS",
    "REPLY_COLUMNS",
    "Download",
    "Format",
    "account_download",
    "campaign_download",
    "can_hold",
    "content_disposition",
    "distinct",
    "escape_formula",
    "file_name",
    "replies_download",
    "table_download",
    "unescape_formula",
    "unsent_download",
]
