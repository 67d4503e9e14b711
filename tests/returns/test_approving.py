"""A second pair of eyes: refunds above a limit, above a day's sum, or on a receipt that the house showed, need a manager."""

import asyncpg
import pytest
from litestar.testing import AsyncTestClient

from store_omni.auditing import audit
from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.orders.queries import OrderView
from store_omni.payments.approving import why_not_alone

from ..factories.browsing import send, sign_in_staff
from ..factories.ordering import Shop
from ..factories.world import PIN
from .test_returning import ask, code_of, receipt_code

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def counter(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.clerk)
    return client


async def bring_back(counter: AsyncTestClient, code: str, **more: object):
    return await send(counter, "/counter/returns/receptions", {"code": code, "operation_id": "r1"} | more, headers=HTMX)


async def returned(shop: Shop, order: OrderView, *lines: tuple[int, int]) -> str:
    """The customer's own return code."""
    return await code_of(shop, (await ask(shop, order, *lines)).request_id)


async def refunds(shop: Shop) -> list[tuple[int, bool]]:
    rows = await shop.pool.fetch("SELECT amount_minor, approved_by IS NOT NULL AS seen FROM payments.refund ORDER BY at")
    return [(row["amount_minor"], row["seen"]) for row in rows]


async def sign_in_colleague(counter: AsyncTestClient, shop: Shop) -> None:
    """Another clerk of the same store."""
    move = "UPDATE staff.account SET store_id = $1 WHERE id = $2"
    await shop.pool.execute(move, shop.world.gangnam, shop.world.other_clerk.id)
    await sign_in_staff(counter, shop.world.other_clerk)


def refused(answer) -> bool:
    return answer.status_code == 409 and 'data-refused="approval_needed"' in answer.text


async def test_a_small_refund_needs_nobody(counter: AsyncTestClient, shop: Shop) -> None:
    code = await returned(shop, await shop.collected((0, 1)))
    assert not refused(await bring_back(counter, code))
    assert await refunds(shop) == [(12900, False)]


async def test_above_the_limit_a_manager_signs_on_the_screen(counter: AsyncTestClient, shop: Shop) -> None:
    code = await returned(shop, await shop.collected((0, 4)), (1, 4))
    assert "매니저 승인이 필요한 환불이에요" in (await send(counter, "/counter/returns/scan", {"code": code}, headers=HTMX)).text
    assert refused(await bring_back(counter, code))
    wrong = await bring_back(counter, code, manager_login=shop.world.manager.login, manager_pin="000000")
    assert (wrong.status_code, await refunds(shop)) == (422, [])
    # A clerk's own number and PIN are no manager's.
    assert (await bring_back(counter, code, manager_login=shop.world.clerk.login, manager_pin=PIN)).status_code == 422
    await bring_back(counter, code, manager_login=shop.world.manager.login, manager_pin=PIN)
    assert await refunds(shop) == [(51600, True)]
    async with shop.pool.acquire() as connection:
        assert [name for name, count in (await audit(connection)).items() if count] == []


async def test_a_manager_of_other_stores_does_not_count(counter: AsyncTestClient, shop: Shop) -> None:
    await shop.pool.execute("UPDATE staff.account SET store_ids = ARRAY[$1::int] WHERE role = 'manager'", shop.world.hongdae)
    code = await returned(shop, await shop.collected((0, 4)), (1, 4))
    assert (await bring_back(counter, code, manager_login=shop.world.manager.login, manager_pin=PIN)).status_code == 422
    assert await refunds(shop) == []


async def test_above_the_limit_it_waits_in_the_office(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 4))
    code = await returned(shop, order, (1, 4))
    await sign_in_staff(client, shop.world.clerk)
    assert refused(await bring_back(client, code)) and refused(await bring_back(client, code))
    await sign_in_staff(client, shop.world.manager)
    page = await client.get("/office/refunds")
    assert page.text.count(order.number) == 1 and "51,600원" in page.text
    waits = await shop.pool.fetchval("SELECT id FROM payments.refund_request")
    assert (await send(client, f"/office/refunds/{waits}/decision", {"verdict": "approve", "note": "확인"})).status_code == 303
    await sign_in_staff(client, shop.world.clerk)
    await bring_back(client, code)
    assert await refunds(shop) == [(51600, True)]
    assert await shop.pool.fetchval("SELECT state FROM payments.refund_request") == "used"


