"""/counter/counts: blind, piece by piece, while goods are sold and wait in bags."""

import asyncio

import pytest
from litestar.testing import AsyncTestClient

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import put_stock
from ...stockroom.keeping import balanced, entries

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def counter(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.clerk)
    return client


async def begin(counter: AsyncTestClient, **fields: str) -> str:
    answer = await send(counter, "/counter/counts", fields or {"zone": "shelf", "shelf": "B3"})
    return answer.headers["location"]


async def scan(counter: AsyncTestClient, count: str, code: str, **more: str) -> str:
    return (await send(counter, f"{count}/scans", {"code": code} | more, headers=HTMX)).text


async def till_sells(shop: Shop, index: int, units: int) -> None:
    await shop.pool.execute(
        "SELECT inventory.post($1::jsonb, 'till', NULL, 'pos', 'service', NULL, NULL)",
        [{"store": shop.world.gangnam, "sku": shop.world.items[index].sku_id, "kind": "sell", "on_hand": -units, "truth": True}],
    )


async def test_each_scan_is_one_more_and_nobody_is_told_the_books(counter: AsyncTestClient, shop: Shop) -> None:
    await put_stock(shop.pool, shop.world.gangnam, shop.world.items[0].sku_id, 4711)
    count = await begin(counter)
    assert "진열대 B3" in (await counter.get("/counter/counts")).text
    for units in (1, 2, 3):
        answer = await scan(counter, count, shop.world.items[0].gtin)
        assert f"data-counted>{units}<" in answer
        assert "4721" not in answer
    assert "4721" not in (await counter.get(count)).text
    again = await scan(counter, count, "MUG-1", operation_id="the-same")
    assert "data-counted>4<" in again
    assert "data-counted>4<" in await scan(counter, count, "MUG-1", operation_id="the-same")
    assert 'data-refused="unknown_goods"' in await scan(counter, count, "NOPE")


async def test_what_is_sold_meanwhile_is_no_loss(counter: AsyncTestClient, shop: Shop) -> None:
    count = await begin(counter)
    for _ in range(9):
        await scan(counter, count, "MUG-1")
    await till_sells(shop, 0, 2)
    done = await send(counter, f"{count}/closing", headers=HTMX)
    assert "실사를 마쳤어요" in done.text
    assert await entries(shop, 0) == [("sell", -2, ""), ("count", -1, "")]
    assert (await shop.level(0))["on_hand"] == 7
    await balanced(shop)


async def test_a_sale_between_two_scans_of_the_same_goods_asks_to_start_again(counter: AsyncTestClient, shop: Shop) -> None:
    count, sku = await begin(counter), shop.world.items[0].sku_id
    await scan(counter, count, "MUG-1")
    await till_sells(shop, 0, 1)
    assert 'data-refused="moved_meanwhile"' in await scan(counter, count, "MUG-1")
    await scan(counter, count, "LAMP-1")
    await send(counter, f"{count}/undo", {"sku_id": sku, "units": 1, "to": ""}, headers=HTMX)
    assert "data-counted>1<" in await scan(counter, count, "MUG-1")
    await send(counter, f"{count}/figures", {"sku_id": sku, "units": 9}, headers=HTMX)
    await send(counter, f"{count}/undo", {"sku_id": shop.world.items[1].sku_id, "units": 1, "to": ""}, headers=HTMX)
    await send(counter, f"{count}/closing", headers=HTMX)
    assert await entries(shop, 0) == [("sell", -1, "")]
    assert await entries(shop, 1) == []


async def test_goods_in_customers_bags_are_added(counter: AsyncTestClient, shop: Shop) -> None:
    await shop.ready((0, 2))
    await shop.picked((0, 1))
    count = await begin(counter)
    for _ in range(6):
        answer = await scan(counter, count, "MUG-1")
    assert "고객 봉투에 있는 3개" in answer
    await scan(counter, count, "MUG-1")
    await send(counter, f"{count}/closing", headers=HTMX)
    assert (await shop.level(0))["on_hand"] == 10
    assert await entries(shop, 0) == [("allocate", 0, ""), ("allocate", 0, "")]


async def test_two_clerks_who_scan_the_same_goods_add_up(counter: AsyncTestClient, shop: Shop) -> None:
    count = await begin(counter)
    await asyncio.gather(*(scan(counter, count, "MUG-1") for _ in range(6)))
    assert await shop.pool.fetchval("SELECT counted FROM stockroom.count_line") == 6


async def test_numbers_can_be_typed_and_taken_back(counter: AsyncTestClient, shop: Shop) -> None:
    count, sku = await begin(counter, zone="category", category="조명"), shop.world.items[1].sku_id
    answer = await send(counter, f"{count}/figures", {"sku_id": sku, "units": 12}, headers=HTMX)
    assert f'id="line-{sku}"' in answer.text and "hx-swap-oob" in answer.text and "<html" not in answer.text
    await scan(counter, count, "LAMP-1")
    await send(counter, f"{count}/undo", {"sku_id": sku, "units": 13, "to": 12}, headers=HTMX)
    late = await send(counter, f"{count}/undo", {"sku_id": sku, "units": 13, "to": 12}, headers=HTMX)
    assert 'data-refused="counted_since"' in late.text
    assert await shop.pool.fetchval("SELECT counted FROM stockroom.count_line WHERE sku_id = $1", sku) == 12
    for wrong in ({"sku_id": sku, "units": "8801234500012"}, {"sku_id": sku, "units": -1}, {"sku_id": sku}):
        assert (await send(counter, f"{count}/figures", wrong, headers=HTMX)).status_code == 422
    not_all = await send(counter, f"{count}/closing", headers=HTMX)
    assert 'data-refused="not_all_counted"' in not_all.text
    waits = await send(counter, f"{count}/closing", {"leave": "yes"}, headers=HTMX)
    assert "매니저 확인이 필요해요" in waits.text or "실사를 마쳤어요" in waits.text
    assert 'data-refused="count_over"' in await scan(counter, count, "LAMP-1")


async def test_it_works_without_script_and_can_be_given_up(counter: AsyncTestClient, shop: Shop) -> None:
    count = await begin(counter)
    for address, fields in (("scans", {"code": "MUG-1"}), ("figures", {"sku_id": shop.world.items[0].sku_id, "units": 4}),
                            ("dropping", {})):  # fmt: skip
        answer = await send(counter, f"{count}/{address}", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, count)
    assert "아무것도 바뀌지 않았" in (await counter.get(count)).text or "그만둠" in (await counter.get(count)).text
    assert await entries(shop, 0) == []
    for fields in ({"zone": "shelf", "shelf": ""}, {"zone": "category", "category": "없음"}, {}):
        assert (await send(counter, "/counter/counts", {"zone": "shelf"} | fields, headers=HTMX)).status_code == 422


async def test_another_stores_count_is_none_of_ours(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    count = await begin(client)
    client.cookies.delete("so_staff")
    await sign_in_staff(client, shop.world.other_clerk)
    assert (await client.get(count)).status_code == 404
    for act in ("scans", "closing", "dropping"):
        assert (await send(client, f"{count}/{act}", {"code": "MUG-1"}, headers=HTMX)).status_code == 404
