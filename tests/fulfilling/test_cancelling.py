"""Cancelling: who may, until when, and what it does to stock, money, code and history."""

from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.fulfilling.errors import AlreadyCancelled, AlreadyHandedOver
from store_omni.history.queries import timeline
from store_omni.journal.actors import SYSTEM, Actor
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import token_hash
from store_omni.orders.errors import TooLateToCancel
from store_omni.orders.states import WrongState
from store_omni.passes.errors import PassRevoked
from store_omni.pickup.picking import start_picking
from store_omni.pickup.putting_back import put_back

from ..factories.ordering import VIEWER, Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio
HERS = token_hash(VIEWER)


async def cancel(shop: Shop, order_id: UUID, by: Actor = SHOPPER, reason: str = "changed_mind", **more: object) -> None:
    if by is SHOPPER:
        more = {"viewer_hash": HERS} | more
    async with shop.sessions.begin() as session:
        await cancel_order(session, order_id, reason=reason, by=by, **more)


async def free(shop: Shop, index: int = 0) -> int:
    level = await shop.level(index)
    return level["on_hand"] - level["allocated"] - level["reserved"]


async def test_before_picking_everything_ends_at_once(shop: Shop) -> None:
    placed = await shop.place((0, 2), (1, 1))
    assert await free(shop) == 8
    await cancel(shop, placed.order_id)
    order = await shop.view(placed.order_id)
    assert (order.state, order.close_reason, order.charge_state) == ("cancelled", "changed_mind", "void")
    assert order.fulfilment.state == "cancelled"
    assert [(line.qty, line.qty_cancelled) for line in order.lines] == [(2, 2), (1, 1)]
    assert await free(shop) == 10
    assert await free(shop, 1) == 10


async def test_the_history_tells_who_and_why_and_the_fact_holds_no_words(shop: Shop) -> None:
    placed = await shop.place()
    await cancel(shop, placed.order_id, reason="아이가 먼저 샀어요")
    async with shop.sessions.begin() as session:
        newest = (await timeline(session, by=SHOPPER, order_id=placed.order_id)).entries[0]
    assert (newest.kind, newest.actor_label, newest.display["note"]) == ("order.cancelled", "김하늘", "아이가 먼저 샀어요")
    fact = await shop.pool.fetchrow("SELECT * FROM journal.fact WHERE kind = 'order.cancelled'")
    assert fact["data"] == {"reason": "other"}
    assert (fact["from_state"], fact["to_state"]) == ("confirmed", "cancelled")


@pytest.mark.parametrize("step", ["picking", "picked", "ready"])
async def test_a_shopper_may_not_once_picking_began(shop: Shop, step: str) -> None:
    if step == "picking":
        placed = await shop.place()
        order = await shop.view(placed.order_id)
        async with shop.sessions.begin() as session:
            await start_picking(session, order.fulfilment.id, by=shop.world.clerk.actor())
    else:
        order = await (shop.picked() if step == "picked" else shop.ready())
    with pytest.raises(TooLateToCancel):
        await cancel(shop, order.id)
    assert (await shop.view(order.id)).state == "confirmed"


@pytest.mark.parametrize("who", ["agent", "clerk", "manager"])
async def test_staff_may_until_handover_and_the_units_wait_to_be_put_back(shop: Shop, who: str) -> None:
    order = await shop.ready((0, 3))
    code = await shop.pass_code(order)
    await cancel(shop, order.id, by=shop.world.staff[who].actor(), reason="store_cannot")
    after = await shop.view(order.id)
    assert (after.state, after.fulfilment.state, after.charge_state) == ("cancelled", "uncollected", "void")
    assert await free(shop) == 7, "what is in a bag behind the counter cannot be sold yet"
    with pytest.raises(PassRevoked):
        await shop.hand_over(order, code)
    async with shop.sessions.begin() as session:
        await put_back(session, order.fulfilment.id, by=shop.world.clerk.actor())
    assert (await shop.view(order.id)).fulfilment.state == "restocked"
    assert await free(shop) == 10


async def test_putting_back_happens_once_and_only_in_the_own_store(shop: Shop) -> None:
    order = await shop.ready()
    clerk = shop.world.clerk.actor()
    with pytest.raises(WrongState):
        async with shop.sessions.begin() as session:
            await put_back(session, order.fulfilment.id, by=clerk)
    await cancel(shop, order.id, by=clerk)
    with pytest.raises(NotFound):
        async with shop.sessions.begin() as session:
            await put_back(session, order.fulfilment.id, by=shop.world.other_clerk.actor())
    async with shop.sessions.begin() as session:
        await put_back(session, order.fulfilment.id, by=clerk)
    with pytest.raises(WrongState):
        async with shop.sessions.begin() as session:
            await put_back(session, order.fulfilment.id, by=clerk)
    assert await free(shop) == 10


