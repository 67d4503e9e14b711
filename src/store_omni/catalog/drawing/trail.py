"""Things carried outdoors: bags, rolls, flasks, cups."""

from store_omni.catalog.drawing.canvas import INK, METAL_DARK, circle, ellipse, path, rect, shadow, stroke, turned
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress


def sleeping_bag(t: Tones) -> list[str]:
    """A sleeping bag rolled and strapped."""
    return [
        shadow(200, 132),
        path("M96 178h196q46 0 46 72t-46 72H96z", "@fall"),
        path("M96 178h196q46 0 46 72h-40q0-54-30-54H96z", t.light, fill_opacity=0.35),
        dress(t, "M96 178h196q46 0 46 72t-46 72H96z", 26),
        ellipse(100, 250, 46, 72, t.dark),
        ellipse(98, 250, 40, 65, "@slant"),
        path("M98 200q26 6 26 50t-26 42-20-40 18-32 10 30-12 12", "none", stroke=t.deep, stroke_width=6, stroke_opacity=0.6),
        rect(166, 176, 22, 147, INK, 3),
        rect(258, 178, 22, 143, INK, 3),
        rect(162, 236, 30, 26, METAL_DARK, 5),
        rect(254, 236, 30, 26, METAL_DARK, 5),
        stroke("M177 178q46-50 92 2", INK, 9),
    ]


def thermos(t: Tones) -> list[str]:
    """A vacuum flask with its cup."""
    body = "M128 152q0-22 22-28h56q22 6 22 28v152q0 18-18 18h-64q-18 0-18-18z"
    return [
        shadow(196, 98),
        path("M134 82q0-12 12-12h64q12 0 12 12v42h-88z", "@metal"),
        path(body, "@body"),
        dress(t, body, 24),
        rect(128, 152, 100, 10, t.deep, fill_opacity=0.35),
        rect(128, 286, 100, 10, t.deep, fill_opacity=0.35),
        stroke("M228 178q34 4 34 44t-34 50", t.deep, 11),
        rect(142, 170, 8, 108, "#ffffff", 4, fill_opacity=0.4),
        path("M262 262h60v42q0 18-18 18h-24q-18 0-18-18z", "@metal"),
        ellipse(292, 262, 30, 6, "#eef0f1"),
        ellipse(292, 263, 25, 4, "#6b452d"),
        stroke("M284 248c-6-10 6-14 0-24M300 248c-6-10 6-14 0-24", "#ffffff", 3.5, stroke_opacity=0.7),
    ]


def enamel_cup(t: Tones) -> list[str]:
    """A camp cup with a dark rim and speckles."""
    specks = [(126 + (i * 41) % 132, 176 + (i * 67) % 130) for i in range(26)]
    cup = "M112 160h160l-6 138q-2 24-26 24h-96q-24 0-26-24z"
    return [
        shadow(194, 86),
        stroke("M268 188h24q32 6 26 46t-54 42", t.dark, 15),
        path(cup, "@body"),
        dress(t, cup, 26),
        *(ellipse(x, y, 2.6, 2, t.pale, fill_opacity=0.8) for x, y in specks if t.pattern == "plain"),
        ellipse(192, 160, 80, 16, INK),
        ellipse(192, 160, 73, 12, t.pale),
        ellipse(192, 163, 66, 9, "#5b3a26"),
        rect(130, 190, 8, 96, "#ffffff", 4, fill_opacity=0.35),
        path("M170 250l22-40 22 40z", t.pale, fill_opacity=0.9),
        path("M192 250l16-28 16 28z", t.pale, fill_opacity=0.7),
    ]


