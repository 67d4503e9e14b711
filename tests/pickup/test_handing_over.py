"""Handover: one code, one store, one time, paid."""

import asyncio

import pytest

from store_omni.fulfilling.expiring import end_uncollected
from store_omni.kit.database import writing
from store_omni.orders.states import WrongState
from store_omni.passes.errors import PassExpired, PassInvalid, PassRevoked, PassSpent, PassWrongPurpose, PassWrongStore
from store_omni.passes.issuing import issue, live_pass
from store_omni.payments.errors import SlipMissing
from store_omni.pickup.checking_in import check_in
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.queries import queue

from ..factories.ordering import Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio


async def try_it(shop: Shop, order, code: str, *, by=None, tender: str = "cash", slip: str | None = None):
    async with shop.sessions.begin() as session:
        return await hand_over(
            writing(session), shop.signer, order.fulfilment.id, pass_code=code, tender=tender, slip_no=slip,
            by=by or shop.world.clerk.actor(),
        )  # fmt: skip


async def untouched(shop: Shop, order) -> bool:
    after = await shop.view(order.id)
    return (after.state, after.fulfilment.state, after.charge_state) == ("confirmed", "ready_for_pickup", "due")


async def test_one_code_shown_many_times_at_once_is_one_handover(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    code = await shop.pass_code(order)
    results = await asyncio.gather(*(try_it(shop, order, code) for _ in range(12)), return_exceptions=True)
    assert sum(not isinstance(r, Exception) for r in results) == 1
    assert await shop.pool.fetchval("SELECT count(*) FROM pickup.handover") == 1
    assert await shop.pool.fetchval("SELECT sum(amount_minor) FROM payments.capture") == 12900
    assert (await shop.level(0))["on_hand"] == 9


async def test_a_second_scan_is_told_who_when_and_where(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    code = await shop.pass_code(order)
    await try_it(shop, order, code)
    with pytest.raises(PassSpent) as refused:
        await try_it(shop, order, code)
    assert refused.value.params["who"] == "1001"
    assert refused.value.params["store"].ko == "강남점"


async def test_another_stores_order_is_refused_with_its_store(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    with pytest.raises(PassWrongStore) as refused:
        await try_it(shop, order, await shop.pass_code(order), by=shop.world.other_clerk.actor())
    assert refused.value.params["store"].en == "Gangnam"
    assert await untouched(shop, order)


async def test_a_replaced_code_is_refused_and_the_new_one_works(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    old = await shop.pass_code(order)
    live = await shop.pool.fetchval("SELECT expires_at FROM passes.pass")
    async with shop.sessions.begin() as session:
        await issue(
            writing(session),
            shop.signer,
            purpose="pickup",
            store_id=order.fulfilment.store_id,
            subject_id=order.fulfilment.id,
            expires_at=live,
        )
    with pytest.raises(PassRevoked):
        await try_it(shop, order, old)
    await try_it(shop, order, await shop.pass_code(order))


async def test_an_expired_code_is_refused_by_the_databases_clock(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    code = await shop.pass_code(order)
    await shop.pool.execute("UPDATE passes.pass SET expires_at = now() - interval '1 second'")
    with pytest.raises(PassExpired):
        await try_it(shop, order, code)
    assert await untouched(shop, order)


async def test_the_code_of_another_order_or_purpose_opens_nothing(shop: Shop) -> None:
    order, other = await shop.ready((0, 1)), await shop.ready((1, 1))
    with pytest.raises(PassInvalid):
        await try_it(shop, order, await shop.pass_code(other))
    async with shop.sessions.begin() as session:
        receipt = await issue(
            writing(session), shop.signer, purpose="receipt", store_id=order.fulfilment.store_id, subject_id=order.fulfilment.id,
            expires_at=order.fulfilment.hold_until,
        )  # fmt: skip
    with pytest.raises(PassWrongPurpose):
        await try_it(shop, order, receipt.code(shop.signer))
    assert await untouched(shop, order)


async def test_a_card_needs_its_slip_and_nothing_happens_without(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    code = await shop.pass_code(order)
    for slip in (None, "", "12", "no spaces allowed"):
        with pytest.raises(SlipMissing):
            await try_it(shop, order, code, tender="card_terminal", slip=slip)
    assert await untouched(shop, order)
    done = await try_it(shop, order, code, tender="card_terminal", slip="A-1234")
    assert done.captured.slip_no == "A-1234"


async def test_receipts_are_numbered_without_gaps(shop: Shop) -> None:
    numbers = []
    for _ in range(3):
        order = await shop.ready((0, 1))
        with pytest.raises(SlipMissing):
            await try_it(shop, order, await shop.pass_code(order), tender="card_terminal")
        numbers.append((await shop.hand_over(order)).receipt_number)
    assert numbers == [1, 2, 3]


async def test_saying_im_here_comes_first_in_the_queue_and_counts_once(shop: Shop) -> None:
    waiting, order = await shop.ready((0, 1)), await shop.ready((1, 1))
    answers = []
    for _ in range(2):
        async with shop.sessions.begin() as session:
            answers.append(await check_in(writing(session), order.fulfilment.id, by=SHOPPER))
    assert answers == [True, False]
    async with shop.sessions.begin() as session:
        rows = await queue(writing(session), shop.world.gangnam)
    assert [row.number for row in rows] == [order.number, waiting.number]
    placed = await shop.place((2, 1))
    not_ready = await shop.view(placed.order_id)
    with pytest.raises(WrongState):
        async with shop.sessions.begin() as session:
            await check_in(writing(session), not_ready.fulfilment.id, by=SHOPPER)


async def test_a_bag_nobody_fetched_ends_and_its_units_wait_to_be_put_back(shop: Shop) -> None:
    order = await shop.ready((0, 1))
    code = await shop.pass_code(order)
    await shop.pool.execute("UPDATE orders.fulfilment SET hold_until = now() - interval '1 minute'")
    assert await end_uncollected(shop.sessions) == 1
    assert await end_uncollected(shop.sessions) == 0
    after = await shop.view(order.id)
    assert (after.state, after.fulfilment.state, after.charge_state) == ("cancelled", "uncollected", "void")
    assert (await shop.level(0))["allocated"] == 1
    with pytest.raises(PassRevoked):
        await try_it(shop, order, code)
    async with shop.sessions.begin() as session:
        assert (
            await live_pass(
                writing(session), purpose="pickup", store_id=order.fulfilment.store_id, subject_id=order.fulfilment.id
            )
            is None
        )