async def test_the_house_itself_may_end_what_nobody_fetched(shop: Shop) -> None:
    order = await shop.ready()
    await cancel(shop, order.id, by=SYSTEM, reason="not_collected")
    assert (await shop.view(order.id)).fulfilment.state == "uncollected"


async def test_nobody_cancels_what_is_not_theirs(shop: Shop) -> None:
    placed = await shop.place()
    stranger = Actor(kind="shopper", id=uuid4(), label="남", channel="web")
    for by, more in (
        (stranger, {}),
        (SHOPPER, {"viewer_hash": token_hash("another browser")}),
        (SHOPPER, {"viewer_hash": None}),
        (shop.world.other_clerk.actor(), {}),
    ):
        with pytest.raises(NotFound):
            await cancel(shop, placed.order_id, by=by, **more)
    assert (await shop.view(placed.order_id)).state == "confirmed"


async def test_a_signed_in_shopper_cancels_her_own(shop: Shop) -> None:
    placed = await shop.place()
    mine = (await shop.view(placed.order_id)).customer_id
    await cancel(shop, placed.order_id, by=Actor(kind="shopper", id=mine, label="김하늘", channel="web"))
    assert (await shop.view(placed.order_id)).state == "cancelled"


async def test_after_handover_it_is_a_return_and_twice_is_told(shop: Shop) -> None:
    agent = shop.world.agent.actor()
    gone = await shop.collected()
    with pytest.raises(AlreadyHandedOver):
        await cancel(shop, gone.id, by=agent)
    placed = await shop.place()
    await cancel(shop, placed.order_id, by=agent)
    with pytest.raises(AlreadyCancelled):
        await cancel(shop, placed.order_id, by=agent)
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'order.cancelled'") == 1


async def test_a_short_pick_counts_once_when_the_rest_is_cancelled(shop: Shop) -> None:
    """What was not found left on_hand already; cancelling the rest may not give it back a second time."""
    from store_omni.pickup.picking import scan_item
    from store_omni.pickup.shortages import report_short

    placed = await shop.place((0, 3))
    order, clerk = await shop.view(placed.order_id), shop.world.clerk.actor()
    async with shop.sessions.begin() as session:
        await start_picking(session, order.fulfilment.id, by=clerk)
        await scan_item(session, order.fulfilment.id, barcode=order.lines[0].gtin, operation_id=uuid4(), by=clerk)
        await report_short(session, order.fulfilment.id, line_no=1, reason="not_found", by=clerk)
    await cancel(shop, placed.order_id, by=clerk)
    async with shop.sessions.begin() as session:
        await put_back(session, order.fulfilment.id, by=clerk)
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"]) == (8, 0)
    assert (await shop.view(placed.order_id)).lines[0].qty_cancelled == 3


@pytest.mark.race
async def test_cancelling_and_handing_over_at_once_lets_one_win(shop: Shop) -> None:
    import asyncio

    for _ in range(5):
        order = await shop.ready()
        code = await shop.pass_code(order)
        outcomes = await asyncio.gather(
            cancel(shop, order.id, by=shop.world.agent.actor()), shop.hand_over(order, code), return_exceptions=True
        )
        assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1, outcomes
        after = await shop.view(order.id)
        captured = after.captured_minor > 0
        assert (after.state == "completed") == captured == (after.fulfilment.state == "handed_over")


async def test_a_live_code_dies_in_the_same_transaction(shop: Shop) -> None:
    """If the cancellation does not last, the code must still open."""
    order = await shop.ready()
    with pytest.raises(RuntimeError):
        async with shop.sessions.begin() as session:
            await cancel_order(session, order.id, reason="other", by=shop.world.agent.actor())
            assert await session.scalar(text("SELECT count(*) FROM passes.pass WHERE revoked_at IS NOT NULL")) == 1
            raise RuntimeError("the power went out")
    await shop.hand_over(order)


async def test_the_database_refuses_to_cancel_more_than_was_ordered(shop: Shop) -> None:
    placed = await shop.place((0, 2))
    with pytest.raises(asyncpg.CheckViolationError, match="balance"):
        await shop.pool.execute("UPDATE orders.order_line SET qty_cancelled = 3 WHERE order_id = $1", placed.order_id)
