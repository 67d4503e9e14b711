"""What is not on the shelf: taken back within ten seconds, told afterwards; an order of which nothing is found ends."""

import pytest
from litestar.testing import AsyncTestClient

from store_omni.fulfilling.shorting import settle_due

from ..factories.browsing import send, sign_in_staff
from ..factories.ordering import Shop
from ..stockroom.keeping import balanced
from .test_picking import scan, started

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def counter(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.clerk)
    return client


async def post(counter: AsyncTestClient, order, what: str, **fields: object):
    return await send(counter, f"/counter/pickups/{order.fulfilment.id}/{what}", fields, headers=HTMX)


async def pass_seconds(shop: Shop, seconds: int) -> None:
    await shop.pool.execute("UPDATE pickup.shortage SET at = at - make_interval(secs => $1)", float(seconds))


async def facts(shop: Shop, *kinds: str) -> list[str]:
    return [
        row[0] for row in await shop.pool.fetch("SELECT kind FROM journal.fact WHERE kind = ANY($1) ORDER BY id", list(kinds))
    ]


async def test_a_short_pick_can_be_undone_and_nobody_hears_of_it(counter: AsyncTestClient, shop: Shop) -> None:
    order = await started(shop, (0, 2), (3, 1))
    await scan(shop, order, 3)
    said = await post(counter, order, "shortage", line_no=1, reason="not_found")
    assert "클래식 머그컵 2개를 못 찾음" in said.text and "되돌리기" in said.text
    await pass_seconds(shop, 9)
    assert await settle_due(shop.sessions) == 0
    undone = await post(counter, order, "shortage/withdrawal", line_no=1)
    assert "못 찾음" not in undone.text
    await pass_seconds(shop, 60)
    assert await settle_due(shop.sessions) == 0
    assert await facts(shop, "pickup.short", "order.cancelled") == []
    assert [line.qty_left for line in (await shop.view(order.id)).lines] == [2, 1]
    late = await post(counter, order, "shortage/withdrawal", line_no=1)
    assert (late.status_code, 'data-refused="nothing_reported"' in late.text) == (409, True)


async def test_after_ten_seconds_it_is_off_the_order_and_told(counter: AsyncTestClient, shop: Shop) -> None:
    order = await started(shop, (0, 2), (3, 1))
    await scan(shop, order, 3)
    await post(counter, order, "shortage", line_no=1, reason="not_found")
    await pass_seconds(shop, 11)
    assert (await settle_due(shop.sessions), await settle_due(shop.sessions)) == (1, 0)
    assert await facts(shop, "pickup.short", "order.cancelled") == ["pickup.short"]
    assert [line.qty_left for line in (await shop.view(order.id)).lines] == [0, 1]
    await balanced(shop)


async def test_packing_settles_without_waiting(counter: AsyncTestClient, shop: Shop) -> None:
    order = await started(shop, (0, 2), (3, 1))
    await scan(shop, order, 3)
    asked = await post(counter, order, "shortage", line_no=1, reason="damaged")
    assert "봉투는 몇 개인가요" in asked.text
    packed = await post(counter, order, "packing", bags=1)
    assert 'data-state="packed"' in packed.text
    assert await facts(shop, "pickup.short") == ["pickup.short"]


async def test_what_turned_up_meanwhile_is_not_missing(counter: AsyncTestClient, shop: Shop) -> None:
    order = await started(shop, (0, 1))
    await post(counter, order, "shortage", line_no=1, reason="not_found")
    await scan(shop, order, 0)
    await pass_seconds(shop, 11)
    await settle_due(shop.sessions)
    assert await facts(shop, "pickup.short", "order.cancelled") == []
    assert (await shop.view(order.id)).lines[0].qty_left == 1


@pytest.mark.parametrize("at_once", [True, False])
async def test_an_order_of_which_nothing_is_found_ends(counter: AsyncTestClient, shop: Shop, at_once: bool) -> None:
    """It stayed "being picked" for ever, and the counter asked for the number of bags."""
    order = await started(shop, (0, 2), (3, 1))
    for line in (1, 2):
        page = await post(counter, order, "shortage", line_no=line, reason="not_found")
    assert "찾은 상품이 하나도 없어요" in page.text and "봉투는 몇 개인가요" not in page.text
    if at_once:
        assert 'data-state="cancelled"' in (await post(counter, order, "shortage/settlement")).text
    else:
        await pass_seconds(shop, 11)
        await settle_due(shop.sessions)
    after = await shop.view(order.id)
    assert (after.state, after.fulfilment.state, after.charge_state, after.due_minor) == ("cancelled", "cancelled", "void", 0)
    reason = await shop.pool.fetchval("SELECT data->>'reason' FROM journal.fact WHERE kind = 'order.cancelled'")
    assert reason == "nothing_found"
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"]) == (8, 0)
    await balanced(shop)


async def test_reports_on_an_order_that_was_cancelled_meanwhile_are_dropped(counter: AsyncTestClient, shop: Shop) -> None:
    order = await started(shop, (0, 2))
    await post(counter, order, "shortage", line_no=1, reason="not_found")
    await post(counter, order, "cancellation", reason="changed_mind")
    await pass_seconds(shop, 11)
    await settle_due(shop.sessions)
    assert await facts(shop, "pickup.short") == []
    assert await shop.pool.fetchval("SELECT count(*) FROM pickup.shortage") == 0


async def test_another_stores_clerk_reports_nothing(client: AsyncTestClient, shop: Shop) -> None:
    order = await started(shop, (0, 2))
    await sign_in_staff(client, shop.world.other_clerk)
    for what in ("shortage", "shortage/withdrawal", "shortage/settlement"):
        assert (await post(client, order, what, line_no=1, reason="not_found")).status_code == 404
