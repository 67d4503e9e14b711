"""Where lines and marks of a level's plot stand."""

from datetime import UTC, datetime, timedelta

import pytest

from store_omni.stockroom.charting import Course, Figures, RuleAt, Step
from store_omni.web.office.stock_plot import HEIGHT, LANE_HEIGHT, Plot, plot

UNTIL = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=10)


def at(days: float) -> datetime:
    return SINCE + timedelta(days=days)


def step(
    days: float, kind: str, units: int, on_hand: int, free: int | None = None, *, short: int = 0, least=None, most=None
) -> Step:
    free = on_hand if free is None else free
    place = (on_hand, free)
    return Step(
        place=int(days * 48), kind=kind, entries=1, units=units, promised=0, first_at=at(days), at=at(days), version=1,
        after=Figures(on_hand, free, short), least=least or place, most=most or place,
    )  # fmt: skip


def drawn(*steps: Step, before: Figures | None = None, rules: list[RuleAt] | None = None) -> Plot:
    return plot(Course(SINCE, UNTIL, before, list(steps), rules or []), "Asia/Seoul")


def test_a_figure_holds_until_the_next() -> None:
    found = drawn(step(5, "receive", 4, 8), before=Figures(4, 4, 0))
    assert found.on_hand == f"M0 {HEIGHT / 2:g}H500V0H1000V0"
    assert [tick.units for tick in found.figures] == [0, 2, 4, 6, 8]
    assert (found.first, found.last, found.least, found.most) == (4, 8, 4, 8)
    assert found.area == found.free + f"V{HEIGHT}H0Z"


def test_a_level_that_was_opened_later_begins_there() -> None:
    found = drawn(step(2.5, "opening", 4, 4))
    assert found.on_hand.startswith("M250 ")
    assert found.area.endswith(f"V{HEIGHT}H250Z")
    assert drawn().first is None


def test_what_lies_too_close_together_still_shows_its_extremes() -> None:
    found = drawn(step(5, "sell", 0, 4, least=(1, 1), most=(8, 8)), before=Figures(4, 4, 0))
    assert f"H500V0V{HEIGHT * 7 / 8:g}V{HEIGHT / 2:g}" in found.on_hand


def test_free_is_what_the_rule_of_that_time_left() -> None:
    rules = [RuleAt(at(-3), 1, False), RuleAt(at(5), 3, False), RuleAt(at(8), 0, True)]
    found = drawn(step(2, "allocate", 0, 4, 3), before=Figures(4, 4, 0), rules=rules)
    down = {0: HEIGHT, 1: HEIGHT * 3 / 4, 2: HEIGHT / 2, 3: HEIGHT / 4}
    assert found.free == f"M0 {down[3]:g}H200V{down[2]:g}H500V{down[0]:g}H800V{down[0]:g}H1000V{down[0]:g}"
    assert [(lane.key, len(lane.marks)) for lane in found.lanes] == [("promised", 1), ("rules", 2)]


def test_marks_stand_in_lanes_by_kind_and_join_when_crowded() -> None:
    steps = [step(1, "sell", -1, 9), step(1.01, "hand_over", -2, 7), step(1.02, "sell", -1, 6), step(6, "count", -1, 5)]
    found = drawn(*steps, before=Figures(10, 10, 0))
    assert [lane.key for lane in found.lanes] == ["out", "corrected"]
    assert found.height == HEIGHT + 2 * LANE_HEIGHT
    (mark,) = found.lanes[0].marks
    assert [(part.kind, part.entries, part.units) for part in mark.parts] == [("sell", 2, -2), ("hand_over", 1, -2)]
    assert (mark.first_at, mark.at) == (at(1), at(1.02))


def test_a_deficit_is_a_span() -> None:
    found = drawn(step(2, "adjust", -5, 1, 0, short=2), step(4, "receive", 5, 6), before=Figures(6, 6, 0))
    assert found.shorts == [(20.0, 20.0)]


@pytest.mark.parametrize(("days", "most"), [(7, 7), (30, 8), (365, 7)])
def test_days_are_few_and_begin_at_midnight_of_the_store(days: int, most: int) -> None:
    course = Course(UNTIL - timedelta(days=days), UNTIL, Figures(1, 1, 0), [], [])
    ticks = plot(course, "Asia/Seoul").days
    assert 4 <= len(ticks) <= most
    assert all(tick.day is not None and 0 < tick.place < 100 for tick in ticks)
    place = (datetime(2026, 11, 21, 15, tzinfo=UTC) - course.since) / (course.until - course.since) * 100
    if days == 7:
        assert (ticks[-2].place != ticks[-1].place and any(abs(tick.place - place) < 0.01 for tick in ticks)) or place > 97
