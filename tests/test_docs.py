"""The documents name what exists: settings, commands, routes, pages, modules, tables, files and make targets."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi import FastAPI
from fastapi.routing import APIRoute

import outreach_results
from outreach_results.api.routes import router
from outreach_results.cli.main import app
from outreach_results.config import PREFIX, Settings
from outreach_results.export import FORMAT
from outreach_results.mcp_server.tools import TOOLS
from outreach_results.store.schema import metadata
from test_imports import LAYERS

ROOT = Path(__file__).parents[1]
PACKAGE = Path(outreach_results.__path__[0])
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "sample_data").glob("*.md")]
)
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
README, CONTRIBUTING, SECURITY, CHANGELOG = (
    TEXTS[f"{name}.md"] for name in ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")
)
ARCHITECTURE, CONTRACT = (TEXTS[f"docs/{name}.md"] for name in ("architecture", "contract"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

FILE_ENDINGS = ("py", "md", "toml", "yml", "yaml", "json", "css", "js", "lock")


def section(title: str, text: str = README) -> str:
    """What stands below a heading of the second level."""
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_column(text: str) -> set[str]:
    """The code in the first column of tables."""
    return set(re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE))


def without_blocks(text: str) -> str:
    """A document without its code blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def named_paths(text: str) -> set[str]:
    """The paths of files and folders in inline code and diagrams, without those that have a NAME to fill in."""
    result = set()
    for code in re.findall(r"`([^`\n]+)`", without_blocks(text)):
        is_path = re.fullmatch(r"\.?\w[\w.-]*(/[\w.-]+)*/?", code) is not None
        is_file = code.rpartition(".")[2] in FILE_ENDINGS and "." in code
        if is_path and (is_file or "/" in code) and "NAME" not in code and code != FORMAT:
            result.add(code)
    for diagram in re.findall(r"^```mermaid$.*?^```$", text, flags=re.DOTALL | re.MULTILINE):
        result.update(re.findall(r"\b\w+(?:/\w+)*(?:\.py|/)", diagram))
    return result


NAMED_PATHS = [(name, path) for name in DOCUMENTS for path in sorted(named_paths(TEXTS[name]))]
LINKS = [(name, link) for name in DOCUMENTS for link in sorted(set(re.findall(r"\]\(([\w/.-]+)\)", TEXTS[name])))]


# --- README ------------------------------------------------------------------------------------------------------


def test_readme_names_every_setting() -> None:
    assert first_column(section("Settings")) == {PREFIX + name.upper() for name in Settings.model_fields}


def test_readme_names_every_command() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert first_column(section("Commands")) == {f"outreach-results {name}" for name in commands}


def test_readme_names_every_route() -> None:
    paths = {route.path.replace(":path", "") for route in router.routes if isinstance(route, APIRoute)}
    assert first_column(section("Export results")) == paths


def test_readme_names_every_page() -> None:
    named = set(re.findall(r"^\| (\w+) \|", section("What it answers"), flags=re.MULTILINE)) - {"Page"}
    assert named == {path.stem.capitalize() for path in (ROOT / "pages").glob("*.py")}


def test_readme_house_names_every_module() -> None:
    block = section("The house").split("src/outreach_results/\n")[1].split("\n```")[0]
    named = re.findall(r"^  ([\w.]+)/?  ", block, flags=re.MULTILINE)
    there = [path for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    assert sorted(name.removesuffix(".py") for name in named) == sorted(
        path.stem for path in there if path.name != "__init__.py"
    )


def test_readme_ranks_are_those_of_the_import_test() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", section("The house"), flags=re.MULTILINE)
    assert [int(rank) for rank, _ in rows] == list(range(1, len(LAYERS) + 1))
    assert [set(re.findall(r"`(\w+)`", names)) for _, names in rows] == [set(names) for names in LAYERS]


def test_readme_has_a_recipe_for_each_addition() -> None:
    kinds = re.findall(r"^\*\*An? ([a-z ]+)\*\*", section("To add something"), flags=re.MULTILINE)
    assert kinds == ["page", "question", "metric", "filter", "source", "export format", "column"]


def test_recipes_name_registries_where_they_are() -> None:
    """A constant in a step is defined in a file that the step names."""
    wrong = []
    for step in re.split(r"^(?=\d\. |\*\*|$)", section("To add something"), flags=re.MULTILINE):
        codes = re.findall(r"`([^`]+)`", step)
        paths = [folder / code for code in codes for folder in (PACKAGE, ROOT) if (folder / code).is_file()]
        sources = [path.read_text(encoding="utf-8") for path in paths]
        for name in re.findall(r"`(_?[A-Z]+(?:_[A-Z]+)*)`", step):
            is_defined = any(re.search(rf"^{name}\b.*=", source, flags=re.MULTILINE) for source in sources)
            wrong += [] if is_defined or not paths else [name]
    assert wrong == []


# --- paths, links, commands --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "path"), NAMED_PATHS)
def test_named_path_exists(document: str, path: str) -> None:
    """Paths are relative to the root, to the package, or to the document."""
    assert any((folder / path).exists() for folder in (ROOT, PACKAGE, (ROOT / document).parent))


def test_paths_are_found() -> None:
    """The check above would see a path that does not exist."""
    assert {"a/b.py", "c.md", ".d/e.toml", "f/"} == named_paths("`a/b.py` `c.md` `.d/e.toml` `f/` `g` `h/NAME.py` `/i`")
    assert len(NAMED_PATHS) > 100


@pytest.mark.parametrize(("document", "link"), LINKS)
def test_link_leads_to_a_file(document: str, link: str) -> None:
    assert ((ROOT / document).parent / link).exists()


def test_named_make_targets_exist() -> None:
    named = {target for text in TEXTS.values() for target in re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)}
    assert {"run", "test", "quick"} <= named
    assert named <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


