"""A report as one HTML file that needs nothing from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import jinja2

from outreach_results.export.report.content import Report
from outreach_results.export.report.template_values import template_values


def html(report: Report) -> Iterator[bytes]:
    """The file. Every text is escaped: nothing in it is markup."""
    brand = report.options.brand
    logo = "" if brand.logo is None else f"data:image/png;base64,{base64.b64encode(brand.logo).decode()}"
    yield _template().render(template_values(report), logo=logo).encode()


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")
