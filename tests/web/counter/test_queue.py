"""/counter: who is waiting, and since when."""

from datetime import timedelta

import pytest
from litestar.testing import AsyncTestClient

from store_omni.pickup.checking_in import check_in

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import SHOPPER

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "방금 도착"),
        (50, "방금 도착"),
        (110, "1분째 대기"),
        (3570, "59분째 대기"),
        (3600, "1시간 0분째 대기"),
        (41_830, "11시간 37분째 대기"),
    ],
)
async def test_a_customer_in_the_store_is_told_with_full_minutes(
    client: AsyncTestClient, shop: Shop, seconds: int, said: str
) -> None:
    order = await shop.ready((0, 1))
    async with shop.sessions.begin() as session:
        await check_in(session, order.fulfilment.id, by=SHOPPER)
    await shop.pool.execute(
        "UPDATE orders.fulfilment SET checked_in_at = checked_in_at - $1::interval", timedelta(seconds=seconds)
    )
    await sign_in_staff(client, shop.world.clerk)
    assert f'<b class="now">{said}</b>' in (await client.get("/counter")).text
