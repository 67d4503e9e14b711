"""/office/stock: a manager finds levels, reads one and its movements, and changes it on purpose."""

import csv
import io

import pytest
from litestar.testing import AsyncTestClient

from store_omni.stockroom.counting import Zone, start_count
from store_omni.stockroom.doubting import doubt
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.ruling import Rule, change_rule
from store_omni.stockroom.transferring import send_transfer

from ...factories.browsing import send, sign_in_staff
from ...factories.ordering import Shop
from ...factories.world import put_stock
from ...stockroom.keeping import balanced, do, entries

pytestmark = pytest.mark.anyio
HTMX = {"hx-request": "true"}
MUG = "/office/stock/GN/MUG-1"


@pytest.fixture
async def office(client: AsyncTestClient, shop: Shop) -> AsyncTestClient:
    await sign_in_staff(client, shop.world.manager)
    return client


async def test_levels_are_found_by_name_code_and_barcode(office: AsyncTestClient, shop: Shop) -> None:
    assert "재고 12건" in (await office.get("/office/stock")).text
    for typed in ("머그", "MUG-1", shop.world.items[0].gtin, "ㅋㄹㅅ"):
        page = (await office.get("/office/stock", params={"q": typed})).text
        assert ("재고 2건" in page, "클래식 머그컵" in page, "무지 노트" in page) == (True, True, False), typed
    here = (await office.get("/office/stock", params={"q": "머그", "store": "HD"})).text
    assert "재고 1건" in here and "/office/stock/HD/MUG-1" in here
    assert "찾은 상품이 없어요" in (await office.get("/office/stock", params={"q": "없는것"})).text
    fragment = (await office.get("/office/stock?q=머그", headers=HTMX)).text
    assert "<html" not in fragment and "MUG-1" in fragment


async def test_figures_are_grouped_wherever_they_stand(office: AsyncTestClient, shop: Shop) -> None:
    await put_stock(shop.pool, shop.world.gangnam, shop.world.items[0].sku_id, 12345)
    has = (await shop.level(0))["on_hand"]
    assert has > 12000
    for address in ("/office/stock?q=MUG-1&store=GN", MUG, f"{MUG}/ledger", f"{MUG}/explanation"):
        page = (await office.get(address)).text
        assert f">{has:,}<" in page and f">{has}<" not in page, address


async def test_trouble_is_one_click_away(office: AsyncTestClient, shop: Shop) -> None:
    world, manager = shop.world, shop.world.manager.actor("office")
    mug, lamp, towel, note = (item.sku_id for item in world.items[:4])
    await do(shop, change_rule, world.gangnam, lamp, Rule("web", safety=11), by=manager)
    await do(shop, doubt, world.gangnam, towel, units=1, reason="not_found", by=world.clerk.actor())
    await do(shop, doubt, world.gangnam, towel, units=1, reason="not_found", by=world.clerk.actor())
    await do(shop, send_transfer, world.hongdae, to_store_id=world.gangnam, lines=[Listed(note, 2)], by=manager)
    await shop.place((0, 4))
    await send(office, f"{MUG}/adjustments", {"adjust_units": 8, "adjust_reason": "fewer:stolen"})
    expected = {
        "short": ["MUG-1"], "below_safety": ["LAMP-1"], "low_confidence": ["TOWEL-1"], "in_transit": ["NOTE-1"],
        "tasks": ["MUG-1", "TOWEL-1"], "quarantine": [], "empty": [],
    }  # fmt: skip
    for only, codes in expected.items():
        page = (await office.get(f"/office/stock?only={only}")).text
        assert [code for code in ("MUG-1", "LAMP-1", "TOWEL-1", "NOTE-1") if f"/{code}" in page] == codes, only
    assert (await shop.level(0))["short"] == 2
    assert mug


async def test_all_of_it_comes_as_a_file(office: AsyncTestClient, shop: Shop) -> None:
    await shop.pool.execute("UPDATE catalog.product SET name_ko = '=1+1' WHERE code = 'NOTE'")
    answer = await office.get("/office/stock/levels.csv?store=GN")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:7] == ["매장 코드", "매장", "상품 코드", "바코드", "상품명", "옵션", "매장 보유"]
    assert len(rows) == 7
    assert {row[0] for row in rows[1:]} == {"GN"}
    note = next(row for row in rows if row[2] == "NOTE-1")
    assert (note[4], note[6], note[13]) == ("'=1+1", "10", "10")


