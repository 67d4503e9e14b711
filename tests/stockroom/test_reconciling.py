"""Drift: found by comparing, mended by entries, and never by overwriting what people saw."""

import asyncio

import pytest

from store_omni.cli import main
from store_omni.kit.errors import NotFound
from store_omni.stockroom.errors import ManagerNeeded, ReasonMissing
from store_omni.stockroom.owning_up import mend_on_purpose
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.reconciling import Mended, drift_of, mend
from store_omni.stockroom.transferring import send_transfer

from ..factories.ordering import Shop
from .keeping import balanced, do, during, tasks

pytestmark = pytest.mark.anyio


async def found(shop: Shop) -> list[tuple[int, str, str, int, int]]:
    async with shop.sessions.begin() as session:
        views = await drift_of(session)  # type: ignore[arg-type]  # a session of one's own
    places = {item.sku_id: index for index, item in enumerate(shop.world.items)}
    return [(places[view.goods.sku_id], view.field, view.against, view.is_, view.should) for view in views]


async def behind_the_back(shop: Shop, index: int, sets: str) -> None:
    """As somebody with a database client does it."""
    await shop.pool.execute(
        f"UPDATE inventory.stock_level SET {sets} WHERE store_id = $1 AND sku_id = $2",
        shop.world.gangnam, shop.world.items[index].sku_id,
    )  # fmt: skip


async def mended(shop: Shop) -> Mended:
    return await do(shop, mend, shop.world.gangnam, by=shop.world.manager.actor())


async def test_a_store_in_order_has_no_drift(shop: Shop) -> None:
    await shop.collected((0, 1), (1, 2))
    await shop.place((2, 3))
    by = shop.world.clerk.actor()
    listed = [Listed(shop.world.items[3].sku_id, 2)]
    await do(shop, send_transfer, shop.world.gangnam, to_store_id=shop.world.hongdae, lines=listed, by=by)
    assert await found(shop) == []
    assert await mended(shop) == Mended(None, 0, 0)
    assert await shop.pool.fetchval("SELECT count(*) FROM inventory.document WHERE kind = 'drift'") == 0


async def test_a_balance_changed_behind_the_ledger_stays_and_the_ledger_owns_up(shop: Shop) -> None:
    await behind_the_back(shop, 0, "on_hand = 17, quarantine = 2")
    assert await found(shop) == [(0, "on_hand", "ledger", 17, 10), (0, "quarantine", "ledger", 2, 0)]
    done = await mended(shop)
    assert (done.levels, done.figures) == (1, 2)
    level = await shop.level(0)
    assert (level["on_hand"], level["quarantine"], level["version"]) == (17, 2, 2)
    entry = await shop.pool.fetchrow(
        "SELECT version, kind, reason, d_on_hand, d_quarantine, document_id, actor_id FROM inventory.ledger_entry WHERE reason = 'drift'"
    )
    assert tuple(entry) == (2, "adjust", "drift", 7, 2, done.document_id, str(shop.world.manager.id))
    assert await tasks(shop) == [("drift", 0, 7, "drift"), ("recount", 0, 7, "drift")]
    await balanced(shop)


async def test_promises_win_over_a_balance_that_does_not_know_of_them(shop: Shop) -> None:
    placed = await shop.place((0, 4))
    await behind_the_back(shop, 0, "allocated = 6, in_transit = 3, reserved = 1")
    assert {row[1:] for row in await found(shop)} == {
        ("allocated", "ledger", 6, 4), ("reserved", "ledger", 1, 0), ("in_transit", "ledger", 3, 0),
        ("allocated", "promises", 6, 4), ("reserved", "promises", 1, 0), ("in_transit", "promises", 3, 0),
    }  # fmt: skip
    await mended(shop)
    level = await shop.level(0)
    assert (level["allocated"], level["reserved"], level["in_transit"], level["on_hand"]) == (4, 0, 0, 10)
    # One entry says what was changed, the next puts it right; nothing was overwritten.
    rows = await shop.pool.fetch("SELECT d_allocated FROM inventory.ledger_entry WHERE reason = 'drift' ORDER BY version")
    assert [row[0] for row in rows] == [2, -2]
    await balanced(shop)
    assert (await shop.view(placed.order_id)).state == "confirmed"


async def test_an_allocation_that_was_ended_by_hand(shop: Shop) -> None:
    await shop.place((0, 4))
    await shop.pool.execute("UPDATE inventory.allocation SET state = 'released'")
    assert await found(shop) == [(0, "allocated", "promises", 4, 0)]
    await mended(shop)
    assert (await shop.level(0))["allocated"] == 0
    await balanced(shop)


