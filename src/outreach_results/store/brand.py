"""Whose name, color and logo stand on what others get to see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from outreach_results.errors import OutreachError
from outreach_results.models.metric_definitions import RATES
from outreach_results.store.logos import LARGEST_LOGO, as_png

LONGEST_NAME = 80
COLOR = RATES["open_rate"].color
"""The color where no other is chosen."""


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose report or page it is: a name, the color of headings, and a logo, the content of a PNG.

    It can be made with a JPEG, and with any PNG: both are written anew.

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
            object.__setattr__(self, "logo", as_png(self.logo))


def stored_logo(written: str | None) -> bytes | None:
    """A logo as it is stored, in hexadecimal digits; None for one that earlier versions kept unread."""
    if written is None:
        return None
    try:
        return as_png(bytes.fromhex(written))
    except OutreachError:
        return None  # a page without its logo is better than no page


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
