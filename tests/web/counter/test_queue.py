"""/counter: who is waiting, and since when."""

from datetime import timedelta

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text

from store_omni.pickup.checking_in import check_in
from store_omni.pickup.queries import queue, today

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


PAST = """WITH o AS (
    INSERT INTO orders."order" (id, number, channel, state, currency, total_minor, locale, contact_name, placed_by_kind)
    SELECT gen_random_uuid(), 'PAST-' || n, 'web', 'completed', 'KRW', 1, 'ko', '과거', 'system' FROM generate_series(1, $2) n
    RETURNING id)
  INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by, handed_over_at)
  SELECT $1, gen_random_uuid(), id, 'handed_over', now() - interval '9 days', now() - interval '9 days' FROM o"""
OPEN = """WITH o AS (
    INSERT INTO orders."order" (id, number, channel, state, currency, total_minor, locale, contact_name, placed_by_kind)
    SELECT gen_random_uuid(), 'OPEN-' || n, 'web', 'confirmed', 'KRW', 1, 'ko', '대기' || n, 'system' FROM generate_series(1, $2) n
    RETURNING id)
  INSERT INTO orders.fulfilment (store_id, id, order_id, state, ready_by)
  SELECT $1, gen_random_uuid(), id, 'allocated', now() + interval '1 hour' FROM o"""
READ = """SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname = 'fulfilment'"""


async def test_past_orders_cost_the_queue_nothing(shop: Shop) -> None:
    """It read each order of the store's past, every two seconds, for every open screen."""
    await shop.collected((0, 1))
    await shop.place((1, 1))
    read = {}
    for past in (0, 3_000):
        await shop.pool.execute(PAST, shop.world.gangnam, past)
        await shop.pool.execute("VACUUM ANALYZE orders.fulfilment")
        async with shop.sessions.begin() as session:
            rows, said = await queue(session, shop.world.gangnam), await today(session, shop.world.gangnam)
            read[past] = (await session.execute(text(READ))).scalar_one()
        assert (len(rows), said.handed_over) == (1, 1)
    assert read[3_000] <= read[0] + 5, read


async def test_every_open_order_is_listed_in_the_same_order_each_time(client: AsyncTestClient, shop: Shop) -> None:
    """A store with more than 200 open orders did not see the rest."""
    await shop.pool.execute(OPEN, shop.world.gangnam, 260)
    async with shop.sessions.begin() as session:
        first, again = [[row.number for row in await queue(session, shop.world.gangnam)] for _ in range(2)]
    assert len(first) == 260 and first == again
    await sign_in_staff(client, shop.world.clerk)
    page = (await client.get("/counter/queue")).text
    assert all(f"대기{n}" in page for n in (1, 130, 260))
