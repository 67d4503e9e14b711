"""Things to sleep under and lean on."""

from store_omni.catalog.drawing.canvas import INK, WOOD_DARK, ellipse, group, path, rect, shadow, stroke
from store_omni.catalog.drawing.colours import Tones
from store_omni.catalog.drawing.patterns import dress

_PUFF = "M84 152q-4-30 24-24 92 20 184 0 28-6 24 24-14 66 0 134 4 30-24 24-92-18-184 0-28 6-24-24 14-68 0-134z"


def pillow(t: Tones) -> list[str]:
    """A plump pillow."""
    return [
        shadow(200, 118),
        path(_PUFF, "@slant"),
        dress(t, _PUFF, 26),
        stroke(
            "M98 146q40 14 54 30M302 146q-40 14-54 30M98 296q34-12 50-30M302 296q-34-12-50-30", t.dark, 4, stroke_opacity=0.55
        ),
        stroke("M128 146q70 14 140 0", "#ffffff", 6, stroke_opacity=0.4),
        path("M298 128q24-4 18 24-14 66 0 134 4 28-18 24 14-90 0-182z", t.dark, fill_opacity=0.35),
    ]


def cushion(t: Tones) -> list[str]:
    """A square cushion with tassels, standing on a corner of its own weight."""
    body = "M102 122q96-22 196 0 20 92 0 190-98 18-196 0-20-96 0-190z"
    return [
        shadow(200, 104),
        *(stroke(f"M{x} {y}l{dx} {dy}", t.accent, 7) for x, y, dx, dy in
          ((100, 120, -16, -14), (300, 120, 16, -14), (100, 312, -16, 8), (300, 312, 16, 8))),
        path(body, "@slant"),
        dress(t, body, 30),
        path(body, "none", stroke=t.accent, stroke_width=5, stroke_opacity=0.85),
        stroke("M118 138q70-12 130-6", "#ffffff", 6, stroke_opacity=0.4),
        stroke("M186 216q14 12 28 0", t.dark, 5, stroke_opacity=0.6),
    ]  # fmt: skip


def duvet(t: Tones) -> list[str]:
    """A folded duvet with a pillow on it."""
    low = "M70 268q0-26 26-26h208q26 0 26 26v28q0 26-26 26H96q-26 0-26-26z"
    return [
        shadow(200, 136),
        path(low, "@slant"),
        path("M76 210q0-26 26-26h198q26 0 26 26v14q0 26-26 26H102q-26 0-26-26z", "@slant"),
        dress(t, low, 24),
        dress(t, "M76 210q0-26 26-26h198q26 0 26 26v14q0 26-26 26H102q-26 0-26-26z", 24),
        stroke("M84 248h232", t.deep, 4, stroke_opacity=0.35),
        *(stroke(f"M{x} 190q8 26 0 54M{x} 254q8 32 0 62", t.dark, 3, stroke_opacity=0.35) for x in (130, 178, 226, 274)),
        path("M108 152q-2-18 16-16 76 12 152 0 18-2 16 16-6 20 0 34 2 14-16 12-76-10-152 0-18 2-16-12 6-16 0-34z", "@paper"),
        stroke("M124 150q60 8 110 2", "#ffffff", 5, stroke_opacity=0.8),
        stroke("M96 264h80", "#ffffff", 5, stroke_opacity=0.35),
    ]


def blanket(t: Tones) -> list[str]:
    """A knitted throw folded twice, its fringe out."""
    folds = []
    for y, left, right in ((238, 74, 304), (154, 82, 296)):
        outline = f"M{left + 40} {y}H{right - 8}q12 0 12 12v60q0 12-12 12H{left + 40}a42 42 0 0 1 0-84z"
        folds += [
            *(stroke(f"M{right + 2} {row}q12 3 22 0", t.dark if row % 20 else t.base, 5) for row in range(y + 12, y + 80, 10)),
            path(outline, "@slant"),
            dress(t, outline, 26),
            *(
                stroke(f"M{left + 36} {row}" + "q7-7 14 0t14 0" * 6, t.dark, 3, stroke_opacity=0.28)
                for row in range(y + 18, y + 78, 16)
            ),
            stroke(f"M{left + 40} {y + 42}H{right - 20}", t.deep, 5, stroke_opacity=0.4),
            stroke(f"M{left + 44} {y + 7}h90", "#ffffff", 5, stroke_opacity=0.35),
        ]
    return [shadow(192, 122), *folds]


def sleep_mask(t: Tones) -> list[str]:
    """A satin sleep mask with embroidered lashes."""
    mask = "M84 196q0-54 58-56 34 0 58 14 24-14 58-14 58 2 58 56 0 66-62 66-36 0-44-34-10-14-20 0-8 34-44 34-62 0-62-66z"
    return [
        ellipse(204, 300, 120, 14, "@shadow"),
        stroke("M88 190q-36-40 20-84 92-42 188 0 56 44 18 84", t.deep, 9),
        path(mask, "@slant"),
        dress(t, mask, 24),
        path(mask, "none", stroke=t.light, stroke_width=5),
        stroke("M116 206q28 24 56 0M228 206q28 24 56 0", t.pale, 5),
        stroke(
            "M122 216l-8 12M134 222l-4 13M150 224l2 13M164 218l8 11M234 216l-8 12M246 222l-4 13M262 224l2 13M276 218l8 11",
            t.pale,
            4,
        ),
        stroke("M108 174q14-18 40-18", "#ffffff", 6, stroke_opacity=0.4),
    ]


