"""Pictures, as people upload them."""

from __future__ import annotations

import random
from io import BytesIO
from typing import Any

from PIL import Image


def picture(width: int = 4, height: int = 4, kind: str = "PNG", *, is_noise: bool = False, **options: Any) -> bytes:
    """A picture of one color, or of noise, which no format makes smaller; ``options`` are those of Pillow."""
    drawn = Image.new("RGB", (width, height), "#7a1f5c")
    if is_noise:
        drawn.putdata([(n & 255, n >> 8 & 255, n >> 16) for n in _colors(width * height)])
    written = BytesIO()
    drawn.save(written, kind, **options)
    return written.getvalue()


def _colors(number: int) -> list[int]:
    chance = random.Random(5)
    return [chance.randrange(1 << 24) for _ in range(number)]
