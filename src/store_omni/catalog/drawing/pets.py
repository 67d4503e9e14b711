"""Things for dogs and cats."""

from store_omni.catalog.drawing.canvas import (
    INK,
    METAL_DARK,
    PAPER,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    circle,
    cylinder,
    ellipse,
    path,
    rect,
    shadow,
    stroke,
    turned,
)  # fmt: skip
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress


def paw(x: float, y: float, size: float, fill: str) -> str:
    """A paw print around (x, y)."""
    toes = ((-0.8, -0.5), (-0.28, -0.95), (0.28, -0.95), (0.8, -0.5))
    return ellipse(x, y + size * 0.3, size * 0.6, size * 0.5, fill) + "".join(
        ellipse(x + dx * size, y + dy * size * 0.8, size * 0.22, size * 0.29, fill) for dx, dy in toes
    )


def leash(t: Tones) -> list[str]:
    """A coiled leash with a carabiner."""
    return [
        ellipse(204, 322, 120, 14, "@shadow"),
        path("M150 118q-48-4-40-36 14-34 52-18 26 18 4 46l42 46", "none", stroke=t.base, stroke_width=15),
        ellipse(196, 230, 92, 78, "none", stroke=t.deep, stroke_width=15),
        ellipse(204, 224, 92, 78, "none", stroke=t.base, stroke_width=15),
        ellipse(200, 228, 64, 52, "none", stroke=t.dark, stroke_width=15),
        ellipse(200, 228, 64, 52, "none", stroke=t.light, stroke_width=3, stroke_dasharray="6 8"),
        ellipse(204, 224, 92, 78, "none", stroke=t.light, stroke_width=3, stroke_dasharray="6 8"),
        stroke("M268 276q32 24 44 6", t.base, 15),
        turned(-30, 316, 262, rect(300, 212, 30, 60, "none", 15, stroke=METAL_DARK, stroke_width=9), rect(307, 268, 16, 22, METAL_DARK, 4)),
        rect(136, 108, 30, 20, t.accent, 5),
    ]  # fmt: skip


def pet_bowl(t: Tones) -> list[str]:
    """A food bowl with kibble on a stand."""
    kibble = [(122 + (i * 29) % 156, 196 - (i * 17) % 26 + abs((i * 29) % 156 - 78) * 0.16) for i in range(30)]
    return [
        shadow(200, 124),
        path("M120 222q4-46 80-46t80 46z", "#9a6a3f"),
        *(ellipse(x, y + 4, 13, 10, "#b98552" if i % 2 else "#8a5a34") for i, (x, y) in enumerate(kibble)),
        path("M98 214h204l28 84q6 24-18 24H88q-24 0-18-24z", "@body"),
        dress(t, "M98 214h204l28 84q6 24-18 24H88q-24 0-18-24z", 26),
        rect(90, 206, 220, 18, t.light, 9),
        paw(200, 274, 30, t.pale) if t.pattern == "plain" else "",
    ]


def pet_bed(t: Tones) -> list[str]:
    """A round pet bed with a sleeping cat."""
    rim = "M62 262q0-54 138-54t138 54v20q0 40-138 40T62 282z"
    return [
        shadow(200, 142),
        path(rim, "@slant"),
        dress(t, rim, 26),
        ellipse(200, 250, 112, 32, t.deep),
        ellipse(200, 254, 106, 28, t.pale),
        path("M118 246q-2-70 82-72 82 0 86 60 0 34-30 36H140q-22-4-22-24z", "#d79a5a"),
        path("M130 236q-24-50 6-72l18 20q18-6 30 0l14-22q28 34 10 74-40 26-78 0z", "#e3ab6c"),
        stroke("M146 218q8 7 16 0M178 218q8 7 16 0", INK, 4),
        path("M166 228h10l-5 7z", "#c3655c"),
        stroke("M220 192q16 6 22 20M240 188q18 8 24 24M258 196q14 10 16 24", "#b97b3f", 5),
        path("M284 244q34-2 30 20-16 16-66 8", "none", stroke="#d79a5a", stroke_width=17),
        path("M62 274q40 30 138 30t138-30v8q0 40-138 40T62 282z", t.dark, fill_opacity=0.35),
    ]


def pet_toy(t: Tones) -> list[str]:
    """A rope bone and a ball."""
    bone = "M96 206q-34-4-32-36 8-26 36-18 10-30 40-18 22 16 10 44l96 62q22-20 46-4 20 24-4 44 16 28-10 44-30 8-42-20-34 6-42-24 0-14 6-22l-82-56q-8 6-22 4z"
    return [
        ellipse(204, 330, 132, 12, "@shadow"),
        path(bone, "@slant"),
        dress(t, bone, 22),
        stroke("M106 152q-20 0-24 16", "#ffffff", 6, stroke_opacity=0.45),
        circle(290, 150, 52, "@accent"),
        stroke("M246 124q40 26 30 78M334 176q-40-26-30-78", "#ffffff", 6),
        circle(116, 288, 33, t.light),
        circle(116, 288, 33, "none", stroke=t.dark, stroke_width=4),
        paw(116, 288, 16, t.dark),
    ]