async def test_what_nobody_ever_counted_is_not_called_well_known(office: AsyncTestClient, shop: Shop) -> None:
    page = (await office.get(MUG)).text
    assert "실사한 적 없음" in page and "높음" not in page
    await shop.pool.execute(
        "INSERT INTO stockroom.trust (store_id, sku_id, counted_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING",
        shop.world.gangnam, shop.world.items[0].sku_id,
    )  # fmt: skip
    page = (await office.get(MUG)).text
    assert "높음 100" in page and "실사한 적 없음" not in page


async def test_one_level_says_how_its_figure_is_made(office: AsyncTestClient, shop: Shop) -> None:
    placed = await shop.place((0, 3))
    await do(
        shop, change_rule, shop.world.gangnam, shop.world.items[0].sku_id, Rule("web", safety=2), by=shop.world.manager.actor()
    )
    page = (await office.get(MUG)).text
    terms = [text.split("<")[0] for text in page.split('<dl class="sum">')[1].split("</dl>")[0].split("<dd>")[1:]]
    assert terms == ["10", "3", "0", "2", "5"]
    assert "주문 배정" in page and "첫 재고" in page and "보유 10개에서 10개로" in page
    cause = next(part for part in page.split('href="') if part.startswith("/office/stock/causes/order/")).split('"')[0]
    answer = await office.get(cause, follow_redirects=False)
    assert answer.headers["location"] == f"/desk/orders/{placed.number}"
    for address in ("/office/stock/XX/MUG-1", "/office/stock/GN/NOTHING", f"{cause[:-4]}0000"):
        assert (await office.get(address)).status_code == 404, address


async def test_periods_and_older_movements_come_alone(office: AsyncTestClient, shop: Shop) -> None:
    for _ in range(52):
        await shop.pool.execute(
            """SELECT inventory.post($1::jsonb, 'adjustment', NULL, 'office', 'manager', NULL, NULL)""",
            [{"store": shop.world.gangnam, "sku": shop.world.items[0].sku_id, "kind": "adjust", "on_hand": 1, "reason": "found"}],
        )
    plot = (await office.get(f"{MUG}?days=7", headers=HTMX)).text
    assert "<html" not in plot and "<path" in plot and 'aria-current="page">7일' in plot
    assert (await office.get(f"{MUG}?days=99")).status_code == 200
    page = (await office.get(MUG)).text
    assert f"{MUG}/ledger?before=4" in page
    older = (await office.get(f"{MUG}/ledger?before=4", headers=HTMX)).text
    assert "첫 재고" in older and "<html" not in older
    assert "<html" in (await office.get(f"{MUG}/ledger?before=4")).text


async def test_a_change_by_hand_has_a_reason_and_can_be_taken_back(office: AsyncTestClient, shop: Shop) -> None:
    answer = await send(
        office, f"{MUG}/adjustments", {"adjust_units": 3, "adjust_reason": "fewer:lost", "adjust_note": "선반 뒤"}
    )
    assert answer.headers["location"] == MUG
    assert await entries(shop, 0) == [("adjust", -3, "lost")]
    page = (await office.get(MUG)).text
    assert "찾을 수 없음 · 선반 뒤" in page and "undoing" in page
    undone = await send(office, f"{MUG}/undoing", {"version": 2})
    assert undone.status_code == 303
    assert await entries(shop, 0) == [("adjust", -3, "lost"), ("adjust", 3, "typing_error")]
    assert "undoing" not in (await office.get(MUG)).text
    again = await send(office, f"{MUG}/undoing", {"version": 2}, headers=HTMX)
    assert (again.status_code, 'data-refused="something_since"' in again.text) == (409, True)
    await balanced(shop)


async def test_a_change_that_does_not_fit_is_refused(office: AsyncTestClient, shop: Shop) -> None:
    await shop.place((0, 3))
    for fields, code in (
        ({"adjust_units": 1, "adjust_reason": ""}, "invalid_input"),
        ({"adjust_units": 0, "adjust_reason": "more:found"}, "invalid_input"),
        ({"adjust_units": 1, "adjust_reason": "more:lost"}, "invalid_input"),
        ({"adjust_units": 11, "adjust_reason": "fewer:lost"}, "more_than_there"),
        ({"adjust_units": 8, "adjust_reason": "fewer:given_away"}, "not_that_many_free"),
    ):
        answer = await send(office, f"{MUG}/adjustments", fields, headers=HTMX)
        assert f'data-refused="{code}"' in answer.text, fields
    assert (await shop.level(0))["on_hand"] == 10


async def test_sent_twice_it_changes_once(office: AsyncTestClient, shop: Shop) -> None:
    fields = {"adjust_units": 2, "adjust_reason": "more:found", "operation_id": "the-same"}
    for _ in range(2):
        assert (await send(office, f"{MUG}/adjustments", fields)).status_code == 303
    assert (await shop.level(0))["on_hand"] == 12


