"""Who is calling? What an agent typed into the one box, read as what it can mean, and the people it fits."""

import re
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import N_, Refusal
from store_omni.kit.phones import normal_phone

FOUND_MAX = 20
SEARCH_CHARS_MAX = 200
_NAME_AND_FOUR = re.compile(r"(?P<name>.*[^\W\d_].*?)[\s,·/-]*(?P<four>\d{4})")


class NameAlone(Refusal):
    """A name alone opens no records, or a search for Kim would show thousands: it needs digits that its owner knows."""

    code = "name_alone"
    status = 422
    title = N_("A name alone is not enough")
    reason = N_("To protect customers, a name is searched only together with the last four digits of the phone.")
    next_step = N_("Ask for the last four digits and type, for example, “김하늘 5678”.")


class DigitsAlone(Refusal):
    code = "digits_alone"
    status = 422
    title = N_("Four digits alone are not enough")
    reason = N_("Many people share the last four digits of a phone number.")
    next_step = N_("Type the name before them, or the whole number.")


class Sought(msgspec.Struct, frozen=True):
    """One reading of what was typed. `value`: E.164, a lower-case address, an upper-case order number, or a name without
    spaces; `four`: the last digits that go with a name."""

    kind: Literal["order", "phone", "email", "name"]
    value: str
    four: str = ""


def read_search(typed: str) -> list[Sought]:
    """What it can mean, likeliest first. Errors: `NameAlone`, `DigitsAlone`."""
    words = " ".join(typed.split())[:SEARCH_CHARS_MAX]
    if "@" in words:
        return [Sought("email", words.lower())]
    # Some order numbers (264A-GP3M) could be dialled by the letters on the keys of a phone; nobody says a phone number so.
    phone = normal_phone(words) if not re.search(r"[A-Za-z]", words) else None
    if phone:
        return [Sought("phone", phone)]
    if re.fullmatch(r"\d{4}", words):
        raise DigitsAlone
    readings = []
    if " " not in words and any(char.isdigit() for char in words):
        readings.append(Sought("order", words.upper()))
    named = _NAME_AND_FOUR.fullmatch(words)
    if named:
        readings.append(Sought("name", re.sub(r"\s", "", named["name"]).lower(), named["four"]))
    # One number in eleven has no digit. Eight Latin letters may be a name too, but a name alone opens nothing anyway.
    if not readings and re.fullmatch(r"(R-?)?[A-Za-z]{4}-?[A-Za-z]{4}", words, re.IGNORECASE):
        readings.append(Sought("order", words.upper()))
    if not readings:
        raise NameAlone
    return readings


_BY = {
    "phone": "i.kind = 'phone' AND i.value = :value",
    "email": "i.kind IN ('email', 'login') AND i.value = :value",
    "name": "i.kind = 'phone' AND i.last_four = :four AND lower(replace(c.display_name, ' ', '')) = :value",
}


async def find_customers(session: ReadSession, sought: Sought) -> list[UUID]:
    """Ids of the people it fits, at most 20: a household may share a phone."""
    if sought.kind == "order":
        return []
    found = await session.scalars(
        text(
            f"""SELECT DISTINCT c.id FROM customers.identity i JOIN customers.customer c ON c.id = i.customer_id
                WHERE {_BY[sought.kind]} AND c.status IN ('guest', 'active') ORDER BY c.id DESC LIMIT :limit"""
        ),
        {"value": sought.value, "four": sought.four, "limit": FOUND_MAX}
        if sought.kind == "name"
        else {"value": sought.value, "limit": FOUND_MAX},
    )
    return list(found)
