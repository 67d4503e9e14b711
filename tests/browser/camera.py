"""A camera that looks at one code: an uncompressed video that Chromium takes for a real device."""

from pathlib import Path

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

WIDTH, HEIGHT, FRAMES, GREY = 640, 480, 15, 128


def film_of_qr(code: str, path: Path) -> Path:
    """Y4M, 640 × 480, the QR in the middle of a grey wall."""
    qr = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    qr.add_data(code)
    matrix = qr.get_matrix()
    module = (HEIGHT - 40) // len(matrix)
    side = module * len(matrix)
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    luma = bytearray([GREY]) * (WIDTH * HEIGHT)
    for y, row in enumerate(matrix):
        line = b"".join(bytes([16 if dark else 235]) * module for dark in row)
        for dy in range(module):
            start = (top + y * module + dy) * WIDTH + left
            luma[start : start + side] = line
    frame = b"FRAME\n" + bytes(luma) + bytes([128]) * (WIDTH * HEIGHT // 2)
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + frame * FRAMES)
    return path
