"""Phone numbers: stored as E.164, shown the way the country writes them."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=1024)
def normal_phone(text: str, region: str = "KR") -> str | None:
    """E.164 of what a person typed (`010-1234-5678` → `+821012345678`), or None when it is no possible number."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def say_phone(e164: str | None, region: str = "KR") -> str:
    """`+821012345678` → `010-1234-5678`; foreign numbers keep their country code."""
    if not e164:
        return ""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    home = phonenumbers.region_code_for_number(number) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)
