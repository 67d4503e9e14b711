"""Money is an integer of the currency's minor unit (won, pence) with its ISO code beside it."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import format_currency, get_currency_precision


@cache
def minor_digits(currency: str) -> int:
    """Decimals of a currency: 0 for KRW, 2 for GBP. Source: CLDR, by babel."""
    return get_currency_precision(currency)


def to_minor(amount: Decimal | str, currency: str) -> int:
    """`"6.95", "GBP"` → 695. Half a minor unit is rounded away from zero, as tills do."""
    scaled = Decimal(amount).scaleb(minor_digits(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def say_money(amount_minor: int, currency: str, locale: str) -> str:
    """As people read it: `12,900원` in Korean, `₩12,900` in English, `£6.95` for pence."""
    amount = Decimal(amount_minor).scaleb(-minor_digits(currency))
    if currency == "KRW" and locale == "ko":
        return f"{amount_minor:,}원"
    return format_currency(amount, currency, locale="ko_KR" if locale == "ko" else "en_GB")