async def test_a_refused_one_stays_refused_and_others_stores_cannot_decide(client: AsyncTestClient, shop: Shop) -> None:
    code = await returned(shop, await shop.collected((0, 4)), (1, 4))
    await sign_in_staff(client, shop.world.clerk)
    await bring_back(client, code)
    waits = await shop.pool.fetchval("SELECT id FROM payments.refund_request")
    await sign_in_staff(client, shop.world.manager)
    await shop.pool.execute("UPDATE staff.account SET store_ids = ARRAY[$1::int] WHERE role = 'manager'", shop.world.hongdae)
    assert (await send(client, f"/office/refunds/{waits}/decision", {"verdict": "approve"})).status_code == 404
    assert "51,600원" not in (await client.get("/office/refunds")).text
    await shop.pool.execute("UPDATE staff.account SET store_ids = NULL WHERE role = 'manager'")
    silent = await send(client, f"/office/refunds/{waits}/decision", {"verdict": "refuse", "note": "  "})
    assert silent.status_code == 422 and "거절 이유가 필요해요" in silent.text
    assert (
        await send(client, f"/office/refunds/{waits}/decision", {"verdict": "refuse", "note": "영수증 없음"})
    ).status_code == 303
    await sign_in_staff(client, shop.world.clerk)
    assert refused(await bring_back(client, code))
    assert await refunds(shop) == []


async def test_the_days_sum_of_a_clerk_counts(counter: AsyncTestClient, shop: Shop) -> None:
    """Several small ones are one large one."""
    orders = [await shop.collected((0, 1)) for _ in range(4)]
    answers = [await bring_back(counter, await returned(shop, order), operation_id=f"r{order.number}") for order in orders]
    assert [refused(answer) for answer in answers] == [False, False, False, True]
    assert await shop.pool.fetchval("SELECT why FROM payments.refund_request") == "day"


async def test_a_receipt_that_the_house_shows_later_needs_a_manager(counter: AsyncTestClient, shop: Shop) -> None:
    """One clerk alone paid herself any collected order in cash: she fetched its receipt's code and scanned it."""
    order = await shop.collected((0, 1))
    qr = f"/counter/pickups/{order.fulfilment.id}/receipt/qr"
    await shop.pool.execute("UPDATE orders.fulfilment SET handed_over_at = handed_over_at - interval '31 minutes'")
    await sign_in_colleague(counter, shop)
    await counter.get(qr)
    await sign_in_staff(counter, shop.world.clerk)
    fields = {"qty_1": 1, "reason": "changed_mind"}
    assert refused(await bring_back(counter, await receipt_code(shop, order), **fields))
    assert await shop.pool.fetchval("SELECT why FROM payments.refund_request") == "own_receipt"
    # A code that the customer got for a return of their own is not the house's.
    assert not refused(await bring_back(counter, await returned(shop, order), operation_id="r2"))


async def test_a_receipt_that_a_clerk_printed_at_the_handover_is_good_at_others(counter: AsyncTestClient, shop: Shop) -> None:
    """She kept the code of each receipt that she printed, and took the money when the customer was gone."""
    order = await shop.collected((0, 1))
    await counter.get(f"/counter/pickups/{order.fulfilment.id}/receipt/qr")
    fields = {"qty_1": 1, "reason": "changed_mind"}
    assert refused(await bring_back(counter, await receipt_code(shop, order), **fields))
    await sign_in_colleague(counter, shop)
    assert not refused(await bring_back(counter, await receipt_code(shop, order), operation_id="r2", **fields))
    assert await refunds(shop) == [(12900, False)]


async def test_a_signature_on_the_screen_settles_what_waits_in_the_office(counter: AsyncTestClient, shop: Shop) -> None:
    code = await returned(shop, await shop.collected((0, 4)), (1, 4))
    assert refused(await bring_back(counter, code))
    await bring_back(counter, code, manager_login=shop.world.manager.login, manager_pin=PIN)
    assert await refunds(shop) == [(51600, True)]
    row = await shop.pool.fetchrow("SELECT state, decided_by FROM payments.refund_request")
    assert tuple(row) == ("used", shop.world.manager.id)


