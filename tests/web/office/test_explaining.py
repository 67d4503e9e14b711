"""A manager reads why a store could promise that many, in plain words."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from litestar.testing import AsyncTestClient

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop
from ...stockroom.test_offering import send_transfer

pytestmark = pytest.mark.anyio
ADDRESS = "/office/stock/GN/MUG-1/explanation"


@pytest.fixture
async def manager(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.manager)
    return client


def words_of(html: str) -> str:
    main = html.split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


async def test_the_sum_stands_there_term_by_term(manager: AsyncTestClient, shop: Shop) -> None:
    sku = shop.world.items[0].sku_id
    await shop.place((0, 4))
    await shop.pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'web', 1)",
        shop.world.gangnam,
        sku,
    )
    await send_transfer(shop.pool, shop.world, sku, datetime.now(UTC) + timedelta(days=3))
    said = words_of((await manager.get(ADDRESS)).text)
    assert "지금 5개를 팔 수 있어요" in said and "팔 수 있는 수량 5" in said and "홍대점에서 5개" in said and "입고 예정" in said
    before = words_of((await manager.get(ADDRESS, params={"version": "1", "rule_version": "0"})).text)
    assert "그때 10개를 팔 수 있었어요" in before and "홍대점에서" not in before
    other = words_of((await manager.get(ADDRESS, params={"channel": "counter"})).text)
    assert "지금 6개를 팔 수 있어요" in other


async def test_a_time_is_the_stores_own(manager: AsyncTestClient, shop: Shop) -> None:
    at = await shop.pool.fetchval(
        "SELECT to_char(e.at AT TIME ZONE 'Asia/Seoul', 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM inventory.ledger_entry e WHERE sku_id = $1 LIMIT 1",
        shop.world.items[0].sku_id,
    )
    before = words_of((await manager.get(ADDRESS, params={"at": at})).text)
    assert "0개를 팔 수 있었어요" in before and "이 매장에 없던 상품이에요" in before
    later = (datetime.fromisoformat(at) + timedelta(seconds=1)).isoformat()
    assert "지금 10개" in words_of((await manager.get(ADDRESS, params={"at": later})).text)


async def test_why_a_number_is_not_what_shoppers_see(manager: AsyncTestClient, shop: Shop) -> None:
    sku = shop.world.items[0].sku_id
    await shop.pool.execute(
        "INSERT INTO stockroom.trust (store_id, sku_id, short_picks) VALUES ($1, $2, 2)", shop.world.gangnam, sku
    )
    assert "고객에게는 이 숫자가 보이지 않아요" in (await manager.get(ADDRESS)).text
    await shop.pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety, closed) VALUES ($1, $2, 'web', 12, true)",
        shop.world.gangnam, sku,
    )  # fmt: skip
    said = (await manager.get(ADDRESS)).text
    assert "이 채널에서는 이 매장 재고를 팔지 않아요" in said and "0개를 팔 수 있어요" in said


async def test_odd_questions_are_answered(manager: AsyncTestClient, shop: Shop) -> None:
    for asked in (
        {"at": "soon"},
        {"version": "x"},
        {"channel": "tv"},
        {"rule_version": "-1"},
        {"at": "2026-11-22T10:00:00+02:00"},
    ):
        assert (await manager.get(ADDRESS, params=asked)).status_code == 200, asked
    for asked in ({"version": "99"}, {"rule_version": "9"}):
        assert (await manager.get(ADDRESS, params=asked)).status_code == 404, asked
    assert (await manager.get(ADDRESS.replace("GN", "XX"))).status_code == 404
    assert (await manager.get(ADDRESS, headers={"accept-language": "en"})).status_code == 200
