"""Things beside a basin: towels, soap, brushes, mats."""

from store_omni.catalog.drawing.canvas import (
    INK,
    LEAF,
    METAL_DARK,
    WOOD,
    WOOD_DARK,
    WOOD_LIGHT,
    circle,
    cylinder,
    ellipse,
    group,
    path,
    rect,
    shadow,
    stroke,
    turned,
)  # fmt: skip
from store_omni.catalog.drawing.colours import Tones, mix
from store_omni.catalog.drawing.patterns import dress


def towel(t: Tones) -> list[str]:
    """Three folded towels in a pile."""
    pile = []
    for index, (y, inset, fill) in enumerate(((256, 0, "@slant"), (196, 10, "@pale"), (136, 4, "@slant"))):
        left, right = 84 + inset, 316 - inset
        outline = f"M{left + 28} {y}H{right - 12}q12 0 12 12v42q0 12-12 12H{left + 28}a33 33 0 0 1 0-66z"
        pile += [
            path(outline, fill),
            dress(t, outline, 20) if fill == "@slant" else "",
            path(
                f"M{left + 30} {y + 18}H{right}v4H{left + 30}a12 12 0 0 0 0 24H{right}v4H{left + 30}a16 16 0 0 1 0-32z",
                t.deep,
                fill_opacity=0.22,
            ),
            stroke(f"M{right - 34} {y + 6}v54M{right - 26} {y + 6}v54", t.light if index == 1 else t.pale, 3, stroke_opacity=0.7),
        ]
    return [shadow(200, 118), *pile]


def hanging_towel(t: Tones) -> list[str]:
    """A towel over a rail."""
    front = "M130 112h142v190q0 10-10 10H140q-10 0-10-10z"
    return [
        rect(92, 96, 12, 30, METAL_DARK, 4),
        rect(298, 96, 12, 30, METAL_DARK, 4),
        rect(86, 104, 230, 13, "@steel", 7),
        path("M150 110h142v150q0 8-8 8H150z", t.deep),
        path(front, "@slant"),
        path("M130 112q0-14 12-14h118q12 0 12 14v8H130z", t.light),
        dress(t, front, 26),
        rect(130, 262, 142, 12, t.pale, fill_opacity=0.7),
        rect(130, 280, 142, 5, t.pale, fill_opacity=0.7),
        stroke("M162 124v130M238 124v130", t.deep, 3, stroke_opacity=0.2),
        *(stroke(f"M{x} 310v10", t.dark, 3) for x in range(138, 270, 10)),
        ellipse(206, 338, 84, 8, "@shadow"),
    ]


def soap_pump(t: Tones) -> list[str]:
    """A pump dispenser."""
    body = "M138 176q0-26 28-28h68q28 2 28 28v122q0 24-24 24h-76q-24 0-24-24z"
    return [
        shadow(200, 66),
        path("M150 92q0-14 16-14h58q10 0 10 10v12h-62q-12 0-12 14h-10z", INK),
        rect(192, 96, 16, 34, INK),
        rect(172, 124, 56, 26, INK, 6),
        rect(172, 124, 56, 10, "#5b5e62", 5),
        path(body, "@body"),
        dress(t, body, 22),
        rect(162, 206, 76, 70, t.pale, 6),
        stroke("M178 226h44M178 240h44M178 254h26", t.deep, 3.5, stroke_opacity=0.7),
        rect(150, 178, 7, 116, "#ffffff", 4, fill_opacity=0.4),
    ]


def toothbrush(t: Tones) -> list[str]:
    """Two toothbrushes in a cup."""
    brush = [
        rect(-7, -60, 14, 150, "@accent", 7),
        rect(-9, -92, 18, 44, mix(t.accent, "#ffffff", 0.2), 7),
        rect(-27, -88, 20, 36, "#ffffff", 3),
        stroke("M-23 -88v36M-17 -88v36M-12 -88v36", t.arch, 2),
    ]
    cup = "M132 188l10 116q2 18 22 18h72q20 0 22-18l10-116z"
    return [
        shadow(200, 70),
        group(brush, transform="translate(170 170) rotate(-12)"),
        group(brush, transform="translate(236 176) rotate(14) scale(-1 1)"),
        path(cup, "@body"),
        dress(t, cup, 22),
        ellipse(200, 188, 68, 11, t.light, fill_opacity=0.0),
        path("M132 188q68 20 136 0l-1 10q-67 20-134 0z", t.light),
        stroke("M152 214l6 84", "#ffffff", 7, stroke_opacity=0.4),
    ]