def mattress(t: Tones) -> list[str]:
    """A folded floor mattress in three parts."""
    parts = []
    for i, y in enumerate((266, 210, 154)):
        block = f"M78 {y + 20}q0-20 20-20h204q20 0 20 20v16q0 20-20 20H98q-20 0-20-20z"
        parts += [
            path(block, "@slant"),
            dress(t, block, 22),
            stroke(f"M84 {y + 28}h232", t.pale, 3, stroke_opacity=0.7, stroke_dasharray="8 6"),
            stroke(f"M96 {y + 8}h70", "#ffffff", 4, stroke_opacity=0.4) if i == 2 else "",
        ]
    return [shadow(200, 128), *parts, stroke("M78 182q-26 26 0 48M322 238q26 26 0 48", t.dark, 8)]


def curtain(t: Tones) -> list[str]:
    """A pair of curtains on a rail, light between them."""
    left = "M86 96h96q-4 90-52 140-10 40-6 84H86z"
    right = "M314 96h-96q4 90 52 140 10 40 6 84h38z"
    return [
        rect(120, 96, 160, 224, "#ffffff", fill_opacity=0.75),
        rect(197, 96, 6, 224, t.arch),
        rect(120, 200, 160, 6, t.arch),
        path(left, "@slant"),
        path(right, "@slant"),
        dress(t, left, 24),
        dress(t, right, 24),
        *(stroke(d, t.dark, 4, stroke_opacity=0.35) for d in
          ("M108 100q2 90-4 216M132 100q0 80-18 130M158 100q-6 70-34 124", "M292 100q-2 90 4 216M268 100q0 80 18 130M242 100q6 70 34 124")),
        rect(112, 228, 34, 12, t.accent, 6),
        rect(254, 228, 34, 12, t.accent, 6),
        rect(66, 84, 268, 13, "@plank", 6),
        ellipse(66, 90, 12, 12, WOOD_DARK),
        ellipse(334, 90, 12, 12, WOOD_DARK),
        shadow(104, 34),
        shadow(296, 34),
    ]  # fmt: skip


def body_pillow(t: Tones) -> list[str]:
    """A whale-shaped hugging pillow."""
    whale = "M66 236q4-84 106-92 92-2 120 62 12 20 34 10 8-34-16-52 34-6 42 20 12-22 36-14-6 34-34 40-2 50-46 78-60 34-150 30-92-8-92-82z"
    return [
        shadow(196, 116),
        path(whale, "@slant"),
        path("M68 254q20 40 120 40 70 0 124-20-46 46-154 44-82-8-90-64z", t.pale),
        stroke("M96 272q30 22 60 24M112 288q30 20 60 18", t.dark, 3, stroke_opacity=0.3),
        dress(t, whale, 30),
        ellipse(118, 222, 7, 9, INK),
        ellipse(120, 219, 2.4, 3, "#ffffff"),
        ellipse(106, 244, 12, 7, "#f0a59c", fill_opacity=0.7),
        stroke("M84 248q12 10 26 4", t.deep, 4),
        path("M196 262q24 6 34 38-36 4-46-22z", t.dark),
        stroke("M112 180q24-20 56-22", "#ffffff", 7, stroke_opacity=0.4),
    ]


def bed(t: Tones) -> list[str]:
    """A made bed seen from the side, its cover in the product's colour."""
    cover = "M128 232h196q16 0 16 16v52H128z"
    return [
        shadow(200, 150),
        rect(54, 150, 18, 172, "@wood", 7),
        rect(330, 224, 16, 98, "@wood", 7),
        rect(60, 278, 280, 24, "@plank"),
        rect(70, 244, 264, 40, "@paper", 12),
        path("M78 214q-2-18 16-16 30 6 60 0 18-2 16 16-4 14 0 26 2 16-16 14-30-4-60 0-18 2-16-14 4-12 0-26z", "#ffffff"),
        path("M94 210q30 6 52 2", "none", stroke="#e6dac6", stroke_width=4),
        path(cover, "@slant"),
        dress(t, cover, 20),
        path("M128 232h34q-14 34 0 68h-34z", t.pale),
        stroke("M200 240q-6 30 2 58M256 240q-6 30 2 58M304 240q-4 30 2 58", t.dark, 3, stroke_opacity=0.4),
        group([stroke("M0 0h22l-22 22h22", INK, 4)], transform="translate(196 150)", opacity=0.35),
        stroke("M238 116h16l-16 16h16", INK, 3.5, stroke_opacity=0.3),
    ]


DRAWINGS = {
    "pillow": pillow, "cushion": cushion, "duvet": duvet, "blanket": blanket, "sleep_mask": sleep_mask,
    "mattress": mattress, "curtain": curtain, "body_pillow": body_pillow, "bed": bed,
}  # fmt: skip
