import asyncio
from uuid import uuid4

import asyncpg
import pytest

from store_omni.inventory.errors import NotEnoughStock
from store_omni.inventory.holding import expire_holds
from store_omni.orders.capping import SOURCE_OPEN_ORDERS_MAX
from store_omni.settings import SmallBasket

from ...factories.browsing import send
from ...factories.ordering import Shop
from ...factories.world import World, make_bundle, make_item, put_stock
from .shopping import CONTACT, Client, hidden, join, known, order, ordered, put

pytestmark = pytest.mark.anyio


async def test_a_guest_orders_and_sees_her_order(client: Client, world: World, pool: asyncpg.Pool) -> None:
    number = await ordered(client, world, 0, 2)
    page = await client.get(f"/orders/{number}")
    assert page.status_code == 200
    for words in (number, "준비 예정", "강남점", "클래식 머그컵", "25,800원", "이 주문 취소하기", "010-1234-5678"):
        assert words in page.text, words
    row = await pool.fetchrow('SELECT * FROM orders."order" WHERE number = $1', number)
    assert (row["channel"], row["state"], row["contact_phone"], row["locale"]) == ("web", "confirmed", "+821012345678", "ko")
    assert "비어 있어요" in (await client.get("/basket")).text


async def test_a_gift_set_is_bought_like_anything_else_and_its_parts_are_promised(
    client: Client, world: World, shop: Shop
) -> None:
    await known(client, shop.pool)
    mug, lamp = (item.sku_id for item in world.items[:2])
    bundle = await make_bundle(shop.pool, {mug: 2, lamp: 1})
    added = await send(client, "/basket/lines", {"sku_id": bundle, "qty": 2, "store_id": world.gangnam})
    assert added.headers["location"] == "/basket"
    page = (await client.get("/basket")).text
    assert "선물 세트" in page and "100,000원" in page and 'href="/checkout"' in page
    await client.get("/checkout")
    assert ((await shop.level(0))["reserved"], (await shop.level(1))["reserved"]) == (4, 2)
    answer = await order(client)
    assert answer.status_code == 303, answer.text[:500]
    page = (await client.get(answer.headers["location"])).text
    for words in ("100,000원", "클래식 머그컵", "세트 구성: 선물 세트"):
        assert words in page, words
    for index, units in ((0, 4), (1, 2)):
        level = await shop.level(index)
        assert (level["allocated"], level["reserved"]) == (units, 0)


async def test_the_same_form_twice_is_one_order(client: Client, world: World, pool: asyncpg.Pool) -> None:
    """The second press comes after the first emptied the basket, and still finds the first order."""
    await put(client, world)
    page = (await client.get("/checkout")).text
    fields = CONTACT | {name: hidden(page, name) for name in ("operation_id", "store_id", "items")}
    first, second = await asyncio.gather(*(send(client, "/checkout", fields) for _ in range(2)))
    third = await send(client, "/checkout", fields)
    assert first.headers["location"] == second.headers["location"] == third.headers["location"]
    assert await pool.fetchval('SELECT count(*) FROM orders."order"') == 1
    changed = await send(client, "/checkout", fields | {"name": "다른 사람"})
    assert changed.status_code == 409


