"""The world's time as a port. Deadlines that decide anything are compared by the database's own clock; this one is
for promises and for what people read."""

from datetime import UTC, date, datetime
from typing import Protocol, runtime_checkable

from store_omni.kit.errors import N_, InvalidInput

# What lies outside cannot be meant, and at the ends of the calendar no zone can be applied any more.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def refuse_unimaginable(at: datetime | date | None, field: str) -> None:
    """Errors: `InvalidInput` for a time or day that nobody can mean. A time without a zone is taken as UTC."""
    if at is None:
        return
    if not isinstance(at, datetime):
        fine = EARLIEST.date() <= at <= LATEST.date()
    else:
        fine = EARLIEST <= (at if at.tzinfo else at.replace(tzinfo=UTC)) <= LATEST
    if not fine:
        raise InvalidInput({field: N_("Enter a day between the years 2000 and 2100.")})


@runtime_checkable
class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, timezone-aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until told otherwise; for demo data and tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at
