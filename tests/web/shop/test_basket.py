import asyncpg
import pytest

from ...factories.browsing import send
from ...factories.ordering import Shop
from ...factories.world import World
from .shopping import Client, put

pytestmark = pytest.mark.anyio


async def test_gather_change_and_take_out(client: Client, world: World) -> None:
    assert "장바구니가 비어 있어요" in (await client.get("/basket")).text
    answer = await put(client, world, 0, 2)
    assert answer.status_code == 303 and answer.headers["location"] == "/basket"
    page = (await client.get("/basket")).text
    assert "25,800원" in page and "강남점" in page and "까지 준비" in page and 'href="/checkout"' in page
    sku = world.items[0].sku_id
    await send(client, f"/basket/lines/{sku}", {"qty": 2, "qty_step": "1"})
    assert "38,700원" in (await client.get("/basket")).text
    await send(client, f"/basket/lines/{sku}", {"qty": 1})
    assert "12,900원" in (await client.get("/basket")).text
    await send(client, f"/basket/lines/{sku}", {"qty": 1, "remove": "1"})
    assert "장바구니가 비어 있어요" in (await client.get("/basket")).text


async def test_reserving_goes_straight_on_to_the_order(client: Client, world: World) -> None:
    fields = {"sku_id": world.items[0].sku_id, "store_id": world.gangnam}
    answer = await send(client, "/basket/lines?then=checkout", fields)
    assert answer.headers["location"] == "/checkout"


async def test_the_basket_is_the_browsers_own(client: Client, world: World, app) -> None:
    await put(client, world)
    async with type(client)(app, base_url="http://testserver.local") as other:
        assert "비어 있어요" in (await other.get("/basket")).text


async def test_what_the_store_lacks_is_marked_and_the_next_best_named(client: Client, world: World, shop: Shop) -> None:
    await put(client, world, 0, 5)
    await put(client, world, 1, 1)
    await shop.place((0, 8))
    page = (await client.get("/basket")).text
    assert "강남점에서는 전부 받을 수 없어요" in page and "이 매장에 2개뿐이에요" in page
    assert "모두 있어요" in page and 'aria-label="홍대점에서 받기"' in page and 'href="/checkout"' not in page
    answer = await send(client, "/basket/store", {"store_id": world.hongdae})
    assert answer.headers["location"] == "/basket"
    page = (await client.get("/basket")).text
    assert 'href="/checkout"' in page and "전부 받을 수 없어요" not in page


async def test_without_a_store_one_is_asked_for(client: Client, world: World) -> None:
    await send(client, "/basket/lines", {"sku_id": world.items[0].sku_id, "qty": 1})
    page = (await client.get("/basket")).text
    assert "어디에서 받을지 골라 주세요" in page and 'href="/checkout"' not in page
    assert (await client.get("/checkout", follow_redirects=False)).headers["location"] == "/basket"


async def test_what_is_no_longer_sold_stops_the_order(client: Client, world: World, pool: asyncpg.Pool) -> None:
    await put(client, world)
    await put(client, world, 1)
    await pool.execute("UPDATE catalog.sku SET active = false WHERE id = $1", world.items[0].sku_id)
    page = (await client.get("/basket")).text
    assert "판매가 끝난 상품이에요" in page and 'href="/checkout"' not in page


@pytest.mark.parametrize(
    "fields", [{"sku_id": "x", "qty": 1}, {"sku_id": 1, "qty": 0}, {"sku_id": 1, "qty": 100}, {"sku_id": 1, "qty": -1}, {}]
)
async def test_nonsense_is_refused(client: Client, world: World, fields: dict) -> None:
    assert (await send(client, "/basket/lines", fields)).status_code == 422


async def test_a_form_from_elsewhere_is_refused(client: Client, world: World) -> None:
    answer = await client.post("/basket/lines", data={"sku_id": world.items[0].sku_id, "qty": 1})
    assert answer.status_code == 403
