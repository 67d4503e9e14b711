"""The QR itself, as SVG that scales and prints."""

import io
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage


@lru_cache(maxsize=512)
def draw_qr(code: str) -> bytes:
    """An SVG document: black on white whatever the theme, four modules of quiet zone, level M (15 % may be dirty)."""
    picture = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=10, border=4)
    picture.add_data(code)
    image = picture.make_image(image_factory=SvgPathImage)
    out = io.BytesIO()
    image.save(out)
    return out.getvalue().replace(b"<path", b'<rect width="100%" height="100%" fill="#fff"/><path', 1)
