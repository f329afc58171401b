"""The same figures in Dash, for the browser: ``python app_of_dash.py FOLDER PORT``, in an environment that has Dash."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dash import Dash, Input, Output, dcc, html  # type: ignore[import-not-found]

FOLDER, PORT = Path(sys.argv[1]), int(sys.argv[2])

app = Dash(__name__)
app.layout = html.Div([dcc.Location(id="place"), html.Div(id="page")])


@app.callback(Output("page", "children"), Input("place", "pathname"))
def draw(pathname: str) -> list[object]:
    """The title of a page, and its figures."""
    page = pathname.strip("/") or "overview"
    figures = json.loads((FOLDER / f"{page}.json").read_text(encoding="utf-8"))
    return [html.H1(page.capitalize()), *(dcc.Graph(figure=figure) for figure in figures)]


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