async def test_what_was_typed_stays_when_something_is_wrong(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await put(client, world)
    answer = await order(client, name="", phone="12", email="haneul@")
    assert answer.status_code == 422
    for words in ("이름을 적어 주세요", "010-1234-5678", 'value="12"', 'value="haneul@"', 'aria-invalid="true"'):
        assert words in answer.text, words
    assert await pool.fetchval('SELECT count(*) FROM orders."order"') == 0


async def test_the_last_unit_goes_to_who_is_first(client: Client, world: World, shop: Shop, pool: asyncpg.Pool) -> None:
    await known(client, pool)
    await put(client, world, 0, 5)
    page = (await client.get("/checkout")).text
    fields = CONTACT | {name: hidden(page, name) for name in ("operation_id", "store_id", "items")}
    # She took longer than her hold.
    await pool.execute("UPDATE inventory.hold SET expires_at = now() - interval '1 second'")
    await expire_holds(shop.sessions)
    await shop.place((0, 7))
    answer = await send(client, "/checkout", fields)
    assert answer.status_code == 409
    for words in ('data-refused="not_enough_stock"', "장바구니로 가기", 'href="/basket"', 'value="김하늘"'):
        assert words in answer.text, words
    assert await pool.fetchval('SELECT count(*) FROM orders."order"') == 1
    # The same form may be sent again once there is enough: a refusal used nothing up.
    await pool.execute("UPDATE inventory.stock_level SET on_hand = 20 WHERE sku_id = $1", world.items[0].sku_id)
    assert (await send(client, "/checkout", fields)).status_code == 303


async def test_what_is_in_the_checkout_is_kept_for_her(client: Client, world: World, shop: Shop, pool: asyncpg.Pool) -> None:
    await known(client, pool)
    await put(client, world, 0, 10)
    page = (await client.get("/checkout")).text
    assert 'data-countdown="' in page and "10분 더" in page and "준비" in page
    with pytest.raises(NotEnoughStock):
        await shop.place((0, 1))
    await client.get("/checkout")
    assert await pool.fetchval("SELECT count(*) FROM inventory.hold") == 1, "the same page keeps the same hold"
    await send(client, "/checkout/extension")
    longer = (await client.get("/checkout")).text
    assert "10분 더" not in longer
    fields = CONTACT | {name: hidden(longer, name) for name in ("operation_id", "store_id", "items")}
    assert (await send(client, "/checkout", fields)).status_code == 303
    level = await shop.level(0)
    assert (level["allocated"], level["reserved"]) == (10, 0)


async def test_back_at_the_basket_the_units_are_free_again(client: Client, world: World, shop: Shop, pool: asyncpg.Pool) -> None:
    await put(client, world, 0, 10)
    await client.get("/checkout")
    assert (await shop.level(0))["reserved"] == 10
    assert (await client.get("/basket")).status_code == 200
    assert (await shop.level(0))["reserved"] == 0


async def test_who_comes_second_hears_it_at_the_checkout(client: Client, world: World, shop: Shop) -> None:
    await put(client, world, 0, 5)
    await shop.place((0, 7))
    answer = await client.get("/checkout")
    assert answer.status_code == 409 and 'data-refused="not_enough_stock"' in answer.text and 'href="/basket"' in answer.text


async def test_a_store_that_stopped_taking_orders_refuses(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await put(client, world)
    page = (await client.get("/checkout")).text
    await pool.execute("UPDATE stores.store SET pickup = false WHERE id = $1", world.gangnam)
    fields = CONTACT | {name: hidden(page, name) for name in ("operation_id", "store_id", "items")}
    answer = await send(client, "/checkout", fields)
    assert answer.status_code == 409 and 'data-refused="store_cannot_serve"' in answer.text


async def test_an_empty_basket_orders_nothing(client: Client, world: World) -> None:
    assert (await client.get("/checkout", follow_redirects=False)).headers["location"] == "/basket"
    assert (await send(client, "/checkout", CONTACT)).status_code == 422


async def test_prices_and_quantities_are_the_shops(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await known(client, pool)
    await put(client, world)
    sku = world.items[0].sku_id
    for items in (f"{sku}:-5", f"{sku}:0", f"{sku}:9999", "x:1", "", f"{sku}:1;DROP"):
        answer = await order(client, items=items)
        # Nonsense counts for nothing: the basket itself is ordered, or nothing is.
        assert answer.status_code in (303, 422)
        await put(client, world)
    assert await pool.fetchval('SELECT bool_and(total_minor % 12900 = 0 AND total_minor > 0) FROM orders."order"')


async def test_a_signed_in_shopper_finds_her_data_filled_in(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await join(client)
    await put(client, world)
    page = (await client.get("/checkout")).text
    assert 'value="이미나"' in page and 'value="mina@example.com"' in page and "+821055550001" not in page
    answer = await order(client)
    number = answer.headers["location"].rsplit("/", 1)[1]
    assert await pool.fetchval('SELECT customer_id IS NOT NULL FROM orders."order" WHERE number = $1', number)
    assert number in (await client.get("/account")).text


async def test_a_browser_that_takes_all_it_can_does_not_empty_the_store(client: Client, world: World, pool: asyncpg.Pool) -> None:
    """Eight requests of fifty lines with 99 units each, then 160 that keep to every cap of one order, each from a browser and
    with a number of its own."""
    sold = "SELECT sum(on_hand - allocated - reserved), min(on_hand - allocated - reserved) FROM inventory.stock_level WHERE store_id = $1"
    items = [await make_item(pool, 900 + n, f"BULK{n}", f"대량 {n}", f"Bulk {n}", "주방", "mug", 1000) for n in range(50)]
    for item in items:
        await put_stock(pool, world.gangnam, item.sku_id, 92)
    await put(client, world)
    before = await pool.fetchval(sold, world.gangnam)
    fixed = CONTACT | {"store_id": str(world.gangnam)}
    for number in range(8):
        wanted = ",".join(f"{item.sku_id}:99" for item in items)
        fields = fixed | {"phone": f"0103333{number:04}", "items": wanted, "operation_id": str(uuid4())}
        answer = await send(client, "/checkout", fields)
        assert answer.status_code == 409 and 'data-refused="order_too_large"' in answer.text
        assert 'href="/basket"' in answer.text and "전화" in answer.text
    assert await pool.fetchval(sold, world.gangnam) == before
    for number in range(160):
        client.cookies.delete("so_viewer")
        wanted = ",".join(f"{items[(number * 5 + n) % 50].sku_id}:20" for n in range(5))
        fields = fixed | {"phone": f"0104444{number:04}", "email": "", "items": wanted, "operation_id": str(uuid4())}
        answer = await send(client, "/checkout", fields)
        assert answer.status_code in (303, 403, 409, 429), answer.text
    assert answer.status_code != 303 and "data-refused=" in answer.text
    left, least = await pool.fetchrow(sold, world.gangnam)
    assert before - left <= SOURCE_OPEN_ORDERS_MAX * SmallBasket().units_max and least > 0


async def test_a_price_that_changed_under_the_open_form_is_asked_again(client: Client, world: World, pool: asyncpg.Pool) -> None:
    """She agreed to what she saw, and to nothing else."""
    await put(client, world)
    names = ("operation_id", "store_id", "items", "shown_minor")
    page = (await client.get("/checkout")).text
    await pool.execute("UPDATE catalog.sku SET price_minor = price_minor + 1000 WHERE id = $1", world.items[0].sku_id)
    stale = CONTACT | {name: hidden(page, name) for name in names}
    asked = await send(client, "/checkout", stale)
    assert (asked.status_code, 'data-refused="price_changed"' in asked.text) == (409, True)
    assert "보시던 금액은 12,900원, 지금은 13,900원이에요." in asked.text
    assert await pool.fetchval('SELECT count(*) FROM orders."order"') == 0
    again = CONTACT | {name: hidden(asked.text, name) for name in names}
    assert (await send(client, "/checkout", again)).status_code == 303
    assert await pool.fetchval('SELECT total_minor FROM orders."order"') == 13_900


@pytest.mark.parametrize("items", ["3:-1", "3:99999999999", "99999999999999999999:1", "1:1,", "x", "1:1;2:2"])
async def test_items_that_no_page_of_ours_wrote_order_nothing(
    client: Client, world: World, pool: asyncpg.Pool, items: str
) -> None:
    """They were passed over, and the basket was ordered instead."""
    await put(client, world)
    assert (await order(client, items=items)).status_code == 422
    assert await pool.fetchval('SELECT count(*) FROM orders."order"') == 0
