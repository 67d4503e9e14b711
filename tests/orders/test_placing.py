"""Placing: all or nothing, once, at the shop's prices, never more than there is."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from store_omni.inventory.errors import NotEnoughStock, NotSoldHere
from store_omni.journal.actors import Actor
from store_omni.journal.operations import OperationReused
from store_omni.kit.batching import Batches
from store_omni.kit.errors import NotFound
from store_omni.orders.capping import OPEN_ORDERS_MAX
from store_omni.orders.errors import BasketEmpty, StoreCannotServe

from ..factories.gate import WAITS, gate
from ..factories.ordering import Contact, Shop

pytestmark = pytest.mark.anyio
WAYS = pytest.mark.parametrize("viewer", [None, "a-browser"], ids=["plainly", "with all"])


def many(shop: Shop) -> Actor:
    """Sells for everybody: no lock of one person's stands in for the level's."""
    return shop.world.agent.actor()


async def counts(shop: Shop) -> tuple[int, ...]:
    tables = (
        'orders."order"',
        "inventory.allocation",
        "payments.charge",
        "journal.fact",
        "journal.operation",
        "customers.customer",
    )
    return tuple([await shop.pool.fetchval(f"SELECT count(*) FROM {table}") for table in tables])


@WAYS
async def test_the_last_unit_goes_to_one_of_many(shop: Shop, viewer: str | None) -> None:
    await shop.place((0, 9))
    results = await asyncio.gather(*(shop.place((0, 1), by=many(shop), viewer=viewer) for _ in range(12)), return_exceptions=True)
    refused = [r for r in results if isinstance(r, NotEnoughStock)]
    assert (len(results) - len(refused), len(refused)) == (1, 11)
    assert refused[0].lacking == [{"sku": shop.world.items[0].sku_id, "free": 0}]
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"]) == (10, 10)


async def _without(shop: Shop, guard: str, instead: str) -> None:
    """The placing function with one guard taken away."""
    found = 0
    for function in ("place_plainly", "place_batch"):
        source = await shop.pool.fetchval(f"SELECT pg_get_functiondef('orders.{function}'::regproc)")
        found += guard in source
        await shop.pool.execute(source.replace(guard, instead))
    assert found


PLAINLY, ENOUGH = (
    "bool_and(coalesce(free >= cum, false)) AS enough",
    "bool_and(coalesce(t.need = 0 OR t.free >= t.cum, false)) AS enough",
)


@WAYS
@pytest.mark.owner
async def test_control_without_the_check_the_race_oversells(shop: Shop, viewer: str | None) -> None:
    """Takes the guard away: the same race must then sell more than there is, or the test above proves nothing."""
    await shop.pool.execute("ALTER TABLE inventory.stock_level DROP CONSTRAINT ck_stock_level_no_oversell")
    await _without(shop, ENOUGH if viewer else PLAINLY, "true AS enough")
    await asyncio.gather(*(shop.place((0, 1), by=many(shop), viewer=viewer) for _ in range(12)))
    assert (await shop.level(0))["allocated"] > (await shop.level(0))["on_hand"]


@WAYS
@pytest.mark.owner
async def test_the_constraint_holds_where_the_check_is_missing(shop: Shop, viewer: str | None) -> None:
    await _without(shop, ENOUGH if viewer else PLAINLY, "true AS enough")
    with pytest.raises(asyncpg.CheckViolationError):
        await shop.place((0, 11), by=many(shop), viewer=viewer)


@pytest.mark.owner
async def test_control_without_the_lock_the_race_ends_in_errors(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is why everybody hears yes or no: without it the last units are fought over with constraint errors."""

    async def try_once(batches: Batches, batch: list) -> None:
        try:
            await batches._send(batch)
        except asyncpg.PostgresError as error:
            batch[0][2].set_exception(error)

    monkeypatch.setattr(Batches, "_answer_all", try_once)
    await _without(shop, "l.sku_id = q.sku_id FOR UPDATE", "l.sku_id = q.sku_id")
    reading = "WHERE r.no = ANY (live)\n  ), "
    await _without(shop, reading, reading.replace("\n", f" AND {WAITS} IS NOT NULL\n"))
    async with gate(shop.pool, opens_at=4):
        buying = (shop.place((0, 4), by=many(shop), viewer="a-browser") for _ in range(4))
        results = await asyncio.gather(*buying, return_exceptions=True)
    assert [r for r in results if isinstance(r, asyncpg.IntegrityConstraintViolationError)] != []


async def test_a_refused_basket_leaves_nothing_behind(shop: Shop) -> None:
    before = await counts(shop)
    with pytest.raises(NotEnoughStock):
        await shop.place((1, 1), (0, 20))
    assert await counts(shop) == before
    assert (await shop.level(1))["allocated"] == 0


async def test_both_ways_of_placing_leave_the_same_rows(shop: Shop) -> None:
    """The short way is the long way without what few orders need: what they write must not differ."""
    numbers = [(await shop.place((0, 2), (3, 1), by=many(shop), viewer=viewer)).number for viewer in (None, "a-browser")]
    tables = {
        "charge": 'payments.charge x JOIN orders.order_charge oc ON oc.charge_id = x.id JOIN orders."order" o ON o.id = oc.order_id',
        "order": 'orders."order" x JOIN orders."order" o ON o.id = x.id',
        "line": 'orders.order_line x JOIN orders."order" o ON o.id = x.order_id',
        "fulfilment": 'orders.fulfilment x JOIN orders."order" o ON o.id = x.order_id',
        "fulfilment_line": 'orders.fulfilment_line x JOIN orders."order" o ON o.id = x.order_id',
        "allocation": 'inventory.allocation x JOIN orders.fulfilment_line f ON f.allocation_id = x.id JOIN orders."order" o ON o.id = f.order_id',
        "entry": 'inventory.ledger_entry x JOIN orders."order" o ON o.id = x.cause_id',
        "fact": 'journal.fact x JOIN orders."order" o ON o.id = x.order_id',
        "timeline": 'journal.entry x JOIN orders."order" o ON o.id = x.order_id',
    }
    own = (
        "id",
        "at",
        "version",
        "number",
        "tx",
        "pos",
        "placed_at",
        "ready_by",
        "allocated_at",
        "occurred_at",
        "created_at",
        "data",
        "display",
    )
    for name, rows in tables.items():
        left = []
        for number in numbers:
            found = await shop.pool.fetch(f"SELECT to_jsonb(x) AS row FROM {rows} WHERE o.number = $1", number)
            assert found, name
            kept = [
                {k: v for k, v in row["row"].items() if (k not in own and not k.endswith("_id")) or k == "sku_id"}
                for row in found
            ]
            left.append(sorted(kept, key=str))
        assert left[0] == left[1], name


