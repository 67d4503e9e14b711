"""Things that hold other things."""

from store_omni.catalog.drawing.canvas import (
    INK,
    METAL_DARK,
    PAPER,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    circle,
    ellipse,
    path,
    rect,
    shadow,
    stroke,
    turned,
)  # fmt: skip
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress


def basket(t: Tones) -> list[str]:
    """A woven basket with handles."""
    rows = []
    for row in range(7):
        y = 190 + row * 18
        inset = row * 3.2
        for column in range(9):
            x = 90 + inset + column * (220 - 2 * inset) / 9
            wide = (220 - 2 * inset) / 9 - 3
            rows.append(rect(x, y, wide, 14, t.light if (row + column) % 2 else t.dark, 6, fill_opacity=0.55))
    return [
        shadow(200, 104),
        stroke("M96 196q-30-10-26-40t40-16M304 196q30-10 26-40t-40-16", t.dark, 10),
        path("M112 178q8-52 50-44 30-34 70-6 46-6 56 50z", "@pale"),
        stroke("M150 160q20-14 40 0M206 152q24-12 44 8", t.arch, 5),
        path("M84 176h232l-22 130q-3 16-20 16H126q-17 0-20-16z", "@body"),
        *rows,
        rect(78, 168, 244, 22, "@body", 11),
        stroke("M90 179h220", t.pale, 3, stroke_dasharray="10 8", stroke_opacity=0.8),
    ]


def lidded_box(t: Tones) -> list[str]:
    """A storage box with a lid and a label holder."""
    body = "M90 196h220v112q0 14-14 14H104q-14 0-14-14z"
    return [
        shadow(200, 116),
        path(body, "@body"),
        dress(t, body, 26),
        path("M90 196h220v16H90z", t.deep, fill_opacity=0.3),
        rect(78, 148, 244, 54, "@body", 10),
        rect(78, 148, 244, 16, t.light, 8),
        dress(t, "M78 148h244v54H78z", 26),
        rect(160, 236, 80, 44, METAL_DARK, 6),
        rect(166, 242, 68, 32, PAPER, 3),
        stroke("M178 254h44M178 264h28", INK, 3, stroke_opacity=0.5),
        stroke("M98 174h60", "#ffffff", 5, stroke_opacity=0.4),
    ]


def shelf(t: Tones) -> list[str]:
    """A three-tier shelf with books, a plant and a box."""
    return [
        shadow(200, 116),
        rect(92, 76, 14, 246, "@wood", 4),
        rect(294, 76, 14, 246, "@wood", 4),
        *(rect(84, y, 232, 15, "@plank", 5) for y in (124, 206, 290)),
        *(rect(x, 124 - h, w, h, fill, 2) for x, w, h, fill in
          ((116, 15, 50, t.base), (133, 11, 44, PAPER), (146, 17, 54, t.deep), (165, 11, 42, t.accent))),
        turned(14, 186, 124, rect(180, 78, 11, 46, t.light, 2)),
        path("M236 124v-22h40v22q-20 6-40 0z", "@pale"),
        path("M256 102q-22-6-22-34 20 4 22 34zM256 102q22-6 24-30-22 2-24 30zM256 100q-4-24 2-40 10 18-2 40z", "#6f8f6c"),
        rect(116, 152, 84, 54, "@body", 6),
        rect(146, 170, 24, 10, t.pale, 4),
        path("M222 206v-30q0-10 10-10h34q10 0 10 10v30z", "@accent"),
        rect(116, 240, 168, 50, "@slant", 6),
        rect(184, 258, 32, 10, t.pale, 4),
    ]  # fmt: skip


def hanger(t: Tones) -> list[str]:
    """A coat hanger holding a shirt."""
    shirt = "M142 148l36-14q22 24 44 0l36 14 56 56-32 34-22-20v98q0 8-8 8H148q-8 0-8-8v-98l-22 20-32-34z"
    return [
        rect(60, 62, 280, 11, "@steel", 5),
        stroke("M200 116V98q18-6 16-24-4-16-18-14", METAL_DARK, 7),
        path(shirt, "@pale"),
        path("M178 134q22 24 44 0l8 4q-30 38-60 0z", t.dark, fill_opacity=0.35),
        stroke("M200 112L104 172q-8 6 2 8M200 112l96 60q8 6-2 8", t.deep, 13),
        stroke("M200 110L104 170M200 110l96 60", t.base, 7),
        stroke("M148 214v96M252 214v96", t.arch, 4),
        ellipse(200, 340, 80, 9, "@shadow"),
    ]


def drawer(t: Tones) -> list[str]:
    """A small chest of three drawers."""
    return [
        shadow(200, 104),
        rect(112, 306, 16, 18, WOOD_DARK, 3),
        rect(272, 306, 16, 18, WOOD_DARK, 3),
        rect(96, 94, 208, 216, "@wood", 12),
        *(
            part
            for i, y in enumerate((108, 174, 240))
            for part in (
                rect(108, y, 184, 58, "@body", 7),
                dress(t, f"M108 {y}h184v58H108z", 22),
                rect(108, y + 50, 184, 8, t.deep, 4, fill_opacity=0.3),
                rect(180, y + 24, 40, 9, WOOD_LIGHT if i % 2 else WOOD, 4),
            )
        ),
        rect(90, 86, 220, 14, "@plank", 6),
    ]


