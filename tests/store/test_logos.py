"""Logos are read as pictures and written anew; what is no picture, or too much of one, is a sentence."""

from __future__ import annotations

import json
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from outreach_results.errors import OutreachError
from outreach_results.store import client_brands, labeling
from outreach_results.store.brand import Brand, stored_logo
from outreach_results.store.engine import Store, set_meta
from outreach_results.store.logos import LARGEST_LOGO, as_png, size_of_png
from support.optional import present
from support.pictures import picture

SECRET = b"47.3769 N, 8.5417 E"


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that says it has so many pixels, and has none."""
    head = chunk(b"IHDR", width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def with_secrets(kind: str) -> bytes:
    """A picture that says where it was taken, and has a file behind its end."""
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_text("Long", SECRET.decode(), zip=True)
    of_kind = {"pnginfo": text} if kind == "PNG" else {"comment": SECRET}
    return picture(40, 20, kind, exif=exif, icc_profile=SECRET * 9, **of_kind) + b"<script>alert(1)</script>" + SECRET


HOSTILE = {
    "nothing": (b"", "isn't a PNG or a JPEG"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "isn't a PNG or a JPEG"),
    "gif": (picture(kind="GIF"), "isn't a PNG or a JPEG"),
    "webp": (picture(kind="WEBP"), "isn't a PNG or a JPEG"),
    "html": (b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", "is damaged"),
    "cut off": (picture(200, 200, is_noise=True)[:-500], "is damaged"),
    "cut off jpeg": (picture(200, 200, "JPEG")[:100], "is damaged"),
    "another inside": (b"\xff\xd8\xff" + picture(), "is damaged"),
    "no pixels": (png(0, 0), "is damaged"),
    "billions": (png(60_000, 60_000), "is damaged|60,000 by 60,000 pixels"),
    "many": (png(5_000, 5_000), "has 5,000 by 5,000 pixels. Use one of at most 16 million"),
    "text bomb": (png(4, 4, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(90_000_000)))), "is damaged"),
    "large": (bytes(LARGEST_LOGO + 1), "larger than 512 KB"),
    "large again": (picture(960, 320, "JPEG", is_noise=True, quality=60), "larger than 512 KB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_logo_is_a_sentence(name: str) -> None:
    content, said = HOSTILE[name]
    with pytest.raises(OutreachError, match=f"^The logo .*({said})"):
        Brand(logo=content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_only_pixels_of_a_logo_are_kept(kind: str) -> None:
    logo = present(Brand(logo=with_secrets(kind)).logo)
    with Image.open(BytesIO(logo)) as opened:
        assert (opened.format, opened.size, dict(opened.info)) == ("PNG", (40, 20), {})
        assert opened.convert("RGB").getpixel((5, 5)) == pytest.approx((0x7A, 0x1F, 0x5C), abs=3)
    assert SECRET not in logo
    assert b"script" not in logo
    assert as_png(logo) == logo


def test_large_logo_is_reduced_and_stays_clear() -> None:
    assert size_of_png(as_png(picture(4_000, 1_000))) == (960, 240)
    clear = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear, "PNG")
    with Image.open(BytesIO(as_png(clear.getvalue()))) as opened:
        assert opened.getpixel((1, 1)) == (0, 0, 0, 0)


def test_damaged_logo_of_before_is_left_out(sqlite_store: Store) -> None:
    """Earlier versions looked at the first bytes alone: what they kept must not shut anybody out of a page."""
    labeling.add_client(sqlite_store, "Acme")
    with sqlite_store.write() as connection:
        kept = {"color": "#112233", "logo": b"\x89PNG\r\n\x1a\n<svg/>".hex()}
        set_meta(connection, f"{client_brands.KEY}acme", json.dumps(kept))
    brand = present(client_brands.client_brand(sqlite_store, "acme"))
    assert (brand.color, brand.logo) == ("#112233", None)
    assert stored_logo(None) is None
