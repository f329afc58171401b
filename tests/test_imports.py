"""Imports run one way, the core knows no front end, and importing does no work."""

from __future__ import annotations

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import outreach_results
from support.server import ROOT, clean_environment

PACKAGE = "outreach_results"
SOURCES = Path(outreach_results.__path__[0])
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(outreach_results.__path__, f"{PACKAGE}.")
    if ".migrations" not in module.name
)
FRONT_ENDS = (f"{PACKAGE}.ui", f"{PACKAGE}.api", f"{PACKAGE}.server", f"{PACKAGE}.mcp_server")
CORE = [name for name in MODULES if not name.startswith(FRONT_ENDS)]
API = [name for name in MODULES if name.startswith(f"{PACKAGE}.api")]

# Every module and package has a rank: each may import those of the lines before it, and itself.
LAYERS = [
    ("errors", "models"),
    ("config", "logs", "periodic", "store", "metrics", "server"),
    ("results", "delivery"),
    ("export", "reconcile"),
    ("ingest",),
    ("sync", "sample", "api"),
    ("alerts", "digests", "mcp_server"),
    ("ui", "cli"),
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
PAGES = [*sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]


def loaded_by(modules, folder):
    """The modules that are loaded once these are imported in a fresh interpreter."""
    code = "import importlib, json, sys\nfor name in json.loads(sys.argv[1]): importlib.import_module(name)\n"
    code += "print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run(
        [sys.executable, "-c", code, json.dumps(modules)],
        env=clean_environment({"OUTREACH_NONSENSE": "reading the settings now would fail"}),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    return set(json.loads(ended.stdout))


def imports_of(path):
    """The names of the modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls_in(path):
    """The names of the functions that a file calls."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", None) or getattr(node.func, "id", None)


def test_the_core_is_all_that_the_front_ends_share():
    for part in (
        "results",
        "export",
        "ingest.load",
        "ingest.registry",
        "store.engine",
        "metrics",
        "models",
        "sample",
        "cli.main",
    ):
        assert f"{PACKAGE}.{part}" in CORE
    assert len(MODULES) > len(CORE) > 30


def test_core_imports_no_front_end(tmp_path):
    loaded = loaded_by(CORE, tmp_path)
    assert set(CORE) <= loaded
    assert not loaded & {"streamlit", "plotly", "fastapi", "starlette", "uvicorn", "mcp"}
    assert not {name for name in loaded if name.startswith(FRONT_ENDS)}
    assert list(tmp_path.iterdir()) == []


def test_api_does_not_import_the_dashboard(tmp_path):
    loaded = loaded_by(API, tmp_path)
    assert {"fastapi", *API} <= loaded
    assert not loaded & {"streamlit", "plotly", f"{PACKAGE}.ui"}
    assert list(tmp_path.iterdir()) == []


def test_dashboard_starts_without_the_mcp_sdk(tmp_path):
    """It is slow to import; the first request at /mcp does that."""
    loaded = loaded_by([f"{PACKAGE}.mcp_server.http", f"{PACKAGE}.mcp_server.tools"], tmp_path)
    assert "starlette" in loaded
    assert not loaded & {"mcp", "mcp_types", "streamlit"}


def test_an_import_loads_no_library_of_pages(tmp_path):
    """They would take a quarter of the memory that an import of millions of events may take."""
    loaded = loaded_by([f"{PACKAGE}.ingest.importing"], tmp_path)
    assert f"{PACKAGE}.ingest.loader" in loaded
    assert not loaded & {"pandas", "scipy", "pyarrow", "openpyxl"}


def test_every_module_has_a_rank():
    assert {name.split(".")[1] for name in MODULES} == set(RANK)


@pytest.mark.parametrize("name", RANK)
def test_a_layer_imports_only_what_lies_below_it(name):
    own = SOURCES / name
    files = list(own.rglob("*.py")) if own.is_dir() else [own.with_suffix(".py")]
    assert files
    for path in files:
        for imported in imports_of(path):
            if imported.startswith(f"{PACKAGE}."):
                part = imported.split(".")[1]
                assert part == name or RANK[part] < RANK[name], f"{path.name} imports {imported}"


def test_metrics_are_pure_functions():
    for path in (SOURCES / "metrics").glob("*.py"):
        assert not {name.partition(".")[0] for name in imports_of(path)} & {"sqlalchemy", "streamlit", "plotly"}


def test_only_the_settings_read_the_environment():
    readers = [
        path.name
        for path in [*SOURCES.rglob("*.py"), *PAGES]
        if any(name in path.read_text(encoding="utf-8") for name in ("os.environ", "getenv", "import environ"))
    ]
    assert readers == ["config.py"]


def test_no_module_edits_sys_path():
    assert [path.name for path in [*SOURCES.rglob("*.py"), *PAGES] if "sys.path" in path.read_text("utf-8")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_asks_and_shows_and_computes_nothing(page):
    assert not {"groupby", "select", "text", "execute", "read_sql", "merge", "pivot_table"} & set(calls_in(page))
    assert not {name.partition(".")[0] for name in imports_of(page)} & {"sqlalchemy", "pandas", "plotly"}


def test_there_are_pages_to_look_at():
    assert {"overview.py", "trends.py", "inbox.py", "usage.py", "benchmarks.py", "data.py", "app.py"} <= {
        page.name for page in PAGES
    }
