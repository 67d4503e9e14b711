"""What a thing may wear over its colour: stripes, checks, dots, waves, leaves, a band."""

import zlib
from collections.abc import Callable

from store_omni.catalog.drawing.canvas import group, path, rect, stroke
from store_omni.catalog.drawing.colours import Tones


def dress(t: Tones, d: str, step: float = 26) -> str:
    """The pattern of `t`, cut to the outline `d`; nothing for a plain thing. `step` is the distance of its repeats."""
    draw = _PATTERNS.get(t.pattern)
    if draw is None:
        return ""
    name = f"~cut{zlib.crc32(d.encode()):x}"
    return f'<clipPath id="{name}"><path d="{d}"/></clipPath>' + group(draw(t, step), clip_path=f"url(#{name})")


def _stripe(t: Tones, step: float) -> list[str]:
    return [rect(40, 40 + i * step, 320, step * 0.4, t.pale, fill_opacity=0.72) for i in range(int(320 / step))]


def _pin(t: Tones, step: float) -> list[str]:
    return [rect(40 + i * step * 0.7, 40, step * 0.18, 320, t.pale, fill_opacity=0.75) for i in range(int(460 / step))]


def _check(t: Tones, step: float) -> list[str]:
    lines = range(int(320 / step))
    return [rect(40, 40 + i * step, 320, step * 0.48, t.pale, fill_opacity=0.42) for i in lines] + [
        rect(40 + i * step, 40, step * 0.48, 320, t.pale, fill_opacity=0.42) for i in lines
    ]


def _dots(t: Tones, step: float) -> list[str]:
    rows = range(int(320 / step) + 1)
    spots = "".join(
        f"M{40 + column * step + (row % 2) * step / 2:g} {40 + row * step:g}m-{step * 0.16:g} 0"
        f"a{step * 0.16:g} {step * 0.16:g} 0 1 0 {step * 0.32:g} 0a{step * 0.16:g} {step * 0.16:g} 0 1 0 -{step * 0.32:g} 0"
        for row in rows
        for column in rows
    )
    return [path(spots, t.pale, fill_opacity=0.85)]


def _wave(t: Tones, step: float) -> list[str]:
    half = step * 0.5
    crest = "".join(f"q{half * 0.5:g} -{half:g} {half:g} 0t{half:g} 0" for _ in range(int(320 / step) + 1))
    return [stroke(f"M40 {40 + i * step:g}{crest}", t.pale, step * 0.14, stroke_opacity=0.8) for i in range(int(320 / step) + 1)]


def _leaf(t: Tones, step: float) -> list[str]:
    size = step * 0.5
    rows = range(int(320 / (step * 1.3)) + 1)
    leaves = "".join(
        f"M{40 + column * step * 1.3 + (row % 2) * step * 0.65:g} {40 + row * step * 1.3:g}"
        f"q{size * 0.9:g} -{size * 0.5:g} {size * 0.7:g} -{size * 1.5:g}q-{size:g} {size * 0.4:g} -{size * 0.7:g} {size * 1.5:g}"
        for row in rows
        for column in rows
    )
    return [path(leaves, t.pale, fill_opacity=0.85)]


def _band(t: Tones, step: float) -> list[str]:
    return [rect(40, 262, 320, step * 1.4, t.pale, fill_opacity=0.9), rect(40, 262 + step * 1.6, 320, step * 0.2, t.pale)]


_PATTERNS: dict[str, Callable[[Tones, float], list[str]]] = {
    "stripe": _stripe,
    "pin": _pin,
    "check": _check,
    "dots": _dots,
    "wave": _wave,
    "leaf": _leaf,
    "band": _band,
}
PATTERNS = ("plain", *_PATTERNS)
"""Every pattern a drawing key may end with, as in `mug.dots`."""
