"""Where the lines and marks of a level's plot stand. Across in hundredths of the width, so that a picture of any width keeps
its letters; down in pixels. Pure; the template draws it and finds the words."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import msgspec

from store_omni.stockroom.charting import Course, Figures, RuleAt, Step

HEIGHT, LANE_HEIGHT = 200, 26
GRID_LINES_MAX = 4
MARKS_PER_LANE_MAX = 28
# What the lines' own coordinate system is across; it is stretched to the picture's width.
ACROSS = 1000
LANES = {
    "in": ("opening", "receive", "return", "transfer_in"),
    "out": ("sell", "hand_over", "transfer_out"),
    "corrected": ("count", "adjust", "damage"),
    "promised": ("hold", "allocate", "release"),
    "rules": ("rule",),
}
_LANE_OF = {kind: lane for lane, kinds in LANES.items() for kind in kinds}


class Part(msgspec.Struct):
    """Of one mark: how many entries of a kind, and by how many units they changed what is on hand."""

    kind: str
    entries: int
    units: int


class Mark(msgspec.Struct):
    """One or more things of one lane, too close together to be drawn apart. `at`: the last of them."""

    across: float
    first_at: datetime
    at: datetime
    parts: list[Part]


class Lane(msgspec.Struct, frozen=True):
    key: str
    down: int
    marks: list[Mark]


class Tick(msgspec.Struct, frozen=True):
    """`place`: hundredths across for a day, pixels down for a figure. `minor`: left out where there is little room."""

    place: float
    day: date | None = None
    units: int = 0
    minor: bool = False


class Plot(msgspec.Struct, frozen=True):
    """`height` of all, `lines` of it for the lines. `on_hand`, `free`: paths; `area`: what lies under `free`. `shorts`: (from, width) across, where promised units were
    missing. `first`, `last`, `least`, `most`: units on hand, None where there is nothing to draw."""

    height: int
    lines: int
    on_hand: str
    free: str
    area: str
    lanes: list[Lane]
    figures: list[Tick]
    days: list[Tick]
    shorts: list[tuple[float, float]]
    first: int | None
    last: int | None
    least: int | None
    most: int | None


class _Point(msgspec.Struct, frozen=True):
    """A place of the lines: what they reach there, and where they go on from."""

    across: float
    on_hand: int
    free: int
    on_hand_between: tuple[int, int]
    free_between: tuple[int, int]
    short: bool


def plot(course: Course, zone: str) -> Plot:
    """`zone`: the store's timezone, whose days are marked."""
    points = _points(course)
    reached = [units for point in points for units in (point.on_hand, *point.on_hand_between)]
    step = _step(max(reached, default=0))
    top = step * max(1, ceil(max(reached, default=0) / step))
    days = _days(course, ZoneInfo(zone))
    free = _line([(p.across, p.free, p.free_between) for p in points], top)
    end = f"V{HEIGHT}H{_x(points[0].across)}Z" if points else ""
    lanes = _lanes(course)
    return Plot(
        height=HEIGHT + LANE_HEIGHT * len(lanes),
        lines=HEIGHT,
        on_hand=_line([(p.across, p.on_hand, p.on_hand_between) for p in points], top),
        free=free,
        area=free + end,
        lanes=lanes,
        figures=[Tick(_y(units, top), units=units) for units in range(0, top + 1, step)],
        days=days,
        shorts=_shorts(points),
        first=points[0].on_hand if points else None,
        last=points[-1].on_hand if points else None,
        least=min(reached) if reached else None,
        most=max(reached) if reached else None,
    )


def _across(course: Course, at: datetime) -> float:
    share = (at - course.since) / (course.until - course.since)
    return round(min(100.0, max(0.0, 100 * share)), 2)


def _free(open_units: int, rule: RuleAt | None) -> int:
    if rule is None:
        return open_units
    return 0 if rule.closed else max(0, open_units - rule.safety)


