"""Fills a migrated, empty database: stores that are always open, products with stock everywhere, a customer with a long past."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from bench import world_sql as sql
from store_omni.catalog.searching import search_columns
from store_omni.customers.signing_in import open_session
from store_omni.inventory.sealing import STREAMS
from store_omni.journal.sealing import seal_all, unsealed_rows
from store_omni.kit.database import open_pool
from store_omni.staff.serving import VERBS, add_service

UNITS = 100_000_000  # more than any run can sell
NOUNS = (
    "머그컵 mug", "접시 plate", "냄비 pot", "주전자 kettle", "조명 lamp", "쿠션 cushion", "이불 duvet", "수건 towel", "바구니 basket", "서랍 drawer",
    "노트 notebook", "연필 pencil", "텐트 tent", "의자 chair", "방석 pad", "거울 mirror", "비누 soap", "쿠키 cookie", "선반 shelf", "화병 vase",
)  # fmt: skip
STYLES = ("클래식", "모던", "내추럴", "북유럽", "빈티지", "미니", "대형", "접이식", "무선", "호텔")
COLOURS = ("화이트", "블랙", "베이지", "네이비", "올리브", "코랄", "민트", "그레이", "브라운", "핑크")
SHELVES = ("kitchen", "tableware", "lighting", "bedding", "bath", "storage", "stationery", "camping", "pets", "beauty", "snacks")
DRAWINGS = ("mug", "towel", "table_lamp", "notebook", "cushion", "basket", "kettle", "tent")


@dataclass(frozen=True)
class World:
    """What a request may name. Stores, SKUs, customers and orders are numbered from 1; customer 1 owns the first `own` orders."""

    stores: int = 20
    skus: int = 2_000
    orders: int = 10_000
    own: int = 1_000
    customers: int = 1_001
    token: str = ""
    shopper_token: str = ""

    @property
    def rows(self) -> int:
        """Of stock."""
        return self.stores * self.skus

    def times(self, factor: int) -> "World":
        return replace(self, skus=self.skus * factor, orders=self.orders * factor)

    @staticmethod
    def store_code(number: int) -> str:
        return f"B{number:03d}"

    @staticmethod
    def sku_code(number: int) -> str:
        return f"B{number:07d}"

    @staticmethod
    def order_number(number: int) -> str:
        return f"{number:08d}"

    @staticmethod
    def customer_id(number: int) -> UUID:
        return UUID(f"0{sql.CUSTOMER}{number:030x}")

    @staticmethod
    def queries() -> list[str]:
        """What people search for: one word, and two."""
        nouns = [noun.split()[0] for noun in NOUNS]
        return nouns + [f"{style} {noun}" for noun, style in zip(nouns, itertools.cycle(STYLES), strict=False)]


def _products(count: int) -> list[tuple]:
    kinds = itertools.cycle(itertools.product(NOUNS, STYLES, COLOURS))
    rows = []
    for number, (noun, style, colour) in zip(range(1, count + 1), kinds, strict=False):
        korean, english = noun.split()
        again = "" if number <= len(NOUNS) * len(STYLES) * len(COLOURS) else f" {number}"
        name, name_en = f"{style} {korean} {colour}{again}", f"{english.title()} no. {number}"
        shelf, code = SHELVES[number % len(SHELVES)], World.sku_code(number)
        found = search_columns([name, name_en], "모아", shelf, [], [code], [f"29{number:011d}"])
        rows.append((
            number, f"P{number:07d}", name, name_en, "모아", shelf, f"{name}입니다. 매일 쓰기 좋아요.", f"{name_en}, for every day.",
            DRAWINGS[number % len(DRAWINGS)], "#7a8f6a", number * 7919 % 10_007, found.text, found.jamo, found.cho,
        ))  # fmt: skip
    return rows


async def _fill_catalogue(connection: asyncpg.Connection, world: World) -> None:
    columns = (
        "id", "code", "name_ko", "name_en", "brand", "category", "description_ko", "description_en", "drawing", "colour", "popularity",
        "search_text", "search_jamo", "search_cho",
    )  # fmt: skip
    await connection.copy_records_to_table("product", schema_name="catalog", records=_products(world.skus), columns=columns)
    await connection.execute(sql.SKUS, world.skus)


async def _fill_past(connection: asyncpg.Connection, url: str, world: World) -> None:
    """The large tables, by COPY: a second connection computes the rows while the first writes them."""
    await connection.execute(sql.DOCUMENTS, world.stores)
    await connection.execute(sql.CUSTOMERS, world.customers)
    await connection.execute(sql.IDENTITIES, world.customers)
    computing = await asyncpg.connect(url)
    try:
        await computing.execute(sql.PAST_TABLE)
        await computing.execute(sql.PAST, world.orders, world.stores, world.skus, world.own, world.customers)
        await computing.execute(sql.SOLD)
        await computing.execute("ANALYZE past; ANALYZE sold")
        for table, rows in sql.ROWS.items():
            await _pour(computing, rows.format(stores=world.stores, skus=world.skus, units=UNITS), connection, table)
    finally:
        await computing.close()
    await connection.execute(sql.SEQUENCES, world.stores, world.skus)


async def _pour(source: asyncpg.Connection, query: str, target: asyncpg.Connection, table: str) -> None:
    columns = [column.name for column in (await source.prepare(query)).get_attributes()]
    parts: asyncio.Queue[bytes] = asyncio.Queue(maxsize=64)

    async def read() -> None:
        await source.copy_from_query(query, output=parts.put)
        await parts.put(b"")

    async def written() -> AsyncIterator[bytes]:
        while part := await parts.get():
            yield part

    schema, name = table.replace('"', "").split(".")
    async with asyncio.TaskGroup() as both:
        both.create_task(read())
        both.create_task(target.copy_to_table(name, schema_name=schema, columns=columns, source=written()))


async def fill(url: str, world: World) -> World:
    """Returns the world with its tokens. The tables are vacuumed and the log is written out, so that no round pays for it."""
    connection = await asyncpg.connect(url)
    pool = await open_pool(url, size=1)
    try:
        async with connection.transaction():
            # The rows point at each other rightly as they are made; looking each up would take longer than writing it.
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(sql.STORES, world.stores)
            await connection.execute(sql.HOURS, world.stores)
            await _fill_catalogue(connection, world)
            await _fill_past(connection, url, world)
            for stream in STREAMS:
                rows = f"SELECT $1, key FROM ({unsealed_rows(stream)}) unsealed (key)"
                await connection.execute(f"INSERT INTO journal.unsealed (stream, key) {rows}", stream.name)
        for stream in STREAMS:
            await seal_all(pool, stream)
        token = await add_service(pool, name="bench", verbs=list(VERBS), store_ids=None)
        shopper = await open_session(pool, World.customer_id(1), source="bench", kind="app")
        await connection.execute("VACUUM (ANALYZE)")
        return replace(world, token=token, shopper_token=shopper)
    finally:
        await pool.close()
        await connection.close()
