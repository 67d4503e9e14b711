"""Opening records in bulk is slowed and shown; searches that find nobody leave a row without what was typed."""

from pathlib import Path
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from store_omni.orders.placing import Contact
from store_omni.staff.serving import VERBS, add_service

from ..conftest import settings_for
from ..factories.browsing import send, sign_in_staff
from ..factories.ordering import Shop

pytestmark = pytest.mark.anyio
PACE = {"looks_per_minute": 6, "looks_per_quarter": 8, "looks_per_day": 5}


@pytest.fixture
def slow(app: Litestar, tmp_path: Path) -> None:
    app.state.settings = settings_for(app.state.settings.database_url, tmp_path, **PACE)


async def strangers(shop: Shop, count: int) -> list[str]:
    """Numbers of orders of as many different people."""
    return [
        (await shop.place((n % 6, 1), contact=Contact(f"손님{n}", f"+82107777{n:04d}", None, "ko"))).number for n in range(count)
    ]


@pytest.mark.usefixtures("slow")
@pytest.mark.owner
async def test_an_agent_who_opens_one_record_after_the_other_waits(client: AsyncTestClient, shop: Shop) -> None:
    numbers = await strangers(shop, 10)
    await sign_in_staff(client, shop.world.agent)
    answers = [await client.get(f"/desk/orders/{number}") for number in numbers]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 4
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert "손님" not in answers[-1].text and 'data-refused="too_many_looks"' in answers[-1].text
    # Another person is not slowed, and neither is the same one a minute later, until the quarter of an hour is full.
    await shop.pool.execute("ALTER TABLE journal.access DISABLE TRIGGER USER")
    await shop.pool.execute("UPDATE journal.access SET at = at - interval '61 seconds'")
    assert [(await client.get(f"/desk/orders/{number}")).status_code for number in numbers[6:]] == [200] * 2 + [429] * 2
    assert int((await client.get(f"/desk/orders/{numbers[9]}")).headers["retry-after"]) > 60


@pytest.mark.usefixtures("slow")
async def test_the_same_record_opened_again_is_not_bulk(client: AsyncTestClient, shop: Shop) -> None:
    [number] = await strangers(shop, 1)
    await sign_in_staff(client, shop.world.agent)
    assert {(await client.get(f"/desk/orders/{number}")).status_code for _ in range(12)} == {200}


@pytest.mark.usefixtures("slow")
async def test_searches_that_find_nobody_are_noted_and_slowed(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.agent)
    answers = [(await client.get("/desk/search", params={"q": f"김하늘 {n:04d}"})).status_code for n in range(10)]
    assert answers == [200] * 6 + [429] * 4
    rows = await shop.pool.fetch("SELECT * FROM journal.access")
    assert {(row["task"], row["question"], row["staff_id"]) for row in rows} == {("desk.search", "name", shop.world.agent.id)}
    assert len({row["question_hash"] for row in rows}) == 6
    assert "김하늘" not in str(rows)


async def test_numbers_that_nobody_has_are_noted_at_every_door(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    await send(client, "/counter/scan", {"code": "ZZZZ-ZZZZ"})
    await client.get("/counter/customers", params={"q": "010-9999-9999"})
    await sign_in_staff(client, shop.world.agent, "desk")
    await client.get("/desk/orders/ZZZZ-ZZZZ")
    token = await add_service(shop.pool, name="crm", verbs=list(VERBS), store_ids=None)
    headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
    await client.get("/api/v1/orders/ZZZZ-ZZZZ", headers=headers)
    await client.get("/api/v1/orders", params={"q": "010-9999-9999"}, headers=headers)
    rows = await shop.pool.fetch("SELECT task, question FROM journal.access WHERE question IS NOT NULL ORDER BY at")
    assert [tuple(row) for row in rows] == [
        ("counter.scan", "code"), ("counter.search", "phone"), ("desk.order", "order"), ("api.order", "order"),
        ("api.search", "phone"),
    ]  # fmt: skip


async def test_an_order_of_another_store_found_by_its_number_is_a_look(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place((0, 1), store_id=shop.world.hongdae)
    await sign_in_staff(client, shop.world.clerk)
    assert "김하늘" in (await client.get("/counter/customers", params={"q": placed.number})).text
    row = await shop.pool.fetchrow("SELECT task, order_id, staff_id FROM journal.access")
    assert tuple(row) == ("counter.search", placed.order_id, shop.world.clerk.id)


@pytest.mark.usefixtures("slow")
async def test_programs_are_counted_and_not_slowed_and_managers_see_both(client: AsyncTestClient, shop: Shop) -> None:
    numbers = await strangers(shop, 9)
    token = await add_service(shop.pool, name="crm", verbs=list(VERBS), store_ids=None)
    headers = {"authorization": f"Bearer {token}"}
    assert {(await client.get(f"/api/v1/orders/{number}", headers=headers)).status_code for number in numbers} == {200}
    await sign_in_staff(client, shop.world.agent)
    for number in numbers[:5]:
        await client.get(f"/desk/orders/{number}")
    await client.get("/desk/search", params={"q": "010-9999-9999"})
    await sign_in_staff(client, shop.world.manager)
    page = (await client.get("/office/access")).text
    assert "2001 님이 오늘 5건을 열어 봄" in page and "아무도 찾지 못한 검색 1번" in page
    assert "crm" in page and "9건" in page
    assert "찾지 못함: 전화번호" in page
