"""What a cell says: figures, money, moments, telephone numbers, hours. Each refuses with the words for the rejects file."""

import re
import unicodedata
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from store_omni.importing.errors import RowRefused, UnclearDate
from store_omni.kit.money import to_minor

QUANTITY_MAX = 1_000_000
PRICE_MINOR_MAX = 10**12
_CACHED = 4096
_DATES = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y.%m.%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d%H%M%S")
# Digits with the other sign between groups of three; the sign of the decimals at most once. The mapping's `decimal` is the key.
_NUMBER = {
    ".": re.compile(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?([eE][+-]?\d{1,3})?"),
    ",": re.compile(r"([+-]?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?()"),
}
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}\b")


def _number(text: str, what: str, decimal: str) -> Decimal:
    """`decimal`: the sign before decimals, as the mapping says; "" where it says nothing, so that `12.900` may be 12,900 or 12.9."""
    plain = unicodedata.normalize("NFKC", text)
    found = _NUMBER[decimal or "."].fullmatch(plain)
    if found is None:
        hint = "" if decimal or "," not in plain else '; if its comma separates decimals, the mapping says decimal = ","'
        raise RowRefused(f"{what}: {text!r}{hint}")
    sign, whole_part, fraction, exponent = found.groups()
    if not decimal and len(fraction or "") == 3 and whole_part.isdigit() and 0 < int(whole_part) < 1000:
        raise RowRefused(
            f'{what}: {text!r} may be {whole_part}{fraction} or {whole_part}.{fraction}; the mapping says decimal = "." or ","'
        )
    digits = whole_part.replace(",", "").replace(".", "")
    return Decimal(f"{sign}{digits}.{fraction or 0}{exponent or ''}")


@lru_cache(_CACHED)
def whole(text: str, what: str, decimal: str = "") -> int:
    """`1,200` → 1200, `5.0` → 5. `decimal`: see `_number`."""
    number = _number(text, f"{what} is no whole number", decimal)
    if abs(number) > QUANTITY_MAX:
        raise RowRefused(f"{what} is beyond {QUANTITY_MAX:,}: {text}")
    if number != int(number):
        raise RowRefused(f"{what} is no whole number: {text!r}")
    return int(number)


@lru_cache(_CACHED)
def money(text: str, currency: str, decimal: str = "") -> int:
    """`6.95` GBP → 695; `₩12,900` → 12900. Half a minor unit is rounded away from zero. `decimal`: see `_number`."""
    amount = _number(text.strip(" ₩￦£￡$€¥￥원"), "price is no amount", decimal)
    if abs(amount) > PRICE_MINOR_MAX or abs(minor := to_minor(amount, currency)) > PRICE_MINOR_MAX:
        raise RowRefused(f"price is beyond belief: {text}")
    return minor


@lru_cache(_CACHED)
def moment(text: str, timezone: str, dates: str = "") -> datetime:
    """A date and time with its own offset, or local to `timezone`. `dates`: how the mapping writes them, in the signs of
    strptime. Errors: `RowRefused`; `UnclearDate` where day and month may each be the other."""
    at = _any_form(text.strip(), dates)
    if at is None:
        raise RowRefused(f"date and time cannot be read: {text!r}")
    return at if at.tzinfo else at.replace(tzinfo=zone(timezone))


def _any_form(text: str, dates: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        slashed = _SLASHED.match(text)
        if not dates and slashed and slashed[1] != slashed[2] and max(int(slashed[1]), int(slashed[2])) <= 12:
            raise UnclearDate(
                f'{text!r} may be day/month or month/day. Say in the mapping which: dates = "%d/%m/%Y %H:%M" or "%m/%d/%Y %H:%M".'
            ) from None
        for form in (dates,) if dates else _DATES:
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
