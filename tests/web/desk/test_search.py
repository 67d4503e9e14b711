"""/desk/search: who gets in, what is refused, and that every record shown leaves its row."""

import asyncpg
import pytest
from litestar.testing import AsyncTestClient

from store_omni.orders.placing import Contact

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio
SAME_NAME_AND_DIGITS = Contact(name="김하늘", phone="+821099995678", email="other@example.com", locale="ko")


async def test_only_agents_and_managers_get_in(client: AsyncTestClient, shop: Shop) -> None:
    closed = await client.get("/desk/search?q=김하늘", follow_redirects=False)
    assert (closed.status_code, closed.headers["location"]) == (303, "/desk/sign-in?next=/desk/search")
    await sign_in_staff(client, shop.world.clerk)
    assert (await client.get("/desk/search", follow_redirects=False)).status_code == 403


@pytest.mark.parametrize("who", ["agent", "manager"])
async def test_the_one_match_opens_at_once(client: AsyncTestClient, shop: Shop, who: str) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    await sign_in_staff(client, shop.world.staff[who], "desk")
    for typed, address in (
        ("010-1234-5678", f"/desk/customers/{customer}"),
        ("haneul@example.com", f"/desk/customers/{customer}"),
        ("김하늘 5678", f"/desk/customers/{customer}"),
        (placed.number, f"/desk/orders/{placed.number}"),
    ):
        answer = await client.get("/desk/search", params={"q": typed}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, address)


async def test_a_name_alone_is_refused_and_keeps_what_was_typed(client: AsyncTestClient, shop: Shop) -> None:
    await shop.place()
    await sign_in_staff(client, shop.world.agent)
    answer = await client.get("/desk/search", params={"q": "김하늘"})
    assert answer.status_code == 422
    assert 'data-refused="name_alone"' in answer.text
    assert 'value="김하늘"' in answer.text
    assert "010-1234-5678" not in answer.text.replace('"010-1234-5678"', "").split("<aside")[0]
    assert await looks(shop.pool) == []


async def looks(pool: asyncpg.Pool) -> list[tuple[str, str]]:
    rows = await pool.fetch("SELECT task, staff_role FROM journal.access ORDER BY at")
    return [(row["task"], row["staff_role"]) for row in rows]


async def test_each_person_in_a_list_is_a_look(client: AsyncTestClient, shop: Shop) -> None:
    await shop.place()
    await shop.place(contact=SAME_NAME_AND_DIGITS)
    await sign_in_staff(client, shop.world.agent)
    answer = await client.get("/desk/search", params={"q": "김하늘 5678"})
    assert answer.status_code == 200
    assert "010-9999-5678" in answer.text
    assert await looks(shop.pool) == [("desk.search", "agent")] * 2


@pytest.mark.owner
async def test_a_list_that_cannot_be_noted_is_not_shown(client: AsyncTestClient, shop: Shop) -> None:
    await shop.place()
    await shop.place(contact=SAME_NAME_AND_DIGITS)
    await sign_in_staff(client, shop.world.agent)
    await shop.pool.execute("ALTER TABLE journal.access ADD CONSTRAINT no_space CHECK (false) NOT VALID")
    answer = await client.get("/desk/search", params={"q": "김하늘 5678"})
    assert answer.status_code >= 400
    assert "010-9999-5678" not in answer.text


async def test_nobody_found_says_what_to_try(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.agent)
    answer = await client.get("/desk/search", params={"q": "010-9999-9999"})
    assert (answer.status_code, "찾지 못했어요" in answer.text) == (200, True)


async def test_whom_one_looked_after_last_is_one_press_away(client: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place()
    customer = (await shop.view(placed.order_id)).customer_id
    await sign_in_staff(client, shop.world.agent)
    assert str(customer) not in (await client.get("/desk/search")).text
    await client.get(f"/desk/customers/{customer}")
    assert f"/desk/customers/{customer}" in (await client.get("/desk/search")).text
