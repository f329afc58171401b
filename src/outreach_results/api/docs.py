"""The OpenAPI document as a page: plain HTML made here, without scripts and without a single request elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d9dee5, #3a424d); --soft: light-dark(#f4f6f8, #1d232b);
  --faint: light-dark(#55606e, #a3afbd); --accent: light-dark(#0b5cad, #79b8ff); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 6rem;
  background: light-dark(#fff, #14181e); color: light-dark(#1b2129, #e4e9ef); }
h1 { margin-bottom: 0; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin-top: 2.2rem; } a { color: var(--accent); }
code { font: .9em ui-monospace, monospace; background: var(--soft); padding: .1em .3em; border-radius: 4px;
  overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; }
pre code { padding: 0; overflow-wrap: normal; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .93em; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; } td p { margin: 0; } td:first-child code { white-space: nowrap; }
nav li { margin: .15rem 0; } .faint { color: var(--faint); }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_STYLE_HASH}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load: its own style, and nothing else."""


def page(document: dict[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    routes = [(path, *next(iter(item.items()))) for path, item in document["paths"].items()]
    server = document["servers"][0]["url"]
    title = escape(info["title"])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="faint">{escape(info["summary"])} Version {escape(info["version"])}, described by
<a href="openapi.json">openapi.json</a>.</p>
{_text(info["description"])}
{_code(f'curl -H "Authorization: Bearer $KEY" http://127.0.0.1:8501{server}/campaigns')}
<nav><ul>{"".join(_link(method, path) for path, method, _ in routes)}</ul></nav>
<h2>Routes</h2>
{"".join(_route(server, *route) for route in routes)}
<h2>Statuses</h2>
{_statuses([operation["responses"] for _, _, operation in routes])}
<h2>Bodies</h2>
{"".join(_schema(name, schema) for name, schema in document["components"]["schemas"].items())}
</main>
</body>
</html>
"""


def _link(method: str, path: str) -> str:
    return f'<li><a href="#{_anchor(path)}"><code>{method.upper()} {escape(path)}</code></a></li>'


def _route(server: str, path: str, method: str, operation: dict[str, Any]) -> str:
    parameters = [
        (
            _name(parameter["name"]),
            _type(parameter["schema"]),
            _text(parameter.get("description", "")) + _example(parameter),
        )
        for parameter in operation.get("parameters", [])
    ]
    answer = operation["responses"]["200"]
    return f"""<section id="{_anchor(path)}">
<h3><code>{method.upper()} {escape(server + path)}</code></h3>
{_text(operation.get("description", ""))}
{_table(("Parameter", "Value", ""), parameters) if parameters else ""}
<p>{escape(answer["description"])} {_bodies(answer)}</p>
</section>
"""


def _statuses(of_routes: list[dict[str, Any]]) -> str:
    """Every status, as the first route that can answer it describes it."""
    responses: dict[str, Any] = {}
    for of_route in of_routes:
        responses = of_route | responses
    rows = [
        (_name(status), _bodies(answer) if status != "200" else "", _text(answer["description"]))
        for status, answer in sorted(responses.items())
    ]
    return _table(("Status", "Body", ""), rows)


def _schema(name: str, schema: dict[str, Any]) -> str:
    fields = [
        (_name(field), _type(described), _text(described.get("description", "")))
        for field, described in schema.get("properties", {}).items()
    ]
    shown = _table(("Field", "Value", ""), fields) if fields else f"<p>{_type(schema)}</p>"
    about = _text(schema.get("description", ""))
    return f'<section id="{_anchor(name)}"><h3>{escape(name)}</h3>{about}{shown}</section>\n'


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{_anchor(name)}">{escape(name)}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(_name(str(value)) for value in schema["enum"]) + _default(schema)
    if schema.get("type") == "array":
        return f"array of {_type(schema['items'])}"
    if isinstance(inner := schema.get("additionalProperties"), dict):
        return f"object of {_type(inner)} by name"
    words = [str(schema.get("format", schema.get("type", "anything")))]
    limits = {"minimum": "from", "maximum": "to", "minLength": "from", "maxLength": "to"}
    words += [f"{word} {schema[limit]:,}" for limit, word in limits.items() if limit in schema]
    if "maxLength" in schema:
        words.append("characters")
    return escape(" ".join(words)) + _default(schema)


def _default(schema: dict[str, Any]) -> str:
    if "default" not in schema:
        return ""
    return f' <span class="faint">(without it: {escape(json.dumps(schema["default"]))})</span>'


def _bodies(answer: dict[str, Any]) -> str:
    return "<br>".join(
        f"{_name(media_type)}: {_type(body.get('schema', {}))}"
        for media_type, body in answer.get("content", {}).items()
    )


def _example(parameter: dict[str, Any]) -> str:
    examples = parameter.get("examples") or parameter["schema"].get("examples") or []
    values = [item["value"] for item in examples.values()] if isinstance(examples, dict) else examples
    return "".join(f'<p class="faint">Example: {_name(_plain(value))}</p>' for value in values)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head if name)
    cells += "<td></td>" * sum(not name for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'


def _text(text: str) -> str:
    """Paragraphs, and `code` within them."""
    marked = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text))
    return "".join(f"<p>{paragraph}</p>" for paragraph in marked.split("\n\n") if paragraph.strip())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _name(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _code(text: str) -> str:
    return f"<pre><code>{escape(text)}</code></pre>"


def _anchor(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]+", "-", text).strip("-")
