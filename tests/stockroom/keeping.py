"""What tests of the stockroom need over the small world: commands in transactions of their own, and looks at what they left."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg

from store_omni.inventory.ledger import Move, post
from store_omni.kit.database import WriteSession, writing

from ..factories.ordering import Shop

T = TypeVar("T")


async def do(shop: Shop, command: Callable[..., Awaitable[T]], *given: Any, **more: Any) -> T:
    """One command in one transaction."""
    async with shop.sessions.begin() as session:
        return await command(writing(session), *given, **more)


async def entries(shop: Shop, index: int, store_id: int | None = None) -> list[tuple[str, int, str]]:
    """(kind, units on hand, reason) of each movement of world.items[index] after its opening."""
    rows = await shop.pool.fetch(
        "SELECT kind, d_on_hand, reason FROM inventory.ledger_entry WHERE store_id = $1 AND sku_id = $2 AND version > 1 ORDER BY version",
        store_id or shop.world.gangnam, shop.world.items[index].sku_id,
    )  # fmt: skip
    return [tuple(row) for row in rows]


async def tasks(shop: Shop, store_id: int | None = None) -> list[tuple[str, int, int, str]]:
    """(kind, index into world.items, units, reason) of each open task."""
    places = {item.sku_id: index for index, item in enumerate(shop.world.items)}
    rows = await shop.pool.fetch(
        "SELECT kind, sku_id, units, reason FROM stockroom.task WHERE store_id = $1 AND closed_at IS NULL ORDER BY kind, sku_id",
        store_id or shop.world.gangnam,
    )  # fmt: skip
    return [(row["kind"], places[row["sku_id"]], row["units"], row["reason"]) for row in rows]


async def trust(shop: Shop, index: int) -> asyncpg.Record | None:
    return await shop.pool.fetchrow(
        "SELECT * FROM stockroom.trust WHERE store_id = $1 AND sku_id = $2", shop.world.gangnam, shop.world.items[index].sku_id
    )


async def balanced(shop: Shop) -> None:
    """Every level is the sum of its ledger and of what was promised."""
    from store_omni.stockroom.reconciling import drift_of

    async with shop.sessions.begin() as session:
        assert await drift_of(session) == []  # type: ignore[arg-type]  # a session of one's own


async def sell(shop: Shop, index: int, units: int) -> None:
    """Over the counter, as goods move while somebody looks at the figures."""
    async with shop.sessions.begin() as session:
        move = Move(shop.world.gangnam, shop.world.items[index].sku_id, "sell", on_hand=-units)
        await post(writing(session), [move], cause=("sale", uuid4()), by=shop.world.clerk.actor())


async def during(shop: Shop, first: Callable[[WriteSession], Awaitable[object]], second: Coroutine[Any, Any, T]) -> T:
    """Begins the second command while the first is done but not committed; it has to wait for the first's end."""
    async with shop.sessions.begin() as session:
        await first(writing(session))
        running = asyncio.create_task(second)
        done, _ = await asyncio.wait([running], timeout=0.3)
        assert not done
    return await running


async def during_a_sale(shop: Shop, index: int, units: int, command: Coroutine[Any, Any, T]) -> T:
    """Begins the command while a sale of these units is half done."""
    move = Move(shop.world.gangnam, shop.world.items[index].sku_id, "sell", on_hand=-units)
    return await during(
        shop, lambda session: post(session, [move], cause=("sale", uuid4()), by=shop.world.clerk.actor()), command
    )
