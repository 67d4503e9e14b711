from math import asin, cos, radians, sin, sqrt

import asyncpg
import pytest

from store_omni.stores.near import EARTH_RADIUS_KM, Place, bare_place, find_place, known_place, stores_near
from store_omni.stores.queries import StoreView

from ..factories.world import World

pytestmark = pytest.mark.anyio
SEONGSU = Place(37.5446, 127.0559)


def great_circle_km(store: StoreView, place: Place) -> float:
    """By the haversine formula, in Python, to hold the database's against."""
    assert store.latitude is not None
    assert store.longitude is not None
    d_lat, d_lon = radians(place.latitude - store.latitude), radians(place.longitude - store.longitude)
    h = sin(d_lat / 2) ** 2 + cos(radians(place.latitude)) * cos(radians(store.latitude)) * sin(d_lon / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(h))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("성수", "성수"), ("성수동", "성수"), ("성수역", "성수"), ("강남역", "강남역"), ("강남구", "강남구"), ("마포", "마포구"),
        ("Mapo-gu", "마포구"), ("mapo", "마포구"), ("Seongsu", "성수"), (" 홍대 ", "홍대"), ("Pangyo", "판교"), ("수원시", "수원"),
    ],
)  # fmt: skip
def test_places_by_any_of_their_names(typed: str, name: str) -> None:
    place = known_place(typed)
    assert place is not None and place.name_ko == name


def test_unknown_places() -> None:
    assert known_place("아틀란티스") is None
    assert bare_place("강남역") == "강남" and bare_place("중구") == "중구"


async def test_what_no_table_knows_is_looked_for_in_the_stores_addresses(pool: asyncpg.Pool, world: World) -> None:
    await pool.execute("UPDATE stores.store SET postcode = 'EC1A 1BB', city = 'London' WHERE id = $1", world.gangnam)
    for typed in ("London", "ec1a 1bb"):
        place = await find_place(pool, typed)
        assert place is not None and round(place.latitude, 4) == 37.4979, typed
    assert await find_place(pool, "아틀란티스") is None
    assert await find_place(pool, "  ") is None and await find_place(pool, "%") is None


async def test_nearest_first(pool: asyncpg.Pool, world: World) -> None:
    near = await stores_near(pool, SEONGSU, count=5)
    assert [item.store.id for item in near] == [world.gangnam, world.hongdae]
    assert near[0].km == pytest.approx(5.75, abs=0.1) and near[0].km == pytest.approx(
        great_circle_km(near[0].store, SEONGSU), abs=0.001
    )
    assert near[0].store.hours.week[0] is not None


async def test_without_a_place_the_chosen_store_comes_first(pool: asyncpg.Pool, world: World) -> None:
    for chosen in (world.gangnam, world.hongdae):
        near = await stores_near(pool, None, count=5, chosen_id=chosen)
        assert near[0].store.id == chosen and near[0].km is None
    assert [item.store.code for item in await stores_near(pool, None, count=5, code="HD")] == ["HD"]
    await pool.execute("UPDATE stores.store SET active = false WHERE id = $1", world.hongdae)
    assert await stores_near(pool, None, count=5, code="HD") == []
