"""/office/access: managers read who looked at whose record."""

import pytest
from litestar.testing import AsyncTestClient

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio


async def test_a_look_at_the_desk_stands_in_the_log(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    await sign_in_staff(client, shop.world.manager, "desk")
    await client.get(f"/desk/orders/{placed.number}")
    log = (await client.get("/office/access")).text
    for words in ("3001", "매니저", "김*늘", placed.number, "고객센터에서 주문 보기"):
        assert words in log, words
    assert "김하늘" not in log
    for query, found in (
        (f"customer={customer}", True),
        (f"order={placed.number}", True),
        ("staff=3001", True),
        ("staff=9999", False),
    ):
        page = (await client.get(f"/office/access?{query}")).text
        assert ("고객센터에서 주문 보기" in page) == found, query


@pytest.mark.parametrize("who", ["agent", "clerk"])
async def test_only_for_managers(client: AsyncTestClient, shop: Shop, who: str) -> None:
    await sign_in_staff(client, shop.world.staff[who])
    assert (await client.get("/office/access", follow_redirects=False)).status_code == 403


@pytest.mark.owner
async def test_the_log_cannot_be_rewritten(shop: Shop) -> None:
    import asyncpg

    from store_omni.journal.looking import note_look

    placed = await shop.place()
    async with shop.sessions.begin() as session:
        await note_look(session, by=shop.world.agent.actor(), task="desk.order", customer_id=None, order_id=placed.order_id)
    for statement in ("UPDATE journal.access SET task = 'nothing'", "DELETE FROM journal.access"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await shop.pool.execute(statement)