async def test_the_days_sum_of_a_till_counts_for_ten_clerks(shop: Shop) -> None:
    by = Actor(kind="service", id=shop.world.clerk.id, label="till", channel="api", store_id=shop.world.gangnam)
    insert = """INSERT INTO payments.refund (id, charge_id, cause_key, tender, amount_minor, currency, state, store_id, requested_by)
      SELECT gen_random_uuid(), charge_id, 'k' || n, 'cash', 49000, 'KRW', 'succeeded', $1, $2 FROM orders.order_charge, generate_series(1, 10) n
      WHERE order_id = $3"""
    await shop.pool.execute(insert, shop.world.gangnam, by.id, (await shop.collected((0, 1))).id)
    async with shop.sessions() as session:
        reasons = [
            await why_not_alone(
                ReadSession(session), store_id=shop.world.gangnam, amount_minor=amount, currency="KRW", own_receipt=False, by=by
            )
            for amount in (10_000, 10_001)
        ]
    assert reasons == [None, "day"]


async def test_the_limit_is_each_stores_own(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.manager)
    limit = {"store_id": shop.world.gangnam, "alone_minor": 10_000}
    assert (await send(client, "/office/refunds/limits", limit)).status_code == 303
    await sign_in_staff(client, shop.world.clerk)
    assert refused(await bring_back(client, await returned(shop, await shop.collected((0, 1)))))
    await sign_in_staff(client, shop.world.manager)
    await shop.pool.execute("UPDATE staff.account SET store_ids = ARRAY[$1::int] WHERE role = 'manager'", shop.world.hongdae)
    assert (await send(client, "/office/refunds/limits", limit | {"alone_minor": 1})).status_code == 404


async def test_the_database_itself_refuses_a_large_refund_alone(shop: Shop) -> None:
    order = await shop.collected((0, 1))
    insert = """INSERT INTO payments.refund (id, charge_id, cause_key, tender, amount_minor, currency, state, store_id, requested_by, approved_by)
      SELECT gen_random_uuid(), charge_id, $1, 'cash', $2, 'KRW', 'failed', $3, $4, $5 FROM orders.order_charge WHERE order_id = $6"""
    clerk, manager = shop.world.clerk.id, shop.world.manager.id
    for key, approver in (("a", None), ("b", clerk), ("other", shop.world.other_clerk.id)):
        with pytest.raises(asyncpg.PostgresError):
            await shop.pool.execute(insert, key, 50_001, shop.world.gangnam, clerk, approver, order.id)
    await shop.pool.execute(insert, "c", 50_001, shop.world.gangnam, clerk, manager, order.id)
    await shop.pool.execute(insert, "d", 50_000, shop.world.gangnam, clerk, None, order.id)


async def test_managers_see_who_refunded_what(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    await bring_back(client, await returned(shop, await shop.collected((0, 2)), (1, 2)))
    await sign_in_staff(client, shop.world.manager)
    page = await client.get("/office/refunds/clerks")
    assert "25,800원" in page.text and shop.world.clerk.login in page.text
    file = await client.get("/office/refunds/clerks.csv")
    assert file.headers["content-type"].startswith("text/csv") and ",25800,0" in file.text
    await shop.pool.execute("UPDATE staff.account SET store_ids = ARRAY[$1::int] WHERE role = 'manager'", shop.world.hongdae)
    assert "25,800원" not in (await client.get("/office/refunds/clerks")).text


async def test_an_approval_of_yesterday_is_asked_for_again(client: AsyncTestClient, shop: Shop) -> None:
    """It stayed approved, was of no use, and kept the same refund out of the list for ever."""
    code = await returned(shop, await shop.collected((0, 4)), (1, 4))
    await sign_in_staff(client, shop.world.clerk)
    await bring_back(client, code)
    await shop.pool.execute(
        "UPDATE payments.refund_request SET state = 'approved', decided_by = $1, decided_at = now() - interval '13 hours'",
        shop.world.manager.id,
    )
    assert refused(await bring_back(client, code))
    assert await shop.pool.fetchval("SELECT state FROM payments.refund_request") == "waiting"
