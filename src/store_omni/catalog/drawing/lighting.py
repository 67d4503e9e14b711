"""Things that glow."""

from store_omni.catalog.drawing.canvas import (
    INK,
    METAL_DARK,
    PAPER,
    WOOD,
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


def table_lamp(t: Tones) -> list[str]:
    """A table lamp with a fabric shade."""
    shade = "M150 96h100l44 112H106z"
    return [
        ellipse(200, 226, 150, 112, "@glow"),
        shadow(200, 70),
        rect(193, 196, 14, 40, "@wood", 4),
        path("M186 232h28q34 20 34 46 0 24-22 34h-52q-22-10-22-34 0-26 34-46z", "@round"),
        dress(t, "M186 232h28q34 20 34 46 0 24-22 34h-52q-22-10-22-34 0-26 34-46z", 22),
        stroke("M166 276q2-14 16-26", "#ffffff", 5, stroke_opacity=0.5),
        rect(166, 308, 68, 14, "@wood", 5),
        path(shade, "@body"),
        dress(t, shade, 22),
        path(shade, "@lamp", fill_opacity=0.35),
        ellipse(200, 208, 94, 11, "#fff3cf"),
        rect(150, 92, 100, 8, t.deep, 4),
        stroke("M244 210v44", METAL_DARK, 2.5),
        circle(244, 258, 5, t.accent),
    ]


def floor_lamp(t: Tones) -> list[str]:
    """A floor lamp with a dome shade on a long neck."""
    return [
        ellipse(256, 196, 108, 96, "@glow"),
        shadow(150, 56),
        stroke("M150 316V122q4-64 62-64 46 2 46 46", METAL_DARK, 7),
        stroke("M148 312V122q4-62 60-64", "#e4e7e9", 2),
        path("M196 168q2-66 62-66t62 66z", "@body"),
        dress(t, "M196 168q2-66 62-66t62 66z", 20),
        ellipse(258, 168, 62, 10, "#fff3cf"),
        ellipse(150, 316, 56, 10, INK),
        ellipse(150, 312, 56, 9, "#55585b"),
        stroke("M214 150q6-30 30-36", "#ffffff", 5, stroke_opacity=0.45),
        rect(236, 268, 70, 54, "@wood", 6),
        rect(244, 254, 52, 14, "@paper", 2),
        rect(248, 244, 44, 10, t.deep, 2),
    ]


def desk_lamp(t: Tones) -> list[str]:
    """A jointed desk lamp."""
    return [
        path("M268 178l88 144H188z", "#ffe3a0", fill_opacity=0.45),
        shadow(138, 66),
        stroke("M138 306L96 204 196 116", METAL_DARK, 10),
        stroke("M138 306L96 204 196 116", t.base, 5),
        circle(96, 204, 12, t.deep),
        circle(198, 116, 11, t.deep),
        turned(34, 226, 138, path("M186 116h34q50 8 62 74h-26q-60-2-76-44z", "@body"), path("M190 122h28q34 6 48 44", "none", stroke="#ffffff", stroke_width=5, stroke_opacity=0.4)),
        turned(34, 226, 138, ellipse(252, 190, 42, 9, "#fff3cf")),
        ellipse(138, 318, 64, 12, t.deep),
        ellipse(138, 311, 64, 12, "@body"),
        circle(166, 308, 6, t.pale),
    ]  # fmt: skip


def pendant(t: Tones) -> list[str]:
    """A pendant lamp over a table edge."""
    shade = "M110 216q4-92 90-98 86 6 90 98z"
    return [
        ellipse(200, 250, 140, 96, "@glow"),
        stroke("M200 0v92", INK, 4),
        rect(184, 84, 32, 36, "@wood", 8),
        path(shade, "@body"),
        dress(t, shade, 24),
        ellipse(200, 216, 90, 14, "#fff3cf"),
        ellipse(200, 214, 90, 14, "none", stroke=t.deep, stroke_width=4),
        circle(200, 222, 20, "#ffffff"),
        stroke("M130 200q6-50 44-66", "#ffffff", 7, stroke_opacity=0.4),
        rect(96, 322, 208, 12, "@plank", 5),
        cylinder(150, 290, 322, 19, "@paper"),
        ellipse(150, 290, 19, 4, "#ffffff"),
    ]


def mood_light(t: Tones) -> list[str]:
    """A globe night light on a wooden ring."""
    return [
        circle(200, 204, 150, "@glow"),
        shadow(200, 74),
        circle(200, 204, 86, "#fff6dc"),
        circle(200, 204, 86, t.base, fill_opacity=0.45),
        ellipse(200, 204, 86, 86, "@glow"),
        *(
            circle(x, y, r, t.dark, fill_opacity=0.14)
            for x, y, r in ((168, 178, 17), (226, 236, 22), (236, 168, 11), (180, 244, 12), (206, 200, 8))
        ),
        path("M134 170a74 74 0 0 1 48-42", "none", stroke="#ffffff", stroke_width=8, stroke_opacity=0.8),
        path("M138 288q62 22 124 0l10 22q2 12-10 12H138q-12 0-10-12z", "@wood"),
        circle(200, 308, 6, "#fff3cf"),
    ]


def string_lights(t: Tones) -> list[str]:
    """A swag of small bulbs."""
    first = [(78, 150), (120, 178), (166, 190), (214, 188), (260, 172), (306, 144)]
    second = [(92, 246), (142, 266), (196, 272), (250, 264), (300, 242)]
    parts = [
        stroke("M40 116q160 148 320 0", INK, 4),
        stroke("M56 214q140 110 288 0", INK, 4),
    ]
    for i, (x, y) in enumerate(first + second):
        bulb = t.base if i % 2 else "#ffe3a0"
        parts += [
            circle(x, y + 26, 34, "@glow"),
            rect(x - 6, y - 4, 12, 14, METAL_DARK, 3),
            path(f"M{x - 6} {y + 9}q-12 12-10 24 4 14 16 14t16-14q2-12-10-24z", bulb),
            ellipse(x - 5, y + 26, 3, 7, "#ffffff", fill_opacity=0.8),
        ]
    return [*parts, ellipse(200, 346, 120, 9, "@shadow")]


def candle(t: Tones) -> list[str]:
    """A scented candle in a jar."""
    return [
        ellipse(200, 128, 92, 92, "@glow"),
        shadow(200, 76),
        path("M126 168h148v132q0 22-22 22H148q-22 0-22-22z", "#ffffff", fill_opacity=0.45),
        path("M130 196h140v102q0 20-22 20h-96q-22 0-22-20z", "@soft"),
        ellipse(200, 196, 70, 11, t.light),
        stroke("M200 196v-24", INK, 5),
        path("M200 108q26 34 12 56-12 14-24 0-14-22 12-56z", "@flame"),
        path("M126 168h148v132q0 22-22 22H148q-22 0-22-22z", "@glass"),
        ellipse(200, 168, 74, 11, "none", stroke="#ffffff", stroke_width=4, stroke_opacity=0.9),
        rect(154, 226, 92, 62, PAPER, 6),
        stroke("M172 246h56M180 260h40M188 273h24", t.deep, 3.5, stroke_opacity=0.8),
        rect(140, 190, 7, 108, "#ffffff", 4, fill_opacity=0.6),
    ]


def bulb(t: Tones) -> list[str]:
    """A filament bulb, standing on its base."""
    return [
        circle(200, 164, 142, "@glow"),
        shadow(200, 46),
        path("M200 74q78 4 80 82-2 44-34 70-10 12-10 34h-72q0-22-10-34-32-26-34-70 2-78 80-82z", t.base, fill_opacity=0.28),
        path("M200 74q78 4 80 82-2 44-34 70-10 12-10 34h-72q0-22-10-34-32-26-34-70 2-78 80-82z", "@glass"),
        stroke("M186 258l-14-84 14-22 14 22 14-22 14 22-14 84", "#f0a243", 5),
        rect(164, 258, 72, 44, "@metal", 6),
        stroke("M166 270h68M166 282h68M166 294h68", METAL_DARK, 4),
        path("M176 302h48l-10 20h-28z", INK),
        stroke("M142 152q4-44 40-56", "#ffffff", 8, stroke_opacity=0.8),
    ]


def clip_light(t: Tones) -> list[str]:
    """A clip-on reading light on a book."""
    return [
        ellipse(164, 206, 110, 92, "@glow"),
        shadow(206, 110),
        rect(112, 286, 196, 36, t.deep, 5),
        rect(120, 292, 188, 24, PAPER),
        rect(112, 258, 184, 30, "@accent", 5),
        stroke("M278 262q40-64-8-112-38-34-76-14", METAL_DARK, 9),
        rect(258, 242, 40, 30, t.deep, 7),
        turned(-24, 170, 150, rect(112, 130, 104, 34, "@fall", 17), rect(124, 158, 80, 9, "#fff3cf", 4)),
        circle(278, 256, 5, WOOD),
    ]


DRAWINGS = {
    "table_lamp": table_lamp, "floor_lamp": floor_lamp, "desk_lamp": desk_lamp, "pendant": pendant,
    "mood_light": mood_light, "string_lights": string_lights, "candle": candle, "bulb": bulb, "clip_light": clip_light,
}  # fmt: skip
