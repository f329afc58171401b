"""The logos that people upload: read as pictures and written anew, so that nothing else of the file is kept."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from outreach_results.errors import OutreachError

LARGEST_LOGO = 512 * 1024
MOST_PIXELS = 16_000_000
"""Of an upload. They are held in memory: a file of a few KB can promise billions."""

_LARGEST = (960, 320)
"""The width and height to which larger ones are reduced: four times what the largest place for one shows."""

_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@lru_cache(maxsize=32)  # the logo of a link is asked for with each run of a page
def as_png(content: bytes) -> bytes:
    """The picture in a PNG or a JPEG, as a PNG of the pixels alone: no text, no place, no other picture.

    Raises:
        OutreachError: it is too large, damaged, or neither of them; says what to do.
    """
    _check_size(content)
    if not content.startswith(_BEGINNINGS):  # SVG too: it can hold scripts, and addresses that a browser asks
        raise OutreachError("The logo isn't a PNG or a JPEG. Save it as one of them.")
    try:
        written = _written_anew(content)
    except OutreachError:
        raise
    except Exception:  # what Pillow raises of damaged files is of many kinds
        raise OutreachError("The logo is damaged, so it can't be read. Save it again as a PNG or a JPEG.") from None
    _check_size(written)  # that of a photo grows
    return written


def _check_size(content: bytes) -> None:
    if len(content) > LARGEST_LOGO:
        raise OutreachError(f"The logo is larger than {LARGEST_LOGO // 1024} KB. Use a smaller or simpler picture.")


def _written_anew(content: bytes) -> bytes:
    from PIL import Image, ImageOps  # takes long to load, and few need it

    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as opened:
        width, height = opened.size  # from the file's head: no pixel has been read yet
        if width * height > MOST_PIXELS:
            raise OutreachError(
                f"The logo has {width:,} by {height:,} pixels. Use one of at most {MOST_PIXELS // 1_000_000} million."
            )
        picture = ImageOps.exif_transpose(opened)  # cameras say in metadata which side is up
        has_holes = "A" in picture.getbands() or "transparency" in picture.info
        picture = picture.convert("RGBA" if has_holes else "RGB")
    picture.thumbnail(_LARGEST)
    picture.info = {}  # else Pillow writes the color profile
    written = BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def size_of_png(content: bytes) -> tuple[int, int]:
    """The width and the height in pixels of what `as_png` wrote."""
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
