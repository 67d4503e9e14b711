"""The code in the QR: one spelling, one purpose, no forgery."""

import base64
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from store_omni.kit.signing import TOKEN_CHARS, Signer
from store_omni.passes.codes import PassCode, read_code, write_code
from store_omni.passes.drawing import draw_qr
from store_omni.passes.errors import PassInvalid

SIGNER = Signer({1: b"\x01" * 32}, 1)
STRANGER = Signer({1: b"\x02" * 32}, 1)


def code(signer: Signer = SIGNER, **more: object) -> str:
    values: dict = {
        "purpose": "pickup", "store_id": 7, "pass_id": uuid4(), "expires_at": datetime.now(UTC) + timedelta(days=3),
        "subject_id": uuid4(), "key_id": 1,
    }  # fmt: skip
    return write_code(signer, **(values | more))


def test_it_says_what_was_written() -> None:
    pass_id = uuid4()
    read = read_code(SIGNER, code(pass_id=pass_id, store_id=42, purpose="return"))
    assert (read.pass_id, read.store_id, read.purpose) == (pass_id, 42, "return")
    assert isinstance(read, PassCode)


def test_it_holds_no_address_and_fits_a_small_qr() -> None:
    text = code()
    assert len(text) == TOKEN_CHARS
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_20000_mutations_open_nothing() -> None:
    rng = random.Random(20261122)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abc01=/+ \n."
    original = code()
    accepted = 0
    for _ in range(20_000):
        text = list(original)
        for _ in range(rng.randint(1, 3)):
            match rng.randrange(4):
                case 0:
                    text[rng.randrange(len(text))] = rng.choice(alphabet)
                case 1:
                    text.insert(rng.randrange(len(text) + 1), rng.choice(alphabet))
                case 2:
                    del text[rng.randrange(len(text))]
                case _:
                    i, j = rng.randrange(len(text)), rng.randrange(len(text))
                    text[i], text[j] = text[j], text[i]
        mutated = "".join(text)
        if mutated == original:
            continue
        try:
            read_code(SIGNER, mutated)
            accepted += 1
        except PassInvalid:
            pass
    assert accepted == 0


@pytest.mark.parametrize(
    "spoil",
    [
        str.lower,
        lambda t: t + "=",
        lambda t: " " + t,
        lambda t: t + "\n",
        lambda t: t[:80] + "-" + t[80:],
        lambda t: t.replace("A", "Α", 1),
    ],
)
def test_other_spellings_of_the_same_bytes_are_refused(spoil) -> None:
    with pytest.raises(PassInvalid):
        read_code(SIGNER, spoil(code()))


def test_another_keys_signature_is_refused() -> None:
    with pytest.raises(PassInvalid):
        read_code(SIGNER, code(STRANGER))


def test_an_unknown_key_id_is_refused() -> None:
    raw = bytearray(base64.b32decode(code()))
    raw[4] = 9
    with pytest.raises(PassInvalid):
        read_code(SIGNER, base64.b32encode(bytes(raw)).decode())


@given(st.text(max_size=200))
@settings(max_examples=500)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(PassInvalid):
        read_code(SIGNER, text)


def test_the_drawn_qr_decodes_to_the_code() -> None:
    import re
    import xml.etree.ElementTree as ElementTree

    text = code()
    svg = draw_qr(text).decode()
    ElementTree.fromstring(svg)
    # The path is a list of squares; painting them is enough to read it back with an independent decoder.
    size = float(re.search(r'viewBox="0 0 ([\d.]+)', svg).group(1))
    image = Image.new("L", (int(size * 20), int(size * 20)), 255)
    for x, y, w in re.findall(r"M([\d.]+),([\d.]+)H([\d.]+)", svg):
        left, top, side = float(x) * 20, float(y) * 20, (float(w) - float(x)) * 20
        image.paste(0, (round(left), round(top), round(left + side), round(top + side)))
    assert zxingcpp.read_barcode(image).text == text
