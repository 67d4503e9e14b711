"""Things on a desk: paper, pens, tape, pouches."""

from store_omni.catalog.drawing.canvas import (
    INK,
    METAL_DARK,
    PAPER,
    PAPER_DARK,
    WOOD,
    circle,
    ellipse,
    group,
    moved,
    path,
    rect,
    shadow,
    stroke,
    turned,
)  # fmt: skip
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress


def notebook(t: Tones) -> list[str]:
    """A bound notebook with an elastic band and a ribbon."""
    cover = "M118 84h156q14 0 14 14v208q0 14-14 14H118z"
    return turn_on_floor(
        -6,
        [
            path("M126 96h158q12 0 12 12v206q0 12-12 12H126z", PAPER_DARK),
            path("M124 92h158q12 0 12 12v206q0 12-12 12H124z", "#ffffff"),
            path(cover, "@slant"),
            dress(t, cover, 26),
            rect(112, 84, 24, 236, t.deep, 6),
            rect(254, 84, 9, 238, t.accent),
            rect(160, 132, 74, 46, t.pale, 4),
            stroke("M174 148h46M174 162h32", t.deep, 3, stroke_opacity=0.7),
            path("M196 320h12v24l-6-7-6 7z", t.accent),
        ],
    )


def turn_on_floor(angle: float, content: list[str]) -> list[str]:
    """A flat thing propped against the wall at a slight angle."""
    return [ellipse(206, 328, 108, 12, "@shadow"), group(content, transform=f"rotate({angle} 200 210)")]


def ring_notebook(t: Tones) -> list[str]:
    """A spiral notebook opened to a ruled page, pencil beside it."""
    cover = "M104 94h192q10 0 10 10v208q0 10-10 10H104q-10 0-10-10V104q0-10 10-10z"
    return [
        ellipse(206, 330, 124, 12, "@shadow"),
        path(cover, "@slant"),
        dress(t, cover, 26),
        rect(118, 128, 164, 180, "#ffffff", 4),
        *(stroke(f"M132 {y}h{136 - (y * 7) % 50}", "#c9d3d8", 3) for y in range(158, 300, 20)),
        stroke("M132 146h64", t.base, 6),
        *(group([circle(x, 108, 5, t.deep), stroke(f"M{x} 108v-26", METAL_DARK, 5)]) for x in range(118, 290, 20)),
        turned(34, 292, 250, rect(285, 156, 15, 124, "@accent"), path("M285 280h15l-7 22z", "#ecd3a6"), path("M290 294h5l-2 8z", INK), rect(285, 146, 15, 12, "#e79a96", 3)),
    ]  # fmt: skip


def pen(t: Tones) -> list[str]:
    """A click pen and its twin, drawn large."""
    body = [
        rect(188, 72, 24, 22, METAL_DARK, 5),
        rect(182, 90, 36, 140, "@body", 9),
        rect(182, 176, 36, 62, t.deep),
        *(rect(182, y, 36, 3, t.base, fill_opacity=0.5) for y in (186, 196, 206, 216, 226)),
        path("M182 238h36l-12 50h-12z", "@metal"),
        path("M195 288h10l-4 14h-2z", INK),
        rect(211, 96, 9, 62, "@metal", 4),
        rect(189, 98, 6, 70, "#ffffff", 3, fill_opacity=0.5),
    ]
    return [
        ellipse(210, 312, 118, 14, "@shadow"),
        stroke("M84 322q40-22 66 0t60-6 60 4", t.base, 5),
        turned(28, 200, 200, moved(-26, 6, *body)),
        turned(46, 200, 200, moved(44, -6, *body)),
    ]


