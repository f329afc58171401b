"""``make fonts``: the fonts that are sent in place of Streamlit's, see ``server/fonts.py``."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from outreach_results.server import fonts

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def main() -> None:
    """Write both fonts, and which icons of which font the first has."""
    whole = fonts.whole_font()
    if whole is None:
        sys.exit("The installed Streamlit has no font of icons: see server/fonts.py.")
    _write_icons(whole)
    _write_empty()


def _write_icons(whole: Path) -> None:
    font = TTFont(whole)
    glyph_of = _glyphs(font)
    names = [name for name in fonts.names_in_use() if name in glyph_of]
    # Without the closure over the layout: the letters alone would bring every icon that is written with them.
    options = subset.Options(flavor="woff2", layout_closure=False, layout_features=["*"], glyph_names=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(glyphs=[glyph_of[name] for name in names], text=LETTERS)
    subsetter.subset(font)
    subset.save_font(font, str(fonts.ICONS), options)
    about = {"sha256": sha256(whole.read_bytes()).hexdigest(), "names": names}
    fonts.ABOUT.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _write_empty() -> None:
    builder = FontBuilder(unitsPerEm=1000)
    builder.setupGlyphOrder([".notdef", "space"])  # browsers refuse a font without any character
    builder.setupCharacterMap({ord(" "): "space"})
    pen = TTGlyphPen(None)
    for draw, point in ((pen.moveTo, (0, 0)), (pen.lineTo, (0, 1)), (pen.lineTo, (1, 0))):
        draw(point)
    pen.closePath()
    builder.setupGlyf({".notdef": pen.glyph(), "space": TTGlyphPen(None).glyph()})  # nor one without any outline
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "space"), (500, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupOS2()
    builder.setupNameTable({"familyName": "Empty", "styleName": "Regular"})
    builder.setupPost()
    builder.font.flavor = "woff2"
    builder.save(fonts.EMPTY)


def _glyphs(font: TTFont) -> dict[str, str]:
    """The glyph that the font puts in place of each name, which it has as a ligature of its letters."""
    letter_of = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    result = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in getattr(table, "ExtSubTable", table).ligatures.items():
                for one in ligatures:
                    name = "".join(letter_of[glyph] for glyph in (first, *one.Component))
                    result[name] = one.LigGlyph
    return result


if __name__ == "__main__":
    main()
