"""The undocumented parts of Streamlit that we use exist; each failure message says what users would lose."""

from __future__ import annotations

import re
import socket
from contextlib import closing
from pathlib import Path

import pytest
from streamlit import config, net_util
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.state.query_params import QueryParams
from streamlit.web import bootstrap

from outreach_results.server import chart_library
from outreach_results.server import streamlit_internals as internals
from outreach_results.ui import styles
from support.server import ROOT


def test_pages_run_through_the_entry() -> None:
    assert hasattr(PagesManager, "uses_pages_directory"), (
        "PagesManager.uses_pages_directory is gone: the first visitor's deep link would run a page without app.py, "
        "so without filters and, later, without sign-in."
    )
    internals.run_pages_through_the_entry()
    assert PagesManager.uses_pages_directory is False


@pytest.mark.parametrize("streamlit_charts", [True, False])
def test_the_manifest_names_scripts_and_first_files(streamlit_charts: bool) -> None:
    scripts = internals.preloaded_scripts(streamlit_charts=streamlit_charts)
    drawn = [*internals._ON_EVERY_PAGE, *([internals._CHARTS] if streamlit_charts else [])]
    for name in drawn:
        assert any(Path(script).name.startswith(f"{name}.") for script in scripts), (
            f"manifest.json has no script {name} of its own: it is no longer announced with the page, and a first "
            "visit over a slow line takes longer."
        )
    assert not set(scripts) & set(internals.first_files()), "The HTML names these already."
    for path in (*scripts, *internals.first_files()):
        assert (internals.STATIC_FOLDER / path).is_file(), f"{path} is in the manifest and not on disk"
    assert internals.first_files(), "manifest.json has no entry script: it is no longer compressed ahead of time."


def test_listening_sockets_send_without_delay() -> None:
    def has_delay(connection: socket.socket) -> bool:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0

    with closing(socket.socket(socket.AF_INET)) as listening, closing(socket.socket()) as closed:
        closed.close()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert has_delay(listening)
        internals.send_without_delay()
        with closing(socket.create_connection(listening.getsockname())):
            accepted, _ = listening.accept()
            with closing(accepted):
                assert not has_delay(accepted), (
                    "No listening socket is found any more: every answer of the API waits 40 ms for its body."
                )


@pytest.mark.parametrize(
    "name",
    [
        "_send_query_param_msg",
        "discard_param_no_forward_msg",
        "set_initial_query_params_from_current",
        "set_with_no_forward_msg",
    ],
)
def test_query_params_can_be_written_in_one_message(name: str) -> None:
    assert hasattr(QueryParams, name), (
        f"QueryParams.{name} is gone: each changed filter would be a step of its own for the Back button."
    )


@pytest.fixture(scope="module")
def scripts() -> str:
    """All scripts that Streamlit sends, and the library of the charts."""
    files = [*(internals.STATIC_FOLDER / "static").rglob("*.js"), chart_library.FILE]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("test_id", sorted(internals.TEST_IDS))
def test_elements_have_the_marks_that_styles_select_by(test_id: str, scripts: str) -> None:
    stem = test_id.partition("-")[0]  # the kind of a button is added when it is drawn
    assert re.search(rf"[\"'`]{stem}\b", scripts), (
        f"No element is marked {test_id} any more: the styles that name it no longer apply."
    )


@pytest.mark.parametrize(("name", "loss"), sorted(internals.CSS_CLASSES.items()))
def test_elements_have_the_classes_that_styles_use(name: str, loss: str, scripts: str) -> None:
    """The front end gives an element its class by one of React's, the DOM's and D3's ways."""
    given = rf"(?:className[:=]\[?|classed\(|\.class(?:Name)?=)[\"'`](?:[\w-]+ )*{re.escape(name)}(?![\w-])"
    assert re.search(given, scripts), f"No element has the class {name} any more: {loss}."


def test_menu_of_pages_can_be_closed(scripts: str) -> None:
    (test_id,) = re.findall(r"data-testid=(\w+)", internals.MENU_CLOSER)
    assert test_id in scripts, "In a narrow window, the menu stays open over the page that was chosen."


def used_test_ids(sheet: Path) -> set[str]:
    return set(re.findall(r"data-testid[\^$*]?=\"?([\w-]+)", sheet.read_text(encoding="utf-8")))


def test_styles_select_by_known_marks_only() -> None:
    sheets = sorted(styles.FOLDER.glob("*.css"))
    assert sheets
    assert set().union(*map(used_test_ids, sheets)) == internals.TEST_IDS


PROJECT_CLASSES = {
    *("actions", "menu", "more", "problem"),
    *("chart", "chart-plot", "chart-problem", "chart-save"),
    "fold",
    *("arrow", "bar", "box", "found", "hidden", "label", "long", "none", "note", "quiet", "remark", "rows", "search"),
    *("table", "tools"),
    *("better", "number", "sign", "text", "tone", "totals", "watch", "wide", "worse"),
    *(
        "about",
        "address",
        "assignee",
        "body",
        "campaign",
        "company",
        "done",
        "dot",
        "every",
        "from",
        "line",
        "meeting",
        "message",
    ),
    *("preview", "quoted", "replies", "sender", "sent", "sent-line", "sentiment", "small", "snoozed", "without-text"),
    *("this", "timeline", "timeline-heading"),
    *("change", "dark", "spark", "tile", "tiles", "value"),
}
"""The classes of markup that the product writes itself."""


def used_classes(sheet: Path) -> set[str]:
    """The classes in a style sheet; those that Streamlit documents, from the keys of elements, are left out."""
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {name for name in re.findall(r"\.([A-Za-z][\w-]*)", selectors) if not name.startswith("st-key-")}


def test_styles_select_by_known_classes_only() -> None:
    sheets = sorted(styles.FOLDER.glob("*.css"))
    assert set().union(*map(used_classes, sheets)) == internals.CSS_CLASSES.keys() | PROJECT_CLASSES


def test_no_host_is_asked_for_this_machines_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it listens on every address, as in a container, Streamlit would ask one to print what it answers."""
    asked: list[str] = []
    monkeypatch.chdir(ROOT)  # its settings are in the folder .streamlit there
    monkeypatch.setattr(config, "_config_options", None)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    config.get_config_options(options_from_flags={"server.address": "0.0.0.0"})  # noqa: S104
    bootstrap._print_url(is_running_hello=False)
    assert asked == []
