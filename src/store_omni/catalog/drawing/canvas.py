"""Shapes, materials and light: what every drawing is made of. Sizes are units of the 400 × 400 picture.

A fill that begins with `@` names a material (`@body`, `@wood`, `@metal` …): a gradient that is defined in the
picture only when it is used. Everything is a presentation attribute, so that a strict content policy lets it pass.
"""

from collections.abc import Iterable

WOOD = "#c99c6a"
WOOD_LIGHT = "#e2c196"
WOOD_DARK = "#a3754a"
METAL = "#c3c8cc"
METAL_DARK = "#868d94"
METAL_LIGHT = "#eef0f1"
PAPER = "#fbf6ec"
PAPER_DARK = "#e6dac6"
INK = "#3b3835"
LEAF = "#6f8f6c"
FLOOR = 322
"""Height of the line on which things stand."""


def shape(tag: str, content: str = "", /, **attributes: str | float) -> str:
    """One SVG element; `stroke_width=2` becomes `stroke-width="2"`. Curves end round unless told otherwise."""
    if "stroke" in attributes:
        attributes = {"stroke_linecap": "round", "stroke_linejoin": "round", **attributes}
    written = "".join(f' {name.replace("_", "-")}="{_text(value)}"' for name, value in attributes.items())
    return f"<{tag}{written}>{content}</{tag}>" if content else f"<{tag}{written}/>"


def path(d: str, fill: str = "none", **attributes: str | float) -> str:
    """A filled path."""
    return shape("path", d=d, fill=fill, **attributes)


def stroke(d: str, colour: str, width: float = 3, **attributes: str | float) -> str:
    """An open line with round ends."""
    return shape("path", d=d, fill="none", stroke=colour, stroke_width=width, **attributes)


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 0, **more: str | float) -> str:
    """A rectangle with its upper left corner at (x, y)."""
    if radius:
        more = {"rx": radius, **more}
    return shape("rect", x=x, y=y, width=width, height=height, fill=fill, **more)


def circle(x: float, y: float, radius: float, fill: str, **more: str | float) -> str:
    """A disc around (x, y)."""
    return shape("circle", cx=x, cy=y, r=radius, fill=fill, **more)


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, **more: str | float) -> str:
    """An ellipse around (x, y)."""
    return shape("ellipse", cx=x, cy=y, rx=rx, ry=ry, fill=fill, **more)


def group(content: Iterable[str], **attributes: str | float) -> str:
    """Several shapes moved, turned or faded together."""
    return shape("g", "".join(content), **attributes)


def turned(angle: float, x: float, y: float, *content: str) -> str:
    """Shapes turned by an angle in degrees around (x, y)."""
    return group(content, transform=f"rotate({_text(angle)} {_text(x)} {_text(y)})")


def moved(x: float, y: float, *content: str) -> str:
    """Shapes moved by (x, y)."""
    return group(content, transform=f"translate({_text(x)} {_text(y)})")


def shadow(x: float, width: float, y: float = FLOOR, height: float = 0) -> str:
    """The soft shadow of a thing that stands on the floor; `width` is half of what the thing covers."""
    tall = height or max(9, width * 0.13)
    return ellipse(x + 8, y + 2, width * 1.16, tall * 1.3, "@shadow") + ellipse(x + 2, y, width * 0.96, tall * 0.55, "@contact")


def cylinder(x: float, top: float, bottom: float, half: float, fill: str, *, foot: float = 0, curve: float = 0) -> str:
    """A standing round body; `foot` is how much narrower each side is at the bottom, `curve` the roundness of its base."""
    round_by = curve or half * 0.16
    low = half - foot
    return path(
        f"M{x - half} {top}L{x - low} {bottom - round_by}Q{x - low} {bottom} {x - low + 14} {bottom + round_by * 0.35}"
        f"Q{x} {bottom + round_by * 0.9} {x + low - 14} {bottom + round_by * 0.35}Q{x + low} {bottom} {x + low} {bottom - round_by}"
        f"L{x + half} {top}Z",
        fill,
    )


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 2):g}"