def pencils(t: Tones) -> list[str]:
    """A cup of coloured pencils."""
    inks = (t.base, "#e0a94f", "#6c93b8", t.deep, "#d77a68", "#7d9c83")
    sticks = []
    for i, ink in enumerate(inks):
        x, lean, tall = 146 + i * 18, -14 + i * 6, 96 + (i * 23) % 30
        sticks.append(
            turned(lean, x + 9, 240, rect(x, 240 - tall, 17, tall, ink), path(f"M{x} {240 - tall}h17l-8.5-26z", "#ecd3a6"), path(f"M{x + 6} {230 - tall + 2}h5l-2.5-8z", ink))
        )  # fmt: skip
    cup = "M130 212h140v94q0 16-16 16H146q-16 0-16-16z"
    return [
        shadow(200, 74),
        *sticks,
        path(cup, "@body"),
        dress(t, cup, 22),
        path(cup, "@shade") if t.pattern != "plain" else "",
        rect(130, 212, 140, 10, t.light, 4),
        rect(146, 232, 8, 72, "#ffffff", 4, fill_opacity=0.35),
    ]


def tape(t: Tones) -> list[str]:
    """Three rolls of masking tape."""
    rolls = []
    for x, y, size, fill in ((138, 256, 66, "@slant"), (266, 262, 60, "@accent"), (204, 150, 62, "@pale")):
        rolls += [
            ellipse(x + 6, y + 6, size, size, "#30251c", fill_opacity=0.12),
            circle(x, y, size, fill),
            dress(t, f"M{x - size} {y}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0-{2 * size} 0", 16)
            if fill == "@slant"
            else "",
            circle(x, y, size * 0.62, "#d9b98c"),
            circle(x, y, size * 0.54, t.wall),
            circle(x, y, size * 0.81, "none", stroke="#ffffff", stroke_width=2, stroke_opacity=0.4),
        ]
    return [shadow(200, 130), *rolls, path("M128 316l150 4-4 18-142-3z", t.base, fill_opacity=0.9)]


def sticky_notes(t: Tones) -> list[str]:
    """Pads of sticky notes with a curled corner."""
    return [
        ellipse(204, 322, 124, 14, "@shadow"),
        turned(7, 230, 230, rect(158, 130, 158, 158, "@accent", 2), rect(158, 282, 158, 8, t.dark, fill_opacity=0.3)),
        turned(-5, 180, 210, rect(92, 102, 176, 184, t.dark, 3), path("M92 102h176v136q-10 34-46 40H92z", "@slant"), path("M222 278q12-22 6-44 24 12 40 4-12 30-46 40z", t.pale),
               stroke("M118 140h112M118 166h124M118 192h74", t.deep, 5, stroke_opacity=0.55)),
    ]  # fmt: skip


def pencil_case(t: Tones) -> list[str]:
    """A zipped pencil case with pens peeking out."""
    case = "M70 232q0-30 30-30h200q30 0 30 30v50q0 40-40 40H110q-40 0-40-40z"
    return [
        shadow(200, 128),
        turned(-10, 150, 200, rect(138, 118, 16, 120, "#6c93b8", 3), path("M138 118h16l-8-24z", "#ecd3a6")),
        turned(2, 200, 200, rect(186, 96, 18, 130, INK, 8), rect(186, 96, 18, 22, METAL_DARK, 8)),
        turned(12, 250, 200, rect(238, 110, 16, 120, "@accent", 3), path("M238 110h16l-8-24z", "#ecd3a6")),
        path(case, "@slant"),
        dress(t, case, 26),
        path("M70 232q0-30 30-30h200q30 0 30 30v4H70z", t.dark),
        stroke("M84 220h232", "#f3ead9", 5, stroke_dasharray="5 5"),
        rect(286, 214, 34, 12, METAL_DARK, 6),
        stroke("M318 222q14 12 6 34", t.accent, 6),
        rect(168, 256, 66, 34, t.pale, 6),
        stroke("M182 268h38M182 279h24", t.deep, 3, stroke_opacity=0.6),
    ]


