"""Photos and scans as they come from a phone: looked at, made smaller, stripped of their place."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from oosc.kernel.refusal import Refused

if TYPE_CHECKING:
    from PIL import Image

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 40_000_000
SIDE = 1600
PDF = b"%PDF-"


def clean(data: bytes) -> tuple[bytes, str]:
    """Return the picture as a JPEG of at most 1600 pixels a side, or a PDF as it is.

    Decoding and encoding again drops what a camera writes beside the picture, its place too.
    """
    if len(data) > LARGEST_BYTES:
        raise Refused("照片或扫描件超过 10 MB，请缩小后再传。")
    if data.startswith(PDF):
        return data, "application/pdf"
    from PIL import Image, ImageOps, UnidentifiedImageError  # loaded when the first one comes

    try:
        opened = Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        if opened.width * opened.height > LARGEST_PIXELS:
            raise Refused("照片尺寸过大，请用手机重拍或缩小后再传。")
        picture = _on_white(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise Refused("这个文件不是能打开的照片或 PDF，请另选一个。") from None
    picture.thumbnail((SIDE, SIDE))
    out = BytesIO()
    picture.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue(), "image/jpeg"


def _on_white(picture: Image.Image) -> Image.Image:
    """A signature is ink on nothing: what is transparent becomes paper, not black."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    from PIL import Image  # as in clean

    inked = picture.convert("RGBA")
    paper = Image.new("RGB", inked.size, "white")
    paper.paste(inked, mask=inked.getchannel("A"))
    return paper
