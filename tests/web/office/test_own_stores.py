"""A manager of one store: every page, file and act of the office keeps to that store."""

import re
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
# What speaks of stores without showing one's things: the choice of a receiver of goods, and names of components.
SPEAKS_OF_ALL = {"/office/stock/transfers/new", "/office/components"}


@pytest.fixture
async def of_hongdae(pool: asyncpg.Pool, shop: Shop, client: AsyncTestClient) -> None:
    """The manager has Hongdae alone, and trouble waits in Gangnam: a task, an order, a till that is silent, a wrong balance."""
    world = shop.world
    await shop.place((0, 1))
    await pool.execute("UPDATE staff.account SET store_ids = $1 WHERE id = $2", [world.hongdae], world.manager.id)
    for store_id in (world.gangnam, world.hongdae):
        await pool.execute(
            """INSERT INTO stockroom.task (id, store_id, sku_id, kind, units, reason) VALUES ($1, $2, $3, 'recount', 1, 'short_pick')""",
            uuid4(), store_id, world.items[0].sku_id,
        )  # fmt: skip
    await sign_in_staff(client, world.manager)


def office_routes(app: Litestar, method: str) -> Iterator[str]:
    for route in app.routes:
        if route.path.startswith("/office") and method in route.methods and "sign-in" not in route.path:  # type: ignore[attr-defined]
            yield route.path


def filled(path: str, store_code: str, sku_code: str) -> str:
    path = path.replace("{store_code:str}", store_code).replace("{sku_code:str}", sku_code)
    return re.sub(r"\{[a-z_]+:uuid\}", str(uuid4()), path)


async def test_no_list_or_file_shows_another_store(app: Litestar, client: AsyncTestClient, shop: Shop, of_hongdae: None) -> None:
    walked = 0
    for path in office_routes(app, "GET"):
        if "{" in path or path in SPEAKS_OF_ALL:
            continue
        for query in ("", "?over=1", "?store=GN", "?only=tasks"):
            answer = await client.get(path + query)
            assert answer.status_code == 200, path
            assert "강남점" not in answer.text and "Gangnam" not in answer.text, f"{path}{query}"
        walked += 1
    assert walked >= 10
    assert "홍대점" in (await client.get("/office/stock")).text
    assert ",GN," not in (await client.get("/office/stock/levels.csv")).text
    assert "GN" not in (await client.get("/office/stock/HD/" + shop.world.items[0].code)).text


async def test_every_address_of_another_store_is_404(
    app: Litestar, client: AsyncTestClient, shop: Shop, of_hongdae: None
) -> None:
    code = shop.world.items[0].code
    shown = [path for path in office_routes(app, "GET") if "{store_code" in path]
    acted = [path for path in office_routes(app, "POST") if "{store_code" in path]
    assert len(shown) >= 6 and len(acted) >= 12
    for path in shown:
        assert (await client.get(filled(path, "GN", code))).status_code == 404, path
    for path in acted:
        assert (await send(client, filled(path, "GN", code), {"store": "GN"})).status_code == 404, path
    assert (await client.get(filled("/office/stock/{store_code:str}/{sku_code:str}", "HD", code))).status_code == 200


async def test_nothing_is_ordered_sent_or_counted_for_another_store(
    client: AsyncTestClient, shop: Shop, pool: asyncpg.Pool, of_hongdae: None
) -> None:
    lines = f"{shop.world.items[0].sku_id}-1"
    for path, fields in (
        ("purchases", {"store": "GN", "supplier": "한빛", "lines": lines}),
        ("transfers", {"sender": "GN", "receiver": "HD", "lines": lines}),
        ("counts", {"store": "GN", "zone": "category", "category": "mug"}),
    ):
        assert (await send(client, f"/office/stock/{path}", fields)).status_code == 404, path
    for table in ("purchase", "transfer", "count"):
        assert await pool.fetchval(f"SELECT count(*) FROM stockroom.{table}") == 0


async def test_of_staff_she_sees_the_clerks_of_her_stores(
    client: AsyncTestClient, shop: Shop, of_hongdae: None, pool: asyncpg.Pool
) -> None:
    world = shop.world
    page = (await client.get("/office/staff")).text
    theirs = await pool.fetch("SELECT id, login, store_id, role FROM staff.account WHERE role <> 'service'")
    assert len({row["store_id"] for row in theirs}) >= 3
    for row in theirs:
        own = row["store_id"] == world.hongdae or row["id"] == world.manager.id
        assert (str(row["id"]) in page) == own, row["login"]
        if row["id"] != world.manager.id:
            assert (await client.get(f"/office/staff/{row['id']}")).status_code == (200 if own else 404)
            assert (await send(client, f"/office/staff/{row['id']}/closing")).status_code == (303 if own else 404)
    raised = await send(client, f"/office/staff/{world.manager.id}/place", {"role": "manager", "stores": "all"})
    assert raised.status_code == 404
    agent = await send(client, "/office/staff", {"role": "agent", "login": "2999", "name": "이", "pin": "58293147"})
    assert agent.status_code == 404
