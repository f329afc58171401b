"""What is declared in pyproject.toml is what the program imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
OWN = "outreach_results"
# The exceptions, each with its reason.
NOT_IMPORTED = {
    "authlib": "Streamlit signs people in with it",
    "plotly": "Streamlit draws with it where its own charts are chosen; tests check our figures with it",
    "psycopg": "SQLAlchemy loads it where the database is PostgreSQL",
    "tzdata": "zoneinfo reads it where the system has no time zone database",
    "uvloop": "Streamlit runs on it where it is installed",
}
IMPORTED_AS = {"pillow": "PIL", "mail_parser_reply": "mailparser_reply", "python_dateutil": "dateutil"}
"""Distributions whose module has another name."""
NOT_DECLARED = {
    "mcp_types": "each release of mcp requires one exact version of it",
    "pydantic_core": "each release of pydantic requires one exact version of it",
}


def imported() -> set[str]:
    """The top-level names of all third-party modules that the program imports."""
    names: set[str] = set()
    for file in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "src").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - {OWN}


def declared() -> set[str]:
    """The import names of the dependencies in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = (re.match(r"[\w.-]+", line) for line in project["dependencies"])
    distributions = {name[0].lower().replace("-", "_") for name in names if name}
    return {IMPORTED_AS.get(name, name) for name in distributions}


def test_every_import_is_declared() -> None:
    assert imported() - declared() == set(NOT_DECLARED)


def test_every_dependency_is_imported() -> None:
    assert declared() - imported() == set(NOT_IMPORTED)


def test_streamlit_is_pinned_to_one_minor_version() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"streamlit>=1.67,<1.68"' in text
