"""The charts' library is what npm published for the Plotly that is installed."""

from __future__ import annotations

from hashlib import sha256

from plotly.offline import get_plotlyjs_version

from outreach_results.server import chart_library


def test_library_has_the_version_of_installed_plotly() -> None:
    assert get_plotlyjs_version() == chart_library.VERSION, "`make plotly` brings the library that belongs to Plotly."
    assert f"plotly.js (cartesian - minified) v{chart_library.VERSION}\n" in chart_library.FILE.read_text("utf-8")[:200]


def test_library_is_the_one_whose_hash_is_kept() -> None:
    assert sha256(chart_library.FILE.read_bytes()).hexdigest() == chart_library.SHA256
    assert chart_library.VERSION in chart_library.PATH
    assert chart_library.SHA256[:12] in chart_library.PATH


def test_license_travels_with_the_library() -> None:
    words = chart_library.FILE.with_name("LICENSE").read_text(encoding="utf-8")
    assert words.startswith("MIT License")
    assert "Plotly" in words