def scratcher(t: Tones) -> list[str]:
    """A cat tree with a scratching post."""
    return [
        shadow(200, 112),
        rect(96, 300, 208, 22, "@slant", 8),
        cylinder(158, 132, 300, 19, "@wood"),
        *(rect(139, y, 38, 4, WOOD_DARK, 2, fill_opacity=0.35) for y in range(140, 300, 9)),
        cylinder(256, 220, 300, 16, "@wood"),
        *(rect(240, y, 32, 4, WOOD_DARK, 2, fill_opacity=0.35) for y in range(228, 300, 9)),
        rect(206, 204, 104, 18, "@slant", 8),
        rect(86, 112, 144, 22, "@slant", 10),
        path("M104 112q0-44 54-44t54 44z", t.dark),
        path("M126 112q0-28 32-28t32 28z", INK, fill_opacity=0.75),
        circle(146, 104, 4, "#f2cf5b"),
        circle(166, 104, 4, "#f2cf5b"),
        stroke("M288 222v38", METAL_DARK, 3),
        circle(288, 270, 13, t.accent),
    ]


def collar(t: Tones) -> list[str]:
    """A collar with a bell and a name tag."""
    return [
        ellipse(204, 322, 108, 12, "@shadow"),
        ellipse(200, 190, 118, 78, "none", stroke=t.deep, stroke_width=26),
        path("M82 190a118 78 0 0 0 236 0", "none", stroke=t.base, stroke_width=30),
        path("M82 192a118 78 0 0 0 236 0", "none", stroke=t.light, stroke_width=3, stroke_dasharray="8 8"),
        rect(242, 226, 44, 36, METAL_DARK, 7, transform="rotate(-28 264 244)"),
        rect(252, 236, 24, 16, t.base, 3, transform="rotate(-28 264 244)"),
        circle(200, 284, 8, "none", stroke=METAL_DARK, stroke_width=5),
        circle(200, 306, 26, "@accent"),
        paw(200, 306, 14, "#ffffff"),
    ]


def carrier(t: Tones) -> list[str]:
    """A pet carrier with a mesh window and a dog looking out."""
    return [
        shadow(200, 124),
        stroke("M148 142q0-56 52-56t52 56", t.deep, 12),
        path("M76 196q0-62 62-62h124q62 0 62 62v104q0 22-22 22H98q-22 0-22-22z", "@body"),
        rect(122, 178, 156, 116, t.deep, 40),
        path("M152 294q-8-76 48-78 56 2 48 78z", "#e6c79b"),
        path("M150 238q-22 0-22 36 14 4 24-10zM250 238q22 0 22 36-14 4-24-10z", "#b98552"),
        circle(180, 250, 6, INK),
        circle(220, 250, 6, INK),
        ellipse(200, 270, 10, 7, INK),
        stroke("M190 284q10 8 20 0", INK, 4),
        *(stroke(f"M{x} 182v110", "#ffffff", 1.5, stroke_opacity=0.35) for x in range(134, 276, 14)),
        *(stroke(f"M126 {y}h150", "#ffffff", 1.5, stroke_opacity=0.35) for y in range(194, 292, 14)),
        rect(122, 178, 156, 116, "none", 40, stroke=t.pale, stroke_width=5),
        rect(88, 300, 224, 12, t.deep, 6, fill_opacity=0.4),
    ]


def pet_brush(t: Tones) -> list[str]:
    """A grooming brush with tufts of hair."""
    return [
        ellipse(206, 324, 110, 12, "@shadow"),
        turned(
            -38, 200, 200,
            rect(184, 196, 34, 150, "@body", 17),
            rect(120, 92, 162, 112, t.dark, 26),
            rect(120, 84, 162, 112, "@slant", 26),
            rect(136, 100, 130, 80, PAPER, 14),
            *(circle(148 + (i % 8) * 15, 112 + (i // 8) * 14, 3.4, METAL_DARK) for i in range(40)),
            circle(201, 326, 6, t.deep),
        ),
        stroke("M286 106q24-20 34 6M300 122q26-12 30 14", "#b98552", 4),
    ]  # fmt: skip


def pet_house(t: Tones) -> list[str]:
    """A small wooden pet house with a coloured roof."""
    return [
        shadow(200, 118),
        path("M106 184l94-78 94 78v126q0 12-12 12H118q-12 0-12-12z", "@wood"),
        stroke("M112 218h176M112 252h176M112 286h176", WOOD_DARK, 3, stroke_opacity=0.35),
        path("M152 322v-70q0-46 48-46t48 46v70z", INK),
        path("M160 322v-24q40-20 80 0v24z", t.pale),
        stroke("M82 196l118-102 118 102", t.dark, 26),
        stroke("M82 190l118-102 118 102", t.base, 22),
        paw(200, 160, 17, WOOD_LIGHT),
        rect(262, 238, 20, 20, WOOD, 4),
    ]


DRAWINGS = {
    "leash": leash, "pet_bowl": pet_bowl, "pet_bed": pet_bed, "pet_toy": pet_toy, "scratcher": scratcher,
    "collar": collar, "carrier": carrier, "pet_brush": pet_brush, "pet_house": pet_house,
}  # fmt: skip
