"""Things that cook, cut and keep: kettle, pans, boards, jars."""

from store_omni.catalog.drawing.canvas import (
    INK,
    LEAF,
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


def kettle(t: Tones) -> list[str]:
    """A gooseneck kettle with a wooden handle."""
    return [
        shadow(190, 92),
        stroke("M126 252q-40-6-40-62 0-52-30-62", t.dark, 15),
        stroke("M124 247q-34-8-33-60 1-44-26-56", t.light, 4, stroke_opacity=0.7),
        path("M134 172h116l26 128q4 22-18 22H126q-22 0-18-22z", "@body"),
        path("M134 172h116l3 14H131z", t.deep, fill_opacity=0.35),
        path("M146 172q4-26 46-26t46 26z", "@soft"),
        circle(192, 138, 12, WOOD),
        stroke("M248 184h26q52 4 46 58t-44 58", INK, 7),
        stroke("M316 214q4 44-22 72", WOOD, 17),
        stroke("M311 216q4 34-16 60", WOOD_LIGHT, 4),
        stroke("M142 204l-14 90", "#ffffff", 8, stroke_opacity=0.38),
        rect(108, 312, 168, 10, t.deep, 5),
    ]


def frying_pan(t: Tones) -> list[str]:
    """A frying pan seen from above with an egg in it."""
    return [
        ellipse(180, 252, 122, 112, "@shadow"),
        turned(38, 168, 216, rect(264, 202, 128, 29, WOOD_DARK, 14), rect(264, 202, 128, 20, WOOD, 10)),
        turned(38, 168, 216, rect(252, 198, 42, 36, t.deep, 8)),
        circle(168, 216, 112, "@slant"),
        circle(168, 216, 96, t.deep),
        circle(168, 219, 93, "@iron"),
        path("M118 206q-6-42 34-44 22-26 52-6 44 2 34 44 8 42-36 46-30 26-54 4-36-4-30-44z", PAPER),
        circle(176, 208, 27, "#f2b33d"),
        ellipse(168, 199, 9, 7, "#fbd987"),
        stroke("M86 182a96 96 0 0 1 40-56", "#ffffff", 5, stroke_opacity=0.45),
    ]


def pot(t: Tones) -> list[str]:
    """A lidded casserole with two handles."""
    return [
        shadow(200, 112),
        rect(58, 214, 50, 24, t.deep, 12),
        rect(292, 214, 50, 24, t.deep, 12),
        path("M86 196h228v92q0 34-34 34H120q-34 0-34-34z", "@body"),
        dress(t, "M86 196h228v92q0 34-34 34H120q-34 0-34-34z"),
        rect(78, 184, 244, 18, t.dark, 9),
        path("M88 184q10-44 112-44t112 44z", "@soft"),
        rect(186, 118, 28, 18, t.deep, 5),
        ellipse(200, 116, 28, 10, WOOD),
        ellipse(200, 113, 28, 8, WOOD_LIGHT),
        rect(104, 214, 9, 80, "#ffffff", 5, fill_opacity=0.32),
        stroke("M118 168q16-14 46-18", "#ffffff", 6, stroke_opacity=0.45),
    ]


def cutting_board(t: Tones) -> list[str]:
    """A wooden board with a tomato and a sprig, its edge in the product's colour."""
    return [
        shadow(200, 90),
        path("M116 128q0-18 18-18h44V78q0-14 14-14h16q14 0 14 14v32h44q18 0 18 18v176q0 18-18 18H134q-18 0-18-18z", "@wood"),
        path("M116 274h168v30q0 18-18 18H134q-18 0-18-18z", "@body"),
        circle(200, 88, 9, t.wall),
        stroke("M140 132v128M164 128v136M190 132v130M236 126v138M260 134v122", WOOD_DARK, 2, stroke_opacity=0.3),
        circle(218, 214, 36, "#d9553f"),
        ellipse(206, 200, 12, 9, "#ec8a74"),
        path("M218 182l-8-12 10 5 6-9 3 11 12-2-9 9 6 9-14-4z", LEAF),
        stroke("M148 236q4-34 26-50", LEAF, 4),
        path("M152 216q-22-4-24-20 20 0 26 14zM160 200q-14-12-8-26 14 8 14 22zM168 196q8-18 24-16-4 16-20 20z", LEAF),
    ]


def knife(t: Tones) -> list[str]:
    """A cook's knife standing on a slanted block of wood."""
    return [
        shadow(200, 96),
        path("M118 190h150l22 116q2 16-14 16H124q-16 0-14-16z", "@wood"),
        path("M118 190h150l4 18H116z", WOOD_DARK, fill_opacity=0.5),
        rect(142, 182, 30, 16, INK, 4),
        rect(188, 182, 26, 16, INK, 4),
        rect(230, 182, 22, 16, INK, 4),
        path("M140 92q0-18 17-18t17 18v94h-34z", "@body"),
        path("M187 108q0-16 14-16t14 16v78h-28z", "@body"),
        path("M230 122q0-14 11-14t11 14v64h-22z", "@body"),
        *(circle(157, y, 4, t.pale) for y in (104, 132, 160)),
        *(circle(201, y, 3.5, t.pale) for y in (118, 142, 166)),
        *(circle(241, y, 3, t.pale) for y in (132, 152, 172)),
        stroke("M140 232q60-10 118 0M136 262q60-10 128 0M134 292q64-8 134 0", WOOD_DARK, 2, stroke_opacity=0.35),
    ]


def dripper(t: Tones) -> list[str]:
    """A coffee dripper on a glass server."""
    return [
        shadow(196, 84),
        path("M136 214h120l20 78q4 30-28 30h-104q-32 0-28-30z", "#ffffff", fill_opacity=0.42),
        path("M122 270h148l6 22q4 30-28 30h-104q-32 0-28-30z", "#5b3826"),
        ellipse(196, 270, 74, 9, "#7a4d34"),
        path("M136 214h120l20 78q4 30-28 30h-104q-32 0-28-30z", "@glass"),
        stroke("M262 226q56-2 50 38-6 32-40 34", INK, 10),
        rect(120, 196, 152, 18, t.dark, 9),
        path("M108 112h176l-50 84h-76z", "@body"),
        stroke("M148 116l26 76M196 116v78M244 116l-26 76", t.deep, 3, stroke_opacity=0.4),
        ellipse(196, 112, 88, 14, t.light),
        path("M118 112q78-30 156 0-78 24-156 0z", PAPER),
        ellipse(196, 113, 58, 8, "#5b3826"),
        stroke("M284 132q34 2 30 28-4 20-44 18", t.dark, 9),
        stroke("M134 262q-6 20-2 42", "#ffffff", 5, stroke_opacity=0.6),
    ]


def jar(t: Tones) -> list[str]:
    """A storage jar with a coloured lid and grains inside."""
    grains = [(142 + (i * 37) % 116, 222 + (i * 53) % 88) for i in range(38)]
    return [
        shadow(200, 80),
        rect(124, 132, 152, 190, "#ffffff", 26, fill_opacity=0.45),
        path("M128 212q36-10 72 0t72 0v84q0 22-22 22H150q-22 0-22-22z", "#d8b27a"),
        *(ellipse(x, y, 6, 4, "#b98d52" if i % 3 else "#ecd3a6") for i, (x, y) in enumerate(grains)),
        rect(124, 132, 152, 190, "@glass", 26),
        rect(116, 100, 168, 40, "@body", 12),
        rect(116, 130, 168, 8, t.deep, 4, fill_opacity=0.4),
        ellipse(200, 98, 24, 10, t.dark),
        rect(166, 172, 68, 34, PAPER, 6),
        stroke("M178 184h44M184 194h32", INK, 3, stroke_opacity=0.5),
        rect(138, 156, 7, 140, "#ffffff", 4, fill_opacity=0.65),
    ]


def apron(t: Tones) -> list[str]:
    """An apron on a hook."""
    body = "M148 148h104l6 40q6 22 40 30v90q0 14-14 14H116q-14 0-14-14v-90q34-8 40-30z"
    return [
        rect(120, 74, 160, 14, "@plank", 7),
        circle(200, 92, 7, WOOD_DARK),
        stroke("M152 150q10-54 48-54t48 54", t.dark, 8),
        stroke("M104 224q-28 10-32 44M296 224q28 10 32 44", t.dark, 8),
        path(body, "@slant"),
        dress(t, body, 24),
        path("M150 236h100v38q0 18-18 18h-64q-18 0-18-18z", t.dark, fill_opacity=0.45),
        stroke("M150 236h100", t.pale, 4),
        stroke("M200 238v52", t.pale, 2, stroke_opacity=0.7),
        stroke("M134 226q-10 40-6 82M268 226q10 40 6 82", t.deep, 3, stroke_opacity=0.25),
        ellipse(204, 330, 90, 8, "@shadow"),
    ]


def oven_mitt(t: Tones) -> list[str]:
    """A quilted oven mitt."""
    mitt = "M142 300V166q0-62 58-62t58 62v40q10-30 34-24 24 10 10 42-18 40-44 56v20z"
    return [
        shadow(204, 74),
        path(mitt, "@slant"),
        dress(t, mitt, 28),
        stroke(
            "M158 148l84 84M148 186l100 98M150 236l56 56M242 130l-92 92M256 168l-104 104M256 222l-66 68",
            t.pale,
            2.5,
            stroke_opacity=0.55,
        ),
        rect(130, 282, 138, 40, "@accent", 10),
        stroke("M142 302h114", "#ffffff", 3, stroke_opacity=0.55, stroke_dasharray="7 7"),
        stroke("M258 296q18 2 16 16t-16 8", t.deep, 6),
        stroke("M160 176q0-46 30-54", "#ffffff", 6, stroke_opacity=0.45),
    ]


def moka(t: Tones) -> list[str]:
    """A stovetop coffee maker."""
    return [
        shadow(192, 72),
        path("M138 232h108l18 76q2 14-12 14H132q-14 0-12-14z", "@metal"),
        rect(132, 218, 120, 18, t.deep, 6),
        path("M142 218l-14-94h128l-14 94z", "@body"),
        path("M172 218l-6-94h52l-6 94z", "#ffffff", fill_opacity=0.16),
        path("M128 124l-26 26 32 20z", t.dark),
        path("M126 124q4-30 66-34 62 4 66 34z", "@soft"),
        circle(192, 82, 11, INK),
        stroke("M250 132h40q14 2 12 18l-10 64", INK, 15),
        stroke("M152 248l-10 60M192 246v66M232 248l10 60", "#ffffff", 3, stroke_opacity=0.4),
    ]


def canister(t: Tones) -> list[str]:
    """A tin canister with a wooden lid and a label."""
    body = cylinder(200, 146, 318, 78, "@body")
    return [
        shadow(200, 82),
        body,
        dress(t, "M122 146h156v176H122z", 24),
        rect(116, 112, 168, 36, "@wood", 10),
        ellipse(200, 112, 80, 11, WOOD_LIGHT),
        rect(152, 196, 96, 72, PAPER, 8),
        path("M200 214q-22 16-8 34 22-2 20-30zM196 246q6-14 16-24", LEAF, stroke=LEAF, stroke_width=2),
        stroke("M172 258h56", INK, 3, stroke_opacity=0.45),
        rect(136, 162, 8, 130, "#ffffff", 4, fill_opacity=0.35),
    ]


def scale(t: Tones) -> list[str]:
    """A flat kitchen scale with a bowl."""
    return [
        shadow(200, 112),
        path("M100 186q4 62 66 70h68q62-8 66-70z", "@paper"),
        ellipse(200, 186, 100, 18, "#ffffff"),
        ellipse(200, 188, 91, 13, "#e7dccb"),
        path("M126 184q16-34 40-20 14-30 44-16 30-14 38 14 24-4 26 22-74 26-148 0z", "#e9c98f"),
        rect(96, 256, 208, 12, "@metal", 6),
        rect(84, 266, 232, 56, "@body", 16),
        rect(150, 278, 100, 32, "#24302c", 6),
        stroke("M166 286v16M178 286h12v8h-12v8h12M204 286h12v16h-12z M230 302h1", "#a8e6c2", 3),
        circle(284, 294, 9, t.pale),
        circle(116, 294, 9, t.pale),
    ]


DRAWINGS = {
    "kettle": kettle, "frying_pan": frying_pan, "pot": pot, "cutting_board": cutting_board, "knife": knife,
    "dripper": dripper, "jar": jar, "apron": apron, "oven_mitt": oven_mitt, "moka": moka, "canister": canister,
    "scale": scale,
}  # fmt: skip
