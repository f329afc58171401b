"""A report as PDF: real text with a structure that screen readers follow (PDF/UA), and charts as vectors."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from outreach_results.errors import OutreachError
from outreach_results.export.report.content import Report
from outreach_results.export.report.template_values import template_values

_FOLDER = Path(__file__).parent
_MISSING = "\N{REPLACEMENT CHARACTER}"
_TRIES = 4
_NAMED = 12
_NEVER = frozenset({"Co", "Cs", "Cn"})
"""Categories of characters that no font shows: private ones, halves of pairs, and those that are not assigned."""
_UNDISPLAYED = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')


def pdf(report: Report) -> Iterator[bytes]:
    """The file.

    Characters that neither the fonts of the product (Latin, Greek, Cyrillic) nor those of the machine have are shown as
    a replacement sign, and the small print names them.

    Raises:
        OutreachError: it could not be made.
    """
    data = template_values(report)
    missing = {letter for letter in set(json.dumps(data, ensure_ascii=False)) if unicodedata.category(letter) in _NEVER}
    for _ in range(_TRIES):
        shown = _replaced(data, missing)
        if missing:
            shown["small_print"] = [*shown["small_print"], _remark(missing)]
        found = _compiled(shown, report)
        if isinstance(found, bytes):
            yield found
            return
        missing |= found
    raise OutreachError("The PDF could not be made, because too many characters are in no font here. Use HTML.")


def _compiled(data: dict[str, Any], report: Report) -> bytes | set[str]:
    """The file, or the characters that no font has."""
    import typst  # takes long to load, and only reports need it

    logo = report.options.brand.logo
    inputs = {
        "data": json.dumps(data),
        "logo": "" if logo is None else json.dumps(list(logo)),
    }
    source = (_FOLDER / "report.typ").read_bytes()
    try:
        made = typst.compile(source, format="pdf", font_paths=_fonts(), sys_inputs=inputs, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        texts = [_unescaped(text) for text in _UNDISPLAYED.findall(f"{error.message}\n{error.diagnostic}")]
        if not texts:
            raise OutreachError("The PDF could not be made. Use HTML.") from error
        return {letter for text in texts for letter in text}
    assert isinstance(made, bytes)
    return made


def _unescaped(text: str) -> str:
    """A text as the compiler's messages write it: with escapes such as \\u{e123}."""
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), text)
    return re.sub(r"\\(.)", r"\1", text)


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """The fonts of the product, then those of the machine."""
    import typst

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[_FOLDER / "fonts"])


def _replaced(value: Any, missing: set[str]) -> Any:
    if isinstance(value, str):
        if value.isascii():
            return value
        return "".join(_MISSING if letter in missing else letter for letter in value)
    if isinstance(value, dict):
        return {name: _replaced(one, missing) for name, one in value.items()}
    return [_replaced(one, missing) for one in value] if isinstance(value, list | tuple) else value


def _remark(missing: set[str]) -> str:
    named = ", ".join(f"U+{ord(letter):04X}" for letter in sorted(missing)[:_NAMED])
    more = "" if len(missing) <= _NAMED else f" and {len(missing) - _NAMED} more"
    return f"Characters that are in no font of this machine are shown as {_MISSING}: {named}{more}."
