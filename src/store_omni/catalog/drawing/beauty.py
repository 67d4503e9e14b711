"""Small things for the dressing table."""

from store_omni.catalog.drawing.canvas import (
    METAL_DARK,
    PAPER,
    WOOD,
    WOOD_DARK,
    circle,
    ellipse,
    group,
    path,
    rect,
    shadow,
    stroke,
    turned,
)  # fmt: skip
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress


def makeup_brush(t: Tones) -> list[str]:
    """Three make-up brushes in a cup."""
    brushes = []
    for x, lean, size in ((160, -13, 1.0), (202, 2, 1.2), (242, 15, 0.9)):
        brushes.append(
            group(
                [
                    path("M-19 0q-12-44 19-68 31 24 19 68z", "#8a5f45"),
                    path("M-19 0q-12-44 19-68-6 40-4 68z", "#a97c5d"),
                    rect(-15, -4, 30, 36, "@metal", 3),
                    rect(-8, 30, 16, 96, "@accent", 6),
                ],
                transform=f"translate({x} 142) rotate({lean}) scale({size})",
            )
        )
    cup = "M126 208h148l-8 96q-2 18-20 18h-92q-18 0-20-18z"
    return [
        shadow(200, 76),
        *brushes,
        path(cup, "@body"),
        dress(t, cup, 22),
        rect(122, 200, 156, 14, t.light, 7),
        stroke("M146 230l4 70", "#ffffff", 8, stroke_opacity=0.35),
    ]