def hooks(t: Tones) -> list[str]:
    """A hook rail with a bag and a hat."""
    return [
        rect(70, 104, 260, 30, "@plank", 8),
        *(
            part
            for x in (108, 170, 232, 294)
            for part in (stroke(f"M{x} 122v26q0 12 12 8", t.deep, 8), circle(x, 120, 9, "@round"))
        ),
        stroke("M146 218q0-62 26-66 26 4 26 66", t.dark, 7),
        path("M122 212h100l8 92q2 18-16 18H130q-18 0-16-18z", "@slant"),
        dress(t, "M122 212h100l8 92q2 18-16 18H130q-18 0-16-18z", 24),
        path("M244 190q6-42 50-42t50 42z", "@accent"),
        ellipse(294, 192, 62, 12, "@accent"),
        rect(246, 178, 96, 9, INK, 3),
        ellipse(176, 336, 70, 8, "@shadow"),
    ]


def trolley(t: Tones) -> list[str]:
    """A three-tier trolley on castors."""
    tiers = []
    for y in (132, 204, 276):
        tiers += [
            path(f"M98 {y}h204v26q0 14-14 14H112q-14 0-14-14z", "@body"),
            *(circle(x, y + 22, 4, t.deep, fill_opacity=0.5) for x in range(120, 290, 16)),
            rect(92, y - 6, 216, 10, t.light, 5),
        ]
    return [
        shadow(200, 104),
        rect(122, 98, 30, 34, "@accent", 4),
        rect(158, 108, 26, 24, PAPER, 4),
        rect(216, 88, 34, 44, "#7d9c83", 8),
        rect(140, 176, 50, 24, "@pale", 5),
        rect(204, 166, 60, 34, "@wood", 5),
        rect(128, 246, 120, 26, "@paper", 6),
        rect(88, 116, 10, 190, METAL_DARK, 5),
        rect(302, 116, 10, 190, METAL_DARK, 5),
        *tiers,
        circle(96, 312, 10, INK),
        circle(304, 312, 10, INK),
        stroke("M92 118q0-36 30-36", METAL_DARK, 8),
    ]


def laundry_basket(t: Tones) -> list[str]:
    """A tall fabric laundry bin on a frame."""
    body = "M118 136h164l-12 160q-2 20-22 20h-96q-20 0-22-20z"
    return [
        shadow(200, 90),
        stroke("M118 322L260 126M282 322L140 126", WOOD_DARK, 9),
        path("M134 138q4-38 42-34 26-30 58-2 34-2 34 36z", "@paper"),
        stroke("M152 124q16-12 34-4M214 116q22-4 32 14", "#d9cbb5", 4),
        path(body, "@body"),
        dress(t, body, 26),
        rect(108, 128, 184, 18, t.deep, 8),
        stroke("M150 158q-4 70 2 142M250 158q4 70-2 142", t.deep, 3, stroke_opacity=0.3),
        stroke("M176 146v26q24 16 48 0v-26", WOOD, 8),
    ]


def tote(t: Tones) -> list[str]:
    """A canvas tote bag."""
    body = "M110 166h180l14 138q2 18-16 18H112q-18 0-16-18z"
    return [
        shadow(200, 108),
        stroke("M150 170V132q0-54 50-54t50 54v38", t.deep, 11),
        path(body, "@slant"),
        dress(t, body, 30),
        path("M110 166h180l2 18H108z", t.dark, fill_opacity=0.5),
        stroke("M120 192h160", t.pale, 2.5, stroke_dasharray="7 6", stroke_opacity=0.8),
        circle(200, 248, 32, t.pale, fill_opacity=0.9) if t.pattern == "plain" else "",
        path("M184 258q0-26 16-36 16 10 16 36-16 10-32 0z", t.base) if t.pattern == "plain" else "",
    ]


def file_box(t: Tones) -> list[str]:
    """Two standing magazine files."""
    files = []
    for x, fill in ((96, "@body"), (204, "@accent")):
        files += [
            *(
                rect(x + 14 + i * 15, 128 + (i * 13) % 20, 13, 150, shade, 2)
                for i, shade in enumerate((PAPER, t.light, "#ffffff", t.pale))
            ),
            path(f"M{x} 220l64-60q4-4 10-4h16q8 0 8 8v148q0 10-10 10H{x + 10}q-10 0-10-10z", fill),
            circle(x + 52, 238, 12, t.wall),
            circle(x + 52, 238, 12, "none", stroke=t.deep, stroke_width=3, stroke_opacity=0.4),
            rect(x + 28, 272, 48, 28, PAPER, 4),
            stroke(f"M{x + 36} 286h30", INK, 3, stroke_opacity=0.5),
        ]
    return [shadow(200, 116), *files]


DRAWINGS = {
    "basket": basket, "lidded_box": lidded_box, "shelf": shelf, "hanger": hanger, "drawer": drawer, "hooks": hooks,
    "trolley": trolley, "laundry_basket": laundry_basket, "tote": tote, "file_box": file_box,
}  # fmt: skip
