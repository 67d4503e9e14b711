"""Big things for a day outdoors: tent, chair, table, fire."""

from store_omni.catalog.drawing.canvas import (
    INK,
    METAL_DARK,
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


def tent(t: Tones) -> list[str]:
    """A ridge tent with an open door."""
    side = "M196 96L58 316h134z"
    return [
        shadow(200, 152),
        stroke("M60 314l-26 10M342 314l26 10", METAL_DARK, 4),
        path("M196 96l146 220H58z", "@fall"),
        path(side, t.light),
        dress(t, "M196 96l146 220H58z", 34),
        path("M196 150l-46 166h96z", t.deep),
        path("M196 150l46 166h30q-20-80-76-166z", t.pale),
        path("M196 150l-46 166h-26q18-84 72-166z", t.pale, fill_opacity=0.75),
        ellipse(198, 292, 22, 24, "@glow"),
        stroke("M196 96L58 316M196 96l146 220", t.deep, 4, stroke_opacity=0.5),
        stroke("M196 96V80", WOOD_DARK, 6),
        path("M198 80h34l-8 9 8 9h-34z", t.accent),
    ]


def camp_chair(t: Tones) -> list[str]:
    """A folding chair with crossed legs."""
    seat = "M98 216h190l14 34H112z"
    return [
        shadow(204, 108),
        stroke("M118 322l150-108M282 322L132 214", WOOD_DARK, 11),
        stroke("M118 322l150-108M282 322L132 214", WOOD, 6),
        path("M112 92q88-18 172 0l14 128H102z", "@slant"),
        dress(t, "M112 92q88-18 172 0l14 128H102z", 28),
        path(seat, "@fall"),
        stroke("M104 92v160M292 92l8 160", METAL_DARK, 8),
        rect(72, 188, 92, 14, "@wood", 7),
        rect(236, 188, 92, 14, "@wood", 7),
        stroke("M128 106q60-12 130-2", "#ffffff", 6, stroke_opacity=0.4),
    ]


def camp_table(t: Tones) -> list[str]:
    """A roll-top table with a cup on it."""
    return [
        shadow(200, 134),
        stroke("M104 322l170-104M296 322L126 218", METAL_DARK, 10),
        rect(62, 196, 276, 24, "@slant", 6),
        *(stroke(f"M{x} 198v20", t.deep, 3, stroke_opacity=0.5) for x in range(92, 330, 30)),
        rect(62, 214, 276, 7, t.deep, 3),
        path("M118 152h52v34q0 10-10 10h-32q-10 0-10-10z", "@paper"),
        stroke("M170 160h8a12 12 0 0 1 0 24h-8", "#d9cbb5", 6),
        rect(118, 150, 52, 7, "#4a78b5", 3),
        path("M236 196q-8-64 20-70 28 6 20 70z", "@iron"),
        rect(246, 112, 20, 16, METAL_DARK, 4),
        ellipse(256, 164, 14, 20, "@glow"),
    ]


def camp_lantern(t: Tones) -> list[str]:
    """A glowing camp lantern."""
    return [
        circle(200, 216, 138, "@glow"),
        shadow(200, 70),
        stroke("M142 128q0-70 58-70t58 70", METAL_DARK, 7),
        path("M146 134q6-34 54-36 48 2 54 36z", "@body"),
        rect(138, 130, 124, 18, t.dark, 8),
        path("M150 148h100l10 108H140z", "@lamp"),
        path("M200 172q24 28 12 50-12 16-24 0-12-22 12-50z", "@flame"),
        path("M150 148h100l10 108H140z", "@glass"),
        stroke("M168 150l-8 104M232 150l8 104", METAL_DARK, 4, stroke_opacity=0.6),
        rect(130, 254, 140, 18, t.dark, 8),
        path("M140 272h120l8 34q2 16-14 16H146q-16 0-14-16z", "@body"),
        circle(200, 296, 10, t.pale),
    ]


def cooler(t: Tones) -> list[str]:
    """A hard cooler box."""
    return [
        shadow(200, 126),
        path("M84 194h232l-10 112q-1 16-18 16H112q-17 0-18-16z", "@body"),
        dress(t, "M84 194h232l-10 112q-1 16-18 16H112q-17 0-18-16z", 28),
        rect(74, 152, 252, 46, "@paper", 14),
        rect(74, 184, 252, 14, "#e0d5c2", 7),
        stroke("M96 176V128q0-18 18-18h172q18 0 18 18v48", METAL_DARK, 11),
        stroke("M96 172V128q0-18 18-18h172", "#e4e7e9", 3),
        rect(174, 186, 52, 38, t.deep, 8),
        rect(190, 200, 20, 16, t.pale, 4),
        stroke("M106 220l6 76", "#ffffff", 8, stroke_opacity=0.35),
        stroke("M104 164h70", "#ffffff", 6, stroke_opacity=0.9),
    ]


def stove(t: Tones) -> list[str]:
    """A gas burner under a small pan."""
    return [
        shadow(200, 118),
        path("M132 120h136v46q0 24-24 24h-88q-24 0-24-24z", "@metal"),
        rect(122, 112, 156, 14, METAL_DARK, 7),
        stroke("M268 138h82", INK, 12),
        path("M158 232q8-34 16-36 6 12 12 2 8-14 14 0 6 10 14-2 6 12 12 0 10 10 16 36z", "#5b9fd6"),
        path("M172 232q6-22 12-22t10 10q6-16 12 0 6-10 12-8t10 20z", "#bfe0f5"),
        stroke("M140 232v-28q0-8 8-8M260 232v-28q0-8-8-8", INK, 8),
        rect(84, 230, 232, 92, "@body", 16),
        rect(84, 230, 232, 18, t.dark, 9),
        circle(130, 286, 21, t.pale),
        stroke("M130 286v-14", INK, 5),
        rect(188, 270, 104, 32, t.deep, 6),
        stroke("M202 286h76", t.light, 4, stroke_dasharray="10 8"),
    ]


def wagon(t: Tones) -> list[str]:
    """A folding wagon with a bag and a rug inside."""
    box = "M78 186h226l-12 92H92z"
    return [
        shadow(198, 132),
        stroke("M304 196l48-82h20", METAL_DARK, 9),
        turned(-8, 150, 170, rect(108, 132, 74, 76, "@accent", 26)),
        path("M196 200q-6-56 24-58 30 2 32 58z", "#7d9c83"),
        path(box, "@slant"),
        dress(t, box, 24),
        rect(70, 180, 242, 14, t.deep, 7),
        rect(98, 274, 190, 10, METAL_DARK, 4),
        stroke("M142 196l-4 80M196 196v80M250 196l-6 80", t.deep, 3, stroke_opacity=0.35),
        *(part for x in (124, 262) for part in (circle(x, 296, 27, INK), circle(x, 296, 16, "#cfd3d6"), circle(x, 296, 6, INK))),
    ]


def hammock(t: Tones) -> list[str]:
    """A hammock between two trees."""
    cloth = "M84 168q116 190 232 0-20 132-116 134T84 168z"
    return [
        ellipse(200, 330, 90, 11, "@shadow"),
        rect(52, 60, 30, 264, "@wood", 8),
        rect(318, 60, 30, 264, "@wood", 8),
        circle(60, 74, 44, "#8fa886"),
        circle(102, 60, 30, "#9db694"),
        circle(340, 74, 44, "#8fa886"),
        circle(300, 58, 28, "#9db694"),
        stroke("M70 150h16M330 150h-16M82 150l6 22M318 150l-6 22", WOOD_LIGHT, 7),
        path(cloth, "@slant"),
        dress(t, cloth, 22),
        stroke("M86 172q114 182 228 0", t.pale, 5),
        *(
            stroke(f"M{x} {y}v14", t.accent, 4)
            for x, y in ((130, 266), (156, 288), (184, 300), (214, 300), (244, 288), (270, 266))
        ),
    ]


DRAWINGS = {
    "tent": tent, "camp_chair": camp_chair, "camp_table": camp_table, "camp_lantern": camp_lantern, "cooler": cooler,
    "stove": stove, "wagon": wagon, "hammock": hammock,
}  # fmt: skip
