"""/office/stock/…: stocktakes that wait for a manager, transfers, tasks, reconciliation."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from litestar.testing import AsyncTestClient

from store_omni.stockroom.counting import close_count, count_item
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.transferring import receive_transfer

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...stockroom.keeping import balanced, do, tasks

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}


@pytest.fixture
async def office(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.manager)
    return client


async def counted(office: AsyncTestClient, shop: Shop, *figures: tuple[int, int], by=None) -> str:
    """A stocktake of these goods with these figures, closed. Returns its address."""
    by = by or shop.world.clerk.actor()
    codes = " ".join(shop.world.items[index].code for index, _ in figures)
    answer = await send(office, "/office/stock/counts", {"store": "GN", "zone": "skus", "codes": codes})
    address = answer.headers["location"]
    count = UUID(address.rsplit("/", 1)[1])
    for index, units in figures:
        await do(shop, count_item, shop.world.gangnam, count, sku_id=shop.world.items[index].sku_id, counted=units, by=by)
    await do(shop, close_count, shop.world.gangnam, count, by=by)
    return address


async def test_a_large_difference_waits_for_the_manager(office: AsyncTestClient, shop: Shop) -> None:
    address = await counted(office, shop, (0, 9), (1, 1))
    assert ((await shop.level(0))["on_hand"], (await shop.level(1))["on_hand"]) == (9, 10)
    listed = (await office.get("/office/stock/counts")).text
    assert "결정을 기다리는 실사가 1건" in listed and "-441,000원" in listed and "1001" in listed
    page = (await office.get(address)).text
    assert "−9" in page and "-441,000원" in page and "모두 승인" in page
    await send(office, f"{address}/approval")
    assert (await shop.level(1))["on_hand"] == 1
    assert "모두 승인" not in (await office.get(address)).text
    assert address in (await office.get("/office/stock/counts?over=yes")).text
    nothing = await send(office, f"{address}/approval", headers=HTMX)
    assert 'data-refused="nothing_to_approve"' in nothing.text
    await balanced(shop)


async def test_refusing_needs_words_and_has_it_counted_again(office: AsyncTestClient, shop: Shop) -> None:
    address = await counted(office, shop, (1, 1))
    empty = await send(office, f"{address}/refusal", {"reason": " "}, headers=HTMX)
    assert empty.status_code == 422
    await send(office, f"{address}/refusal", {"reason": "창고를 안 세었음"})
    assert (await shop.level(1))["on_hand"] == 10
    assert await tasks(shop) == [("recount", 1, 9, "refused")]


async def test_whoever_counted_does_not_approve(office: AsyncTestClient, shop: Shop) -> None:
    address = await counted(office, shop, (1, 1), by=shop.world.manager.actor("office"))
    assert "다른 사람이 승인해야 해요" in (await office.get(address)).text
    answer = await send(office, f"{address}/approval", headers=HTMX)
    assert (answer.status_code, 'data-refused="own_count"' in answer.text) == (403, True)


async def test_a_stocktake_of_nothing_is_refused(office: AsyncTestClient) -> None:
    for fields, code in (
        ({"zone": "category", "category": "없음"}, "nothing_listed"),
        ({"zone": "shelf", "shelf": ""}, "invalid_input"),
        ({"zone": "skus", "codes": "MUG-1 NOPE"}, "unknown_goods"),
        ({"zone": "elsewhere"}, "invalid_input"),
    ):
        answer = await send(office, "/office/stock/counts", {"store": "GN"} | fields, headers=HTMX)
        assert f'data-refused="{code}"' in answer.text, fields


async def test_zones_and_giving_up(office: AsyncTestClient, shop: Shop) -> None:
    for fields, words in (({"zone": "category", "category": "조명"}, "조명"), ({"zone": "shelf", "shelf": "B3"}, "진열대 B3")):
        answer = await send(office, "/office/stock/counts", {"store": "GN"} | fields)
        assert words in (await office.get(answer.headers["location"])).text
    dropped = await send(office, f"{answer.headers['location']}/dropping")
    assert dropped.headers["location"] == "/office/stock/counts?store=GN"
    assert "그만둠" in (await office.get(answer.headers["location"])).text


async def drafted(office: AsyncTestClient, *codes: tuple[str, int]) -> str:
    """The address of a transfer that is being written."""
    address, lines = "", ""
    for code, units in codes:
        fields = {"sender": "GN", "receiver": "HD", "lines": lines, "code": code, "units": units}
        address = (await send(office, "/office/stock/transfers/lines", fields)).headers["location"]
        lines = address.rsplit("lines=", 1)[1]
    return address


async def test_goods_are_sent_and_partly_arrive(office: AsyncTestClient, shop: Shop) -> None:
    mug, lamp = shop.world.items[:2]
    address = await drafted(office, ("MUG-1", 3), (lamp.gtin, 1), ("MUG-1", 1))
    assert address.endswith(f"lines={mug.sku_id}-4.{lamp.sku_id}-1")
    page = (await office.get(address)).text
    assert "5개 보내기" in page and "강남점 여유 10개" in page
    fields = {"sender": "GN", "receiver": "HD", "lines": address.rsplit("lines=", 1)[1], f"units_{lamp.sku_id}": 2,
              "due": "2026-12-01T15:00"}  # fmt: skip
    sent = (await send(office, "/office/stock/transfers", fields)).headers["location"]
    transfer = UUID(sent.rsplit("/", 1)[1])
    assert (await shop.level(0))["on_hand"] == 6
    assert (await shop.level(1, shop.world.hongdae))["in_transit"] == 2
    assert await shop.pool.fetchval("SELECT expected_at FROM stockroom.transfer") is not None
    await do(
        shop, receive_transfer, shop.world.hongdae, transfer, lines=[Arrived(mug.sku_id, 3)], by=shop.world.other_clerk.actor()
    )
    page = (await office.get(sent)).text
    assert "일부 도착" in page and "3개를 빼고 할 일로 남겨요" in page
    listed = (await office.get("/office/stock/transfers?store=HD")).text
    assert sent in listed and "강남점 →" in listed
    await send(office, f"{sent}/closing", {"note": "오지 않음"})
    level = await shop.level(0, shop.world.hongdae)
    assert (level["on_hand"], level["in_transit"]) == (13, 0)
    assert {(kind, index, units) for kind, index, units, _ in await tasks(shop, shop.world.hongdae)} == {
        ("discrepancy", 0, 1), ("discrepancy", 1, 2),
    }  # fmt: skip
    assert "다 도착하지 않았어요" in (await office.get(sent)).text
    over = await send(office, f"{sent}/closing", headers=HTMX)
    assert 'data-refused="transfer_over"' in over.text
    await balanced(shop)


async def test_what_a_store_had_sent_before_it_closed_down_is_seen_from_the_other(office: AsyncTestClient, shop: Shop) -> None:
    fields = {"sender": "GN", "receiver": "HD", "lines": f"{shop.world.items[0].sku_id}-4"}
    sent = (await send(office, "/office/stock/transfers", fields)).headers["location"]
    there = sent.replace("/GN/", "/HD/")

    async def close_down(store_id: int) -> str:
        await shop.pool.execute("UPDATE stores.store SET active = false WHERE id = $1", store_id)
        office.app.state.known_stores._kept.forget_all()
        return (await office.get("/office/stock/transfers")).text

    assert sent in (await office.get("/office/stock/transfers")).text
    listed = await close_down(shop.world.gangnam)
    assert there in listed and sent not in listed
    assert "강남점 → 홍대점" in (await office.get(there)).text
    assert (await send(office, f"{there}/closing")).headers["location"] == there
    assert "다 도착하지 않았어요" in (await office.get(there)).text
    assert "/office/stock/transfers/HD/" not in await close_down(shop.world.hongdae)


async def test_goods_that_come_to_a_store_that_closed_down_lead_to_the_sender(office: AsyncTestClient, shop: Shop) -> None:
    fields = {"sender": "GN", "receiver": "HD", "lines": f"{shop.world.items[0].sku_id}-4"}
    sent = (await send(office, "/office/stock/transfers", fields)).headers["location"]
    await shop.pool.execute("UPDATE stores.store SET active = false WHERE id = $1", shop.world.hongdae)
    office.app.state.known_stores._kept.forget_all()
    page = (await office.get(sent)).text
    assert "/office/stock/GN/MUG-1" in page and "/office/stock/HD/" not in page


async def test_what_cannot_travel_is_refused(office: AsyncTestClient, shop: Shop) -> None:
    sku = shop.world.items[0].sku_id
    for more, code in (
        ({"lines": ""}, "nothing_listed"),
        ({"lines": f"{sku}-11"}, "not_that_many_free"),
        ({"receiver": "GN"}, "same_store"),
        ({"due": "bald"}, "invalid_input"),
        ({f"units_{sku}": "-3"}, "invalid_input"),
        ({"receiver": "XX"}, "not_found"),
    ):
        fields = {"sender": "GN", "receiver": "HD", "lines": f"{sku}-1"} | more
        answer = await send(office, "/office/stock/transfers", fields, headers=HTMX)
        assert f'data-refused="{code}"' in answer.text, more
    assert (await shop.level(0))["on_hand"] == 10


async def test_an_address_that_makes_no_sense_is_an_empty_list(office: AsyncTestClient, shop: Shop) -> None:
    page = await office.get("/office/stock/transfers/new?sender=ZZ&lines=x-1.7.9999999999999-1.5-0.4-2-1-1&receiver=")
    assert (page.status_code, "무엇을 보낼까요?" in page.text) == (200, True)


async def ordered(office: AsyncTestClient, shop: Shop, **more: object) -> str:
    """A purchase of 4 mugs and 2 lamps for Gangnam. Returns its address."""
    mug, lamp = (item.sku_id for item in shop.world.items[:2])
    fields = {"store": "GN", "supplier": "한빛유통", "lines": f"{mug}-4.{lamp}-2"} | more
    return (await send(office, "/office/stock/purchases", fields)).headers["location"]


async def test_goods_are_ordered_line_by_line_and_partly_come(office: AsyncTestClient, shop: Shop) -> None:
    mug, lamp = shop.world.items[:2]
    fields = {"store": "GN", "supplier": "한빛유통", "number": "PO-7", "due": "2026-01-05"}
    first = (await send(office, "/office/stock/purchases/lines", fields | {"code": "MUG-1", "units": 4})).headers["location"]
    lines = first.rsplit("lines=", 1)[1]
    address = (
        await send(office, "/office/stock/purchases/lines", fields | {"lines": lines, "code": lamp.gtin, "units": 1})
    ).headers["location"]
    page = (await office.get(address)).text
    assert 'value="한빛유통"' in page and 'value="PO-7"' in page and "보유 10개, 여유 10개" in page and "5개 발주하기" in page
    lines = address.rsplit("lines=", 1)[1]
    made = (await send(office, "/office/stock/purchases", fields | {"lines": lines, f"units_{lamp.sku_id}": 2})).headers[
        "location"
    ]
    assert (await shop.level(0))["on_hand"] == 10
    listed = (await office.get("/office/stock/purchases?store=GN")).text
    assert (
        made in listed
        and "PO-7" in listed
        and "도착 늦음" in listed
        and made not in (await office.get("/office/stock/purchases?store=HD")).text
    )
    clerk = shop.world.clerk.actor()
    await do(
        shop, receive, shop.world.gangnam, lines=[Arrived(mug.sku_id, 5)], by=clerk, purchase_id=UUID(made.rsplit("/", 1)[1])
    )
    page = (await office.get(made)).text
    assert "한빛유통 → 강남점" in page and "올 수량" in page and "2개를 할 일로 남기고" in page
    await send(office, f"{made}/closing")
    page = (await office.get(made)).text
    assert "다 들어오지 않았어요" in page and "closing" not in page
    assert {task[:3] for task in await tasks(shop)} == {("discrepancy", 0, 1), ("discrepancy", 1, 2)}
    assert made in (await office.get("/office/stock/purchases?over=yes")).text
    assert made not in (await office.get("/office/stock/purchases")).text
    over = await send(office, f"{made}/closing", headers=HTMX)
    assert 'data-refused="purchase_over"' in over.text
    await balanced(shop)


async def test_a_purchase_that_is_closed_when_all_has_come_has_arrived(office: AsyncTestClient, shop: Shop) -> None:
    made = await ordered(office, shop)
    lines = [Arrived(shop.world.items[0].sku_id, 4), Arrived(shop.world.items[1].sku_id, 2)]
    clerk, purchase = shop.world.clerk.actor(), UUID(made.rsplit("/", 1)[1])
    await do(shop, receive, shop.world.gangnam, lines=lines, by=clerk, purchase_id=purchase)
    assert (await send(office, f"{made}/closing")).headers["location"] == made
    for page in ((await office.get(made)).text, (await office.get("/office/stock/purchases?over=yes")).text):
        assert "도착" in page and "마감됨" not in page and "다 들어오지 않았어요" not in page
    assert await tasks(shop) == []


async def test_closing_sent_twice_is_answered_twice_and_done_once(office: AsyncTestClient, shop: Shop) -> None:
    made, fields = await ordered(office, shop), {"operation_id": "0199d2f0-0000-7000-8000-000000000002"}
    for _ in range(2):
        assert (await send(office, f"{made}/closing", fields)).headers["location"] == made
    sent = (await send(office, "/office/stock/transfers", {
        "sender": "GN", "receiver": "HD", "lines": f"{shop.world.items[0].sku_id}-2",
    })).headers["location"]  # fmt: skip
    fields = {"operation_id": "0199d2f0-0000-7000-8000-000000000003", "note": "분실"}
    for _ in range(2):
        assert (await send(office, f"{sent}/closing", fields)).headers["location"] == sent
    assert len(await tasks(shop)) == 2 and len(await tasks(shop, shop.world.hongdae)) == 1


@pytest.mark.parametrize(
    ("paper", "fields"),
    [("purchases", {"store": "GN", "supplier": "한빛유통"}), ("transfers", {"sender": "GN", "receiver": "HD"})],
)
async def test_a_code_that_was_typed_last_is_added_before_anything_is_sent(
    office: AsyncTestClient, shop: Shop, paper: str, fields: dict[str, str]
) -> None:
    mug, lamp = (item.sku_id for item in shop.world.items[:2])
    more = {"lines": f"{mug}-4", "code": shop.world.items[1].code}
    address = (await send(office, f"/office/stock/{paper}", fields | more)).headers["location"]
    assert address.endswith(f"&lines={lamp}-1.{mug}-4")
    assert (
        await shop.pool.fetchval("SELECT (SELECT count(*) FROM stockroom.purchase) + (SELECT count(*) FROM stockroom.transfer)")
        == 0
    )
    # What nobody knows stands neither on the page nor in the sum.
    assert 'value="' + f'{mug}-4"' in (await office.get(f"/office/stock/{paper}/new?lines={mug}-4.99999-5")).text


async def test_a_long_paper_loses_no_line(office: AsyncTestClient, shop: Shop) -> None:
    lines = ".".join([f"{shop.world.items[0].sku_id}-3", *(f"{100_000_000 + number}-99999" for number in range(299))])
    address = (await send(office, "/office/stock/purchases/lines", {"store": "GN", "lines": lines})).headers["location"]
    assert address.endswith(f"lines={lines}")


async def test_a_store_sees_at_a_level_what_suppliers_will_bring(office: AsyncTestClient, shop: Shop) -> None:
    level = f"/office/stock/GN/{shop.world.items[0].code}"
    assert "발주 중" not in (await office.get(level)).text
    late = await ordered(office, shop, due=(datetime.now(UTC) - timedelta(days=9)).date().isoformat())
    other = await ordered(office, shop, supplier="두손상회", store="HD")
    page = (await office.get(level)).text
    assert "발주 중" in page and late in page and "한빛유통 4개" in page and "도착 늦음" in page and other not in page
    mug = shop.world.items[0].sku_id
    paper = UUID(late.rsplit("/", 1)[1])
    by = shop.world.clerk.actor()
    await do(shop, receive, shop.world.gangnam, lines=[Arrived(mug, 3)], by=by, purchase_id=paper)
    assert "한빛유통 1개" in (await office.get(level)).text
    await do(shop, receive, shop.world.gangnam, lines=[Arrived(mug, 1)], by=by, purchase_id=paper)
    assert "발주 중" not in (await office.get(level)).text


DAY = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
LATE = (datetime.now(UTC) - timedelta(days=9)).date().isoformat()


async def test_who_delivers_and_when_can_be_put_right(office: AsyncTestClient, shop: Shop) -> None:
    made = await ordered(office, shop, due=LATE)
    seen = {"supplier_was": "한빛유통", "due_was": LATE}
    assert (
        f'name="supplier_was" value="한빛유통"><input type="hidden" name="due_was" value="{LATE}"'
        in (await office.get(made)).text
    )
    first = {"supplier": "두손상회", "due": LATE, "operation_id": "0199d2f0-0000-7000-8000-000000000007"} | seen
    await send(office, f"{made}/correction", first)
    # Somebody else, whose page is older, gives only another day.
    await send(office, f"{made}/correction", {"supplier": "한빛유통", "due": DAY} | seen)
    assert (await send(office, f"{made}/correction", first)).status_code < 400  # the first one comes once more, late
    page = (await office.get(made)).text
    assert "두손상회 → 강남점" in page and "도착 늦음" not in page
    assert tuple(await shop.pool.fetchrow("SELECT supplier, expected_on::text FROM stockroom.purchase")) == ("두손상회", DAY)
    facts = await shop.pool.fetch("SELECT data FROM journal.fact WHERE kind = 'stock.purchase_corrected' ORDER BY at")
    assert [fact["data"] for fact in facts] == [
        {"supplier": True, "expected_on": [LATE, LATE]},
        {"supplier": False, "expected_on": [LATE, DAY]},
    ]
    other = await send(office, f"{made}/correction", first | {"supplier": "넷"}, headers=HTMX)
    assert other.status_code == 409
    await send(office, f"{made}/correction", {"supplier": "두손상회", "due": ""} | {"supplier_was": "두손상회", "due_was": DAY})
    assert await shop.pool.fetchval("SELECT expected_on FROM stockroom.purchase") is None


async def test_a_correction_that_makes_no_sense_is_refused(office: AsyncTestClient, shop: Shop) -> None:
    made = await ordered(office, shop, due=LATE)
    for fields in ({"supplier": " ", "due": DAY}, {"supplier": "x", "due": "bald"}, {"supplier": "한" * 101, "due": ""}):
        refused = await send(office, f"{made}/correction", fields, headers=HTMX)
        assert 'data-refused="invalid_input"' in refused.text
    # What was there before and nobody touched is not looked at: it may be older than what may be typed today.
    await shop.pool.execute("UPDATE stockroom.purchase SET supplier = '', expected_on = '2020-01-01'")
    old = {"supplier_was": "", "due_was": "2020-01-01"}
    await send(office, f"{made}/correction", {"supplier": "두손상회", "due": "2020-01-01"} | old)
    assert await shop.pool.fetchval("SELECT supplier FROM stockroom.purchase") == "두손상회"
    lines = [Arrived(item.sku_id, units) for item, units in zip(shop.world.items[:2], (4, 2), strict=True)]
    by = shop.world.clerk.actor()
    await do(shop, receive, shop.world.gangnam, lines=lines, by=by, purchase_id=UUID(made.rsplit("/", 1)[1]))
    over = await send(office, f"{made}/correction", {"supplier": "x", "due": ""}, headers=HTMX)
    assert 'data-refused="purchase_over"' in over.text


async def test_goods_that_are_no_longer_sold_are_marked_on_a_paper(office: AsyncTestClient, shop: Shop) -> None:
    mug, lamp = shop.world.items[:2]
    await shop.pool.execute("UPDATE catalog.sku SET active = false WHERE id = $1", lamp.sku_id)
    for paper in ("purchases", "transfers"):
        page = (await office.get(f"/office/stock/{paper}/new?store=GN&sender=GN&lines={mug.sku_id}-1.{lamp.sku_id}-1")).text
        assert page.count("판매 종료") == 1, paper


async def test_an_order_sent_twice_is_expected_once(office: AsyncTestClient, shop: Shop) -> None:
    twice = [await ordered(office, shop, operation_id="0199d2f0-0000-7000-8000-000000000001") for _ in range(2)]
    assert twice[0] == twice[1] and await shop.pool.fetchval("SELECT count(*) FROM stockroom.purchase") == 1


async def test_what_nobody_delivers_is_refused(office: AsyncTestClient, shop: Shop) -> None:
    await ordered(office, shop, number="PO-8")
    for more, code in (
        ({"lines": ""}, "nothing_listed"),
        ({"supplier": " "}, "invalid_input"),
        ({"due": "bald"}, "invalid_input"),
        ({"due": "2031-01-01"}, "invalid_input"),
        ({"due": "2026-W40-1"}, "invalid_input"),
        ({"supplier": "한" * 101}, "invalid_input"),
        ({"number": "7" * 101}, "invalid_input"),
        ({f"units_{shop.world.items[0].sku_id}": "0000000011234567"}, "invalid_input"),
        ({"number": "PO-8"}, "number_taken"),
        ({f"units_{shop.world.items[0].sku_id}": "-3"}, "invalid_input"),
        ({"store": "XX"}, "not_found"),
    ):
        fields = {"store": "GN", "supplier": "한빛유통", "lines": f"{shop.world.items[0].sku_id}-1"} | more
        answer = await send(office, "/office/stock/purchases", fields, headers=HTMX)
        assert f'data-refused="{code}"' in answer.text, more
    unknown = await send(office, "/office/stock/purchases/lines", {"store": "GN", "code": "NOPE"}, headers=HTMX)
    assert 'data-refused="unknown_goods"' in unknown.text
    assert await shop.pool.fetchval("SELECT count(*) FROM stockroom.purchase") == 1


async def test_without_a_store_there_is_nothing_to_write(office: AsyncTestClient, shop: Shop) -> None:
    await shop.pool.execute("UPDATE stores.store SET active = false")
    office.app.state.known_stores._kept.forget_all()
    for paper in ("purchases", "transfers"):
        answer = await office.get(f"/office/stock/{paper}/new")
        assert (answer.status_code, "아직 매장이 없어요" in answer.text) == (409, True)


async def test_a_clerk_orders_nothing(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    for address in (
        "/purchases",
        "/purchases/lines",
        "/tasks/GN/tills/retiring",
        f"/purchases/GN/{shop.world.manager.id}/closing",
        f"/purchases/GN/{shop.world.manager.id}/correction",
    ):
        answer = await send(client, f"/office/stock{address}", {"store": "GN", "supplier": "x", "lines": "1-1"}, headers=HTMX)
        assert answer.status_code in (401, 403), address
    assert not await shop.pool.fetchval("SELECT count(*) FROM stockroom.purchase")


async def test_tasks_are_settled_with_a_word(office: AsyncTestClient, shop: Shop) -> None:
    address = await counted(office, shop, (1, 1))
    await send(office, f"{address}/refusal", {"reason": "다시"})
    page = (await office.get("/office/stock/tasks?kind=recount&store=GN")).text
    assert "무선 스탠드 조명 루나" in page and "매니저가 차이를 승인하지 않음" in page
    task = await shop.pool.fetchval("SELECT id FROM stockroom.task WHERE closed_at IS NULL")
    listed = {"of_store": "GN", "of_kind": "recount"}
    wrong = await send(office, f"/office/stock/tasks/GN/{task}/closing", {"how": ""} | listed, headers=HTMX)
    assert wrong.status_code == 422
    done = await send(office, f"/office/stock/tasks/GN/{task}/closing", {"how": "explained"} | listed)
    assert done.headers["location"] == "/office/stock/tasks?store=GN&kind=recount"
    assert "할 일이 없어요" in (await office.get("/office/stock/tasks")).text


async def test_a_till_that_fell_silent_is_shown_and_may_be_retired(office: AsyncTestClient, shop: Shop) -> None:
    await shop.pool.execute(
        """INSERT INTO stockroom.till_feed (store_id, till, heard_at) VALUES
           ($1, 'POS-1', now()), ($1, 'POS-2', now() - interval '25 hours'), ($1, 'POS <3>', '1970-01-01Z'), ($2, 'POS-9', now())""",
        shop.world.gangnam, shop.world.hongdae,
    )  # fmt: skip
    assert await shop.pool.fetchval("SELECT stockroom.silent_stores()") == [shop.world.gangnam]
    page = (await office.get("/office/stock/tasks")).text
    assert "강남점 · POS-2" in page and "POS &lt;3&gt;" in page and "한 적 없음" in page
    assert "POS-1" not in page and "POS-9" not in page
    assert "POS-2" not in (await office.get("/office/stock/tasks?store=HD")).text
    for place in ("/office/stock/GN/MUG-1", "/office/stock/GN/MUG-1/explanation"):
        page = (await office.get(place)).text
        assert "판매가 빠졌을 수 있는 POS" in page and "POS &lt;3&gt;, POS-2" in page and "80" in page
        elsewhere = (await office.get(place.replace("GN", "HD"))).text
        assert "판매가 빠졌을 수 있는 POS" not in elsewhere and "못 찾은 횟수" not in page
    await shop.pool.execute(
        "INSERT INTO stockroom.trust (store_id, sku_id, short_picks) VALUES ($1, $2, 1)",
        shop.world.gangnam, shop.world.items[0].sku_id,
    )  # fmt: skip
    assert "진열대에서 못 찾은 횟수" in (await office.get("/office/stock/GN/MUG-1")).text
    address = "/office/stock/tasks/GN/tills/retiring"
    still = await send(office, address, {"till": "POS-1"}, headers=HTMX)
    assert 'data-refused="till_reports"' in still.text
    for till in ("POS-2", "POS <3>", "POS-2"):
        done = await send(office, address, {"till": till, "of_store": "GN"})
        assert done.headers["location"] == "/office/stock/tasks?store=GN"
    assert "할 일이 없어요" in (await office.get("/office/stock/tasks")).text
    assert await shop.pool.fetchval("SELECT stockroom.silent_stores()") == []
    # One that sends sales, and never says that these were all, is still there.
    await shop.pool.execute("UPDATE stockroom.till_feed SET heard_at = '1970-01-01Z'")
    await shop.pool.execute(
        """INSERT INTO stockroom.till_report (store_id, till, number, kind, body_hash, document_id, happened_at)
           SELECT store_id, 'POS-1', '1', 'sale', '', id, now() FROM inventory.document WHERE store_id = $1 LIMIT 1""",
        shop.world.gangnam,
    )
    talking = await send(office, address, {"till": "POS-1"}, headers=HTMX)
    assert 'data-refused="till_reports"' in talking.text
    await shop.pool.execute("UPDATE stores.store SET active = false WHERE code = 'HD'")
    assert "POS-9" not in (await office.get("/office/stock/tasks")).text
    facts = await shop.pool.fetch("SELECT actor_id FROM journal.fact WHERE kind = 'stock.till_retired'")
    assert [fact["actor_id"] for fact in facts] == [str(shop.world.manager.id)] * 2


async def test_drift_is_shown_and_mended_on_purpose(office: AsyncTestClient, shop: Shop) -> None:
    assert "모두 맞아요" in (await office.get("/office/stock/drift")).text
    await shop.pool.execute(
        "UPDATE inventory.stock_level SET on_hand = on_hand + 3 WHERE store_id = $1 AND sku_id = $2",
        shop.world.gangnam, shop.world.items[0].sku_id,
    )  # fmt: skip
    page = (await office.get("/office/stock/drift")).text
    assert "클래식 머그컵" in page and "+3" in page and "변동 합계" in page
    assert "모두 맞아요" in (await office.get("/office/stock/drift?store=HD")).text
    for fields in ({"reason": "", "sure": "1"}, {"reason": "unknown"}):
        assert (await send(office, "/office/stock/drift/GN/mending", fields, headers=HTMX)).status_code == 422
    done = await send(office, "/office/stock/drift/GN/mending", {"reason": "changed_outside", "sure": "1"})
    page = (await office.get(done.headers["location"])).text
    assert "수량 1건을 기록으로 바로잡았어요" in page and "모두 맞아요" in page
    fact = await shop.pool.fetchrow("SELECT actor_id, data FROM journal.fact WHERE kind = 'stock.drift_explained'")
    assert (fact["actor_id"], fact["data"]["reason"]) == (str(shop.world.manager.id), "changed_outside")
    await balanced(shop)