async def test_two_who_mend_at_once_mend_once(shop: Shop) -> None:
    await shop.place((0, 4))
    await shop.pool.execute("UPDATE inventory.allocation SET state = 'released'")
    await behind_the_back(shop, 1, "on_hand = 12")
    by = shop.world.manager.actor()
    second = await during(shop, lambda session: mend(session, shop.world.gangnam, by=by), mended(shop))
    assert second == Mended(None, 0, 0)
    assert await shop.pool.fetchval("SELECT count(*) FROM inventory.ledger_entry WHERE reason = 'drift'") == 2
    assert await shop.pool.fetchval("SELECT count(*) FROM inventory.document WHERE kind = 'drift'") == 1
    assert [task[2] for task in await tasks(shop)] == [4, 2, 2]
    await balanced(shop)


async def test_a_deficit_that_is_none(shop: Shop) -> None:
    await behind_the_back(shop, 0, "short = 2")
    assert {row[1:] for row in await found(shop)} == {("short", "ledger", 2, 0), ("short", "promises", 2, 0)}
    await mended(shop)
    assert (await shop.level(0))["short"] == 0
    assert [task[0] for task in await tasks(shop)] == ["drift"]
    await balanced(shop)


@pytest.mark.parametrize("sets", ["version = 5", "version = 2"])
async def test_versions_count_the_entries_again(shop: Shop, sets: str) -> None:
    await shop.place((0, 1))
    await shop.place((0, 1))
    await behind_the_back(shop, 0, sets)
    assert [row[1] for row in await found(shop)] == ["version"]
    await mended(shop)
    await balanced(shop)
    await shop.place((0, 1))
    await balanced(shop)


@pytest.mark.owner
async def test_a_removed_entry_is_filled_where_it_stood(shop: Shop) -> None:
    await shop.place((0, 1))
    await shop.place((0, 2))
    await shop.pool.execute("ALTER TABLE inventory.ledger_entry DISABLE TRIGGER USER")
    await shop.pool.execute("DELETE FROM inventory.ledger_entry WHERE version = 2")
    await shop.pool.execute("ALTER TABLE inventory.ledger_entry ENABLE TRIGGER USER")
    assert (0, "allocated", "ledger", 3, 2) in await found(shop)
    await mended(shop)
    rows = await shop.pool.fetch(
        "SELECT version, reason, d_allocated, at FROM inventory.ledger_entry WHERE sku_id = $1 AND store_id = $2 ORDER BY version",
        shop.world.items[0].sku_id, shop.world.gangnam,
    )  # fmt: skip
    assert [tuple(row)[:3] for row in rows] == [(1, "", 0), (2, "drift", 1), (3, "", 2)]
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    await balanced(shop)


async def test_a_version_beyond_belief_is_not_filled_up(shop: Shop) -> None:
    await behind_the_back(shop, 0, "version = 2000000000")
    with pytest.raises(Exception, match="beyond mending"):
        await mended(shop)


async def test_a_clerk_of_another_store_mends_nothing(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await do(shop, mend, shop.world.gangnam, by=shop.world.other_clerk.actor())


async def test_somebody_answers_for_the_mending_and_says_why(shop: Shop) -> None:
    await behind_the_back(shop, 0, "on_hand = on_hand + 2")
    for by, reason, refusal in ((shop.world.clerk, "unknown", ManagerNeeded), (shop.world.manager, "drift", ReasonMissing)):
        with pytest.raises(refusal):
            await do(shop, mend_on_purpose, shop.world.gangnam, reason=reason, by=by.actor())
    assert len(await found(shop)) == 1
    await do(shop, mend_on_purpose, shop.world.gangnam, reason="unknown", by=shop.world.manager.actor())
    assert await found(shop) == []


def test_the_command(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from store_omni.kit.database import open_pool

    from ..factories.world import make_world

    async def spoil() -> None:
        pool = await open_pool(database_url, size=1)
        world = await make_world(pool)
        await pool.execute("UPDATE inventory.stock_level SET on_hand = 12 WHERE sku_id = $1", world.items[0].sku_id)
        await pool.close()

    asyncio.run(spoil())
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", database_url)
    assert main(["reconcile"]) == 1
    said = capsys.readouterr().out
    assert "GN" in said and "HD" in said and "MUG-1" in said and "on_hand" in said and "2 figures" in said
    assert main(["reconcile", "--mend", "because"]) == 2
    assert "restored, changed_outside, imported, unknown" in capsys.readouterr().err
    assert main(["reconcile", "--mend", "restored", "--store", "GN"]) == 0
    assert "1 figure of 1 level mended" in capsys.readouterr().out
    assert main(["reconcile", "--store", "GN"]) == 0
    assert main(["reconcile"]) == 1
    assert main(["reconcile", "--store", "??"]) == 2
    assert main(["reconcile", "--mend", "unknown"]) == 0
    capsys.readouterr()
    assert main(["reconcile"]) == 0
    assert capsys.readouterr().out == "Every figure agrees with what stands behind it.\n"
