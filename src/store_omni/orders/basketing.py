"""The basket: what a browser has gathered, for one store. Nothing is held for it; stock is promised when an order is placed."""

from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.operations import once
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import new_id
from store_omni.orders.capping import ORDER_ITEM_UNITS_MAX, ORDER_LINES_MAX
from store_omni.orders.errors import BasketFull

# What an order takes: a basket that holds more could not be ordered.
LINE_UNITS_MAX = ORDER_ITEM_UNITS_MAX
LINES_MAX = ORDER_LINES_MAX


class Glance(msgspec.Struct, frozen=True):
    """What every page shows of a basket. `units`: pieces in it."""

    id: UUID
    units: int
    store_id: int | None
    store_ko: str | None
    store_en: str | None


class BasketLineView(msgspec.Struct, frozen=True):
    """`sold` false: taken out of the range since it was gathered. Money in `currency`'s minor unit, tax included."""

    sku_id: int
    qty: int
    product_code: str
    name_ko: str
    name_en: str
    option_ko: str
    option_en: str
    category: str
    drawing: str
    colour: str
    price_minor: int
    currency: str
    sold: bool

    @property
    def sum_minor(self) -> int:
        return self.qty * self.price_minor


class BasketView(msgspec.Struct, frozen=True):
    """`store_id` None: none chosen yet."""

    id: UUID
    store_id: int | None
    lines: list[BasketLineView]

    @property
    def units(self) -> int:
        return sum(line.qty for line in self.lines)

    @property
    def total_minor(self) -> int:
        return sum(line.sum_minor for line in self.lines)

    @property
    def currency(self) -> str:
        return self.lines[0].currency if self.lines else "KRW"

    @property
    def wanted(self) -> dict[int, int]:
        return {line.sku_id: line.qty for line in self.lines}


_GLANCE = """
SELECT b.id, coalesce((SELECT sum(l.qty) FROM orders.basket_line l WHERE l.basket_id = b.id), 0)::int, b.store_id, s.name_ko, s.name_en
FROM orders.basket b LEFT JOIN stores.store s ON s.id = b.store_id WHERE b.id = $1"""

_LINES = """
SELECT l.sku_id, l.qty, p.code, p.name_ko, p.name_en, s.option_ko, s.option_en, p.category, p.drawing,
       CASE WHEN s.colour <> '' THEN s.colour ELSE p.colour END, s.price_minor, s.currency, s.active AND p.active
FROM orders.basket_line l JOIN catalog.sku s ON s.id = l.sku_id JOIN catalog.product p ON p.id = s.product_id
WHERE l.basket_id = $1 ORDER BY l.added_at, l.sku_id"""

_LATEST = """
SELECT b.id FROM orders.basket b
WHERE b.customer_id = $1 AND EXISTS (SELECT 1 FROM orders.basket_line l WHERE l.basket_id = b.id)
ORDER BY b.changed_at DESC LIMIT 1"""


async def glance(pool: asyncpg.Pool, basket_id: UUID) -> Glance | None:
    row = await pool.fetchrow(_GLANCE, basket_id)
    return None if row is None else Glance(*row)


async def basket_of(pool: asyncpg.Pool, basket_id: UUID | None) -> BasketView:
    """Also for a browser without one: an empty basket that nobody stored."""
    row = await pool.fetchrow(_GLANCE, basket_id) if basket_id else None
    if row is None:
        return BasketView(basket_id or new_id(), None, [])
    lines = [BasketLineView(*line) for line in await pool.fetch(_LINES, basket_id)]
    return BasketView(row[0], row[2], lines)


async def latest_basket(pool: asyncpg.Pool, customer_id: UUID) -> UUID | None:
    """What this customer has gathered on another device, if there is anything in it."""
    return await pool.fetchval(_LATEST, customer_id)


async def _keep(session: WriteSession, basket_id: UUID, store_id: int | None, by: Actor) -> None:
    """The basket row, made or brought up to date. A store given replaces the one before: one basket, one store."""
    await session.execute(
        text(
            """INSERT INTO orders.basket AS b (id, store_id, customer_id) VALUES (:id, :store, :customer)
               ON CONFLICT (id) DO UPDATE SET store_id = coalesce(excluded.store_id, b.store_id), changed_at = now(),
                 customer_id = coalesce(excluded.customer_id, b.customer_id)"""
        ),
        {"id": basket_id, "store": store_id, "customer": by.id},
    )


async def add_line(
    session: WriteSession, basket_id: UUID, *, sku_id: int, qty: int, store_id: int | None, by: Actor, operation_key: str
) -> None:
    """`qty` more of a SKU; the same form sent twice adds once. Errors: `NotFound` (no such SKU or store), `BasketFull`."""

    async def work() -> dict[str, object]:
        await _must_exist(session, sku_id, store_id)
        await _keep(session, basket_id, store_id, by)
        held = await session.scalar(
            text("SELECT count(*) FROM orders.basket_line WHERE basket_id = :basket AND sku_id <> :sku"),
            {"basket": basket_id, "sku": sku_id},
        )
        if (held or 0) >= LINES_MAX:
            raise BasketFull(lines=LINES_MAX)
        await session.execute(
            text(
                """INSERT INTO orders.basket_line AS l (basket_id, sku_id, qty) VALUES (:basket, :sku, :qty)
                   ON CONFLICT (basket_id, sku_id) DO UPDATE SET qty = least(l.qty + excluded.qty, :most)"""
            ),
            {"basket": basket_id, "sku": sku_id, "qty": qty, "most": LINE_UNITS_MAX},
        )
        return {}

    await once(session, operation_key, ["basket.add", basket_id, sku_id, qty, store_id], by, work)


async def _must_exist(session: WriteSession, sku_id: int | None, store_id: int | None) -> None:
    found = await session.scalar(
        text(
            """SELECT (CAST(:sku AS int) IS NULL OR EXISTS (SELECT 1 FROM catalog.sku s JOIN catalog.product p ON p.id = s.product_id
                                       WHERE s.id = :sku AND s.active AND p.active AND s.kind IN ('goods','bundle')))
                  AND (CAST(:store AS int) IS NULL OR EXISTS (SELECT 1 FROM stores.store s WHERE s.id = :store AND s.active))"""
        ),
        {"sku": sku_id, "store": store_id},
    )
    if not found:
        raise NotFound


async def set_quantity(session: WriteSession, basket_id: UUID, *, sku_id: int, qty: int) -> None:
    """Exactly `qty` units, 0 takes the line out; sending it twice changes nothing more. Errors: `NotFound`."""
    if qty <= 0:
        await session.execute(
            text("DELETE FROM orders.basket_line WHERE basket_id = :basket AND sku_id = :sku"),
            {"basket": basket_id, "sku": sku_id},
        )
        return
    found = await session.scalar(
        text("UPDATE orders.basket_line SET qty = :qty WHERE basket_id = :basket AND sku_id = :sku RETURNING 1"),
        {"basket": basket_id, "sku": sku_id, "qty": min(qty, LINE_UNITS_MAX)},
    )
    if found is None:
        raise NotFound


async def choose_store(session: WriteSession, basket_id: UUID, *, store_id: int, by: Actor) -> None:
    """The store where the basket will be collected. Errors: `NotFound`."""
    await _must_exist(session, None, store_id)
    await _keep(session, basket_id, store_id, by)


async def adopt(pool: asyncpg.Pool, basket_id: UUID, customer_id: UUID) -> None:
    """After signing in: what this browser gathered belongs to the customer, on her other devices too."""
    await pool.execute("UPDATE orders.basket SET customer_id = $2, changed_at = now() WHERE id = $1", basket_id, customer_id)
