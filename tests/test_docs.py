"""The README names every setting, command, route and page there is, and none that is not."""

import re
from pathlib import Path

import pytest
import typer

from outreach_results.api.routes import router
from outreach_results.cli.main import app
from outreach_results.config import PREFIX, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_column(text: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE))


def test_the_settings_table_names_every_setting_and_no_other() -> None:
    assert first_column(section("Settings")) == {PREFIX + name.upper() for name in Settings.model_fields}


def test_the_commands_table_names_every_command_and_no_other() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert first_column(section("Commands")) == {f"outreach-results {name}" for name in commands}


def test_the_routes_table_names_every_route_of_the_api_and_no_other() -> None:
    assert first_column(section("Take results out")) == {route.path.replace(":path", "") for route in router.routes}


def test_the_pages_table_names_every_page_and_no_other() -> None:
    named = set(re.findall(r"^\| (\w+) \|", section("What it answers"), flags=re.MULTILINE)) - {"Page"}
    assert named == {path.stem.capitalize() for path in (ROOT / "pages").glob("*.py")}


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([\w/.-]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
