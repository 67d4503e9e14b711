"""Every drawing is a picture a strict content policy lets pass, and stands on its own."""

import re
import xml.etree.ElementTree as ET

import pytest

from store_omni.catalog.drawing.colours import COLOURS, luminance, tones
from store_omni.catalog.drawing.patterns import PATTERNS
from store_omni.catalog.drawing.pictures import DRAWING_KEYS, draw_product

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {
    "svg", "title", "defs", "g", "path", "rect", "circle", "ellipse", "linearGradient", "radialGradient", "stop", "clipPath",
}  # fmt: skip


def check_safe(text: str) -> None:
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg" and root.get("viewBox") == "0 0 400 400"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), "an id stands twice"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        for name, value in element.attrib.items():
            assert name not in ("style", "href", "class") and not name.startswith("on"), f"{element.tag} {name}"
            for target in re.findall(r"url\(([^)]*)\)", value):
                assert target.removeprefix("#") in ids, f"{target} leads out of the picture"
    assert text.count("http") == 1, "only the name of the SVG language itself may look like an address"
    assert "@" not in text and "~" not in text


@pytest.mark.parametrize("key", DRAWING_KEYS)
def test_every_drawing_is_well_formed_and_refers_to_nothing_outside(key):
    for number, pattern in enumerate(PATTERNS):
        check_safe(draw_product(f"{key}.{pattern}", list(COLOURS)[number * 3]))


def test_there_are_many_different_drawings():
    assert len(DRAWING_KEYS) >= 100
    assert len({draw_product(key, "coral") for key in DRAWING_KEYS}) == len(DRAWING_KEYS)


def test_colour_and_pattern_change_the_picture_and_nothing_else_does():
    assert draw_product("mug", "coral") == draw_product("mug", "coral")
    assert draw_product("mug", "coral") != draw_product("mug", "navy")
    assert draw_product("mug", "coral") != draw_product("mug.dots", "coral")


def test_an_unknown_key_is_a_parcel_with_the_sign_of_its_category():
    parcels = {draw_product("no such thing", "sage", category=category) for category in ("kitchen", "pets", "elsewhere")}
    assert len(parcels) == 3
    for parcel in parcels:
        check_safe(parcel)


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", 'mug" onload="x', "컵 & 접시"])
def test_a_title_cannot_break_out(title):
    text = draw_product("mug", "coral", title=title)
    check_safe(text)
    assert ET.fromstring(text).findtext(f"{SVG}title") == title


@pytest.mark.parametrize("colour", ["", "no colour", '"><script>', "#12345", "#a1b2c3", "색"])
def test_any_colour_text_gives_a_picture(colour):
    check_safe(draw_product("lamp", colour))
    check_safe(draw_product("table_lamp", colour))


def test_two_pictures_in_one_page_keep_their_ids_apart():
    first, second = (set(re.findall(r'id="([^"]+)"', draw_product(key, "coral"))) for key in ("mug", "teapot"))
    assert first and not first & second


@pytest.mark.parametrize("name", COLOURS)
def test_the_wall_is_paler_than_the_thing_or_clearly_darker(name):
    paint = tones(name)
    assert abs(luminance(paint.wall) - luminance(paint.base)) > 0.02
