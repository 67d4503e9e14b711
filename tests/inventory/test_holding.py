"""Units kept while somebody orders: all or none, for a time, for one person only so many, and gone by themselves."""

import asyncio
from uuid import UUID, uuid4

import pytest

from store_omni.auditing import audit
from store_omni.inventory.errors import HoldEnded, NotEnoughStock, NothingToHold, NotSoldHere, TooManyHolds
from store_omni.inventory.holding import (
    HOLDS_PER_PERSON_MAX,
    UNITS_PER_PERSON_AND_SKU_MAX,
    Held,
    Holder,
    Wanted,
    expire_holds,
    extend_hold,
    held_lines,
    hold,
    hold_batches,
    release_hold,
)
from store_omni.journal.actors import Actor
from store_omni.journal.operations import OperationReused
from store_omni.kit.errors import NotFound
from tests.factories.gate import WAITS, gate
from tests.factories.ordering import Shop
from tests.factories.world import SHOPPER, make_item, put_stock

pytestmark = pytest.mark.anyio
TILL = Actor(kind="service", id=None, label="till", channel="api", source="till")


async def keep(shop: Shop, *lines: tuple[int, int], holder: Holder | None = None, by: Actor = SHOPPER, key: str = "") -> Held:
    wanted = [Wanted(shop.world.items[index].sku_id, qty) for index, qty in lines]
    return await hold(
        hold_batches(shop.pool), store_id=shop.world.gangnam, wanted=wanted, holder=holder or Holder(device=str(uuid4())), by=by,
        operation_key=key or str(uuid4()),
    )  # fmt: skip


async def sound(shop: Shop) -> bool:
    async with shop.pool.acquire() as connection:
        return {code for code, count in (await audit(connection)).items() if count} == set()


async def end_time(shop: Shop, held: Held) -> None:
    await shop.pool.execute("UPDATE inventory.hold SET expires_at = now() - interval '1 s' WHERE id = $1", held.hold_id)


async def test_held_units_are_nobody_elses(shop: Shop) -> None:
    held = await keep(shop, (0, 8), (1, 1))
    assert (await shop.level(0))["reserved"] == 8
    with pytest.raises(NotEnoughStock) as refused:
        await shop.place((0, 3))
    assert refused.value.lacking == [{"sku": shop.world.items[0].sku_id, "free": 2}]
    with pytest.raises(NotEnoughStock):
        await keep(shop, (0, 3))
    entry = await shop.pool.fetchrow("SELECT * FROM inventory.ledger_entry WHERE hold_id = $1 AND d_reserved = 8", held.hold_id)
    assert (entry["kind"], entry["version"]) == ("hold", (await shop.level(0))["version"])
    assert await sound(shop)


async def test_all_or_none(shop: Shop) -> None:
    with pytest.raises(NotEnoughStock):
        await keep(shop, (1, 1), (0, 11))
    assert (await shop.level(1))["reserved"] == 0
    with pytest.raises(NotEnoughStock):
        await keep(shop, (0, 6), (0, 6))
    with pytest.raises(NothingToHold):
        await keep(shop, (0, 0))


async def test_the_hold_becomes_the_order(shop: Shop) -> None:
    held = await keep(shop, (0, 10), (1, 2))
    placed = await shop.place((0, 9), (2, 1), hold_id=held.hold_id)
    level = await shop.level(0)
    assert (level["reserved"], level["allocated"]) == (0, 9)
    assert (await shop.level(1))["reserved"] == 0, "what was held and not ordered is free again"
    assert await shop.pool.fetchval("SELECT state FROM inventory.hold") == "used"
    fulfilment = (await shop.view(placed.order_id)).fulfilment
    assert await shop.pool.fetchval("SELECT hold_id FROM orders.fulfilment WHERE id = $1", fulfilment.id) == held.hold_id
    assert await sound(shop)


async def test_an_order_larger_than_its_hold_needs_the_rest_free(shop: Shop) -> None:
    held = await keep(shop, (0, 4))
    with pytest.raises(NotEnoughStock):
        await shop.place((0, 11), hold_id=held.hold_id)
    assert (await shop.level(0))["reserved"] == 4, "a refused order leaves its hold as it was"
    await shop.place((0, 10), hold_id=held.hold_id)
    assert await sound(shop)


async def test_an_ended_hold_is_as_none_and_is_used_once(shop: Shop) -> None:
    held = await keep(shop, (0, 4))
    await shop.place((0, 4), hold_id=held.hold_id)
    await shop.place((0, 4), hold_id=held.hold_id)
    assert (await shop.level(0))["allocated"] == 8
    late = await keep(shop, (0, 2))
    await end_time(shop, late)
    with pytest.raises(NotEnoughStock):
        await shop.place((0, 2), hold_id=late.hold_id)
    await expire_holds(shop.sessions)
    await shop.place((0, 2), hold_id=late.hold_id)
    assert await sound(shop)


async def test_holds_expire_by_the_databases_clock(shop: Shop) -> None:
    gone, kept = await keep(shop, (0, 3), (1, 1)), await keep(shop, (0, 2))
    await end_time(shop, gone)
    assert sum(await asyncio.gather(*(expire_holds(shop.sessions) for _ in range(3)))) == 1
    assert (await shop.level(0))["reserved"] == 2
    assert await shop.pool.fetchval("SELECT state FROM inventory.hold WHERE id = $1", gone.hold_id) == "expired"
    assert await held_lines(shop.pool, gone.store_id, gone.hold_id) is None
    assert await held_lines(shop.pool, kept.store_id, kept.hold_id) is not None
    assert await sound(shop)


