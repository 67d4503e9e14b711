"""/desk/customers/{id}: one look shows who, what is open, everything that happened; and no look without its row."""

from uuid import uuid4

import pytest
from litestar.testing import AsyncTestClient

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.journal.actors import SYSTEM
from store_omni.journal.recording import Subject, record

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio


async def customer_of(shop: Shop, order_id) -> str:
    return str((await shop.view(order_id)).customer_id)


async def test_the_page_tells_the_whole_story(client: AsyncTestClient, shop: Shop) -> None:
    order = await shop.collected((0, 2))
    await sign_in_staff(client, shop.world.agent)
    page = (await client.get(f"/desk/customers/{order.customer_id}")).text
    for words in ("김하늘", "010-1234-5678", "주문 접수", "수령 완료", "강남점", order.number, "클래식 머그컵", "25,800원"):
        assert words in page, words
    assert "haneul@example.com" not in page
    assert "ha****@example.com" in page


async def test_a_look_leaves_who_whose_when_for_what_and_from_where(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    customer = await customer_of(shop, placed.order_id)
    await sign_in_staff(client, shop.world.agent)
    await client.get(f"/desk/customers/{customer}")
    await client.get(f"/desk/customers/{customer}/history")
    rows = await shop.pool.fetch("SELECT * FROM journal.access ORDER BY at")
    assert [row["task"] for row in rows] == ["desk.customer", "desk.history"]
    for row in rows:
        assert (row["staff_id"], str(row["customer_id"]), row["staff_role"]) == (shop.world.agent.id, customer, "agent")
        assert row["source"]


@pytest.mark.parametrize("moment", ["now", "at the commit"])
@pytest.mark.owner
async def test_a_look_that_cannot_be_noted_shows_nothing(client: AsyncTestClient, shop: Shop, moment: str) -> None:
    placed = await shop.place()
    customer = await customer_of(shop, placed.order_id)
    await sign_in_staff(client, shop.world.agent)
    await shop.pool.execute(
        "CREATE FUNCTION journal.no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left'; END $$"
    )
    kind = "TRIGGER" if moment == "now" else "CONSTRAINT TRIGGER"
    deferred = "" if moment == "now" else "DEFERRABLE INITIALLY DEFERRED"
    await shop.pool.execute(
        f"CREATE {kind} no_space AFTER INSERT ON journal.access {deferred} FOR EACH ROW EXECUTE FUNCTION journal.no_space()"
    )
    for address in (f"/desk/customers/{customer}", f"/desk/customers/{customer}/history", f"/desk/orders/{placed.number}"):
        answer = await client.get(address)
        assert answer.status_code == 500, address
        assert "김하늘" not in answer.text
        assert placed.number not in answer.text.replace(address, "")


async def test_what_went_wrong_today_comes_first(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    order = await shop.view(placed.order_id)
    async with shop.sessions.begin() as session:
        subject = Subject("message", uuid4(), order.id, order.customer_id)
        shown = {"number": order.number, "template": "order_placed"}
        await record(session, "message.failed", subject, by=SYSTEM, display=shown)
    async with shop.sessions.begin() as session:
        await cancel_order(session, order.id, reason="too_long", by=shop.world.agent.actor())
    await sign_in_staff(client, shop.world.agent)
    today = (await client.get(f"/desk/customers/{order.customer_id}")).text.split('class="timeline" aria-label="오늘"')[1]
    assert today.index("안내를 보내지 못함") < today.index("주문 취소") < today.index("주문 접수")


async def test_nobody_there_is_a_404(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.agent)
    assert (await client.get(f"/desk/customers/{uuid4()}")).status_code == 404
    assert (await client.get("/desk/orders/ZZZZ-9999")).status_code == 404
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.access WHERE question IS NULL") == 0


async def test_older_history_comes_as_the_same_partial(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    order = await shop.view(placed.order_id)
    async with shop.sessions.begin() as session:
        for n in range(25):
            subject = Subject("message", f"m{n}", order.id, order.customer_id)
            await record(session, "message.sent", subject, by=SYSTEM, display={"number": order.number})
    await sign_in_staff(client, shop.world.agent)
    first = (await client.get(f"/desk/customers/{order.customer_id}")).text
    older = first.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    rest = (await client.get(older, headers={"hx-request": "true"})).text
    assert rest.count("<li class") == 6
    assert "<html" not in rest
