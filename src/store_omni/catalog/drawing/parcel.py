"""The picture of a thing that has no drawing of its own: a parcel with the sign of its category."""

from collections.abc import Callable

from store_omni.catalog.drawing.canvas import path, rect, shadow, stroke
from store_omni.catalog.drawing.colours import Tones

_CARD = "#c9a274"


def draw(t: Tones, category: str) -> list[str]:
    """A tied cardboard parcel; its tag is of the product's colour and bears the sign of the category, if known."""
    sign = _SIGNS.get(category, _shop)
    return [
        shadow(200, 116),
        path("M88 176h224v130q0 16-16 16H104q-16 0-16-16z", _CARD),
        path("M88 176h224v130q0 16-16 16H104q-16 0-16-16z", "@shade"),
        path("M104 128h192l24 52H80z", "#dcb98d"),
        path("M104 128h192l24 52H80z", "@shade"),
        rect(182, 128, 36, 52, "@slant"),
        rect(182, 180, 36, 142, "@slant"),
        stroke("M80 180h240", "#a98153", 3),
        path("M226 206h76q8 0 8 8v66q0 8-8 8h-76z", "#fbf6ec"),
        sign(t),
        path("M200 128q-46-52-60-20 0 24 60 20 60 4 60-20-14-32-60 20z", "none", stroke=t.dark, stroke_width=10),
    ]


def _shop(t: Tones) -> str:
    return stroke("M246 262v-22h44v22zM242 240l6-14h40l6 14M264 262v-12h8v12", t.deep, 4)


def _cup(t: Tones) -> str:
    return stroke("M250 228h28v18q0 14-14 14t-14-14zM278 232h6q8 6 0 14h-6", t.deep, 4)


def _drop(t: Tones) -> str:
    return stroke("M268 222q18 22 18 30t-18 12q-18-4-18-12t18-30z", t.deep, 4)


def _moon(t: Tones) -> str:
    return stroke("M276 224q-26 4-22 28 10 16 32 8-24-8-10-36z", t.deep, 4)


def _pencil(t: Tones) -> str:
    return stroke("M250 264l4-14 28-26 10 10-28 26zM276 230l10 10", t.deep, 4)


def _tent(t: Tones) -> str:
    return stroke("M268 224l24 38h-48zM268 242l10 20M268 242l-10 20", t.deep, 4)


def _bulb(t: Tones) -> str:
    return stroke("M262 254q-14-8-10-22 16-18 32 0 4 14-10 22zM262 262h12", t.deep, 4)


def _box(t: Tones) -> str:
    return stroke("M248 238h40v24h-40zM244 228h48v10h-48zM262 248h12", t.deep, 4)


def _paw(t: Tones) -> str:
    return stroke("M256 262q-4-18 12-18t12 18q-12-6-24 0zM250 242v-4M261 234v-5M275 234v-5M286 242v-4", t.deep, 5)


def _flower(t: Tones) -> str:
    return stroke("M268 244q-16-16 0-20 16 4 0 20zq20-4 20 8-12 10-20-8zq-20-4-20 8 12 10 20-8zM268 248v16", t.deep, 4)


def _cookie(t: Tones) -> str:
    return stroke("M268 224a20 20 0 1 0 20 20q-8 2-10-6-10 0-10-14zM260 240v1M262 254v1M274 254v1", t.deep, 4)


_SIGNS: dict[str, Callable[[Tones], str]] = {
    "kitchen": _cup,
    "tableware": _cup,
    "bath": _drop,
    "bedding": _moon,
    "stationery": _pencil,
    "camping": _tent,
    "lighting": _bulb,
    "storage": _box,
    "pets": _paw,
    "beauty": _flower,
    "snacks": _cookie,
}
