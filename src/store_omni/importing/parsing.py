"""What a cell says: figures, money, moments, telephone numbers, hours. Each refuses with the words for the rejects file."""

from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store_omni.importing.errors import RowRefused
from store_omni.kit.money import to_minor

QUANTITY_MAX = 1_000_000
PRICE_MINOR_MAX = 10**12
_CACHED = 4096
_DAY_FIRST = ("%d/%m/%Y %H:%M", "%Y.%m.%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S")


@lru_cache(_CACHED)
def whole(text: str, what: str) -> int:
    """`1,200` → 1200."""
    try:
        number = int(text.replace(",", ""))
    except ValueError:
        raise RowRefused(f"{what} is no whole number: {text!r}") from None
    if abs(number) > QUANTITY_MAX:
        raise RowRefused(f"{what} is beyond {QUANTITY_MAX:,}: {text}")
    return number


@lru_cache(_CACHED)
def money(text: str, currency: str) -> int:
    """`6.95` GBP → 695; `₩12,900` → 12900. Half a minor unit is rounded away from zero."""
    try:
        minor = to_minor(Decimal(text.replace(",", "").strip(" ₩£$€원")), currency)
    except (ArithmeticError, ValueError):
        raise RowRefused(f"price is no amount: {text!r}") from None
    if abs(minor) > PRICE_MINOR_MAX:
        raise RowRefused(f"price is beyond belief: {text}")
    return minor


@lru_cache(_CACHED)
def moment(text: str, timezone: str) -> datetime:
    """A date and time with its own offset, or local to `timezone`."""
    at = _any_form(text.strip())
    if at is None:
        raise RowRefused(f"date and time cannot be read: {text!r}")
    return at if at.tzinfo else at.replace(tzinfo=zone(timezone))


def _any_form(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        for form in _DAY_FIRST:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007, the zone is added by the caller
            except ValueError:
                continue
    return None


@lru_cache(_CACHED)
def zone(name: str) -> ZoneInfo:
    """`Asia/Seoul`, also where other words stand before it (`GMT+09:00 Asia/Seoul`)."""
    try:
        return ZoneInfo(name.split()[-1])
    except (ZoneInfoNotFoundError, ValueError, IndexError):
        raise RowRefused(f"time zone is unknown: {name!r}") from None


def degrees(text: str) -> float | None:
    """A coordinate; None for an empty cell."""
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise RowRefused(f"coordinate is no number: {text!r}") from None


def opening(text: str) -> tuple[time, time] | None:
    """`10:30-22:00`; None for an empty cell or `-`: closed that day."""
    if text in ("", "-"):
        return None
    opens, _, closes = text.partition("-")
    try:
        hours = time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        raise RowRefused(f"opening hours cannot be read: {text!r}") from None
    if hours[0] >= hours[1]:
        raise RowRefused(f"opening hours end before they begin: {text!r}")
    return hours
