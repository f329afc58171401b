"""The fonts that are sent in place of Streamlit's have all that is in use, and are those of the installed Streamlit."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from outreach_results.server import compressed_assets, fonts
from outreach_results.server.streamlit_internals import STATIC_FOLDER


def test_icons_are_of_the_installed_streamlits_font() -> None:
    assert fonts.ICONS in fonts.replaced().values(), "`make fonts` takes the icons of the font that is installed."


def test_every_icon_in_use_is_there() -> None:
    missing = set(fonts.names_in_use()) - set(fonts.about()["names"])
    # What the whole font does not have either: an example of the documentation, and a name that is misspelled.
    assert missing == {"star_filled", "icon_name"}, "`make fonts` takes them into the font."


def test_fonts_are_sent_under_streamlits_names() -> None:
    client = TestClient(compressed_assets.CompressedAssets(Starlette(), streamlit_charts=lambda: False))
    sent = fonts.replaced()
    assert fonts.EMPTY in sent.values()
    for path, file in sent.items():
        assert (STATIC_FOLDER / path[1:]).stat().st_size > 10 * file.stat().st_size
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.content == file.read_bytes()
        assert answer.headers["content-type"] == "font/woff2"
        assert "content-encoding" not in answer.headers


def test_another_font_of_streamlit_is_sent_whole(monkeypatch) -> None:
    monkeypatch.setattr(fonts, "about", lambda: {"sha256": "of an older one", "names": []})
    assert fonts.ICONS not in fonts.replaced.__wrapped__().values()


def test_license_travels_with_the_icons() -> None:
    assert "Apache License" in fonts.ICONS.with_name("LICENSE").read_text(encoding="utf-8")
