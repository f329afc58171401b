"""The library that draws the charts in the browser: Plotly's bundle of cartesian charts, kept in ``server/plotly/``.

Streamlit's own copy is a module of 4.7 MB that Chromium compiles again at every visit. This third of it is a classic
script, whose compiled code the browser keeps. ``make plotly`` brings the version that the installed Plotly was made
for.
"""

from __future__ import annotations

import json
from pathlib import Path

_FOLDER = Path(__file__).parent / "plotly"
_ABOUT: dict[str, str] = json.loads((_FOLDER / "version.json").read_text(encoding="utf-8"))

VERSION = _ABOUT["version"]
"""The version of plotly.js."""

SHA256 = _ABOUT["sha256"]
"""The hash of the file, in hexadecimal digits."""

FILE = _FOLDER / "plotly-cartesian.min.js"
"""The script."""

PATH = f"/assets/plotly-cartesian-{VERSION}-{SHA256[:12]}.min.js"
"""Where the script is served: another one has another address, so browsers may keep it for good."""
