"""Opening hours in a store's own time zone: is it open, when does it next open, what can it promise."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

SEARCH_DAYS_MAX = 30


class Hours(msgspec.Struct, frozen=True):
    """`week`: weekday (0 = Monday) → (opens, closes), wall-clock; a missing weekday is closed. `closed_days`: holidays."""

    timezone: str
    week: dict[int, tuple[time, time]]
    closed_days: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing instant of a local day, or None when closed."""
        span = self.week.get(day.weekday())
        if span is None or day in self.closed_days:
            return None
        zone = ZoneInfo(self.timezone)
        return datetime.combine(day, span[0], zone), datetime.combine(day, span[1], zone)

    def open_at(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.timezone))
        span = self.on(local.date())
        return span is not None and span[0] <= local < span[1]

    def next_change(self, now: datetime) -> datetime | None:
        """When it closes (if open) or opens next (if closed); None when it does not open within 30 days."""
        local = now.astimezone(ZoneInfo(self.timezone))
        for offset in range(SEARCH_DAYS_MAX):
            span = self.on(local.date() + timedelta(days=offset))
            if span is None:
                continue
            for instant in span:
                if instant > local:
                    return instant
        return None


def promise(hours: Hours, now: datetime, lead_minutes: int) -> datetime:
    """When an order placed now will be ready (UTC): `lead_minutes` of *open* time from now, rounded up to 5 minutes.

    Work that does not fit before closing goes on at the next opening. A store without hours is taken as always open.
    """
    left = timedelta(minutes=lead_minutes)
    if not hours.week:
        return _round_up(now + left)
    local = now.astimezone(ZoneInfo(hours.timezone))
    for offset in range(SEARCH_DAYS_MAX):
        span = hours.on(local.date() + timedelta(days=offset))
        if span is None:
            continue
        start = max(span[0], local)
        available = span[1] - start
        if available <= timedelta(0):
            continue
        if left <= available:
            return _round_up(start + left)
        left -= available
    return _round_up(now + timedelta(days=SEARCH_DAYS_MAX))


def _round_up(instant: datetime) -> datetime:
    utc = instant.astimezone(UTC).replace(microsecond=0)
    over = (utc.minute % 5) * 60 + utc.second
    return utc + timedelta(seconds=300 - over) if over else utc
