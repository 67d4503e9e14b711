"""Asking, bringing back anywhere, being paid once: the short way of a return, and everything it refuses."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from store_omni.auditing import audit
from store_omni.history.queries import timeline
from store_omni.journal.actors import Actor
from store_omni.kit.errors import NotFound
from store_omni.kit.ids import token_hash
from store_omni.orders.moving import lock_order
from store_omni.orders.queries import OrderView
from store_omni.passes.errors import PassInvalid, PassRevoked, PassSpent, PassWrongPurpose
from store_omni.passes.issuing import issue
from store_omni.payments.capturing import refund_in_store
from store_omni.payments.errors import NothingToRefund, SlipMissing
from store_omni.returns.choosing import Asked
from store_omni.returns.errors import (
    MoreThanLeft,
    NoStoreToReceive,
    NotHandedOverYet,
    NothingChosen,
    OpenReturnExists,
    ReceiptNeeded,
    WindowOver,
)
from store_omni.returns.jobs import close_expired
from store_omni.returns.queries import ReturnView, live_code, return_by_id
from store_omni.returns.receiving import Received, receive_return
from store_omni.returns.requesting import Requested, request_return
from store_omni.returns.states import ReturnMovedOn
from store_omni.returns.withdrawing import close_if_expired, withdraw_return

from ..factories.ordering import VIEWER, Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio
HERS = token_hash(VIEWER)


async def ask(shop: Shop, order: OrderView, *lines: tuple[int, int], by: Actor = SHOPPER, **more: object) -> Requested:
    """`lines`: (line number, quantity)."""
    if by is SHOPPER:
        more = {"viewer_hash": HERS} | more
    async with shop.sessions.begin() as session:
        return await request_return(
            session, shop.signer, order.id, asked=[Asked(*line) for line in lines or ((1, 1),)],
            reason=more.pop("reason", "changed_mind"), by=by, **more,
        )  # fmt: skip


async def code_of(shop: Shop, request_id: UUID) -> str:
    async with shop.sessions.begin() as session:
        live = await live_code(session, await return_by_id(session, request_id))
    assert live is not None
    return live.code(shop.signer)


async def receive(
    shop: Shop,
    request_id: UUID,
    code: str | None = None,
    *,
    by: Actor | None = None,
    slip_no: str | None = None,
    unsellable: bool = False,
    manager_id: UUID | None = None,
) -> Received:
    code = code or await code_of(shop, request_id)
    async with shop.sessions.begin() as session:
        by = by or shop.world.other_clerk.actor()
        return await receive_return(
            session, shop.signer, request_id, code=code, slip_no=slip_no, by=by, unsellable=unsellable, manager_id=manager_id
        )  # fmt: skip


async def view(shop: Shop, request_id: UUID) -> ReturnView:
    async with shop.sessions.begin() as session:
        return await return_by_id(session, request_id)


async def receipt_code(shop: Shop, order: OrderView) -> str:
    async with shop.sessions.begin() as session:
        live = await issue(
            session, shop.signer, purpose="receipt", store_id=order.fulfilment.store_id, subject_id=order.id,
            expires_at=datetime.now(UTC) + timedelta(days=90),
        )  # fmt: skip
    return live.code(shop.signer)


async def refunds(shop: Shop) -> list[int]:
    return [row["amount_minor"] for row in await shop.pool.fetch("SELECT amount_minor FROM payments.refund")]


async def test_bought_here_returned_there(shop: Shop) -> None:
    order = await shop.collected((0, 2), (1, 1))
    asked = await ask(shop, order, (1, 1), (2, 1))
    there = shop.world.hongdae
    before = [(await shop.level(index, there))["on_hand"] for index in (0, 1)]
    done = await receive(shop, asked.request_id, manager_id=shop.world.manager.id)
    assert done.refunded.amount_minor == 12900 + 49000
    assert [(await shop.level(index, there))["on_hand"] for index in (0, 1)] == [n + 1 for n in before]
    assert (await shop.level(0))["on_hand"] == 8, "the store that sold it gets nothing back"
    entry = await shop.pool.fetchrow(
        "SELECT * FROM inventory.ledger_entry WHERE cause_id = $1 AND sku_id = $2", asked.request_id, shop.world.items[0].sku_id
    )
    assert (entry["kind"], entry["cause_type"], entry["store_id"], entry["d_on_hand"]) == ("return", "return", there, 1)
    after = await shop.view(order.id)
    assert [line.qty_returned for line in after.lines] == [1, 1]
    assert (after.captured_minor, after.refunded_minor) == (74800, 61900)
    seen = await view(shop, asked.request_id)
    assert (seen.state, seen.store_ko, seen.refund_minor, seen.tender) == ("accepted", "홍대점", 61900, "cash")


async def test_it_stands_in_everybodys_history(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    asked = await ask(shop, order)
    await receive(shop, asked.request_id)
    for by in (SHOPPER, shop.world.clerk.actor(), shop.world.agent.actor()):
        async with shop.sessions.begin() as session:
            found = await timeline(session, by=by, customer_id=order.customer_id)
        kinds = [entry.kind for entry in found.entries]
        assert kinds[:3] == ["return.refunded", "return.received", "return.requested"]
        assert found.entries[0].display["amount_minor"] == 12900
        assert found.entries[0].store_ko == "홍대점"


async def test_a_second_scan_is_refused_with_who_when_and_where(shop: Shop) -> None:
    order = await shop.collected((0, 2))
    asked = await ask(shop, order)
    code = await code_of(shop, asked.request_id)
    await receive(shop, asked.request_id, code)
    with pytest.raises(PassSpent) as refused:
        await receive(shop, asked.request_id, code, by=shop.world.clerk.actor())
    params = refused.value.params
    assert (params["who"], params["store"].ko) == ("1002", "홍대점")
    assert isinstance(params["when"], datetime)
    assert await refunds(shop) == [12900]


@pytest.mark.race
async def test_two_counters_at_once_pay_once(shop: Shop) -> None:
    order = await shop.collected((0, 3))
    for _ in range(3):
        asked = await ask(shop, order)
        code = await code_of(shop, asked.request_id)
        outcomes = await asyncio.gather(
            *(receive(shop, asked.request_id, code, by=by.actor()) for by in (shop.world.clerk, shop.world.other_clerk) * 2),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, Received) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, PassSpent) for outcome in outcomes) == 3, outcomes
    assert await refunds(shop) == [12900] * 3


async def test_a_withdrawn_return_is_refused_with_why_and_frees_the_goods(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    asked = await ask(shop, order)
    code = await code_of(shop, asked.request_id)
    async with shop.sessions.begin() as session:
        await withdraw_return(session, asked.request_id, by=SHOPPER, viewer_hash=HERS)
    with pytest.raises(PassRevoked) as refused:
        await receive(shop, asked.request_id, code)
    assert refused.value.params["why"] == "the return was withdrawn"
    with pytest.raises(ReturnMovedOn):
        async with shop.sessions.begin() as session:
            await withdraw_return(session, asked.request_id, by=SHOPPER, viewer_hash=HERS)
    again = await ask(shop, order)
    await receive(shop, again.request_id)


async def test_what_was_received_is_not_withdrawn(shop: Shop) -> None:
    asked = await ask(shop, await shop.collected((0, 1)))
    await receive(shop, asked.request_id)
    with pytest.raises(ReturnMovedOn):
        async with shop.sessions.begin() as session:
            await withdraw_return(session, asked.request_id, by=shop.world.agent.actor())


async def test_only_a_return_code_of_this_return_opens_it(shop: Shop) -> None:
    one, two = await shop.collected((0, 1)), await shop.collected((1, 1))
    asked, other = await ask(shop, one), await ask(shop, two)
    with pytest.raises(PassInvalid):
        await receive(shop, asked.request_id, await code_of(shop, other.request_id))
    ready = await shop.ready((2, 1))
    with pytest.raises(PassWrongPurpose):
        await receive(shop, asked.request_id, await shop.pass_code(ready))
    with pytest.raises(NotFound):
        await receive(shop, asked.request_id, await receipt_code(shop, two))
    good = await code_of(shop, asked.request_id)
    with pytest.raises(PassInvalid):
        await receive(shop, asked.request_id, good[:-1] + ("A" if good[-1] != "A" else "B"))
    assert await refunds(shop) == []


async def test_the_return_code_hands_nothing_over(shop: Shop) -> None:
    asked = await ask(shop, await shop.collected((0, 1)))
    ready = await shop.ready((1, 1))
    with pytest.raises(PassWrongPurpose):
        await shop.hand_over(ready, await code_of(shop, asked.request_id))


async def test_no_more_comes_back_than_was_handed_over(shop: Shop) -> None:
    order = await shop.collected((0, 2))
    for wanted in ((1, 3),), ((1, 2), (1, 1)):
        with pytest.raises(MoreThanLeft):
            await ask(shop, order, *wanted)
    first = await ask(shop, order, (1, 1))
    with pytest.raises(OpenReturnExists) as refused:
        await ask(shop, order, (1, 1))
    assert refused.value.params["number"] == first.number
    await receive(shop, first.request_id)
    with pytest.raises(MoreThanLeft):
        await ask(shop, order, (1, 2))
    await receive(shop, (await ask(shop, order, (1, 1))).request_id)
    with pytest.raises(MoreThanLeft):
        await ask(shop, order, (1, 1))


@pytest.mark.race
async def test_two_requests_at_once_open_one(shop: Shop) -> None:
    for _ in range(3):
        order = await shop.collected((3, 2))
        outcomes = await asyncio.gather(*(ask(shop, order) for _ in range(4)), return_exceptions=True)
        assert sum(isinstance(outcome, Requested) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, OpenReturnExists) for outcome in outcomes) == 3, outcomes


async def test_the_database_refuses_it_too(shop: Shop) -> None:
    """Should a command ever forget, the constraints still bite: counted back, open twice, paid twice, paid too much."""
    order = await shop.collected((0, 1))
    asked = await ask(shop, order)
    with pytest.raises(asyncpg.CheckViolationError, match="returned"):
        await shop.pool.execute("UPDATE orders.order_line SET qty_returned = 2 WHERE order_id = $1", order.id)
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_request_open"):
        await shop.pool.execute(
            """INSERT INTO returns.request (id, number, order_id, channel, requested_by_kind, currency)
               VALUES ($1, 'R-TEST-TEST', $2, 'web', 'guest', 'KRW')""",
            uuid4(), order.id,
        )  # fmt: skip
    await receive(shop, asked.request_id)
    charge = await shop.pool.fetchval("SELECT charge_id FROM orders.order_charge WHERE order_id = $1", order.id)
    with pytest.raises(asyncpg.CheckViolationError, match="refund_bound"):
        await shop.pool.execute("UPDATE payments.charge SET refunded_minor = captured_minor + 1 WHERE id = $1", charge)
    clerk = shop.world.clerk.actor()
    with pytest.raises(NothingToRefund):
        async with shop.sessions.begin() as session:
            await refund_in_store(session, charge, amount_minor=1, cause_key="return:other", slip_no=None, by=clerk)
    await shop.pool.execute("UPDATE payments.charge SET refunded_minor = 0 WHERE id = $1", charge)
    with pytest.raises(IntegrityError, match="cause_key"):
        async with shop.sessions.begin() as session:
            key = f"return:{asked.request_id}"
            await refund_in_store(session, charge, amount_minor=1, cause_key=key, slip_no=None, by=clerk)


async def test_a_line_that_grew_behind_our_back_is_still_refused(shop: Shop) -> None:
    """The check at reception does not trust the check at the request."""
    order = await shop.collected((0, 1))
    asked = await ask(shop, order)
    await shop.pool.execute("UPDATE returns.request_line SET qty = 2 WHERE request_id = $1", asked.request_id)
    with pytest.raises(DBAPIError, match="returned"):
        await receive(shop, asked.request_id)
    assert await refunds(shop) == []
    assert (await shop.level(0, shop.world.hongdae))["on_hand"] == 10
    assert (await view(shop, asked.request_id)).reception == "requested"


async def test_before_pickup_it_is_a_cancellation(shop: Shop) -> None:
    with pytest.raises(NotHandedOverYet):
        await ask(shop, await shop.ready())


async def test_thirty_days_and_no_longer(shop: Shop) -> None:
    order = await shop.collected((0, 2))
    move = "UPDATE orders.fulfilment SET handed_over_at = now() - make_interval(days => $1, mins => $2) WHERE order_id = $3"
    await shop.pool.execute(move, 30, 1, order.id)
    with pytest.raises(WindowOver):
        await ask(shop, order)
    await shop.pool.execute(move, 29, 1430, order.id)
    await ask(shop, order)


async def test_nothing_chosen_and_unknown_reasons_are_refused(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    with pytest.raises(NothingChosen):
        await ask(shop, order, (1, 0))
    with pytest.raises(NothingChosen):
        await ask(shop, order, reason="because")
    with pytest.raises(NotFound):
        await ask(shop, order, (7, 1))


async def test_nobody_returns_or_withdraws_what_is_not_theirs(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    stranger = Actor(kind="shopper", id=uuid4(), label="남", channel="web")
    with pytest.raises(NotFound):
        await ask(shop, order, by=stranger)
    with pytest.raises(NotFound):
        await ask(shop, order, viewer_hash=token_hash("another browser"))
    asked = await ask(shop, order)
    for by, viewer in ((stranger, None), (SHOPPER, None), (shop.world.clerk.actor(), None)):
        with pytest.raises(NotFound):
            async with shop.sessions.begin() as session:
                await withdraw_return(session, asked.request_id, by=by, viewer_hash=viewer)
    assert (await view(shop, asked.request_id)).reception == "requested"


async def test_a_clerk_elsewhere_needs_the_receipt(shop: Shop) -> None:
    order, foreign = await shop.collected((0, 1)), await shop.collected((1, 1))
    elsewhere = shop.world.other_clerk.actor()
    with pytest.raises(ReceiptNeeded):
        await ask(shop, order, by=elsewhere)
    with pytest.raises(NotFound):
        await ask(shop, order, by=elsewhere, receipt_code=await receipt_code(shop, foreign))
    ready = await shop.ready((2, 1))
    with pytest.raises(PassWrongPurpose):
        await ask(shop, order, by=elsewhere, receipt_code=await shop.pass_code(ready))
    receipt = await receipt_code(shop, order)
    asked = await ask(shop, order, by=elsewhere, receipt_code=receipt)
    await receive(shop, asked.request_id, receipt)
    assert await refunds(shop) == [12900]
    with pytest.raises(ReturnMovedOn):
        await receive(shop, asked.request_id, receipt)


async def test_the_own_stores_clerk_and_the_agent_need_none(shop: Shop) -> None:
    order = await shop.collected((0, 2))
    first = await ask(shop, order, by=shop.world.clerk.actor())
    await receive(shop, first.request_id)
    await ask(shop, order, by=shop.world.agent.actor())


async def test_an_agent_has_no_counter_to_receive_at(shop: Shop) -> None:
    asked = await ask(shop, await shop.collected((0, 1)))
    with pytest.raises(NoStoreToReceive):
        await receive(shop, asked.request_id, by=shop.world.agent.actor())


async def test_a_card_is_paid_back_to_the_card_with_its_slip(shop: Shop) -> None:
    from store_omni.pickup.handing_over import hand_over

    order = await shop.ready((0, 1))
    code = await shop.pass_code(order)
    async with shop.sessions.begin() as session:
        await hand_over(
            session, shop.signer, order.fulfilment.id, pass_code=code, tender="card_terminal", slip_no="A-10001",
            by=shop.world.clerk.actor(),
        )  # fmt: skip
    asked = await ask(shop, order)
    with pytest.raises(SlipMissing):
        await receive(shop, asked.request_id)
    assert (await shop.level(0, shop.world.hongdae))["on_hand"] == 10, "a refused reception changes nothing"
    await receive(shop, asked.request_id, slip_no="B-20002")
    seen = await view(shop, asked.request_id)
    assert (seen.tender, seen.slip_no) == ("card_terminal", "B-20002")


async def test_free_goods_come_back_without_money(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    asked = await ask(shop, order)
    await shop.pool.execute("UPDATE returns.request_line SET unit_price_minor = 0 WHERE request_id = $1", asked.request_id)
    assert (await receive(shop, asked.request_id)).refunded is None
    assert await refunds(shop) == []


async def test_a_code_that_ran_out_closes_its_return_and_frees_the_goods(shop: Shop) -> None:
    order, later = await shop.collected((0, 1)), await shop.collected((1, 1))
    asked, open_one = await ask(shop, order), await ask(shop, later)
    await shop.pool.execute("UPDATE returns.request SET expires_at = now() - interval '1 s' WHERE id = $1", asked.request_id)
    async with shop.sessions.begin() as session:
        assert not await close_if_expired(session, await lock_order(session, later.id), open_one.request_id)
    assert await close_expired(shop.sessions) == 1
    assert await close_expired(shop.sessions) == 0
    assert (await view(shop, asked.request_id)).reception == "cancelled"
    assert (await view(shop, open_one.request_id)).reception == "requested"
    again = await ask(shop, order)
    await shop.pool.execute("UPDATE returns.request SET expires_at = now() - interval '1 s' WHERE id = $1", again.request_id)
    await ask(shop, order)  # nobody has to wait for the timed job


@pytest.mark.parametrize(("reason", "unsellable"), [("defective", False), ("changed_mind", True)])
async def test_broken_goods_are_set_aside_and_not_sold_again(shop: Shop, reason: str, unsellable: bool) -> None:
    """A lid that was broken stood on the shelf and was free to sell at once."""
    order = await shop.collected((0, 1))
    made = await ask(shop, order, reason=reason)
    before = await shop.level(0, shop.world.hongdae)
    await receive(shop, made.request_id, unsellable=unsellable)
    after = await shop.level(0, shop.world.hongdae)
    assert (after["on_hand"] - before["on_hand"], after["quarantine"] - before["quarantine"]) == (0, 1)
    assert [line.disposition for line in (await view(shop, made.request_id)).lines] == ["quarantine"]
    async with shop.pool.acquire() as connection:
        assert [name for name, count in (await audit(connection)).items() if count] == []


async def test_goods_that_are_fine_go_back_to_the_shelf(shop: Shop) -> None:
    made = await ask(shop, await shop.collected((0, 1)))
    before = await shop.level(0, shop.world.hongdae)
    await receive(shop, made.request_id)
    after = await shop.level(0, shop.world.hongdae)
    assert (after["on_hand"] - before["on_hand"], after["quarantine"] - before["quarantine"]) == (1, 0)
