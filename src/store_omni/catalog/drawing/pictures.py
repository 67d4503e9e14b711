"""The one door to the drawings: a key and a colour in, an SVG picture out."""

import html

from store_omni.catalog.drawing import (
    bath,
    beauty,
    bedding,
    camping,
    kitchen,
    lighting,
    parcel,
    pets,
    snacks,
    stationery,
    storage,
    tableware,
    trail,
)
from store_omni.catalog.drawing.colours import tones
from store_omni.catalog.drawing.materials import finish
from store_omni.catalog.drawing.patterns import PATTERNS

_ROOMS = (kitchen, tableware, bath, bedding, stationery, camping, trail, lighting, storage, pets, beauty, snacks)
_DRAWINGS = {key: draw for room in _ROOMS for key, draw in room.DRAWINGS.items()}
DRAWING_KEYS = tuple(sorted(_DRAWINGS))
"""Every kind of thing that has a drawing of its own; `key.pattern` draws it in one of the `PATTERNS`."""


def draw_product(key: str, colour: str, *, category: str = "", title: str = "") -> str:
    """Draw one product as a stand-alone SVG (viewBox 0 0 400 400, presentation attributes only, no references out).

    `key` is a member of `DRAWING_KEYS`, optionally with a pattern (`mug.dots`); anything else becomes a parcel
    that bears the sign of its `category`. `colour` is a name of `colours.COLOURS` or `#rrggbb`. Never fails.
    """
    kind, _, pattern = key.partition(".")
    paint = tones(colour, pattern if pattern in PATTERNS else "plain")
    draw = _DRAWINGS.get(kind)
    parts = draw(paint) if draw else parcel.draw(paint, category)
    shown = kind if draw else f"parcel-{category}"
    prefix = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in f"{shown}-{paint.pattern}-{colour}".lower()
    )
    return finish(parts, paint, f"p-{prefix}", html.escape(title or kind.replace("_", " ")))
