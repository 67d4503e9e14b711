"""How figures and times are said on screens."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup, escape

from store_omni.kit.money import say_money
from store_omni.kit.phones import say_phone
from store_omni.web.plumbing.texts import current_locale, gettext

HOME_ZONE = "Asia/Seoul"


def midnight(now: datetime) -> datetime:
    """When this day began, where the retailer is."""
    return now.astimezone(ZoneInfo(HOME_ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)


def money(amount_minor: int, currency: str) -> str:
    return say_money(amount_minor, currency, current_locale())


def phone(e164: str | None) -> str:
    return say_phone(e164)


def phone_hidden(e164: str | None) -> str:
    """`010-1234-••••`: the last four digits are what a customer says to prove who she is."""
    said = say_phone(e164)
    return f"{said[:-4]}••••" if said else ""


def day_words(instant: datetime | date, zone: str = HOME_ZONE, now: datetime | None = None) -> str:
    """오늘, 내일, 어제, or the date as the language writes it. A date is already one of that zone."""
    tz = ZoneInfo(zone)
    local = instant.astimezone(tz).date() if isinstance(instant, datetime) else instant
    today = (now or datetime.now(UTC)).astimezone(tz).date()
    known = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    distance = (local - today).days
    if distance in known:
        return known[distance]
    same_year = local.year == today.year
    if current_locale() == "ko":
        return f"{local.month}월 {local.day}일" if same_year else f"{local.year}년 {local.month}월 {local.day}일"
    return format_date(local, "d MMM" if same_year else "d MMM y", locale="en_GB")


def exact(instant: datetime, zone: str = HOME_ZONE) -> str:
    """`2026-11-22 14:03 KST`: nothing to guess."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def clock_time(instant: datetime, zone: str = HOME_ZONE) -> str:
    return instant.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def when_words(instant: datetime, zone: str = HOME_ZONE) -> str:
    """`방금`, `3분 전`, `오늘 18:00`, `11월 3일 14:03`."""
    now = datetime.now(UTC)
    age = now - instant
    if timedelta(0) <= age < timedelta(minutes=1):
        return gettext("just now")
    if timedelta(0) <= age < timedelta(hours=1):
        return gettext("%(n)s min ago") % {"n": int(age.total_seconds() // 60)}
    return f"{day_words(instant, zone, now)} {clock_time(instant, zone)}"


def when(instant: datetime | str | None, zone: str = HOME_ZONE) -> Markup:
    """A `<time>` with the words people use; the exact instant on hover and for machines. Times that come out of
    jsonb are ISO texts."""
    if instant is None:
        return Markup("")
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        instant.astimezone(UTC).isoformat(timespec="seconds"), exact(instant, zone), escape(when_words(instant, zone))
    )


def distance(kilometres: float | None) -> str:
    """`350 m`, `1.2 km`, `12 km`; empty when unknown."""
    if kilometres is None:
        return ""
    if kilometres < 1:
        return f"{round(kilometres * 1000, -1):.0f} m"
    return f"{kilometres:.1f} km" if kilometres < 10 else f"{kilometres:.0f} km"