def hair_brush(t: Tones) -> list[str]:
    """A paddle brush."""
    return [
        ellipse(210, 326, 104, 12, "@shadow"),
        turned(
            32, 200, 200,
            path("M184 236h34l-4 104q0 14-13 14t-13-14z", "@body"),
            rect(122, 52, 158, 194, t.dark, 70),
            rect(122, 46, 158, 194, "@slant", 70),
            rect(144, 68, 114, 150, "#d9a79a", 54),
            *(circle(162 + (i % 6) * 16, 92 + (i // 6) * 17, 4, PAPER) for i in range(42) if i not in (0, 5, 36, 41)),
            stroke("M138 106q6-36 34-46", "#ffffff", 6, stroke_opacity=0.5),
            circle(201, 330, 5, t.deep),
        ),
    ]  # fmt: skip


def hand_mirror(t: Tones) -> list[str]:
    """A hand mirror."""
    return [
        ellipse(206, 328, 92, 12, "@shadow"),
        turned(
            -20, 200, 200,
            path("M188 232h26l8 96q0 18-21 18t-21-18z", "@body"),
            ellipse(201, 146, 90, 98, "@slant"),
            ellipse(201, 146, 74, 82, "#dfe9ea"),
            path("M146 196L238 84q22 14 32 36l-86 102q-24-6-38-26z", "#ffffff", fill_opacity=0.6),
            path("M136 172l80-100 12 4-86 110z", "#ffffff", fill_opacity=0.5),
            circle(201, 322, 6, t.pale),
        ),
    ]  # fmt: skip


def pouch(t: Tones) -> list[str]:
    """A quilted cosmetic pouch."""
    body = "M80 206q0-26 28-26h184q28 0 28 26l10 82q2 34-32 34H102q-34 0-32-34z"
    return [
        shadow(200, 126),
        path(body, "@slant"),
        dress(t, body, 26),
        stroke("M112 190l-34 48M160 186L76 304M212 186l-96 134M264 186l-96 134M312 196l-88 124M324 254l-46 66", t.dark, 3, stroke_opacity=0.3)
        if t.pattern == "plain" else "",
        stroke("M98 186l92 134M146 186l96 134M198 186l96 134M250 186l74 104M84 236l58 84", t.pale, 3, stroke_opacity=0.5)
        if t.pattern == "plain" else "",
        rect(82, 172, 236, 22, t.dark, 11),
        stroke("M98 183h204", "#f3ead9", 5, stroke_dasharray="5 5"),
        rect(292, 176, 32, 14, METAL_DARK, 7),
        stroke("M320 186q18 10 14 36", t.accent, 6),
        circle(334, 228, 10, t.accent),
    ]  # fmt: skip


def puff(t: Tones) -> list[str]:
    """A compact with its puff."""
    return [
        shadow(200, 120),
        ellipse(176, 182, 98, 96, "@slant"),
        ellipse(176, 182, 82, 80, "#dfe9ea"),
        path("M118 224l96-100q16 10 24 26l-92 98q-18-6-28-24z", "#ffffff", fill_opacity=0.6),
        ellipse(180, 296, 112, 26, t.deep),
        ellipse(180, 288, 112, 25, "@body"),
        ellipse(180, 286, 94, 18, "#eec9b4"),
        ellipse(286, 262, 48, 44, "@accent"),
        ellipse(282, 256, 40, 36, PAPER, fill_opacity=0.55),
        rect(252, 254, 70, 15, t.light, 6),
    ]


def hair_clip(t: Tones) -> list[str]:
    """A claw clip, a little open, and a slide."""
    arch = "M102 222q-2-92 98-96 100 4 98 96l-26 2q-4-40-72-44-68 4-72 44z"
    teeth = ((118, -4), (151, -2), (184, 0), (216, 0), (249, 2), (282, 4))
    return [
        shadow(200, 96),
        *(
            stroke(
                f"M{x + 10} {160 + abs(lean) * 9}q{-lean * 3} {70 - abs(lean) * 4} {-lean * 3} {128 - abs(lean) * 9}", t.deep, 15
            )
            for x, lean in teeth
        ),
        path("M166 132q-4-54 34-58 38 4 34 58z", t.dark),
        circle(200, 112, 15, METAL_DARK),
        circle(200, 112, 7, "#eef0f1"),
        *(
            stroke(f"M{x} {152 + abs(lean) * 11}q{-lean * 3} {84 - abs(lean) * 5} {-lean * 4} {150 - abs(lean) * 11}", t.base, 17)
            for x, lean in teeth
        ),
        *(stroke(f"M{x - 3} 206q{-lean * 5} 40 {-lean * 3} 74", t.light, 4, stroke_opacity=0.6) for x, lean in teeth),
        path(arch, "@slant"),
        dress(t, arch, 24),
        stroke("M126 186q16-42 70-46", "#ffffff", 6, stroke_opacity=0.45),
        turned(-6, 300, 314, rect(246, 306, 104, 17, "@accent", 8), circle(262, 314, 4, PAPER), circle(334, 314, 4, PAPER)),
    ]


def spray_bottle(t: Tones) -> list[str]:
    """An empty mist bottle."""
    return [
        shadow(200, 62),
        rect(176, 66, 48, 62, "@wood", 8),
        rect(170, 122, 60, 22, "@metal", 5),
        path("M138 176q0-30 34-32h56q34 2 34 32v122q0 24-24 24h-76q-24 0-24-24z", "@body", fill_opacity=0.88),
        dress(t, "M138 176q0-30 34-32h56q34 2 34 32v122q0 24-24 24h-76q-24 0-24-24z", 22),
        path("M138 176q0-30 34-32h56q34 2 34 32v122q0 24-24 24h-76q-24 0-24-24z", "@glass"),
        rect(164, 208, 72, 62, PAPER, 5),
        stroke("M178 228h44M178 240h44M178 252h24", t.deep, 3, stroke_opacity=0.7),
        *(
            circle(x, y, r, "#ffffff", fill_opacity=0.7)
            for x, y, r in ((132, 84, 5), (112, 72, 4), (118, 98, 4), (94, 88, 3), (100, 58, 3))
        ),
        rect(152, 176, 7, 116, "#ffffff", 4, fill_opacity=0.6),
    ]


def nail_kit(t: Tones) -> list[str]:
    """A nail care set in an open case."""
    return [
        shadow(200, 116),
        rect(92, 84, 216, 238, t.deep, 26),
        rect(92, 80, 216, 236, "@slant", 26),
        rect(108, 96, 184, 204, t.pale, 16),
        rect(108, 232, 184, 30, t.dark, fill_opacity=0.5),
        path("M132 120h18v134q0 14-9 14t-9-14z", "@metal"),
        stroke("M180 122l16 90 14-90M196 212q-20 46-4 56 14-8 6-56", METAL_DARK, 7),
        rect(228, 118, 18, 150, "@accent", 9),
        rect(228, 118, 18, 40, PAPER, 8),
        path("M262 124q14 0 14 20l-6 122h-14l-4-122q-2-20 10-20z", "@metal"),
        rect(108, 240, 184, 14, t.base, fill_opacity=0.85),
    ]


def headband(t: Tones) -> list[str]:
    """A soft headband with a bow."""
    return [
        ellipse(204, 326, 108, 12, "@shadow"),
        path("M96 292q-22-186 104-190 126 4 104 190", "none", stroke=t.deep, stroke_width=44),
        path("M96 288q-22-182 104-186 126 4 104 186", "none", stroke=t.base, stroke_width=38),
        path("M84 252q0-140 116-160", "none", stroke="#ffffff", stroke_width=7, stroke_opacity=0.35),
        path("M200 112q-70-56-86-12-2 52 86 12z", "@slant"),
        path("M200 112q70-56 86-12 2 52-86 12z", "@slant"),
        stroke("M184 108q-28-18-50-8M216 108q28-18 50-8", t.deep, 4, stroke_opacity=0.5),
        rect(182, 88, 36, 46, t.dark, 14),
    ]


def cream_jar(t: Tones) -> list[str]:
    """A refillable cream jar with a wooden lid and a spatula."""
    return [
        shadow(200, 104),
        rect(104, 216, 176, 106, "@body", 26),
        dress(t, "M104 216h176v106H104z", 22),
        path("M104 244q0-26 26-26h124q26 0 26 26v52q0 26-26 26H130q-26 0-26-26z", "@glass"),
        rect(96, 154, 192, 66, "@wood", 14),
        ellipse(192, 158, 90, 8, "#e2c196"),
        stroke("M108 190h168", WOOD_DARK, 2.5, stroke_opacity=0.4),
        rect(152, 246, 80, 44, PAPER, 6),
        stroke("M168 262h48M168 274h30", t.deep, 3, stroke_opacity=0.7),
        turned(20, 314, 260, rect(306, 190, 13, 132, WOOD, 6), ellipse(312, 192, 12, 22, "#e2c196")),
    ]


DRAWINGS = {
    "makeup_brush": makeup_brush, "hair_brush": hair_brush, "hand_mirror": hand_mirror, "pouch": pouch, "puff": puff,
    "hair_clip": hair_clip, "spray_bottle": spray_bottle, "nail_kit": nail_kit, "headband": headband, "cream_jar": cream_jar,
}  # fmt: skip
