"""/counter/receipts: goods come in by scanning, with papers or without, all at once or in parts."""

from urllib.parse import parse_qs, urlsplit

import pytest
from litestar.testing import AsyncTestClient

from store_omni.stockroom.purchasing import Listed, make_purchase
from store_omni.stockroom.transferring import send_transfer

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...stockroom.keeping import balanced, do, tasks

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def counter(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.other_clerk)
    return client


async def gather(counter: AsyncTestClient, papers: str, *codes: str) -> dict[str, str]:
    """Scans these codes one after the other. Returns the form's fields."""
    fields = {"papers": papers, "got": ""}
    for code in codes:
        answer = await send(counter, "/counter/receipts/lines", fields | {"code": code}, headers=HTMX)
        assert answer.status_code == 200, answer.text
        address = urlsplit(answer.headers["hx-replace-url"])
        fields["got"] = parse_qs(address.query)["got"][0]
    return fields


async def test_a_transfer_comes_in_parts(counter: AsyncTestClient, shop: Shop) -> None:
    mug, lamp = shop.world.items[:2]
    paper = await do(
        shop, send_transfer, shop.world.gangnam, to_store_id=shop.world.hongdae, lines=[Listed(mug.sku_id, 3), Listed(lamp.sku_id, 2)],
        by=shop.world.manager.actor("office"),
    )  # fmt: skip
    listed = (await counter.get("/counter/receipts")).text
    assert "강남점에서" in listed and paper.number in listed and "5개" in listed
    papers = f"transfer:{paper.id}"
    page = (await counter.get("/counter/receipts/new", params={"papers": papers})).text
    assert "예정 3개" in page and "예정 2개" in page
    fields = await gather(counter, papers, mug.gtin, mug.code)
    answer = await send(counter, "/counter/receipts", fields)
    assert "2개 입고했어요" in (await counter.get(answer.headers["location"])).text
    level = await shop.level(0, shop.world.hongdae)
    assert (level["on_hand"], level["in_transit"]) == (12, 1)
    assert "3개" in (await counter.get("/counter/receipts")).text
    fields = await gather(counter, papers, "MUG-1", "LAMP-1", "LAMP-1", "LAMP-1")
    answer = await send(counter, "/counter/receipts", fields | {f"damaged_{lamp.sku_id}": 1, f"units_{lamp.sku_id}": 3})
    page = (await counter.get(answer.headers["location"])).text
    assert "3개는 바로 판매할 수 있고, 1개는 격리했어요" in page
    level = await shop.level(1, shop.world.hongdae)
    assert (level["on_hand"], level["quarantine"], level["in_transit"]) == (12, 1, 0)
    assert await tasks(shop, shop.world.hongdae) == [("discrepancy", 1, 1, "not_sent")]
    over = await send(counter, "/counter/receipts", fields, headers=HTMX)
    assert 'data-refused="transfer_over"' in over.text
    await balanced(shop)


async def test_a_purchase_and_what_was_not_ordered(counter: AsyncTestClient, shop: Shop) -> None:
    towel = shop.world.items[2]
    paper = await do(
        shop,
        make_purchase,
        shop.world.hongdae,
        lines=[Listed(towel.sku_id, 2)],
        supplier="한빛상사",
        by=shop.world.manager.actor(),
    )
    assert "한빛상사" in (await counter.get("/counter/receipts")).text
    fields = await gather(counter, f"purchase:{paper.id}", "TOWEL-1", "TOWEL-1", "NOTE-1")
    page = (await counter.get("/counter/receipts/new", params=fields)).text
    assert "서류에 없는 상품이 1개 있어요" in page and "서류에 없음" in page
    await send(counter, "/counter/receipts", fields)
    assert (await shop.level(2, shop.world.hongdae))["on_hand"] == 12
    assert await tasks(shop, shop.world.hongdae) == [("discrepancy", 3, 1, "not_ordered")]


async def test_without_papers_and_without_script(counter: AsyncTestClient, shop: Shop) -> None:
    chair = shop.world.items[4]
    answer = await send(counter, "/counter/receipts/lines", {"papers": "", "got": "", "code": chair.gtin})
    assert answer.headers["location"] == f"/counter/receipts/new?papers=&got={chair.sku_id}-1"
    fields = {"papers": "", "got": f"{chair.sku_id}-1", f"units_{chair.sku_id}": 6, f"damaged_{chair.sku_id}": 2}
    answer = await send(counter, "/counter/receipts/lines", fields)
    assert answer.headers["location"].endswith(f"got={chair.sku_id}-6-2")
    done = await send(counter, "/counter/receipts", fields | {"reference": "A-1", "operation_id": "the-same"})
    again = await send(counter, "/counter/receipts", fields | {"reference": "A-1", "operation_id": "the-same"})
    assert done.headers["location"] == again.headers["location"]
    level = await shop.level(4, shop.world.hongdae)
    assert (level["on_hand"], level["quarantine"]) == (14, 2)
    assert "A-1" in (await counter.get("/counter/receipts")).text


async def test_what_was_typed_counts_and_nonsense_is_refused(counter: AsyncTestClient, shop: Shop) -> None:
    mug = shop.world.items[0]
    fields = {"papers": "", "got": f"{mug.sku_id}-1", f"units_{mug.sku_id}": 5}
    answer = await send(counter, "/counter/receipts/lines", fields | {"code": "MUG-1"}, headers=HTMX)
    assert "data-scanned>6<" in answer.text and f"got={mug.sku_id}-5" in answer.text
    for more, code in (
        ({"code": "NOPE"}, "unknown_goods"),
        ({f"units_{mug.sku_id}": "8801234500012"}, "invalid_input"),
        ({f"units_{mug.sku_id}": 1, f"damaged_{mug.sku_id}": 2}, "invalid_input"),
        ({"papers": "transfer:what"}, "not_found"),
        ({"papers": "purchase:01a20190-4a1e-7000-8000-000000000000"}, "not_found"),
    ):
        refused = await send(counter, "/counter/receipts/lines", fields | more, headers=HTMX)
        assert f'data-refused="{code}"' in refused.text, more
    nothing = await send(counter, "/counter/receipts", {"papers": "", "got": ""}, headers=HTMX)
    assert 'data-refused="nothing_listed"' in nothing.text


async def test_the_senders_side_is_not_received_here(client: AsyncTestClient, shop: Shop) -> None:
    paper = await do(
        shop, send_transfer, shop.world.gangnam, to_store_id=shop.world.hongdae, lines=[Listed(shop.world.items[0].sku_id, 1)],
        by=shop.world.manager.actor("office"),
    )  # fmt: skip
    await sign_in_staff(client, shop.world.clerk)
    assert (await client.get(f"/counter/receipts/new?papers=transfer:{paper.id}")).status_code == 404
    assert (await client.get(f"/counter/receipts/{paper.id}")).status_code == 404
