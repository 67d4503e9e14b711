"""Many figures at once: each line has its own answer, and a bad one spoils none of the others."""

import asyncio

import pytest

from store_omni.kit.errors import NotFound
from store_omni.stockroom.changing_in_bulk import Figure, FigureAnswer, change_in_bulk

from ..factories.ordering import Shop
from .keeping import balanced, do, during_a_sale, entries, tasks

pytestmark = pytest.mark.anyio


async def change(shop: Shop, *figures: Figure) -> list[FigureAnswer]:
    by = shop.world.manager.actor()
    return await do(shop, change_in_bulk, shop.world.gangnam, figures=list(figures), by=by, reference="ERP 2026-11-22")


async def test_each_line_has_its_answer(shop: Shop) -> None:
    await shop.place((4, 9))
    answers = await change(
        shop,
        Figure("MUG-1", on_hand=25),
        Figure(shop.world.items[1].gtin, change=-2, reason="stolen"),
        Figure("TOWEL-1", on_hand=10),
        Figure("GHOST", on_hand=1),
        Figure("NOTE-1", change=-11, reason="lost"),
        Figure("CHAIR-1", change=-2, reason="own_use"),
        Figure("CANDLE-1", change=3),
        Figure("MUG-1", on_hand=7),
        Figure("LAMP-1"),
        Figure("CANDLE-1", on_hand=-1),
    )
    assert [(answer.state, answer.refusal, answer.on_hand) for answer in answers] == [
        ("changed", "", 25), ("changed", "", 8), ("unchanged", "", 10), ("refused", "unknown_goods", None),
        ("refused", "more_than_there", 10), ("refused", "not_enough_stock", 10), ("refused", "reason_missing", 10),
        ("refused", "listed_twice", 25), ("refused", "listed_twice", 8), ("refused", "listed_twice", 10),
    ]  # fmt: skip
    assert await entries(shop, 0) == [("count", 15, "")] and await entries(shop, 1) == [("adjust", -2, "stolen")]
    paper = await shop.pool.fetchrow("SELECT kind, reference FROM inventory.document WHERE kind = 'bulk'")
    assert tuple(paper) == ("bulk", "ERP 2026-11-22")
    await balanced(shop)


@pytest.mark.parametrize("figure", [Figure("MUG-1"), Figure("MUG-1", on_hand=1, change=1), Figure("MUG-1", on_hand=-1)])
async def test_a_line_says_one_thing(shop: Shop, figure: Figure) -> None:
    assert [(answer.state, answer.refusal) for answer in await change(shop, figure)] == [("refused", "invalid_input")]


async def test_an_absolute_figure_is_a_truth(shop: Shop) -> None:
    await shop.place((0, 8))
    answer = (await change(shop, Figure("MUG-1", on_hand=5)))[0]
    assert (answer.on_hand, answer.short, answer.version) == (5, 3, 3)
    assert await tasks(shop) == [("short", 0, 3, "")]
    await balanced(shop)


async def test_an_absolute_figure_waits_for_a_sale_that_is_half_done(shop: Shop) -> None:
    answers = await during_a_sale(shop, 0, 3, change(shop, Figure("MUG-1", on_hand=25)))
    assert (answers[0].on_hand, (await shop.level(0))["on_hand"]) == (25, 25)
    await balanced(shop)


async def test_two_first_figures_at_once_do_not_add_up(shop: Shop) -> None:
    new_store = await shop.pool.fetchval(
        "INSERT INTO stores.store (code, name_ko, name_en) VALUES ('JS', '잠실점', 'Jamsil') RETURNING id"
    )
    by = shop.world.manager.actor()
    figures = [Figure(item.code, on_hand=5) for item in shop.world.items]
    await asyncio.gather(
        do(shop, change_in_bulk, new_store, figures=figures, by=by),
        do(shop, change_in_bulk, new_store, figures=figures[::-1], by=by),
    )
    assert [(await shop.level(index, new_store))["on_hand"] for index in range(6)] == [5] * 6
    kinds = await shop.pool.fetch("SELECT DISTINCT kind FROM inventory.ledger_entry WHERE store_id = $1", new_store)
    assert [row["kind"] for row in kinds] == ["opening"]
    await balanced(shop)


async def test_a_clerk_changes_little_and_only_her_own_store(shop: Shop) -> None:
    by = shop.world.clerk.actor()
    figures = [Figure("NOTE-1", change=-6, reason="lost"), Figure("MUG-1", change=-1, reason="lost")]
    answers = await do(shop, change_in_bulk, shop.world.gangnam, figures=figures, by=by)
    assert [answer.refusal for answer in answers] == ["manager_needed", ""]
    with pytest.raises(NotFound):
        await do(shop, change_in_bulk, shop.world.hongdae, figures=figures, by=by)
