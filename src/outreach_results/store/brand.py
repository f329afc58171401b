"""Whose name, color and logo stand on what others get to see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from outreach_results.errors import OutreachError
from outreach_results.models.metric_definitions import RATES

LARGEST_LOGO = 512 * 1024
LONGEST_NAME = 80
COLOR = RATES["open_rate"].color
"""The color where no other is chosen."""

_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose report or page it is: a name, the color of headings, and a logo, the content of a PNG or a JPEG.

    Raises:
        OutreachError: one of them cannot be used; says why.
    """

    name: str = ""
    color: str = COLOR
    logo: bytes | None = None

    def __post_init__(self) -> None:
        """Check them."""
        if len(self.name) > LONGEST_NAME:
            raise OutreachError(f"The name of a brand has at most {LONGEST_NAME} characters.")
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.color):
            raise OutreachError(f"{self.color[:20]!r} isn't a color. Write it like {COLOR}.")
        if self.logo is not None:
            checked_logo(self.logo)

    @property
    def logo_kind(self) -> str:
        """The kind of the logo: png or jpeg; '' without one."""
        return "" if self.logo is None else checked_logo(self.logo)


def checked_logo(content: bytes) -> str:
    """The kind of a logo.

    Raises:
        OutreachError: it is too large, or neither a PNG nor a JPEG.
    """
    if len(content) > LARGEST_LOGO:
        raise OutreachError(f"The logo is larger than {LARGEST_LOGO // 1024} KB. Use a smaller picture.")
    for first, kind in _KINDS.items():
        if content.startswith(first):
            return kind
    raise OutreachError("The logo isn't a PNG or a JPEG. Save it as one of them.")


def brand_of(name: str, color: str, logo: Path | None) -> Brand:
    """The brand of settings or options.

    Raises:
        OutreachError: one of them cannot be used; says why.
    """
    return Brand(name, color, None if logo is None else logo_of(logo))


def logo_of(path: Path) -> bytes:
    """The content of a logo's file; of one that is too large no more than shows that.

    Raises:
        OutreachError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise OutreachError(f"The logo {path} cannot be read: {(error.strerror or 'unknown').lower()}.") from None
