"""Twenty-five stores in and around Seoul."""

from datetime import time

from store_omni.demo.data.products import read_words
from store_omni.demo.data.world import StoreRow

AREA_CODES = {"서울": "02", "인천": "032"}  # all other towns here are in Gyeonggi: 031


def make_stores() -> list[StoreRow]:
    """Every store, in the order of its code."""
    words = read_words("stores")
    hours = {name: tuple(_opening(day) for day in days.split()) for name, days in words["hours"].items()}
    return [_store(line, hours) for line in words["stores"].strip().splitlines()]


def _store(line: str, hours: dict[str, tuple[tuple[time, time] | None, ...]]) -> StoreRow:
    code, name_ko, name_en, district_ko, district_en, address, city, postcode, latitude, longitude, week, lead, shelves, size = (
        part.strip() for part in line.split("|")
    )
    return StoreRow(
        code=code,
        name_ko=name_ko,
        name_en=name_en,
        district_ko=district_ko,
        district_en=district_en,
        address=address,
        city=city,
        postcode=postcode,
        phone=f"{AREA_CODES.get(city, '031')}-2000-{int(code[1:]) * 7 + 100:04d}",
        latitude=latitude,
        longitude=longitude,
        hours=hours[week],
        lead_minutes=int(lead),
        staging_locations=int(shelves),
        size=int(size),
    )


def _opening(day: str) -> tuple[time, time] | None:
    if day == "-":
        return None
    opens, closes = day.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)
