"""The colours a SKU can have, and the tones a drawing needs of one colour."""

import re
from typing import NamedTuple

COLOURS: dict[str, str] = {
    "white": "#f7f5f0",
    "cream": "#f1e5cd",
    "beige": "#dcc5a3",
    "sand": "#c9ab82",
    "natural": "#d2aa78",
    "brown": "#8b5e3f",
    "terracotta": "#c76b4a",
    "coral": "#ea8070",
    "red": "#c9463f",
    "wine": "#83323f",
    "pink": "#eba9ae",
    "lavender": "#a99acb",
    "navy": "#2f4265",
    "blue": "#4a78b5",
    "sky": "#8fbbdb",
    "mint": "#95cdbb",
    "sage": "#9cb094",
    "olive": "#7f8350",
    "green": "#3f7058",
    "mustard": "#dea83e",
    "yellow": "#f2cf5b",
    "orange": "#e68f45",
    "grey": "#a3a5a6",
    "charcoal": "#4c4f53",
    "black": "#2b2b2d",
    "silver": "#c6cacd",
    "clear": "#cfdfe2",
}
"""Colour name → base tone. A name outside this table may also be given as `#rrggbb`."""

NEUTRAL = "beige"
_HEX = re.compile(r"#[0-9a-f]{6}")
_WARM_WHITE = "#faf6ef"


class Tones(NamedTuple):
    """One colour as a painter mixes it (lit, shaded, line, paper-pale, the wall behind it) and the pattern worn."""

    base: str
    light: str
    pale: str
    dark: str
    deep: str
    wall: str
    arch: str
    accent: str
    pattern: str = "plain"


def mix(first: str, second: str, share: float) -> str:
    """Blend two `#rrggbb` colours; `share` is how much of the second is taken, 0–1."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Perceived brightness of `#rrggbb`, 0 (black) – 1 (white)."""
    red, green, blue = _channels(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def tones(colour: str, pattern: str = "plain") -> Tones:
    """Mix the tones for a colour name or `#rrggbb`; an unknown name is painted in the neutral beige."""
    base = COLOURS.get(colour) or (colour if _HEX.fullmatch(colour) else COLOURS[NEUTRAL])
    bright = luminance(base)
    # Nearly white things would vanish on a pale wall, so the wall turns to warm sand behind them.
    if bright > 0.86:
        wall, arch = "#e7ddcf", "#d9cbb8"
    else:
        wall, arch = mix(base, _WARM_WHITE, 0.84), mix(base, _WARM_WHITE, 0.66)
    shade = "#3a2a24" if bright > 0.35 else "#0c0c10"
    return Tones(
        base=base,
        light=mix(base, "#ffffff", 0.34 if bright > 0.3 else 0.2),
        pale=mix(base, _WARM_WHITE, 0.8),
        dark=mix(base, shade, 0.2 if bright < 0.86 else 0.13),
        deep=mix(base, shade, 0.42 if bright < 0.86 else 0.3),
        wall=wall,
        arch=arch,
        accent=_accent(base, bright),
        pattern=pattern,
    )


def _accent(base: str, bright: float) -> str:
    """A second colour that sits well beside the first: warm beside cool, cool beside warm."""
    red, _, blue = _channels(base)
    if abs(red - blue) < 24:
        return "#d9946a" if bright > 0.5 else "#dfb26e"
    return "#e9b66a" if blue > red else "#6d8f8a"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