def soap_bar(t: Tones) -> list[str]:
    """A bar of soap on a slatted wooden dish, with foam."""
    return [
        shadow(200, 118),
        *(rect(92 + i * 44, 296, 34, 26, "@wood", 4) for i in range(5)),
        rect(82, 284, 236, 18, "@plank", 8),
        path("M108 232q0-36 38-36h112q36 0 36 36v18q0 36-36 36H146q-38 0-38-36z", "@fall"),
        path("M108 228q0-36 38-36h112q36 0 36 36t-36 36H146q-38 0-38-36z", "@slant"),
        path(
            "M150 228q0-16 18-16h66q18 0 18 16t-18 16h-66q-18 0-18-16z", "none", stroke=t.dark, stroke_width=4, stroke_opacity=0.6
        ),
        circle(270, 184, 22, "#ffffff", fill_opacity=0.75),
        circle(294, 202, 15, "#ffffff", fill_opacity=0.7),
        circle(250, 194, 13, "#ffffff", fill_opacity=0.8),
        circle(264, 178, 6, "#ffffff"),
        circle(304, 150, 8, "#ffffff", fill_opacity=0.6),
        circle(282, 132, 5, "#ffffff", fill_opacity=0.6),
        stroke("M128 214q10-12 26-12", "#ffffff", 6, stroke_opacity=0.6),
    ]


def bath_mat(t: Tones) -> list[str]:
    """A rolled bath mat lying on its flat end."""
    mat = "M70 262h212v60H70z"
    return [
        shadow(210, 140),
        path("M66 276h220v46H66q-12 0-12-12v-22q0-12 12-12z", "@slant"),
        dress(t, mat, 22),
        *(stroke(f"M{x} 316v12", t.dark, 4) for x in range(62, 260, 12)),
        circle(274, 252, 70, "@round"),
        path(
            "M332 252a58 58 0 0 0-116 0 48 48 0 0 0 96 0 38 38 0 0 0-76 0 28 28 0 0 0 56 0 18 18 0 0 0-36 0",
            "none",
            stroke=t.deep,
            stroke_width=7,
            stroke_opacity=0.5,
        ),
        stroke("M226 216a60 60 0 0 1 32-22", "#ffffff", 6, stroke_opacity=0.5),
    ]


def slippers(t: Tones) -> list[str]:
    """A pair of bathroom slippers seen from above."""
    sole = "M0 -98q44 0 44 62 0 34-9 66 9 34-6 62-10 18-29 18t-29-18q-15-28-6-62-9-32-9-66 0-62 44-62z"
    strap = "M-45 -52q45-32 90 0l-5 62q-40-26-80 0z"
    pair = []
    for x, angle in ((144, -8), (258, 8)):
        pair += [
            group(
                [
                    path(sole, "#30251c", fill_opacity=0.16, transform="translate(8 10)"),
                    path(sole, t.deep),
                    path(sole, "@slant", transform="translate(0 -6)"),
                    *(
                        ellipse(dx, dy, 5, 7, t.dark, fill_opacity=0.5)
                        for dx, dy in ((-12, 34), (12, 34), (-12, 58), (12, 58), (0, 80))
                    ),
                    path(strap, t.pale),
                    stroke("M-38 -44q38-24 76 0", "#ffffff", 4, stroke_opacity=0.6),
                    path("M-40 10q40-26 80 0l1-8q-41-26-82 0z", t.deep, fill_opacity=0.35),
                ],
                transform=f"translate({x} 214) rotate({angle})",
            )
        ]
    return pair


