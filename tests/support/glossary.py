"""The table of metrics in docs/glossary.md, made from the registry."""

from __future__ import annotations

import re

from outreach_results.models.metric_definitions import METRICS, Metric
from support.server import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
HEAD = "| Metric | In API and files | Unit | How it is made | Meaning |\n|---|---|---|---|---|\n"


def glossary_table() -> str:
    """The whole table, one row a metric, as Markdown."""
    return HEAD + "".join(_row(metric) for metric in METRICS.values())


def _row(metric: Metric) -> str:
    made = f"{metric.numerator} ÷ {metric.denominator}" if metric.numerator else "counted"
    return f"| {metric.label} | `{metric.name}` | {metric.unit} | {made} | {metric.definition} |\n"


if __name__ == "__main__":
    text = GLOSSARY.read_text(encoding="utf-8")
    new = re.sub(re.escape(HEAD) + r"(?:\|.*\n)*", lambda _: glossary_table(), text)
    GLOSSARY.write_text(new, encoding="utf-8")