async def test_one_extension_while_it_lasts(shop: Shop) -> None:
    held = await keep(shop, (0, 1))
    async with shop.sessions.begin() as session:
        longer = await extend_hold(session, held.store_id, held.hold_id)
    assert (longer.expires_at - held.expires_at).total_seconds() == 600
    with pytest.raises(HoldEnded):
        async with shop.sessions.begin() as session:
            await extend_hold(session, held.store_id, held.hold_id)
    ended = await keep(shop, (0, 1))
    await end_time(shop, ended)
    with pytest.raises(HoldEnded):
        async with shop.sessions.begin() as session:
            await extend_hold(session, ended.store_id, ended.hold_id)


async def test_letting_go_twice_frees_once(shop: Shop) -> None:
    held = await keep(shop, (0, 5))
    for _ in range(2):
        async with shop.sessions.begin() as session:
            await release_hold(session, held.store_id, held.hold_id, by=SHOPPER)
    assert (await shop.level(0))["reserved"] == 0
    with pytest.raises(NotFound):
        async with shop.sessions.begin() as session:
            await release_hold(session, held.store_id, UUID(int=1), by=SHOPPER)
    assert await sound(shop)


@pytest.mark.parametrize("who", ["phone", "device"])
async def test_one_person_keeps_only_so_many(shop: Shop, who: str) -> None:
    def holder() -> Holder:
        other = (
            {"phone": None, "device": str(uuid4())}
            if who == "phone"
            else {"phone": f"+8210{uuid4().int % 10**8:08}", "device": None}
        )
        return Holder(**(other | {who: "the-same"}))

    tries = [keep(shop, (0, 1), holder=holder()) for _ in range(HOLDS_PER_PERSON_MAX + 4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(r) for r in results if isinstance(r, Exception)] == [TooManyHolds] * 4
    assert (await shop.level(0))["reserved"] == HOLDS_PER_PERSON_MAX
    await keep(shop, (0, 1))


@pytest.mark.owner
async def test_control_without_the_persons_lock_more_are_kept(shop: Shop) -> None:
    source = await shop.pool.fetchval("SELECT pg_get_functiondef('inventory.hold_batch'::regproc)")
    lock, counting = "PERFORM pg_advisory_xact_lock(k.lock) FROM", "WHERE r.no = ANY (live)\n  ), asked"
    assert lock in source
    assert counting in source
    await shop.pool.execute(
        source.replace(lock, "PERFORM k.lock FROM").replace(counting, counting.replace("\n", f" AND {WAITS} IS NOT NULL\n"))
    )
    async with gate(shop.pool, opens_at=HOLDS_PER_PERSON_MAX + 1):
        # Different goods, so that no level's lock stands in for the person's.
        tries = [keep(shop, (index, 1), holder=Holder(phone="the-same")) for index in range(HOLDS_PER_PERSON_MAX + 1)]
        await asyncio.gather(*tries, return_exceptions=True)
    assert await shop.pool.fetchval("SELECT count(*) FROM inventory.hold") > HOLDS_PER_PERSON_MAX


async def test_of_one_item_a_person_keeps_only_so_many_units(shop: Shop) -> None:
    await put_stock(shop.pool, shop.world.gangnam, shop.world.items[0].sku_id, 100)
    me = Holder(device="mine")
    await keep(shop, (0, UNITS_PER_PERSON_AND_SKU_MAX - 1), holder=me)
    with pytest.raises(TooManyHolds):
        await keep(shop, (0, 2), holder=me)
    await keep(shop, (0, 1), holder=me)
    await keep(shop, (0, UNITS_PER_PERSON_AND_SKU_MAX + 1), by=TILL), "a till serves many"


async def test_the_same_key_is_one_hold(shop: Shop) -> None:
    me = Holder(device="mine")
    held = await asyncio.gather(*(keep(shop, (0, 2), holder=me, key="k") for _ in range(8)))
    assert len({h.hold_id for h in held}) == 1
    assert (await shop.level(0))["reserved"] == 2
    with pytest.raises(OperationReused):
        await keep(shop, (0, 3), holder=me, key="k")


async def test_a_bundle_is_held_and_ordered_by_its_parts(shop: Shop) -> None:
    bundle = await make_item(shop.pool, 77, "SET", "머그컵 세트", "Mug set", "주방", "mug", 20001)
    await shop.pool.execute("UPDATE catalog.sku SET kind = 'bundle' WHERE id = $1", bundle.sku_id)
    mug, note = shop.world.items[0], shop.world.items[3]
    await shop.pool.executemany(
        "INSERT INTO catalog.bundle_part VALUES ($1, $2, $3)", [(bundle.sku_id, mug.sku_id, 2), (bundle.sku_id, note.sku_id, 1)]
    )
    shop.world.items.append(bundle)
    held = await keep(shop, (6, 2))
    assert ((await shop.level(0))["reserved"], (await shop.level(3))["reserved"]) == (4, 2)
    placed = await shop.place((6, 2), (0, 1), hold_id=held.hold_id)
    rows = await shop.pool.fetch("SELECT * FROM orders.order_line WHERE order_id = $1", placed.order_id)
    assert sum(row["qty"] * row["unit_price_minor"] for row in rows) == 2 * 20001 + mug.price
    assert sum(row["qty"] for row in rows if row["bundle_sku_id"] == bundle.sku_id) == 6
    assert ((await shop.level(0))["allocated"], (await shop.level(3))["allocated"]) == (5, 2)
    with pytest.raises(NotEnoughStock):
        await keep(shop, (6, 3))
    await shop.pool.execute("UPDATE catalog.sku SET active = false WHERE id = $1", bundle.sku_id)
    with pytest.raises(NotSoldHere) as refused:
        await keep(shop, (6, 1))
    assert refused.value.sku_ids == [bundle.sku_id]
    assert await sound(shop)
