import random

import pytest

from store_omni.web.plumbing.addresses import ADDRESS_CHARS_MAX, header_safe, here, next_of, own_path


@pytest.mark.parametrize(
    "typed",
    [
        "", "account", "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example",
        "\t//evil.example", " //evil.example", "https://evil.example", "javascript:alert(1)", "/a\\b", "/a\x00", "/a\x7f",
        "/a b", "/\r\nX: 1", "/" + "가" * ADDRESS_CHARS_MAX, "/" + "a" * ADDRESS_CHARS_MAX,
    ],
)  # fmt: skip
def test_what_is_no_path_of_this_host(typed: str) -> None:
    assert own_path(typed, "/home") == next_of({"next": typed}, "/home") == "/home"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("/account", "/account"),
        ("/한글?q=가", "/%ED%95%9C%EA%B8%80?q=%EA%B0%80"),
        ("/office/stock/%EA%B0%95%EB%82%A8/MUG", "/office/stock/%EA%B0%95%EB%82%A8/MUG"),
        ("/a%2Fb?x=1&y=<b>#top", "/a%2Fb?x=1&y=%3Cb%3E#top"),
        ("/\ud800", "/?"),
    ],
)
def test_a_path_of_this_host_is_percent_encoded(typed: str, written: str) -> None:
    assert own_path(typed, "/") == written == own_path(written, "/")


def test_no_text_breaks_a_header() -> None:
    drawn = random.Random(5)
    for _ in range(2_000):
        text = "/" + "".join(chr(drawn.choice([drawn.randrange(256), drawn.randrange(0x11_0000)])) for _ in range(9))
        for written in (header_safe(text), own_path(text, "/")):
            assert written.isascii() and written.isprintable() and " " not in written
        assert own_path(text, "/")[1:2] not in ("/", "\\")


def test_here_is_the_address_as_it_came() -> None:
    scope = {"path": "/office/stock/강남/A/B", "raw_path": b"/office/stock/%EA%B0%95%EB%82%A8/A%2FB", "query_string": b"q=%0A"}
    assert here(scope) == "/office/stock/%EA%B0%95%EB%82%A8/A%2FB?q=%0A"
    assert here({"path": "/가", "query_string": b""}) == "/%EA%B0%80"
