"""Things to nibble and to sip."""

from store_omni.catalog.drawing.canvas import (
    INK,
    LEAF,
    METAL_DARK,
    PAPER,
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


def snack_bag(t: Tones) -> list[str]:
    """A crimped bag of chips."""
    bag = "M122 96q78 14 156 0 14 110 4 222-82-14-164 0-10-112 4-222z"
    edge = "M118 78" + "l8 6 8-6" * 10 + "l2 22q-82 14-162 0z"
    return [
        shadow(200, 88),
        path(edge, t.dark),
        path(bag, "@body"),
        dress(t, bag, 30),
        path("M116 318q84-14 168 0l2 8q-86-12-172 0z", t.dark),
        ellipse(200, 196, 60, 56, t.pale),
        stroke("M164 168q36-22 72 0", t.deep, 7),
        *(
            path(f"M{x} {y}q18-20 36 0-8 22-36 0z", "#e9b44c", stroke="#cf9433", stroke_width=3)
            for x, y in ((160, 206), (196, 216), (184, 188))
        ),
        rect(158, 272, 84, 16, t.pale, 8),
        stroke("M138 112q-10 90-2 180", "#ffffff", 8, stroke_opacity=0.4),
        stroke("M266 116q8 90 2 176", t.deep, 5, stroke_opacity=0.3),
    ]


def pouch_bag(t: Tones) -> list[str]:
    """A stand-up zip pouch of granola."""
    bag = "M124 92h152l14 208q2 22-20 22H130q-22 0-20-22z"
    return [
        shadow(200, 94),
        path(bag, "@body"),
        dress(t, bag, 26),
        rect(124, 84, 152, 18, t.dark, 4),
        stroke("M124 118h152", t.deep, 4, stroke_opacity=0.5),
        rect(146, 146, 108, 84, PAPER, 10),
        path("M200 156q-30 18-12 50 30-6 26-42z", LEAF),
        stroke("M192 204q10-22 20-36", "#ffffff", 3),
        stroke("M168 218h64", INK, 4, stroke_opacity=0.5),
        ellipse(200, 278, 56, 30, "#ffffff", fill_opacity=0.25),
        *(ellipse(168 + (i * 23) % 66, 266 + (i * 13) % 26, 8, 6, ("#b98552", "#e6c48c", "#8a4b3a")[i % 3]) for i in range(14)),
        stroke("M134 126l-8 166", "#ffffff", 6, stroke_opacity=0.35),
    ]


def cookie(t: Tones) -> list[str]:
    """Chocolate-chip cookies in a pile."""
    chips = ((-30, -20), (6, -34), (34, -6), (-8, 4), (-36, 20), (20, 30), (-6, 38))
    parts = [shadow(200, 116)]
    for x, y, size in ((140, 256, 1.0), (262, 262, 0.92), (200, 176, 1.1)):
        parts += [
            circle(x + 3, y + 6, 62 * size, "#8d5f33"),
            circle(x, y, 62 * size, "#d19a5b"),
            circle(x - 8 * size, y - 8 * size, 48 * size, "#dcaa6e"),
            *(ellipse(x + dx * size, y + dy * size, 9 * size, 8 * size, t.deep) for dx, dy in chips),
            *(ellipse(x + dx * size - 2, y + dy * size - 3, 3 * size, 2.4 * size, t.light) for dx, dy in chips),
        ]
    return parts


def chocolate(t: Tones) -> list[str]:
    """A bar of chocolate half out of its sleeve."""
    return [
        ellipse(206, 326, 96, 12, "@shadow"),
        turned(
            -7, 200, 200,
            rect(128, 72, 146, 160, "#5c3723", 8),
            *(rect(136 + (i % 3) * 45, 80 + (i // 3) * 38, 40, 32, "#734730", 4) for i in range(12)),
            *(rect(140 + (i % 3) * 45, 84 + (i // 3) * 38, 32, 5, "#8f6045", 2) for i in range(12)),
            path("M122 168l10 8 10-8 10 8 10-8 10 8 10-8 10 8 10-8 10 8 10-8 10 8 10-8 10 8 10-8 8 6v14H122z", "#e4e7e9"),
            path("M120 186h162v122q0 14-14 14H134q-14 0-14-14z", "@body"),
            dress(t, "M120 186h162v136H120z", 22),
            rect(150, 216, 102, 62, t.pale, 6),
            stroke("M170 238h62M178 256h46", t.deep, 5, stroke_opacity=0.8),
        ),
    ]  # fmt: skip


def tea_tin(t: Tones) -> list[str]:
    """A tea tin with a leaf and two tea bags."""
    return [
        shadow(200, 112),
        cylinder(174, 132, 316, 72, "@body"),
        dress(t, "M102 132h144v190H102z", 24),
        rect(98, 108, 152, 34, t.dark, 8),
        ellipse(174, 108, 74, 11, t.light),
        circle(174, 226, 44, t.pale),
        path("M174 196q-30 20-12 54 30-6 28-46z", LEAF),
        stroke("M166 250q12-28 22-42", "#ffffff", 3),
        turned(8, 286, 270, path("M264 242h46v72q0 8-8 8h-30q-8 0-8-8z", "#ffffff", fill_opacity=0.9), path("M268 280h38v32q0 6-6 6h-26q-6 0-6-6z", "#b7895a"), stroke("M287 242q-6-46 24-62", METAL_DARK, 2.5), rect(302, 160, 24, 24, t.accent, 3)),
        rect(116, 160, 8, 130, "#ffffff", 4, fill_opacity=0.35),
    ]  # fmt: skip


def jam(t: Tones) -> list[str]:
    """A jar of preserve with a cloth cap."""
    return [
        shadow(200, 80),
        rect(128, 148, 144, 174, "@soft", 30),
        *(circle(148 + (i * 43) % 106, 200 + (i * 31) % 104, 7, t.dark, fill_opacity=0.4) for i in range(14)),
        rect(128, 148, 144, 174, "@glass", 30),
        rect(152, 206, 96, 74, PAPER, 8),
        path("M200 222q20-12 26 6 0 22-26 34-26-12-26-34 6-18 26-6z", t.base),
        path("M200 222q-2-12 8-16 4 10-8 16z", LEAF),
        path("M112 128q0-30 88-32 88 2 88 32l12 26q-100 22-200 0z", "@accent"),
        dress(t, "M112 128q0-30 88-32 88 2 88 32l12 26q-100 22-200 0z", 18),
        rect(126, 130, 148, 11, t.deep, 5),
        stroke("M262 136q26 8 22 32", t.deep, 5),
        rect(142, 176, 7, 116, "#ffffff", 4, fill_opacity=0.6),
    ]


def can(t: Tones) -> list[str]:
    """A slim drink can."""
    body = "M146 108q4-14 14-16h80q10 2 14 16v190q-4 16-14 20h-80q-10-4-14-20z"
    return [
        shadow(200, 60),
        path("M158 92q2-10 8-12h68q6 2 8 12z", "@metal"),
        path(body, "@body"),
        dress(t, body, 24),
        path(body, "@shade") if t.pattern != "plain" else "",
        rect(148, 102, 104, 7, "#ffffff", fill_opacity=0.35),
        path("M160 318h80l-6 8h-68z", "@metal"),
        circle(200, 206, 38, t.pale),
        path("M200 180q26 26 12 46-12 12-24 0-14-20 12-46z", t.accent),
        stroke("M176 268h48", t.pale, 6),
        stroke("M162 124v168", "#ffffff", 7, stroke_opacity=0.45),
        ellipse(200, 82, 14, 4, METAL_DARK),
    ]


def nuts(t: Tones) -> list[str]:
    """A wooden box of nuts and dried fruit."""
    fills = ("#c08a4f", "#e2be88", t.base, "#8a5a34")
    bits = []
    for part, (x0, fill) in enumerate(zip((84, 144, 204, 264), fills, strict=True)):
        for i in range(11):
            bits.append(ellipse(x0 + 10 + (i * 19) % 42, 226 - (i * 11) % 30, 10, 7 + part % 2 * 2, fill))
            bits.append(ellipse(x0 + 7 + (i * 19) % 42, 223 - (i * 11) % 30, 3, 2, "#ffffff", fill_opacity=0.35))
    return [
        shadow(200, 134),
        path("M70 236L92 172h216l22 64z", "#8f6a44"),
        *bits,
        stroke("M140 180l-6 56M200 178v58M260 180l6 56", WOOD_LIGHT, 6),
        rect(64, 232, 272, 90, "@wood", 8),
        rect(64, 232, 272, 10, WOOD_LIGHT, 4),
        rect(150, 256, 100, 46, "@body", 6),
        stroke("M168 272h64M176 286h48", t.pale, 4),
    ]


def candy_jar(t: Tones) -> list[str]:
    """A round glass jar of candies."""
    inks = (t.base, "#f2cf5b", t.accent, "#ffffff", t.dark)
    sweets = [
        (128 + (i % 7) * 23 + (i // 7) % 2 * 11 - (6 if i % 7 > 5 else 0), 304 - (i // 7) * 19 - (i * 7) % 5) for i in range(36)
    ]
    return [
        shadow(200, 88),
        path("M146 158q-44 26-44 84 0 80 60 80h76q60 0 60-80 0-58-44-84z", "#ffffff", fill_opacity=0.4),
        *(circle(x, y, 12.5, inks[(i * 3 + i // 7) % 5]) for i, (x, y) in enumerate(sweets)),
        *(circle(x - 4, y - 4, 3.5, "#ffffff", fill_opacity=0.6) for x, y in sweets),
        path("M146 158q-44 26-44 84 0 80 60 80h76q60 0 60-80 0-58-44-84z", "@glass"),
        rect(134, 118, 132, 44, "@body", 12),
        rect(134, 152, 132, 8, t.deep, 4, fill_opacity=0.4),
        circle(200, 108, 15, "@round"),
        stroke("M118 220q4-30 24-46", "#ffffff", 8, stroke_opacity=0.75),
    ]


def coffee_bag(t: Tones) -> list[str]:
    """A bag of coffee beans with a folded top."""
    bag = "M122 138h156l10 162q2 22-20 22H132q-22 0-20-22z"
    bean = [ellipse(0, 0, 15, 11, "#6b452d"), stroke("M-11 3q11-9 22-3", "#3f2718", 3)]
    return [
        shadow(200, 112),
        path("M132 86h136q8 0 8 8l2 44H122l2-44q0-8 8-8z", t.dark),
        rect(112, 104, 176, 13, "@wood", 5),
        path(bag, "@body"),
        dress(t, bag, 26),
        stroke("M140 144q-8 80-4 170M260 144q8 80 4 170", t.deep, 4, stroke_opacity=0.35),
        rect(152, 182, 96, 92, PAPER, 8),
        turned(-24, 200, 216, ellipse(200, 216, 24, 17, "#6b452d"), stroke("M182 222q18-16 36-6", "#3f2718", 4)),
        stroke("M174 252h52M182 262h36", INK, 4, stroke_opacity=0.5),
        *(
            f'<g transform="translate({x} {y}) rotate({a})">{"".join(bean)}</g>'
            for x, y, a in ((96, 314, 20), (304, 312, -30), (330, 318, 15))
        ),
    ]


def juice(t: Tones) -> list[str]:
    """A glass bottle of syrup with fruit slices."""
    body = "M172 88v44q0 18-20 34-18 16-18 44v88q0 24 24 24h84q24 0 24-24v-88q0-28-18-44-20-16-20-34V88z"
    return [
        shadow(206, 84),
        rect(166, 66, 68, 30, "@metal", 6),
        path(body, "#ffffff", fill_opacity=0.4),
        path("M136 194q-2 8-2 16v88q0 22 24 22h84q24 0 24-22v-88q0-8-2-16z", "@soft", fill_opacity=0.9),
        path(body, "@glass"),
        rect(146, 222, 108, 66, PAPER, 6),
        circle(200, 248, 18, "#f2b33d"),
        *(turned(a, 200, 248, stroke("M200 248v-15", "#fff0c4", 3)) for a in range(0, 360, 60)),
        stroke("M170 276h60", INK, 3.5, stroke_opacity=0.5),
        stroke("M150 196v108", "#ffffff", 7, stroke_opacity=0.6),
        circle(300, 292, 31, "#f2b33d"),
        circle(300, 292, 25, "#f9d98a"),
        *(turned(a, 300, 292, stroke("M300 292v-23", "#f2b33d", 4)) for a in range(0, 360, 60)),
    ]


DRAWINGS = {
    "snack_bag": snack_bag, "pouch_bag": pouch_bag, "cookie": cookie, "chocolate": chocolate, "tea_tin": tea_tin,
    "jam": jam, "can": can, "nuts": nuts, "candy_jar": candy_jar, "coffee_bag": coffee_bag, "juice": juice,
}  # fmt: skip