async def test_damaged_goods_go_to_quarantine_and_out_of_it(office: AsyncTestClient, shop: Shop) -> None:
    await send(office, f"{MUG}/damage", {"damage_units": 4, "damage_reason": "broken"})
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"]) == (6, 4)
    await send(office, f"{MUG}/quarantine", {"quarantine_units": 1, "to": "shelf"})
    await send(office, f"{MUG}/quarantine", {"quarantine_units": 3, "to": "written_off"})
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"]) == (7, 0)
    assert "Back on" not in (await office.get(MUG)).text and "격리 처리" not in (await office.get(MUG)).text
    await send(office, f"{MUG}/damage", {"damage_units": 2, "damage_reason": "broken"})
    await send(office, f"{MUG}/undoing", {"version": 5})
    assert (await shop.level(0))["on_hand"] == 7


def rule_fields(**more: object) -> dict[str, object]:
    fields: dict[str, object] = {}
    for channel in ("web", "mobile", "phone", "chat", "counter", "api"):
        fields |= {f"safety_{channel}": 0, f"few_{channel}": 4, f"version_{channel}": 0}
    return fields | more


async def test_selling_rules_are_versions_and_never_overwrite_each_other(office: AsyncTestClient, shop: Shop) -> None:
    sku = shop.world.items[0].sku_id
    await send(office, f"{MUG}/rules", rule_fields(safety_web=4, closed_phone="1"))
    rows = await shop.pool.fetch(
        "SELECT channel, safety, closed, version FROM inventory.selling_rule WHERE sku_id = $1 ORDER BY 1", sku
    )
    assert [tuple(row) for row in rows] == [("phone", 0, True, 1), ("web", 4, False, 1)]
    stale = await send(office, f"{MUG}/rules", rule_fields(safety_web=9), headers=HTMX)
    assert (stale.status_code, 'data-refused="rule_changed"' in stale.text) == (409, True)
    await send(office, f"{MUG}/rules", rule_fields(safety_web=1, version_web=1, version_phone=1))
    versions = await shop.pool.fetch("SELECT channel, version, safety, closed FROM inventory.selling_rule_version ORDER BY 1, 2")
    assert [tuple(row) for row in versions] == [
        ("phone", 1, 0, True),
        ("phone", 2, 0, False),
        ("web", 1, 4, False),
        ("web", 2, 1, False),
    ]
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'stock.rule_changed'") == 4
    page = (await office.get(MUG)).text
    assert "버전 2" in page and "mark-rules" in page


async def test_a_recount_is_asked_for_once(office: AsyncTestClient, shop: Shop) -> None:
    first = await send(office, f"{MUG}/recount")
    again = await send(office, f"{MUG}/recount")
    assert first.headers["location"] == again.headers["location"]
    assert "매장에서 세고 있어요" in (await office.get(first.headers["location"])).text
    await do(
        shop,
        start_count,
        shop.world.gangnam,
        zone=Zone("skus", sku_ids=[shop.world.items[0].sku_id]),
        by=shop.world.clerk.actor(),
    )


async def test_codes_of_any_letters_lead_on(office: AsyncTestClient, shop: Shop) -> None:
    await shop.pool.execute("UPDATE stores.store SET code = '강남 1' WHERE id = $1", shop.world.gangnam)
    await shop.pool.execute("UPDATE catalog.sku SET code = '머그 & 컵' WHERE id = $1", shop.world.items[0].sku_id)
    address = "/office/stock/%EA%B0%95%EB%82%A8%201/%EB%A8%B8%EA%B7%B8%20%26%20%EC%BB%B5"
    assert address in (await office.get("/office/stock")).text
    for act, fields in (("adjustments", {"adjust_units": 1, "adjust_reason": "more:found"}), ("recount", {})):
        answer = await send(office, f"{address}/{act}", fields)
        assert (await office.get(answer.headers["location"])).status_code == 200
    assert (await office.get(f"{address}/explanation")).status_code == 200


async def test_only_managers_come_in(client: AsyncTestClient, shop: Shop) -> None:
    await sign_in_staff(client, shop.world.clerk)
    for address in ("/office/stock", MUG, "/office/stock/levels.csv", "/office/stock/counts", "/office/stock/drift"):
        assert (await client.get(address)).status_code == 403, address
    assert (await send(client, f"{MUG}/adjustments", {"adjust_units": 1, "adjust_reason": "more:found"})).status_code == 403
