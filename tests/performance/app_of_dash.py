"""The same numbers, figures and tables in Dash: ``python app_of_dash.py FOLDER PORT``, where Dash is installed."""

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
    """What a page shows (`record_pages`), without its filters, links and downloads."""
    page = pathname.strip("/") or "overview"
    shown = json.loads((FOLDER / f"{page}.json").read_text(encoding="utf-8"))
    return [
        html.H1(page.capitalize()),
        *(html.Div([html.Span(label), html.Strong(number)]) for label, number in shown["numbers"].items()),
        *(dcc.Graph(figure=figure) for figure in shown["figures"]),
        *(_table(table["columns"], table["rows"]) for table in shown["tables"]),
    ]


def _table(columns: list[str], rows: list[list[str]]) -> object:
    head = html.Thead(html.Tr([html.Th(column) for column in columns]))
    return html.Table([head, html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])])


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT)
