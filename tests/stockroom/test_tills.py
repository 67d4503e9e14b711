"""Tills report late, twice, at once and wrongly; each sale counts once, and only an impossible time is refused."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from store_omni.stockroom.counting import Zone, close_count, count_item, start_count
from store_omni.stockroom.hearing_tills import NEVER_HEARD, TillAnswer, TillLine, TillPaper
from store_omni.stockroom.selling_at_till import report_sales
from store_omni.stockroom.stating_at_till import report_counts

from ..factories.ordering import Shop
from .keeping import balanced, do, during_a_sale, entries, tasks, trust

pytestmark = pytest.mark.anyio


def now() -> datetime:
    return datetime.now(UTC)


def paper(shop: Shop, number: str, *lines: tuple[int | str, int], at: datetime | None = None) -> TillPaper:
    codes = [(shop.world.items[what].code if isinstance(what, int) else what, qty) for what, qty in lines]
    return TillPaper(number, at or now(), [TillLine(*line) for line in codes])


async def sold(shop: Shop, *papers: TillPaper, till: str = "1", complete: bool = True) -> list[TillAnswer]:
    by = shop.world.manager.actor()
    return await do(shop, report_sales, shop.world.gangnam, till=till, sales=list(papers), by=by, complete=complete)


async def stated(shop: Shop, *papers: TillPaper, till: str = "1") -> list[TillAnswer]:
    return await do(shop, report_counts, shop.world.gangnam, till=till, counts=list(papers), by=shop.world.manager.actor())


async def on_hand(shop: Shop, index: int = 0) -> int:
    return (await shop.level(index))["on_hand"]


async def test_a_sale_and_a_take_back(shop: Shop) -> None:
    gtin = shop.world.items[1].gtin
    answers = await sold(shop, paper(shop, "77", (0, 2), (gtin, 1), (0, 1)), paper(shop, "78", (0, -1)))
    assert [(answer.number, answer.state, answer.unknown) for answer in answers] == [("77", "applied", []), ("78", "applied", [])]
    assert (await on_hand(shop, 0), await on_hand(shop, 1)) == (8, 9)
    assert await entries(shop, 0) == [("sell", -3, ""), ("return", 1, "")]
    documents = await shop.pool.fetch("SELECT kind, reference FROM inventory.document WHERE kind = 'till_sale' ORDER BY 2")
    assert [tuple(row) for row in documents] == [("till_sale", "1/77"), ("till_sale", "1/78")]
    await balanced(shop)


async def test_reported_twice_it_counts_once_and_gets_the_first_answer(shop: Shop) -> None:
    sale = paper(shop, "77", (0, 12))
    first = (await sold(shop, sale))[0]
    assert (first.state, first.sold_more) == ("applied", {"MUG-1": 2})
    elsewhere = TillPaper(sale.number, sale.happened_at.astimezone(), sale.lines)
    again = await sold(shop, paper(shop, "78", (1, 1)), elsewhere)
    assert [answer.state for answer in again] == ["applied", "replayed"]
    assert (again[1].document_id, again[1].sold_more) == (first.document_id, first.sold_more)
    # The same number on another till is another sale; with another body on this one it is a mistake.
    assert (await sold(shop, sale, till="2"))[0].state == "applied"
    assert (await sold(shop, paper(shop, "77", (0, 11), at=sale.happened_at)))[0].state == "reused"
    assert (await stated(shop, paper(shop, "77", (0, 12), at=sale.happened_at)))[0].state == "reused"
    assert (await on_hand(shop, 0), await on_hand(shop, 1)) == (0, 9)
    await balanced(shop)


async def test_twice_in_one_call_and_in_two_at_once(shop: Shop) -> None:
    sale = paper(shop, "77", (0, 1), (1, 1))
    answers = await sold(shop, sale, sale, paper(shop, "77", (0, 9)))
    assert [answer.state for answer in answers] == ["applied", "replayed", "reused"]
    more = [paper(shop, str(n), (n % 3, 1)) for n in range(20)]
    at_once = await asyncio.gather(sold(shop, *more), sold(shop, *reversed(more)), sold(shop, *more, till="2"))
    assert sorted(answer.state for answers in at_once[:2] for answer in answers) == ["applied"] * 20 + ["replayed"] * 20
    sold_units = await shop.pool.fetchval("SELECT -sum(d_on_hand) FROM inventory.ledger_entry WHERE kind = 'sell'")
    assert sold_units == 2 + 20 + 20
    await balanced(shop)


async def test_more_sold_than_we_knew_of_is_found_first_and_then_sold(shop: Shop) -> None:
    answers = await sold(shop, paper(shop, "1", (0, 7)), paper(shop, "2", (0, 5)), paper(shop, "3", (0, 1)))
    assert [answer.sold_more for answer in answers] == [{}, {"MUG-1": 2}, {"MUG-1": 1}]
    assert (await entries(shop, 0))[1:] == [
        ("adjust", 2, "till_sold_more"), ("sell", -5, ""), ("adjust", 1, "till_sold_more"), ("sell", -1, ""),
    ]  # fmt: skip
    assert await on_hand(shop) == 0
    await balanced(shop)


async def test_promised_units_that_were_sold_are_missing_and_a_task_says_so(shop: Shop) -> None:
    await shop.place((0, 9))
    answers = await sold(shop, paper(shop, "1", (0, 4)), paper(shop, "2", (0, 7)))
    assert answers[1].sold_more == {"MUG-1": 1} and answers[1].short == {"MUG-1": 9}
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"], level["short"]) == (0, 9, 9)
    assert await tasks(shop) == [("short", 0, 9, "")]
    await sold(shop, paper(shop, "3", (0, -9)))
    assert await tasks(shop) == []
    await balanced(shop)


async def test_late_sales_and_online_orders_at_once_always_balance(shop: Shop) -> None:
    """Whoever comes first: what is promised and gone is short, by the unit, and never sold again."""
    orders = [shop.place((0, 1), key=f"order-{n}") for n in range(14)]
    sales = [sold(shop, paper(shop, str(n), (0, 1)), till=str(n % 3)) for n in range(6)]
    done = await asyncio.gather(*orders, *sales, return_exceptions=True)
    placed = sum(not isinstance(answer, BaseException) for answer in done[:14])
    assert not any(isinstance(answer, BaseException) for answer in done[14:])
    level = await shop.level(0)
    assert level["allocated"] == placed and level["on_hand"] == 4
    assert level["short"] == max(0, placed - 4) and (await tasks(shop) != []) == (placed > 4)
    await balanced(shop)


async def test_what_we_do_not_know_is_said_and_the_rest_counts(shop: Shop) -> None:
    await shop.pool.execute(
        "INSERT INTO catalog.sku (product_id, code, kind, price_minor, currency) SELECT id, 'WRAP', 'service', 1000, 'KRW' "
        "FROM catalog.product LIMIT 1"
    )
    answer = (await sold(shop, paper(shop, "1", (0, 1), ("WRAP", 1), ("GHOST", 2))))[0]
    assert (answer.state, answer.unknown, await on_hand(shop)) == ("applied", ["GHOST"], 9)
    note = await shop.pool.fetchval("SELECT note FROM inventory.document WHERE kind = 'till_sale'")
    assert note == "GHOST"
    only_unknown = (await sold(shop, paper(shop, "2", ("GHOST", 2))))[0]
    assert only_unknown.state == "applied"


async def test_a_bundle_sells_its_parts(shop: Shop) -> None:
    bundle = await shop.pool.fetchval(
        "INSERT INTO catalog.sku (product_id, code, kind, price_minor, currency) SELECT id, 'SET', 'bundle', 60000, 'KRW' "
        "FROM catalog.product LIMIT 1 RETURNING id"
    )
    await shop.pool.executemany(
        "INSERT INTO catalog.bundle_part VALUES ($1, $2, $3)",
        [(bundle, shop.world.items[0].sku_id, 2), (bundle, shop.world.items[1].sku_id, 1)],
    )
    await sold(shop, paper(shop, "1", ("SET", 2), (0, 1)))
    assert (await on_hand(shop, 0), await on_hand(shop, 1)) == (5, 8)
    await balanced(shop)


async def test_what_the_till_believes_is_corrected_by_what_moved_since(shop: Shop) -> None:
    await sold(shop, paper(shop, "1", (0, 2)))
    at = now()
    await sold(shop, paper(shop, "2", (0, 3)))
    answers = await stated(shop, paper(shop, "c1", (0, 9), (1, 10), at=at))
    # Then it was 9, not 8; three went since.
    assert answers[0].state == "applied" and await on_hand(shop) == 6
    assert (await entries(shop, 0))[-1] == ("count", 1, "") and await entries(shop, 1) == []
    assert (await stated(shop, paper(shop, "c1", (0, 9), (1, 10), at=at)))[0].state == "replayed"
    # It is a belief, not a count: trust in the figure does not rise.
    known = await trust(shop, 0)
    assert known["counted_at"] is None and known["stated_at"] == at
    await balanced(shop)


async def test_a_figure_waits_for_a_sale_that_is_half_done(shop: Shop) -> None:
    await during_a_sale(shop, 0, 3, stated(shop, paper(shop, "c1", (0, 12))))
    # The figure is from before the sale.
    assert await on_hand(shop) == 9
    await balanced(shop)


async def test_a_late_sale_of_before_the_figure_is_in_it_already(shop: Shop) -> None:
    before = now() - timedelta(hours=2)
    await stated(shop, paper(shop, "c1", (0, 7), at=now() - timedelta(hours=1)))
    assert await on_hand(shop) == 7
    await sold(shop, paper(shop, "1", (0, 3), at=before), paper(shop, "2", (0, -1), at=before), paper(shop, "3", (0, 1)))
    assert await on_hand(shop) == 6
    assert (await entries(shop, 0))[1:] == [
        ("count", 3, "counted_since"), ("sell", -3, ""), ("return", 1, ""), ("count", -1, "counted_since"), ("sell", -1, ""),
    ]  # fmt: skip
    await balanced(shop)


@pytest.mark.owner
async def test_a_sale_reported_before_the_figure_that_has_it_is_not_taken_off_twice(shop: Shop) -> None:
    """The report came after the time of the figure, but the sale was before it."""
    sale_at, figure_at = now() - timedelta(hours=2), now() - timedelta(hours=1)
    await shop.pool.execute("ALTER TABLE inventory.ledger_entry DISABLE TRIGGER USER")
    await shop.pool.execute("UPDATE inventory.ledger_entry SET at = at - interval '3 hours'")
    await shop.pool.execute("ALTER TABLE inventory.ledger_entry ENABLE TRIGGER USER")
    await sold(shop, paper(shop, "1", (0, 3), at=sale_at))
    await stated(shop, paper(shop, "c1", (0, 7), at=figure_at))
    assert await on_hand(shop) == 7 and len(await entries(shop, 0)) == 1
    await balanced(shop)


async def test_a_count_by_hand_has_seen_late_sales_too(shop: Shop) -> None:
    by, store, sku = shop.world.clerk.actor(), shop.world.gangnam, [item.sku_id for item in shop.world.items]
    count_id = await do(shop, start_count, store, zone=Zone("skus", sku_ids=sku[:2]), by=by)
    before = now() - timedelta(hours=1)
    await do(shop, count_item, store, count_id, sku_id=sku[0], counted=8, by=by)
    await do(shop, count_item, store, count_id, sku_id=sku[1], counted=8, by=by)
    await sold(shop, paper(shop, "1", (0, 2), at=before))
    await do(shop, close_count, store, count_id, by=by)
    await sold(shop, paper(shop, "2", (1, 2), at=before))
    assert (await on_hand(shop, 0), await on_hand(shop, 1)) == (8, 8)
    await balanced(shop)


async def test_a_figure_below_nothing_is_nothing_and_one_that_does_not_add_up_is_looked_at(shop: Shop) -> None:
    at = now()
    await sold(shop, paper(shop, "1", (1, 8)))
    await stated(shop, paper(shop, "c1", (0, -4), at=at), paper(shop, "c2", (1, 5), at=at))
    assert (await on_hand(shop, 0), await on_hand(shop, 1)) == (0, 0)
    assert await tasks(shop) == [("recount", 1, 3, "does_not_add_up")]
    await balanced(shop)


async def test_a_tills_first_figure_of_what_the_store_never_had(shop: Shop) -> None:
    new_store = await shop.pool.fetchval(
        "INSERT INTO stores.store (code, name_ko, name_en) VALUES ('JS', '잠실점', 'Jamsil') RETURNING id"
    )
    by = shop.world.manager.actor()
    both = [paper(shop, f"c{n}", (0, 4)) for n in range(2)]
    await asyncio.gather(
        *(do(shop, report_counts, new_store, till=str(n), counts=[count], by=by) for n, count in enumerate(both))
    )
    assert (await shop.level(0, new_store))["on_hand"] == 4
    await do(shop, report_sales, new_store, till="1", sales=[paper(shop, "1", (2, 1))], by=by)
    assert (await shop.level(2, new_store))["on_hand"] == 0
    await balanced(shop)


async def test_a_till_is_heard_when_it_has_said_all(shop: Shop) -> None:
    async def heard() -> datetime:
        return await shop.pool.fetchval("SELECT heard_at FROM stockroom.till_feed WHERE store_id = $1", shop.world.gangnam)

    await sold(shop, paper(shop, "1", (0, 1)), complete=False)
    assert (await heard()).year == 1970
    assert await sold(shop) == []
    first = await heard()
    assert now() - first < timedelta(minutes=1)
    await sold(shop, paper(shop, "2", (0, 1)), complete=False)
    assert await heard() == first


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (timedelta(minutes=6), "future"),
        (timedelta(days=3650), "future"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(-timedelta(hours=23, minutes=59))), "future"),
        (timedelta(days=-93), "too_old"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59))), "too_old"),
    ],
)
async def test_a_paper_with_an_impossible_time_is_refused_by_itself(shop: Shop, at: datetime | timedelta, state: str) -> None:
    """A count of tomorrow would swallow every sale until then; it and its sale are not taken, the others are."""
    at = now() + at if isinstance(at, timedelta) else at  # not when the tests are gathered: that may be minutes ago
    answers = await stated(shop, paper(shop, "c1", (0, 20), at=at), paper(shop, "c2", (1, 7)))
    assert [answer.state for answer in answers] == [state, "applied"]
    assert [answer.state for answer in await sold(shop, paper(shop, "s1", (0, 3)), paper(shop, "s2", (0, 4), at=at), till="2")] == [
        "applied", state,
    ]  # fmt: skip
    assert (await on_hand(shop, 0), await on_hand(shop, 1)) == (7, 7)
    # The number is free for the right time.
    assert (await sold(shop, paper(shop, "s2", (0, 4)), till="2"))[0].state == "applied"
    assert await on_hand(shop, 0) == 3
    await balanced(shop)


async def test_a_till_whose_paper_was_refused_has_not_reported_everything(shop: Shop) -> None:
    await sold(shop, paper(shop, "s1", (0, 1), at=now() + timedelta(days=1)))
    assert await shop.pool.fetchval("SELECT heard_at FROM stockroom.till_feed") == NEVER_HEARD
    await sold(shop, paper(shop, "s1", (0, 1)))
    assert await shop.pool.fetchval("SELECT heard_at > now() - interval '1 minute' FROM stockroom.till_feed")
