"""The components' script: one for all of them, whose address changes with its content."""

from __future__ import annotations

import pytest

from outreach_results.ui import parts, styles


def test_script_holds_every_part_with_its_files() -> None:
    script = parts.script()
    for name in parts.NAMES:
        assert script.count(f"export const {name} = part(") == 1
        last = styles.read(f"{name}.js").strip().splitlines()[-2]
        assert last in script
    assert script.count("\nexport ") == len(parts.NAMES)


def test_every_script_of_the_folder_is_a_part() -> None:
    assert {file.stem for file in styles.FOLDER.glob("*.js")} == set(parts.NAMES)


def test_another_script_has_another_address(monkeypatch) -> None:
    before = parts.path()
    monkeypatch.setattr(parts, "script", lambda: "another")
    assert parts.path.__wrapped__() != before


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is not one of the parts: actions, chart"):
        parts.component("nothing")


def test_a_script_without_its_function_is_refused(monkeypatch) -> None:
    parts.script()
    monkeypatch.setattr(styles, "read", lambda _file: "const nothing = 1;")
    with pytest.raises(ValueError, match=r"chart\.js has no"):
        parts._part("chart")