def bath_brush(t: Tones) -> list[str]:
    """A long wooden body brush."""
    return [
        ellipse(214, 318, 110, 14, "@shadow"),
        turned(
            36, 200, 200,
            rect(186, 190, 28, 172, "@wood", 14),
            circle(200, 344, 6, WOOD_DARK),
            stroke("M200 350q0 22 14 26", t.dark, 5),
            rect(146, 54, 108, 160, t.pale, 50),
            *(stroke(f"M{154 + (i % 7) * 15} {70 + (i // 7) * 17}v11", "#cdbda2", 5) for i in range(56)),
            path("M142 134q0-86 58-86t58 86-58 86-58-86zm10 0q0 76 48 76t48-76-48-76-48 76z", "@body", fill_rule="evenodd"),
        ),
    ]  # fmt: skip


def diffuser(t: Tones) -> list[str]:
    """A reed diffuser with a leaf."""
    return [
        shadow(200, 68),
        stroke("M190 178L140 64M196 178l-22-126M204 178l14-130M210 178l52-116M206 178l84-92", WOOD_DARK, 4),
        rect(172, 164, 56, 34, "@wood", 7),
        path("M144 226q0-28 32-30h48q32 2 32 30v70q0 26-26 26h-60q-26 0-26-26z", "#ffffff", fill_opacity=0.45),
        path("M148 246h104v50q0 22-24 22h-56q-24 0-24-22z", "@soft", fill_opacity=0.85),
        path("M144 226q0-28 32-30h48q32 2 32 30v70q0 26-26 26h-60q-26 0-26-26z", "@glass"),
        rect(168, 240, 64, 52, "#fbf6ec", 4),
        path("M200 250q-20 12-8 32 20-4 18-26z", LEAF),
        stroke("M182 286h36", INK, 2.5, stroke_opacity=0.5),
        stroke("M156 228v72", "#ffffff", 6, stroke_opacity=0.7),
    ]


def shower_head(t: Tones) -> list[str]:
    """A hand shower with water."""
    drops = [(110 + i * 15, 244 + (i * 29) % 62) for i in range(9)]
    return [
        stroke("M262 116q76 8 66 108t-40 110", METAL_DARK, 12),
        stroke("M262 116q76 8 66 108t-40 110", "#e4e7e9", 5, stroke_dasharray="3 8"),
        turned(
            -24, 180, 170,
            rect(196, 92, 118, 36, "@body", 18),
            path("M92 158q0-66 62-74 62 8 62 74z", "@body"),
            rect(82, 152, 144, 26, "@steel", 12),
            stroke("M108 134q8-28 34-36", "#ffffff", 6, stroke_opacity=0.5),
        ),
        *(stroke(f"M{x} {y}l-5 16", "#8fbbdb", 5, stroke_opacity=0.75) for x, y in drops),
        *(stroke(f"M{x + 6} {y + 40}l-4 12", "#8fbbdb", 4, stroke_opacity=0.5) for x, y in drops[::2]),
        ellipse(176, 340, 96, 9, "@shadow"),
    ]  # fmt: skip


def wall_mirror(t: Tones) -> list[str]:
    """A round mirror on a shelf."""
    return [
        shadow(200, 100),
        ellipse(200, 182, 112, 112, "@slant"),
        ellipse(200, 182, 98, 98, "#dfe9ea"),
        path("M128 248L262 108q20 20 30 46L166 276q-22-8-38-28z", "#ffffff", fill_opacity=0.5),
        path("M112 222l100-112 14 4-108 122z", "#ffffff", fill_opacity=0.4),
        rect(92, 302, 216, 20, "@plank", 6),
        cylinder(268, 262, 302, 17, "@accent"),
        stroke("M268 262q-14-26-4-46M268 262q10-22 22-28", LEAF, 4),
        path("M264 216q-16 4-14 22 14 0 16-14zM290 234q0-16 14-16 2 14-10 20z", LEAF),
        rect(112, 284, 44, 18, WOOD_LIGHT, 4),
        rect(118, 270, 34, 14, WOOD, 4),
    ]


DRAWINGS = {
    "towel": towel, "hanging_towel": hanging_towel, "soap_pump": soap_pump, "toothbrush": toothbrush, "soap_bar": soap_bar,
    "bath_mat": bath_mat, "slippers": slippers, "bath_brush": bath_brush, "diffuser": diffuser, "shower_head": shower_head,
    "wall_mirror": wall_mirror,
}  # fmt: skip
