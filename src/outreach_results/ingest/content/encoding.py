"""Which encoding a text file is in."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_AT_ONCE = 1024 * 1024

_CANDIDATES = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp949": "Korean (Windows-949)",
}
_LIKELY = "cp1252"
_LATIN = ("cp1252", "cp1250")
_CERTAIN = 0.5


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, and what people call it."""

    codec: str
    label: str


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file: by its byte order mark, else UTF-8 if all of it is, else the most plausible."""
    with path.open("rb") as file:
        start = file.read(_AT_ONCE)
        for mark, codec, label in _BOMS:
            if start.startswith(mark):
                return Encoding(codec, label)
        if (utf16 := _utf16_without_mark(start)) is not None:
            return Encoding(utf16, "UTF-16")
        decoder = codecs.getincrementaldecoder("utf-8")()
        block, offending = start, b""
        while block:
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                offending = block[max(0, error.start - 20_000) : error.start + 20_000]
                break
            block = file.read(_AT_ONCE)
        if not offending:
            return Encoding("utf-8", "UTF-8")
    return _guess(offending)


def _utf16_without_mark(start: bytes) -> str | None:
    """The codec of UTF-16 whose mark is missing: every other byte of Latin text is zero."""
    sample = start[:4000]
    if len(sample) < 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.1 * half else None


def _guess(sample: bytes) -> Encoding:
    """The most plausible of the encodings that spreadsheets write, judged by the text around the first odd byte."""
    best = max(from_bytes(sample, cp_isolation=list(_CANDIDATES)), key=lambda match: match.coherence, default=None)
    codec = _LIKELY if best is None else best.encoding
    # Too little accented text leaves the Latin code pages equally plausible: then the most frequent one is it.
    if codec in _LATIN and (best is None or best.coherence < _CERTAIN) and _decodes(sample, _LIKELY):
        codec = _LIKELY
    return Encoding(codec, _CANDIDATES[codec])


def _decodes(sample: bytes, codec: str) -> bool:
    try:
        sample.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
