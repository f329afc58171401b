"""A period as a report: PDF, HTML and Excel with the same numbers, which are those of the pages.

options   who it is from, and what may be in it
content   everything that a report says, before it has a form
wording   numbers and changes in the words of the pages
chart     charts as SVG, which HTML and PDF share
as_pdf, as_html, as_xlsx
download  the table of formats
"""

from outreach_results.export.report.content import Report, report_content
from outreach_results.export.report.download import REPORT_FORMATS, report_download
from outreach_results.export.report.options import ReportOptions, brand_for
from outreach_results.store.brand import Brand, brand_of

__all__ = [
    "REPORT_FORMATS",
    "Brand",
    "Report",
    "ReportOptions",
    "brand_for",
    "brand_of",
    "report_content",
    "report_download",
]