def _points(course: Course) -> list[_Point]:
    """Entries and changes of the rule, in the order in which they happened."""
    rule = next((one for one in reversed(course.rules) if one.at <= course.since), None)
    now: Figures | None = course.before
    points = [] if now is None else [_point(0.0, now, (now.on_hand, now.open), (now.on_hand, now.open), rule)]
    happened: list[Step | RuleAt] = sorted(
        [*course.steps, *(one for one in course.rules if one.at > course.since)], key=lambda one: one.at
    )
    for one in happened:
        if isinstance(one, RuleAt):
            rule = one
            if now is not None:
                points.append(_point(_across(course, one.at), now, (now.on_hand, now.open), (now.on_hand, now.open), rule))
            continue
        now = one.after
        points.append(_point(_across(course, one.at), now, one.least, one.most, rule))
    if now is not None:
        points.append(_point(100.0, now, (now.on_hand, now.open), (now.on_hand, now.open), rule))
    return points


def _point(across: float, now: Figures, least: tuple[int, int], most: tuple[int, int], rule: RuleAt | None) -> _Point:
    return _Point(
        across,
        now.on_hand,
        _free(now.open, rule),
        (least[0], most[0]),
        (_free(least[1], rule), _free(most[1], rule)),
        now.short > 0,
    )


def _step(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that needs no more lines than fit."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if most <= size * factor * GRID_LINES_MAX:
                return size * factor
        size *= 10


def _x(across: float) -> str:
    return f"{across * ACROSS / 100:g}"


def _y(units: int, top: int) -> float:
    return round(HEIGHT * (1 - units / top), 1)


def _line(points: list[tuple[float, int, tuple[int, int]]], top: int) -> str:
    """Steps: a figure holds until the next; where several fell into one place, the line reaches the least and the most."""
    parts = []
    for number, (across, units, (least, most)) in enumerate(points):
        parts.append(f"M{_x(across)} {_y(units, top):g}" if number == 0 else f"H{_x(across)}")
        if number and (most > units or least < units):
            parts.append(f"V{_y(most, top):g}V{_y(least, top):g}")
        if number:
            parts.append(f"V{_y(units, top):g}")
    return "".join(parts)


def _shorts(points: list[_Point]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    begun: float | None = None
    for point in points:
        if point.short and begun is None:
            begun = point.across
        if begun is not None and (not point.short or point is points[-1]):
            spans.append((begun, round(max(0.4, point.across - begun), 2)))
            begun = None
    return spans


def _lanes(course: Course) -> list[Lane]:
    rules = [one.at for one in course.rules if one.at > course.since]
    happened = [(_LANE_OF[step.kind], step.first_at, step.at, Part(step.kind, step.entries, step.units)) for step in course.steps]
    happened += [("rules", at, at, Part("rule", 1, 0)) for at in rules]
    lanes = []
    for key in LANES:
        of_lane = sorted((one for one in happened if one[0] == key), key=lambda one: one[2])
        if of_lane:
            lanes.append(Lane(key, HEIGHT + LANE_HEIGHT * len(lanes) + LANE_HEIGHT // 2, _marks(course, of_lane)))
    return lanes


def _marks(course: Course, happened: Iterable[tuple[str, datetime, datetime, Part]]) -> list[Mark]:
    width = 100 / MARKS_PER_LANE_MAX
    marks: list[Mark] = []
    for _, first_at, at, part in happened:
        across = _across(course, at)
        if not marks or across - marks[-1].across >= width:
            marks.append(Mark(across, first_at, at, []))
        mark = marks[-1]
        mark.at = at
        same = next((one for one in mark.parts if one.kind == part.kind), None)
        if same:
            same.entries += part.entries
            same.units += part.units
        else:
            mark.parts.append(part)
    return marks


def _days(course: Course, zone: ZoneInfo) -> list[Tick]:
    """Midnights of the store: of every day, of some days, or of the first of every other month."""
    length = (course.until - course.since).days
    first, last = course.since.astimezone(zone).date(), course.until.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    if length > 60:
        days = [day for day in days if day.day == 1 and day.month % 2 == 1]
    elif length > 10:
        days = days[:: -(-len(days) // 7)]
    places = [(_across(course, datetime.combine(day, time(), zone)), day) for day in days]
    fitting = [(place, day) for place, day in places if 2 <= place <= 97]
    return [Tick(place, day=day, minor=number % 2 == 1) for number, (place, day) in enumerate(fitting)]
