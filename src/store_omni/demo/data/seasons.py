"""When people buy what: by month, weekday, hour and channel."""

import random
from datetime import date, datetime, time, timedelta

from store_omni.demo.data.world import SEOUL, StoreRow

MONTHS = (0.92, 0.86, 0.95, 1.0, 1.14, 0.97, 0.92, 0.94, 1.05, 1.06, 1.12, 1.4)
WEEKDAYS = (0.86, 0.84, 0.88, 0.92, 1.08, 1.34, 1.2)
CATEGORY_MONTHS: dict[str, tuple[float, ...]] = {
    "camping": (0.3, 0.4, 0.9, 1.6, 1.9, 1.6, 1.3, 1.3, 1.6, 1.5, 0.6, 0.3),
    "bedding": (1.1, 0.9, 1.0, 0.9, 1.0, 1.1, 0.9, 0.8, 1.2, 1.4, 1.5, 1.2),
    "lighting": (1.1, 1.0, 0.9, 0.8, 0.9, 0.7, 0.7, 0.8, 1.0, 1.2, 1.3, 1.7),
    "stationery": (1.7, 1.6, 1.3, 0.8, 0.9, 0.7, 0.7, 1.1, 1.0, 0.9, 1.1, 1.6),
    "snacks": (1.1, 1.3, 1.2, 0.9, 1.1, 0.9, 0.8, 0.8, 1.1, 1.0, 1.1, 1.6),
}
CHANNELS = {"counter": 0.46, "mobile": 0.3, "web": 0.19, "phone": 0.05}
HOURS: dict[str, dict[int, int]] = {
    "mobile": {8: 7, 9: 5, 10: 5, 11: 6, 12: 9, 13: 7, 14: 5, 15: 5, 16: 5, 17: 6, 18: 7, 19: 7, 20: 8, 21: 10, 22: 10, 23: 8},
    "web": {8: 2, 9: 6, 10: 8, 11: 8, 12: 9, 13: 8, 14: 8, 15: 7, 16: 7, 17: 6, 18: 4, 19: 4, 20: 6, 21: 7, 22: 6, 23: 3},
    "phone": {10: 8, 11: 9, 12: 4, 13: 7, 14: 9, 15: 8, 16: 7, 17: 5},
    "counter": {10: 3, 11: 6, 12: 9, 13: 9, 14: 9, 15: 9, 16: 9, 17: 10, 18: 12, 19: 11, 20: 8, 21: 4, 22: 1},
}
PICKUP_DAYS_MAX = 3


def busyness(day: date) -> float:
    """How much is bought on a day, beside an ordinary one."""
    return MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]


def liking(category: str, day: date) -> float:
    """How much a category is wanted in that month, beside its ordinary."""
    return CATEGORY_MONTHS.get(category, (1.0,) * 12)[day.month - 1]


def moment(luck: random.Random, day: date, channel: str, store: StoreRow) -> datetime:
    """A time of day at which this channel is used; at a counter always within the store's hours."""
    hours = HOURS[channel]
    at = datetime.combine(
        day, time(luck.choices(list(hours), list(hours.values()))[0], luck.randrange(60), luck.randrange(60)), SEOUL
    )
    return within_hours(luck, at, store) if channel == "counter" else at


def within_hours(luck: random.Random, at: datetime, store: StoreRow) -> datetime:
    """The same day within opening hours; the next open day where the store is closed or `at` is past closing."""
    for ahead in range(8):
        day = (at + timedelta(days=ahead)).date()
        hours = store.open_on(day)
        if hours is None:
            continue
        opens, closes = (datetime.combine(day, edge, SEOUL) for edge in hours)
        if at < opens:
            return opens + timedelta(minutes=luck.randrange(5, 120), seconds=luck.randrange(60))
        if at < closes - timedelta(minutes=2):
            return at
    raise ValueError(f"store {store.code} never opens")


def collected(luck: random.Random, ordered: datetime, store: StoreRow) -> datetime:
    """When a pickup order was fetched: after the lead time, mostly the same or the next day, when the shop is open."""
    wait = timedelta(minutes=store.lead_minutes + luck.randrange(10, 240)) + timedelta(days=luck.choices((0, 1, 2), (6, 3, 1))[0])
    return within_hours(luck, ordered + wait, store)
