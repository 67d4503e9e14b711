from datetime import UTC, date, datetime, time

import pytest

from store_omni.inventory.offering import Level, Offer, best, moment_of
from store_omni.inventory.offering import offer as offer_at
from store_omni.stores.hours import Hours
from store_omni.stores.queries import StoreView

# Sunday, 10:00 in Seoul.
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAILY = Hours("Asia/Seoul", {day: (time(9, 0), time(21, 0)) for day in range(7)})


def store(number: int = 1, hours: Hours = DAILY, *, pickup: bool = True) -> StoreView:
    return StoreView(
        id=number, code=f"S{number}", name_ko="", name_en="", district_ko="", district_en="", address="", city="", phone=None,
        timezone="Asia/Seoul", latitude=None, longitude=None, currency="KRW", pickup=pickup, lead_minutes=60, keeps_days=3,
        hours=hours,
    )  # fmt: skip


def offer(store: StoreView, km: float | None, level: Level, *, wanted: int = 1) -> Offer:
    return offer_at(store, km, level, moment_of(store, NOW), wanted=wanted)


def level(free: int, *, carried: bool = True, closed: bool = False, short: bool = False) -> Level:
    return Level(free=free, few_below=4, carried=carried, closed=closed, short=short)


@pytest.mark.parametrize(
    ("free", "label", "units"), [(12, "here", None), (9, "here", 9), (4, "here", 4), (3, "few", 3), (1, "few", 1)]
)
def test_a_label_says_no_more_than_helps(free: int, label: str, units: int | None) -> None:
    found = offer(store(), None, level(free))
    assert (found.label, found.units, found.reason, found.can) == (label, units, None, True)
    assert found.ready_by == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "label", "reason"),
    [
        (level(0), "none", "sold_out"),
        (level(0, carried=False), "none", "not_carried"),
        (level(7, closed=True), "ask", "not_sold_online"),
        (level(7, short=True), "ask", "being_counted"),
    ],
)
def test_where_it_cannot_the_reason_is_said(given: Level, label: str, reason: str) -> None:
    found = offer(store(), None, given)
    assert (found.label, found.reason, found.ready_by, found.units) == (label, reason, None, None)


def test_a_store_that_keeps_no_orders_still_says_what_it_has() -> None:
    found = offer(store(pickup=False), None, level(12))
    assert (found.label, found.reason) == ("here", "no_pickup")


def test_fewer_than_wanted() -> None:
    assert offer(store(), None, level(2), wanted=3).reason == "too_few"


def test_closed_today_is_served_tomorrow() -> None:
    closed = Hours("Asia/Seoul", DAILY.week, frozenset({date(2026, 11, 22)}))
    found = offer(store(hours=closed), None, level(5))
    assert found.can and found.closed_today and found.open_now is False
    assert found.ready_by == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_closed_for_good_is_said() -> None:
    days = frozenset(date.fromordinal(date(2026, 11, 22).toordinal() + n) for n in range(-1, 40))
    assert offer(store(hours=Hours("Asia/Seoul", DAILY.week, days)), None, level(5)).reason == "closed_for_long"


def _offers() -> list[Offer]:
    return [
        offer(store(1), 5.0, level(0)),
        offer(store(2), 9.0, level(3)),
        offer(store(3), 2.0, level(3)),
    ]


def test_the_best_is_the_chosen_that_can_else_the_nearest() -> None:
    offers = _offers()
    assert best(offers).store.id == 3  # type: ignore[union-attr]  # found, or the test fails
    assert best(offers, chosen_id=2).store.id == 2  # type: ignore[union-attr]
    assert best(offers, chosen_id=1).store.id == 3  # type: ignore[union-attr]
    assert best(offers[:1]) is None
