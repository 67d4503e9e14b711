"""The gradients behind the `@` fills, and the sheet that a finished drawing is put on."""

import re

from store_omni.catalog.drawing.canvas import METAL, METAL_DARK, METAL_LIGHT, PAPER, PAPER_DARK, WOOD, WOOD_DARK, WOOD_LIGHT
from store_omni.catalog.drawing.colours import Tones, mix

_ACROSS = 'x1="0" y1="0" x2="1" y2="0"'
_DOWN = 'x1="0" y1="0" x2="0" y2="1"'
_SLANTED = 'x1="0" y1="0" x2="1" y2="1"'
_USED = re.compile(r'"@([a-z]+)"')


def finish(parts: list[str], t: Tones, prefix: str, title: str) -> str:
    """Put a drawing on its wall and floor and return the whole SVG text.

    `prefix` keeps the ids of two pictures apart when both stand in one page; `title` is what a reader hears.
    """
    body = "".join(parts)
    scene = _scene(t)
    used = sorted(set(_USED.findall(scene + body)))
    gradients = _gradients(t)
    defs = "".join(gradients[name].replace(" ", f' id="{prefix}-{name}" ', 1) for name in used)
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>{title}</title>'
        f'<defs>{defs}</defs>{scene}<g transform="translate(-16 -24) scale(1.08)">{body}</g></svg>'
    )
    text = _USED.sub(rf'"url(#{prefix}-\1)"', text)
    return text.replace("~", f"{prefix}-")


def _scene(t: Tones) -> str:
    """The wall, a niche of the same family of colour, and a floor that is a shade darker."""
    return (
        f'<rect width="400" height="400" fill="{t.wall}"/>'
        f'<path d="M64 322V182a136 136 0 0 1 272 0v140z" fill="{t.arch}" fill-opacity=".55"/>'
        f'<rect y="322" width="400" height="78" fill="{mix(t.wall, t.arch, 0.55)}"/>'
        '<rect width="400" height="400" fill="@light"/>'
    )


def _linear(direction: str, *stops: tuple[float, str] | tuple[float, str, float]) -> str:
    return f"<linearGradient {direction}>{_stops(stops)}</linearGradient>"


def _radial(where: str, *stops: tuple[float, str] | tuple[float, str, float]) -> str:
    return f"<radialGradient {where}>{_stops(stops)}</radialGradient>"


def _stops(stops: tuple[tuple[float, str] | tuple[float, str, float], ...]) -> str:
    written = []
    for at, colour, *opacity in stops:
        faded = f' stop-opacity="{opacity[0]:g}"' if opacity else ""
        written.append(f'<stop offset="{at:g}" stop-color="{colour}"{faded}/>')
    return "".join(written)


def _gradients(t: Tones) -> dict[str, str]:
    lit = mix(t.base, t.light, 0.8)
    return {
        "body": _linear(_ACROSS, (0, t.base), (0.22, lit), (0.55, t.base), (1, t.dark)),
        "soft": _linear(_DOWN, (0, lit), (1, t.base)),
        "fall": _linear(_DOWN, (0, t.base), (1, t.dark)),
        "slant": _linear(_SLANTED, (0, lit), (0.55, t.base), (1, t.dark)),
        "inner": _linear(_ACROSS, (0, t.deep), (1, t.dark)),
        "round": _radial('cx="0.36" cy="0.3" r="0.8"', (0, t.light), (0.5, t.base), (1, t.dark)),
        "accent": _linear(_ACROSS, (0, mix(t.accent, "#ffffff", 0.25)), (1, mix(t.accent, "#3a2a24", 0.15))),
        "pale": _linear(_ACROSS, (0, mix(t.pale, "#ffffff", 0.5)), (1, mix(t.pale, t.base, 0.16))),
        "wood": _linear(_ACROSS, (0, WOOD), (0.25, WOOD_LIGHT), (0.6, WOOD), (1, WOOD_DARK)),
        "plank": _linear(_DOWN, (0, WOOD_LIGHT), (1, WOOD)),
        "metal": _linear(_ACROSS, (0, METAL_DARK), (0.2, METAL_LIGHT), (0.45, METAL), (0.8, METAL_DARK), (1, METAL)),
        "steel": _linear(_DOWN, (0, METAL_LIGHT), (0.5, METAL), (1, METAL_DARK)),
        "paper": _linear(_ACROSS, (0, "#ffffff"), (0.5, PAPER), (1, PAPER_DARK)),
        "iron": _linear(_ACROSS, (0, "#3d3f42"), (0.25, "#5b5e62"), (1, "#26282a")),
        "glass": _linear(_ACROSS, (0, "#ffffff", 0.62), (0.3, "#ffffff", 0.22), (0.75, "#e8f1f2", 0.3), (1, "#b9cdd1", 0.5)),
        "glow": _radial('cx="0.5" cy="0.5" r="0.5"', (0, "#ffe9b0", 0.95), (0.45, "#ffdf94", 0.45), (1, "#ffd98a", 0)),
        "lamp": _linear(_DOWN, (0, "#fff3cf"), (1, "#ffdf9a")),
        "flame": _linear(_DOWN, (0, "#ffcf5e"), (0.6, "#ff9d47"), (1, "#fff0c4")),
        "shadow": _radial('cx="0.5" cy="0.5" r="0.5"', (0, "#30251c", 0.3), (0.6, "#30251c", 0.13), (1, "#30251c", 0)),
        "contact": _radial('cx="0.5" cy="0.5" r="0.5"', (0, "#241a14", 0.42), (0.7, "#241a14", 0.2), (1, "#241a14", 0)),
        "shade": _linear(_ACROSS, (0, "#ffffff", 0.22), (0.35, "#ffffff", 0), (0.55, "#20160f", 0), (1, "#20160f", 0.22)),
        "light": _radial('cx="0.3" cy="0.12" r="0.9"', (0, "#ffffff", 0.34), (0.7, "#ffffff", 0)),
    }
