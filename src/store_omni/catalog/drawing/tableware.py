"""Things on the table: cups, bowls, plates, glasses, cutlery."""

from store_omni.catalog.drawing.canvas import METAL, METAL_DARK, cylinder, ellipse, path, rect, shadow, shape, stroke, turned
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress


def mug(t: Tones) -> list[str]:
    """A straight coffee mug with a round handle."""
    body = "M112 156V282q0 36 38 40h72q38-4 38-40V156z"
    return [
        shadow(186, 92),
        stroke("M256 190h18a40 40 0 0 1 0 80h-20", t.dark, 21),
        stroke("M256 187h18a40 40 0 0 1 30 14", t.light, 4, stroke_opacity=0.7),
        path(body, "@body"),
        dress(t, body),
        path(body, "@shade") if t.pattern != "plain" else "",
        ellipse(186, 156, 74, 15, t.light),
        ellipse(186, 158, 66, 11, "@inner"),
        ellipse(186, 161, 60, 8, "#5b3a26"),
        ellipse(172, 159, 26, 3, "#7d5439"),
        rect(128, 182, 7, 96, "#ffffff", 4, fill_opacity=0.35),
        stroke("M170 132c-8-12 8-18 0-32", "#ffffff", 4, stroke_opacity=0.6),
        stroke("M200 130c-8-12 8-18 0-32", "#ffffff", 4, stroke_opacity=0.6),
    ]


def teacup(t: Tones) -> list[str]:
    """A wide cup on its saucer."""
    cup = "M118 208q4 76 62 92h30q58-16 62-92z"
    return [
        shadow(196, 124),
        ellipse(196, 306, 128, 19, t.dark),
        ellipse(196, 301, 128, 18, "@body"),
        ellipse(196, 299, 70, 8, t.dark, fill_opacity=0.5),
        stroke("M268 222h18a24 24 0 0 1-8 46h-20", t.dark, 12),
        path(cup, "@body"),
        dress(t, cup, 20),
        ellipse(195, 208, 77, 14, t.light),
        ellipse(195, 210, 69, 10, "#c98d4d"),
        ellipse(180, 208, 26, 3, "#e2b275"),
        stroke("M176 182c-8-12 8-18 0-32M208 182c-8-12 8-18 0-32", "#ffffff", 4, stroke_opacity=0.6),
    ]


def bowl(t: Tones) -> list[str]:
    """Two stacked bowls."""
    upper = "M92 190q6 72 74 96h68q68-24 74-96z"
    return [
        shadow(200, 92),
        path("M100 236q14 62 66 78h68q52-16 66-78z", t.dark),
        rect(160, 308, 80, 14, t.deep, 6),
        path(upper, "@body"),
        dress(t, upper, 24),
        ellipse(200, 190, 108, 24, t.light),
        ellipse(200, 194, 99, 19, "@inner"),
        path("M112 214q10 40 36 60", "none", stroke="#ffffff", stroke_width=6, stroke_opacity=0.35),
    ]


def plate(t: Tones) -> list[str]:
    """A plate leaning upright, seen from the front."""
    return [
        shadow(200, 74),
        circle_at(200, 208, 116, t.dark),
        circle_at(197, 204, 116, "@slant"),
        dress(t, "M81 204a116 116 0 1 1 232 0a116 116 0 1 1-232 0", 24),
        circle_at(197, 204, 80, "none", stroke=t.dark, stroke_width=3, stroke_opacity=0.55),
        circle_at(197, 204, 77, t.light, fill_opacity=0.45),
        path("M104 182a98 98 0 0 1 68-74", "none", stroke="#ffffff", stroke_width=7, stroke_opacity=0.5),
        path("M148 314l12-26h80l12 26z", "@wood"),
        rect(140, 310, 120, 14, "@wood", 5),
    ]