async def test_two_lines_of_one_sku_are_summed_first(shop: Shop) -> None:
    with pytest.raises(NotEnoughStock):
        await shop.place((0, 6), (0, 6))
    placed = await shop.place((0, 4), (0, 5))
    assert [line.qty for line in (await shop.view(placed.order_id)).lines] == [9]


async def test_baskets_in_opposite_order_do_not_deadlock(shop: Shop) -> None:
    baskets = [((0, 1), (1, 1)), ((1, 1), (0, 1))] * 5
    results = await asyncio.gather(*(shop.place(*basket, by=many(shop)) for basket in baskets), return_exceptions=True)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert (await shop.level(0))["allocated"] == (await shop.level(1))["allocated"] == 10


async def test_the_same_key_is_one_order_however_often_it_is_sent(shop: Shop) -> None:
    key = str(uuid4())
    placed = await asyncio.gather(*(shop.place((0, 1), key=key) for _ in range(10)))
    assert len({p.order_id for p in placed}) == 1
    assert sum(not p.replayed for p in placed) == 1
    assert (await shop.level(0))["allocated"] == 1


async def test_the_same_key_for_something_else_is_refused(shop: Shop) -> None:
    key = str(uuid4())
    await shop.place((0, 1), key=key)
    with pytest.raises(OperationReused):
        await shop.place((0, 2), key=key)


async def test_a_refused_order_may_be_tried_again_under_its_key(shop: Shop) -> None:
    key = str(uuid4())
    with pytest.raises(NotEnoughStock):
        await shop.place((0, 11), key=key)
    assert not (await shop.place((0, 10), key=key)).replayed


async def test_safety_stock_is_held_back_and_a_closed_rule_refuses(shop: Shop) -> None:
    sku = shop.world.items[0].sku_id
    await shop.pool.execute(
        "INSERT INTO inventory.selling_rule (store_id, sku_id, channel, safety) VALUES ($1, $2, 'web', 3)",
        shop.world.gangnam,
        sku,
    )
    with pytest.raises(NotEnoughStock) as refused:
        await shop.place((0, 8))
    assert refused.value.lacking == [{"sku": sku, "free": 7}]
    await shop.place((0, 7))
    await shop.pool.execute("UPDATE inventory.selling_rule SET closed = true")
    with pytest.raises(NotSoldHere):
        await shop.place((0, 1))


async def test_one_phone_keeps_only_so_many_orders_open(shop: Shop) -> None:
    await asyncio.gather(*(shop.place((index % 2, 1)) for index in range(OPEN_ORDERS_MAX - 2)))
    results = await asyncio.gather(*(shop.place((3, 1)) for _ in range(6)), return_exceptions=True)
    assert sorted(type(r).__name__ for r in results) == ["Placed"] * 2 + ["TooManyOpenOrders"] * 4
    await shop.place((3, 1), contact=Contact("이서연", "+821000000001", None, "ko"))
    await shop.place((3, 1), by=shop.world.agent.actor())


async def test_nothing_is_sold_while_units_are_short(shop: Shop) -> None:
    await shop.pool.execute("UPDATE inventory.stock_level SET short = 1 WHERE sku_id = $1", shop.world.items[0].sku_id)
    with pytest.raises(NotEnoughStock):
        await shop.place((0, 1))


async def test_what_is_not_for_sale_is_refused(shop: Shop) -> None:
    await shop.pool.execute("UPDATE catalog.sku SET active = false WHERE id = $1", shop.world.items[2].sku_id)
    with pytest.raises(NotSoldHere) as refused:
        await shop.place((2, 1))
    assert refused.value.sku_ids == [shop.world.items[2].sku_id]
    with pytest.raises(BasketEmpty):
        await shop.place((0, 0))
    with pytest.raises(NotFound):
        await shop.place((0, 1), store_id=999)
    await shop.pool.execute("UPDATE stores.store SET pickup = false WHERE id = $1", shop.world.hongdae)
    with pytest.raises(StoreCannotServe):
        await shop.place((0, 1), store_id=shop.world.hongdae)


async def test_a_guest_is_known_again_only_by_everything_together(shop: Shop) -> None:
    async def customer(contact: Contact) -> object:
        placed = await shop.place((3, 1), contact=contact)
        return (await shop.view(placed.order_id)).customer_id

    kim = await customer(Contact("김하늘", "+821012345678", "haneul@example.com", "ko"))
    assert await customer(Contact("김하늘", "+821012345678", "haneul@example.com", "ko")) == kim
    assert await customer(Contact("김바다", "+821012345678", "haneul@example.com", "ko")) != kim
    assert await customer(Contact("김하늘", "+821012345678", None, "ko")) != kim
    assert await customer(Contact("김하늘", "+821099990000", "haneul@example.com", "ko")) != kim