# --- architecture ------------------------------------------------------------------------------------------------


def test_architecture_explains_every_room() -> None:
    rooms = first_column(section("Layers", ARCHITECTURE))
    rooms |= set(re.findall(r"`([\w./]+)`", "".join(re.findall(r"^\| `.*? \|", ARCHITECTURE, flags=re.MULTILINE))))
    assert {name.removesuffix(".py").removesuffix("/") for name in rooms} >= {
        name for names in LAYERS for name in names
    }


def test_architecture_names_every_table_and_its_key() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", section("Store", ARCHITECTURE), flags=re.MULTILINE)
    assert {name: key.split(", ") for name, key in rows} == {
        table.name: [column.name for column in table.primary_key] for table in metadata.tables.values()
    }


def test_every_promise_names_its_tests() -> None:
    promises = re.findall(r"^\| (\d) \| \*\*.*\| (.+) \|$", section("Promises", ARCHITECTURE), flags=re.MULTILINE)
    assert [number for number, _ in promises] == list("123456789")
    for _, kept_by in promises:
        files = re.findall(r"`(tests/[\w/]+\.py)`", kept_by)
        assert files
        for file in files:
            assert "\ndef test_" in (ROOT / file).read_text(encoding="utf-8"), file


# --- contract ----------------------------------------------------------------------------------------------------


def listed_parameters(text: str) -> set[str]:
    """The parameters in the line "Parameters: …" of a route."""
    result = re.search(r"^Parameters: (.+?)\.(?: |$)", text, flags=re.MULTILINE)
    assert result, text
    return set(re.findall(r"`(\w+)`", result[1]))


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """The OpenAPI document of the routes."""
    api = FastAPI()
    api.include_router(router)
    return api.openapi()


def test_contract_describes_every_route_and_parameter(openapi: dict[str, Any]) -> None:
    """Each route has a section that lists exactly its parameters."""
    sections = dict(re.findall(r"^### `GET (\S+)`\n(.*?)(?=^##)", CONTRACT, flags=re.DOTALL | re.MULTILINE))
    described = {path.replace(":path", ""): listed_parameters(text) for path, text in sections.items()}
    assert described == {
        path: {parameter["name"] for parameter in item["get"].get("parameters", ())}
        for path, item in openapi["paths"].items()
    }


def test_contract_names_values_defaults_and_limits(openapi: dict[str, Any]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", CONTRACT, flags=re.MULTILINE)
    described = dict(rows)
    for item in openapi["paths"].values():
        for parameter in item["get"].get("parameters", ()):
            schema, cells = parameter["schema"], described[parameter["name"]]
            for value in schema.get("enum", ()):
                assert f"`{value}`" in cells
            for limit in ("maximum", "maxLength"):
                if limit in schema and parameter["name"] != "mcp":
                    assert f"{schema[limit]:,}" in cells
            if "default" in schema:
                assert str(schema["default"]).lower() in cells


def test_contract_names_every_status(openapi: dict[str, Any]) -> None:
    named = set(re.findall(r"^\| (\d{3}) \|", section("Errors", CONTRACT), flags=re.MULTILINE))
    answered = {status for item in openapi["paths"].values() for status in item["get"]["responses"]}
    assert named == answered - {"200", "304"} | {"405"}


# --- assistants --------------------------------------------------------------------------------------------------


def test_assistants_page_names_every_tool() -> None:
    assert first_column(TEXTS["docs/assistants.md"]) == set(TOOLS)


# --- changelog, security -----------------------------------------------------------------------------------------


def test_changelog_begins_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.+)$", CHANGELOG, flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert PROJECT["version"] in headings


def test_security_names_the_supported_version() -> None:
    assert f"({PROJECT['version'].rpartition('.')[0]})" in section("Supported versions", SECURITY)


def test_contributing_names_every_marker() -> None:
    """What the fast tier leaves out can be chosen by hand."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    for marker in tool["pytest"]["ini_options"]["markers"]:
        assert f"`{marker.partition(':')[0]}`" in CONTRIBUTING


def test_names_of_tests_are_short() -> None:
    names = [
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    ]
    assert len(names) > 1_000
    assert [name for name in names if len(name) > 50] == []
