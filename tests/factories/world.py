"""A small world: stores, goods with stock, people who work there."""

from datetime import time
from uuid import UUID

import asyncpg
import msgspec

from store_omni.catalog.searching import search_columns
from store_omni.journal.actors import Actor
from store_omni.kit.ids import new_id
from store_omni.kit.passwords import hash_secret

PIN = "48291350"
_PIN_HASH: list[str] = []


class Person(msgspec.Struct, frozen=True):
    id: UUID
    login: str
    role: str
    store_id: int | None

    def actor(self, channel: str | None = None) -> Actor:
        default = "counter" if self.role == "clerk" else "phone"
        return Actor(
            kind=self.role, id=self.id, label=self.login, channel=channel or default, store_id=self.store_id, source="test"
        )  # type: ignore[arg-type]


class Item(msgspec.Struct, frozen=True):
    sku_id: int
    code: str
    gtin: str
    price: int


class World(msgspec.Struct, frozen=True):
    gangnam: int
    hongdae: int
    items: list[Item]
    clerk: Person
    other_clerk: Person
    agent: Person
    manager: Person

    @property
    def staff(self) -> dict[str, Person]:
        return {"clerk": self.clerk, "other_clerk": self.other_clerk, "agent": self.agent, "manager": self.manager}


SHOPPER = Actor(kind="guest", id=None, label="김하늘", channel="web", source="browser-1")

GOODS = [
    ("MUG", "클래식 머그컵", "Classic mug", "주방", "mug", 12900),
    ("LAMP", "무선 스탠드 조명 루나", "Luna cordless lamp", "조명", "lamp", 49000),
    ("TOWEL", "호텔 수건 3장", "Hotel towels, set of 3", "욕실", "towel", 19900),
    ("NOTE", "무지 노트 A5", "Plain notebook A5", "문구", "notebook", 3500),
    ("CHAIR", "캠핑용 접이식 의자", "Folding camping chair", "캠핑", "chair", 32000),
    ("CANDLE", "소이 캔들 라벤더", "Lavender soy candle", "조명", "candle", 15900),
]


def check_digit(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


async def make_store(pool: asyncpg.Pool, code: str, name_ko: str, name_en: str, latitude: float, longitude: float) -> int:
    """Open every day 00:00–23:59, so that tests mean the same at any hour; two shelves A1 and A2."""
    store_id = await pool.fetchval(
        """INSERT INTO stores.store (code, name_ko, name_en, district_ko, district_en, address, city, phone, latitude, longitude)
           VALUES ($1, $2, $3, $2, $3, '서울 ' || $2, '서울', '+8225550100', $4, $5) RETURNING id""",
        code, name_ko, name_en, latitude, longitude,
    )  # fmt: skip
    await pool.executemany(
        "INSERT INTO stores.opening_hours VALUES ($1, $2, $3, $4)",
        [(store_id, day, time(0, 0), time(23, 59)) for day in range(7)],
    )
    await pool.executemany(
        "INSERT INTO stores.staging_location VALUES ($1, $2, $3, $4)",
        [(store_id, f"A{n}", f"선반 A{n}", n) for n in (1, 2)],
    )
    return store_id


async def make_item(
    pool: asyncpg.Pool, number: int, code: str, ko: str, en: str, category: str, drawing: str, price: int
) -> Item:
    gtin = check_digit(f"88012345{number:04d}")
    search = search_columns([ko, en], "", category, [], [code], [gtin])
    product = await pool.fetchval(
        """INSERT INTO catalog.product (code, name_ko, name_en, category, drawing, colour, search_text, search_jamo, search_cho)
           VALUES ($1, $2, $3, $4, $5, '#7a8f6a', $6, $7, $8) RETURNING id""",
        code, ko, en, category, drawing, search.text, search.jamo, search.cho,
    )  # fmt: skip
    sku_id = await pool.fetchval(
        "INSERT INTO catalog.sku (product_id, code, gtin, price_minor, currency) VALUES ($1, $2, $3, $4, 'KRW') RETURNING id",
        product, f"{code}-1", gtin, price,
    )  # fmt: skip
    return Item(sku_id, f"{code}-1", gtin, price)


async def make_bundle(pool: asyncpg.Pool, parts: dict[int, int]) -> int:
    """A gift set for 50,000 won; `parts`: SKU id → how many of it go into one."""
    product = await pool.fetchval(
        """INSERT INTO catalog.product (code, name_ko, name_en, category, search_text, search_jamo, search_cho)
           VALUES ('SET', '선물 세트', 'Gift set', '주방', '선물 세트 gift set', '', '') RETURNING id"""
    )
    bundle = await pool.fetchval(
        """INSERT INTO catalog.sku (product_id, code, kind, price_minor, currency) VALUES ($1, 'SET-1', 'bundle', 50000, 'KRW')
           RETURNING id""",
        product,
    )
    await pool.executemany("INSERT INTO catalog.bundle_part VALUES ($1, $2, $3)", [(bundle, sku, n) for sku, n in parts.items()])
    return bundle


async def put_stock(pool: asyncpg.Pool, store_id: int, sku_id: int, units: int) -> None:
    await pool.execute(
        "SELECT inventory.post($1::jsonb, 'opening', NULL, 'system', 'system', NULL, NULL)",
        [{"store": store_id, "sku": sku_id, "kind": "opening", "on_hand": units}],
    )


async def make_person(pool: asyncpg.Pool, login: str, role: str, store_id: int | None) -> Person:
    if not _PIN_HASH:
        _PIN_HASH.append(await hash_secret(PIN))
    person = Person(new_id(), login, role, store_id)
    await pool.execute(
        "INSERT INTO staff.account (id, login, name, role, store_id, secret_hash) VALUES ($1, $2, $3, $4, $5, $6)",
        person.id, login, login, role, store_id, _PIN_HASH[0],
    )  # fmt: skip
    return person


async def make_world(pool: asyncpg.Pool) -> World:
    gangnam = await make_store(pool, "GN", "강남점", "Gangnam", 37.4979, 127.0276)
    hongdae = await make_store(pool, "HD", "홍대점", "Hongdae", 37.5563, 126.9236)
    items = [await make_item(pool, number, *goods) for number, goods in enumerate(GOODS, 1)]
    for store_id in (gangnam, hongdae):
        for item in items:
            await put_stock(pool, store_id, item.sku_id, 10)
    return World(
        gangnam,
        hongdae,
        items,
        clerk=await make_person(pool, "1001", "clerk", gangnam),
        other_clerk=await make_person(pool, "1002", "clerk", hongdae),
        agent=await make_person(pool, "2001", "agent", None),
        manager=await make_person(pool, "3001", "manager", None),
    )