def glass(t: Tones) -> list[str]:
    """A tumbler glass with a cold drink of the product's colour."""
    return [
        shadow(200, 66),
        path("M134 128l14 180q2 14 16 14h72q14 0 16-14l14-180z", "#ffffff", fill_opacity=0.4),
        path("M139 186l9 116q2 10 14 10h76q12 0 14-10l9-116z", "@soft", fill_opacity=0.8),
        ellipse(200, 186, 61, 10, t.light, fill_opacity=0.9),
        turned(18, 178, 210, rect(158, 190, 38, 38, "#ffffff", 8, fill_opacity=0.45)),
        turned(-14, 226, 222, rect(206, 204, 36, 36, "#ffffff", 8, fill_opacity=0.38)),
        path("M134 128l14 180q2 14 16 14h72q14 0 16-14l14-180z", "@glass"),
        ellipse(200, 128, 66, 11, "none", stroke="#ffffff", stroke_width=4, stroke_opacity=0.9),
        stroke("M152 150l10 140", "#ffffff", 6, stroke_opacity=0.6),
    ]


def tumbler(t: Tones) -> list[str]:
    """A slim insulated tumbler with lid and straw."""
    body = "M142 142l12 162q2 18 20 18h52q18 0 20-18l12-162z"
    return [
        shadow(200, 62),
        stroke("M214 116l18-62", t.accent, 9),
        path(body, "@body"),
        dress(t, body, 22),
        path(body, "@shade") if t.pattern != "plain" else "",
        path("M150 288l2 18q3 16 20 16h56q17 0 20-16l2-18z", "@metal"),
        rect(134, 118, 132, 26, t.deep, 9),
        rect(134, 118, 132, 12, t.dark, 6),
        rect(158, 160, 7, 110, "#ffffff", 4, fill_opacity=0.4),
    ]


def bottle(t: Tones) -> list[str]:
    """A water bottle with a screw cap and carrying loop."""
    body = "M144 150q0-26 24-34h64q24 8 24 34v150q0 22-22 22h-68q-22 0-22-22z"
    return [
        shadow(200, 66),
        stroke("M176 74a24 24 0 0 1 48 0", t.deep, 9),
        rect(168, 74, 64, 30, t.deep, 8),
        rect(168, 74, 64, 13, t.dark, 6),
        rect(174, 102, 52, 18, "@metal"),
        path(body, "@body"),
        dress(t, body, 24),
        path(body, "@shade") if t.pattern != "plain" else "",
        rect(158, 152, 8, 130, "#ffffff", 4, fill_opacity=0.4),
        rect(144, 298, 112, 3, t.deep, fill_opacity=0.35),
    ]


def spoon_set(t: Tones) -> list[str]:
    """Spoon, fork and chopsticks with handles in the product's colour."""
    return [
        ellipse(204, 326, 110, 10, "@shadow"),
        path("M120 96q32 0 32 46t-24 58h-16q-24-12-24-58t32-46z", "@metal"),
        path("M112 196h16l6 116q0 10-14 10t-14-10z", "@body"),
        path("M176 96v62q0 24 18 32h14q18-8 18-32V96h-10v52h-9V96h-12v52h-9V96z", "@metal"),
        path("M193 186h16l6 126q0 10-14 10t-14-10z", "@body"),
        path("M258 96h8l8 216q0 10-12 10t-12-10z", "@metal"),
        path("M257 190h11l6 122q0 10-12 10t-12-10z", "@body"),
        path("M292 96h8l-2 216q0 10-12 10t-10-10z", "@metal"),
        path("M291 190h10l-3 122q0 10-12 10t-10-10z", "@body"),
        stroke("M108 124q2 30 8 44", "#ffffff", 5, stroke_opacity=0.7),
    ]


def wine_glass(t: Tones) -> list[str]:
    """A stemmed glass, a third full."""
    return [
        shadow(200, 60),
        ellipse(200, 318, 58, 9, METAL, fill_opacity=0.75),
        ellipse(200, 315, 58, 8, "#ffffff", fill_opacity=0.8),
        rect(196, 226, 8, 90, "@glass"),
        rect(196, 226, 8, 90, METAL_DARK, fill_opacity=0.3),
        path("M146 84q-14 96 20 130 34 26 68 0 34-34 20-130z", "#ffffff", fill_opacity=0.42),
        path("M143 150q0 46 24 66 33 24 66 0 24-20 24-66z", "@slant", fill_opacity=0.92),
        ellipse(200, 150, 57, 9, t.light),
        path("M146 84q-14 96 20 130 34 26 68 0 34-34 20-130z", "@glass"),
        ellipse(200, 84, 54, 8, "none", stroke="#ffffff", stroke_width=3.5),
        stroke("M158 106q-6 60 12 92", "#ffffff", 6, stroke_opacity=0.65),
    ]