def backpack(t: Tones) -> list[str]:
    """A day pack with a front pocket."""
    body = "M112 170q0-82 88-82t88 82v124q0 28-28 28H140q-28 0-28-28z"
    return [
        shadow(200, 94),
        stroke("M176 92V78q0-16 24-16t24 16v14", t.deep, 10),
        rect(86, 208, 40, 92, t.dark, 16),
        rect(274, 208, 40, 92, t.dark, 16),
        path(body, "@body"),
        dress(t, body, 28),
        path("M112 176q0-88 88-88t88 88q-88 26-176 0z", t.dark),
        path("M112 166q0-78 88-78t88 78q-88 24-176 0z", "@soft"),
        rect(138, 216, 124, 86, t.dark, 18),
        rect(138, 212, 124, 86, "@soft", 18),
        stroke("M150 232h100", t.deep, 4, stroke_dasharray="6 5"),
        rect(156, 172, 15, 54, "@wood", 4),
        rect(229, 172, 15, 54, "@wood", 4),
        rect(153, 198, 21, 14, METAL_DARK, 4),
        rect(226, 198, 21, 14, METAL_DARK, 4),
        rect(174, 252, 52, 24, t.pale, 4),
    ]


def picnic_mat(t: Tones) -> list[str]:
    """A picnic mat, half unrolled, with an apple."""
    mat = "M56 268l60-46h232l-30 100H66z"
    return [
        ellipse(206, 326, 150, 12, "@shadow"),
        path(mat, "@slant"),
        dress(t, mat, 26),
        stroke("M64 316h254l28-92", t.pale, 4, stroke_dasharray="9 7"),
        path("M70 206q0-34 30-34h216q30 0 30 34t-30 34H100q-30 0-30-34z", "@fall"),
        dress(t, "M70 206q0-34 30-34h216q30 0 30 34t-30 34H100q-30 0-30-34z", 26),
        ellipse(100, 206, 28, 34, t.light),
        path("M100 182q16 4 16 24t-16 18-10-18 8-12", "none", stroke=t.deep, stroke_width=5, stroke_opacity=0.6),
        rect(168, 170, 18, 72, "@wood", 3),
        rect(256, 170, 18, 72, "@wood", 3),
        circle(232, 268, 27, "#cf4e41"),
        ellipse(222, 258, 8, 6, "#ec8a74"),
        stroke("M232 244q2-12 10-16", INK, 4),
        path("M238 236q14-14 26-4-10 12-26 4z", "#6f8f6c"),
    ]


def flashlight(t: Tones) -> list[str]:
    """A torch throwing a cone of light."""
    return [
        path("M232 150l132-72v214l-132-70z", "#ffe3a0", fill_opacity=0.55),
        ellipse(180, 330, 110, 11, "@shadow"),
        turned(
            0, 150, 190,
            rect(62, 156, 122, 62, "@fall", 14),
            *(rect(x, 156, 7, 62, t.deep, fill_opacity=0.45) for x in (80, 94, 108, 122)),
            path("M180 152l52-20v108l-52-20z", "@fall"),
            ellipse(234, 186, 14, 54, "#fff3cf"),
            ellipse(234, 186, 8, 34, "#ffffff"),
            rect(142, 146, 30, 14, t.accent, 6),
            stroke("M64 190q-26 10-22 50 4 24 22 34", t.deep, 6),
            stroke("M74 168h96", "#ffffff", 5, stroke_opacity=0.4),
        ),
    ]  # fmt: skip


def multi_tool(t: Tones) -> list[str]:
    """A folding pocket tool, fanned out."""
    return [
        ellipse(204, 310, 120, 13, "@shadow"),
        turned(-44, 128, 230, path("M122 224l-4-128q16 4 22 40v88z", "@metal")),
        turned(-14, 128, 230, rect(120, 104, 14, 120, "@metal", 3), path("M116 108h22l-4-22h-14z", METAL_DARK)),
        turned(18, 128, 230, path("M120 226V120q8-26 16 0v106z", "@metal")),
        stroke("M282 218q46-36 52 4", METAL_DARK, 8),
        path("M112 214q0-22 22-22h140q22 0 22 22v26q0 22-22 22H134q-22 0-22-22z", "@slant"),
        stroke("M130 208h130", "#ffffff", 5, stroke_opacity=0.4),
        circle(134, 227, 8, METAL_DARK),
        circle(274, 227, 8, METAL_DARK),
        path("M200 213v28M186 227h28", "none", stroke=t.pale, stroke_width=7),
    ]


DRAWINGS = {
    "sleeping_bag": sleeping_bag, "thermos": thermos, "enamel_cup": enamel_cup, "backpack": backpack,
    "picnic_mat": picnic_mat, "flashlight": flashlight, "multi_tool": multi_tool,
}  # fmt: skip
