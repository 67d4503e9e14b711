import gzip

import pytest

from store_omni.web.plumbing.baking import KEPT_MAX, MARK, Baked, KeptPages

HTML = f'<p>한국어 {"x" * 5000}</p><input value="{MARK}"><b>{"y" * 900}</b>{MARK}'


@pytest.mark.parametrize("html", [HTML, MARK, "", "no token at all", f"{MARK}{MARK}"])
@pytest.mark.parametrize("token", [b"", b"a", b"0123456789abcdef" * 8, b"&lt;" * 16_000])
def test_filled_and_packed_are_the_same(html: str, token: bytes) -> None:
    baked = Baked(html, None, (), ())
    assert baked.filled(token) == html.replace(MARK, token.decode()).encode()
    assert gzip.decompress(baked.filled_and_packed(token)) == baked.filled(token)


def test_it_is_the_objects_themselves_that_count() -> None:
    one, twin = [1], [1]
    baked = Baked(HTML, None, (), (one,))
    assert baked.is_made_of((one,)) and not baked.is_made_of((twin,)) and not baked.is_made_of((one, one))


def test_pages_are_kept_up_to_a_limit() -> None:
    pages = KeptPages()
    for number in range(KEPT_MAX + 2):
        pages.put(number, Baked("", number, (), ()))
    assert pages.get(1) is None and pages.get(2) is not None
