"""Values that broke something once, here or elsewhere, and what a page's form or address may hold of them."""

import random
from urllib.parse import quote_from_bytes

_DRAWN = random.Random(11)
HANGUL = "".join(chr(_DRAWN.randrange(0xAC00, 0xD7A4)) for _ in range(2_500))
TEXTS = (
    "", " ", "0", "-1", "1", "99", "2147483648", "9223372036854775808", "9" * 5_000, "1e400", "nan", "inf", "²", "٣", "1.5",
    "강남", "한글-코드", "A/B", "../../etc/passwd", "%", "%00", "%2F", "a\0b", "\0", "\x01", "\x1b[31m", "\x7f", "\t", "\r\nX: 1",
    "\u202e역순", "\u200b", "\u3164", "\ufeff", "\ud7ff", "\ue02f", "\U0010ffff", "\U0001f600", "é" * 300, HANGUL, "x" * 70_000,
    "'", '"', "';--", "<script>", "{{7*7}}", "{%", "%(name)s", "{0}", "\\", "\\\\evil", "//evil.example", "/\t/evil.example",
    "null", "[]", "{}", "true", "2026-13-45", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "1-2.3-4", ":", ",", ";", "=", "&", "a@b..co",
    "+82 10 1234 5678", "010-1234-5678", "ABCD-2345", "ko", "en", "xx",
)  # fmt: skip
RAW = (b"\xff", b"\xed\xa0\x80", b"\xc3\x28", b"\xf8\x88\x80\x80\x80")
KINDS = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=bogus", "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=x; charset=bogus", "multipart/form-data", "text/plain", "application/json", "", "x/y; a=\xff",
)  # fmt: skip
HEADERS = {
    "accept-language": ("ko", "en;q=0", "x" * 5_000, "\xff", ","),
    "cookie": ("so_lang=xx", "so_place=" + "[" * 3_000, "so_basket=x; so_shop=\xff", "so_hold=1.2.3", "=", ";" * 500, "so_csrf=a; so_csrf=b"),
    "hx-request": ("true",),
    "accept-encoding": ("gzip", "br;q=x", "identity;q=0"),
    "x-forwarded-for": ("1.1.1.1", "[::1]:9", "," * 5_000, "unknown"),
    "x-request-id": ("a" * 64, "\x80"),
    "range": ("bytes=0-", "bytes=9-1", "x"),
    "if-none-match": ("*", '"' + "x" * 900),
    "if-modified-since": ("yesterday",),
    "last-event-id": ("9" * 5_000, "\xff"),
    "authorization": ("Bearer", "Bearer \xff", "Basic x", "Bearer " + "x" * 9_000),
    "host": ("a:b", "a:99999999", "::1", "[::1]", "a:-1", "evil.example", ""),
    "content-type": ("multipart/form-data; boundary=" + "x" * 300,),
}  # fmt: skip


def text(dice: random.Random) -> str:
    """One of them, or a few characters of anywhere."""
    if dice.random() < 0.85:
        return dice.choice(TEXTS)
    return "".join(chr(dice.choice((dice.randrange(128), dice.randrange(0xD800)))) for _ in range(dice.randrange(12)))


def encoded(dice: random.Random, value: str | None = None) -> bytes:
    """As it stands in an address or a form: percent-encoded, now and then broken."""
    if value is None and dice.random() < 0.08:
        return quote_from_bytes(dice.choice(RAW)).encode()
    return quote_from_bytes((value if value is not None else text(dice)).encode("utf-8", "replace"), safe="").encode()


def headers(dice: random.Random) -> list[tuple[bytes, bytes]]:
    chosen = dice.sample(sorted(HEADERS), dice.choice((0, 0, 0, 1, 1, 2)))
    return [(name.encode(), dice.choice(HEADERS[name]).encode("latin-1")) for name in chosen]