def tray(t: Tones) -> list[str]:
    """A serving tray with a cup and a small plate."""
    return [
        shadow(200, 142),
        path("M58 276h284l-16 38q-4 8-14 8H88q-10 0-14-8z", "@fall"),
        rect(52, 268, 296, 16, t.light, 8),
        stroke("M54 272q-22-2-20-22 2-12 16-10M346 272q22-2 20-22-2-12-16-10", t.dark, 9),
        path("M104 214h72v36q0 18-18 20h-36q-18-2-18-20z", "@paper"),
        stroke("M176 224h8a15 15 0 0 1 0 30h-9", "#d9cbb5", 8),
        ellipse(140, 214, 36, 7, "#ffffff"),
        ellipse(140, 215, 31, 5, "#6b452d"),
        ellipse(256, 266, 58, 9, "#ffffff"),
        path("M216 262q4-40 40-42 36 2 40 42z", "#d99a55"),
        stroke("M232 244q10-14 24-14M262 246l10-10M246 256l8-8", "#f0c58a", 4),
    ]


def circle_at(x: float, y: float, radius: float, fill: str, **more: str | float) -> str:
    """A full disc; kept as an ellipse so that the slant gradient covers it whole."""
    return shape("ellipse", cx=x, cy=y, rx=radius, ry=radius, fill=fill, **more)


def teapot(t: Tones) -> list[str]:
    """A round-bellied teapot."""
    body = "M196 146q92 4 96 94 0 60-44 80h-104q-44-20-44-80 4-90 96-94z"
    return [
        shadow(196, 96),
        path("M280 214q26-8 40-44l20 8q-12 62-62 82z", "@fall"),
        stroke("M104 190q-44-10-46 34t56 62", t.dark, 15),
        path(body, "@round"),
        dress(t, body, 26),
        ellipse(196, 152, 50, 10, t.deep),
        ellipse(196, 147, 50, 11, t.light),
        path("M150 146q6-24 46-26 40 2 46 26z", "@body"),
        ellipse(196, 114, 13, 12, "@accent"),
        stroke("M122 222q6-34 34-50", "#ffffff", 7, stroke_opacity=0.5),
        rect(146, 314, 100, 8, t.deep, 4),
    ]


def carafe(t: Tones) -> list[str]:
    """A glass carafe with a cork and flavoured water."""
    body = "M172 96v70q0 20-26 48-22 26-22 58 0 50 44 50h64q44 0 44-50 0-32-22-58-26-28-26-48V96z"
    return [
        shadow(200, 80),
        path(body, "#ffffff", fill_opacity=0.4),
        path("M134 240q-10 16-10 34 0 48 44 48h64q44 0 44-48 0-18-10-34z", "@soft", fill_opacity=0.75),
        ellipse(200, 240, 66, 9, t.light, fill_opacity=0.9),
        path(body, "@glass"),
        cylinder(200, 74, 108, 25, "@wood"),
        ellipse(200, 74, 25, 6, "#e2c196"),
        ellipse(176, 282, 20, 20, "#f2cf5b", fill_opacity=0.75),
        stroke("M176 264v36M160 282h32", "#fff6d6", 3),
        stroke("M148 240q-12 20-10 44", "#ffffff", 6, stroke_opacity=0.7),
    ]


DRAWINGS = {
    "mug": mug, "teacup": teacup, "bowl": bowl, "plate": plate, "glass": glass, "tumbler": tumbler,
    "bottle": bottle, "spoon_set": spoon_set, "wine_glass": wine_glass, "tray": tray, "teapot": teapot, "carafe": carafe,
}  # fmt: skip