def planner(t: Tones) -> list[str]:
    """A desk calendar on its easel."""
    marked = {9, 16}
    return [
        shadow(200, 116),
        path("M120 112l168 0 44 210H76z", t.deep),
        path("M96 112h208l14 200q1 10-10 10H92q-11 0-10-10z", "#ffffff"),
        path("M96 112h208l4 56H92z", "@body"),
        stroke("M128 142h70", t.pale, 8),
        stroke("M216 142h30", t.pale, 8, stroke_opacity=0.6),
        *(
            circle(118 + (i % 7) * 27, 194 + (i // 7) * 30, 10 if i in marked else 5, t.base if i in marked else "#c9c3b8")
            for i in range(28)
        ),
        *(group([circle(x, 112, 5, t.deep), stroke(f"M{x} 114v-24", METAL_DARK, 5)]) for x in range(116, 292, 24)),
    ]


def envelope(t: Tones) -> list[str]:
    """A letter set: an envelope, a card and a seal."""
    return [
        ellipse(204, 316, 132, 14, "@shadow"),
        turned(6, 220, 180, rect(128, 96, 176, 150, "#ffffff", 4), stroke("M152 126h120M152 148h96M152 170h108", "#d5ccbd", 4)),
        rect(74, 160, 252, 150, "@slant", 8),
        path("M74 168q0-8 8-8h236q8 0 8 8L214 254q-14 10-28 0z", t.dark),
        path("M74 164q0-4 8-4h236q8 0 8 4L214 246q-14 10-28 0z", t.light),
        circle(200, 240, 25, "#b2473d"),
        circle(200, 240, 18, "none", stroke="#e08a7d", stroke_width=3),
        path("M200 230l4 8 8 1-6 6 2 8-8-4-8 4 2-8-6-6 8-1z", "#e9a79c"),
    ]


def scissors(t: Tones) -> list[str]:
    """Scissors, half open, on a strip of paper."""
    blade = path("M192 208l-10-130q14 8 22 34l14 92z", "@metal")
    return [
        ellipse(206, 326, 110, 12, "@shadow"),
        turned(14, 200, 214, blade, ellipse(176, 276, 36, 46, "none", stroke=t.dark, stroke_width=18), stroke("M190 212l-4 26", t.dark, 18)),
        turned(-14, 200, 214, group([blade], transform="translate(400 0) scale(-1 1)"),
               ellipse(224, 276, 36, 46, "none", stroke=t.base, stroke_width=18), stroke("M210 212l4 26", t.base, 18)),
        circle(200, 206, 10, METAL_DARK),
        circle(200, 206, 4, "#f2f3f4"),
    ]  # fmt: skip


def desk_tray(t: Tones) -> list[str]:
    """A two-tier letter tray with papers."""
    return [
        shadow(200, 130),
        *(
            part
            for y in (196, 268)
            for part in (
                turned(-1.5, 200, y, rect(92, y - 10, 210, 26, "#ffffff", 2), rect(98, y - 18, 206, 12, PAPER, 2)),
                path(f"M72 {y + 6}h256v34q0 12-12 12H84q-12 0-12-12z", "@body"),
                path(f"M160 {y + 6}h80q-4 20-20 20h-40q-16 0-20-20z", t.deep, fill_opacity=0.35),
            )
        ),
        rect(80, 152, 10, 62, WOOD, 4),
        rect(310, 152, 10, 62, WOOD, 4),
        rect(80, 246, 10, 34, WOOD),
        rect(310, 246, 10, 34, WOOD),
        rect(74, 144, 252, 14, "@plank", 6),
    ]


DRAWINGS = {
    "notebook": notebook, "ring_notebook": ring_notebook, "pen": pen, "pencils": pencils, "tape": tape,
    "sticky_notes": sticky_notes, "pencil_case": pencil_case, "planner": planner, "envelope": envelope,
    "scissors": scissors, "desk_tray": desk_tray,
}  # fmt: skip
