"""The audit finds nothing wrong in what the product did, and finds each deliberate corruption."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from store_omni.auditing import APPEND_ONLY, INVARIANTS, audit, print_audit
from store_omni.inventory.holding import Holder, Wanted, hold, hold_batches
from store_omni.journal.dispatching import dispatch
from store_omni.journal.sealing import COLUMNS, first_seal
from store_omni.kit.database import writing
from store_omni.notifications.telling import CONSUMER, TEMPLATES
from store_omni.payments.limits import set_refund_limit
from store_omni.returns.choosing import Asked
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import request_return
from store_omni.stockroom.approving import approve_count
from store_omni.stockroom.counting import Zone, close_count, count_item, start_count
from store_omni.stockroom.hearing_tills import TillLine, TillPaper
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.selling_at_till import report_sales
from store_omni.stockroom.stating_at_till import report_counts
from store_omni.stockroom.transferring import receive_transfer, send_transfer
from store_omni.worker import log_head

from ..factories.ordering import Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio

# What breaks which invariant. Constraints and triggers that would forbid it are lifted first: the audit is the net below them.
CORRUPTIONS = {
    "I01": "UPDATE inventory.stock_level SET allocated = on_hand + 1 WHERE allocated = 0",
    "I02": "UPDATE inventory.stock_level SET on_hand = on_hand + 1",
    "I03": "UPDATE inventory.allocation SET qty = qty + 1 WHERE state = 'active'",
    "I04": "UPDATE orders.order_line SET qty_cancelled = 1 WHERE qty_handed_over = 0",
    "I05": "UPDATE inventory.ledger_entry SET cause_id = gen_random_uuid() WHERE kind = 'hand_over'",
    "I06": "UPDATE inventory.ledger_entry SET store_id = store_id + 1 WHERE kind = 'return'",
    "I07": "UPDATE orders.order_line SET qty_returned = 1 WHERE qty_handed_over > 0",
    "I08": 'UPDATE orders."order" SET total_minor = total_minor + 1',
    "I09": "UPDATE payments.charge SET captured_minor = captured_minor - 1, amount_minor = amount_minor WHERE state = 'captured'",
    "I10": "UPDATE payments.charge SET refunded_minor = 1 WHERE state = 'captured'",
    "I11": "UPDATE passes.pass SET spent_at = NULL WHERE purpose = 'pickup'",
    "I12": "UPDATE passes.pass SET spent_store_id = spent_store_id + 1 WHERE spent_at IS NOT NULL",
    "I13": "INSERT INTO passes.pass SELECT store_id, gen_random_uuid(), purpose, subject_id, key_id, issued_at, expires_at FROM passes.pass WHERE spent_at IS NULL",
    "I15": "UPDATE inventory.hold SET expires_at = now() - interval '2 minutes'",
    "I14": "UPDATE orders.\"order\" SET state = 'cancelled' WHERE state = 'confirmed'",
    "I16": "UPDATE orders.fulfilment SET hold_until = now() - interval '1 hour' WHERE state = 'ready_for_pickup'",
    "I17": "DELETE FROM orders.fulfilment",
    "I18": "DELETE FROM orders.order_charge",
    "I19": "DELETE FROM pickup.receipt",
    "I20": "UPDATE journal.fact SET actor_id = NULL WHERE kind = 'return.refunded'",
    "I21": "UPDATE journal.fact SET hash = '\\x00' WHERE pos = 2",
    "I22": "UPDATE journal.fact SET from_state = 'handed_over' WHERE kind = 'pickup.packed'",
    "I23": "UPDATE journal.fact SET pos = NULL, at = now() - interval '1 day' WHERE pos = 1",
    "I24": "DELETE FROM journal.delivery",
    "I25": "UPDATE inventory.hold_line SET qty = qty + 1",
    "I26": "UPDATE stockroom.transfer SET state = 'received'",
    "I27": "UPDATE stockroom.task SET closed_at = now() WHERE kind = 'short'",
    "I28": "DELETE FROM stockroom.till_report",
    "I29": "UPDATE stockroom.transfer_line SET qty_received = qty_received + 1, qty_sent = qty_sent + 1",
    "I30": "UPDATE stockroom.count_line SET corrected = corrected + 1 WHERE corrected <> 0",
    "I31": "UPDATE stockroom.count c SET approved_by = x.counted_by FROM stockroom.count_line x WHERE x.count_id = c.id",
    "I40": "UPDATE orders.open_share SET units = units + 1",
    # The guards are lifted already.
    "I41": "SELECT 1",
}  # fmt: skip


LIFT_GUARDS = """
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
           WHERE contype IN ('c', 'f') AND connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', r.t, r.conname); END LOOP;
  FOR r IN SELECT tgrelid::regclass AS t, tgname FROM pg_trigger WHERE NOT tgisinternal LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', r.tgname, r.t); END LOOP;
  DROP INDEX passes.uq_pass_live;
END $$"""


async def _lift_guards(pool: asyncpg.Pool) -> None:
    await pool.execute(LIFT_GUARDS)


# Each changes one sealed fact a little and leaves the links between the facts as they are.
FLIPS = [
    "from_state = CASE WHEN from_state IS NULL THEN '' END",
    "data = data || '{\"x\": 1}'",
    "kind = overlay(kind placing 'x' from 1 for 1)",
    "subject_type = subject_type || ' '",
    "subject_id = overlay(subject_id placing 'x' from 1 for 1)",
    "at = at + interval '1 microsecond'",
    "actor_kind = upper(actor_kind)",
    "actor_id = coalesce(actor_id, '') || '0'",
    "from_state = coalesce(from_state, '') || '.'",
    "to_state = coalesce(to_state, '') || '.'",
    "id = gen_random_uuid()",
    "order_id = CASE WHEN order_id IS NULL THEN gen_random_uuid() END",
    "customer_id = CASE WHEN customer_id IS NULL THEN gen_random_uuid() END",
    "store_id = coalesce(store_id, 0) + 1",
    "channel = channel || ' '",
]


async def _bring_back(shop: Shop, order_id: UUID) -> None:
    """One unit of the order's first line, to the other store."""
    async with shop.sessions.begin() as session:
        asked, by = [Asked(1, 1)], shop.world.agent.actor()
        made = await request_return(session, shop.signer, order_id, asked=asked, reason="size", by=by)
        live = await live_code(session, await return_by_id(session, made.request_id))
        assert live is not None
        by = shop.world.other_clerk.actor()
        await receive_return(session, shop.signer, made.request_id, code=live.code(shop.signer), slip_no=None, by=by)


async def _busy_stockroom(shop: Shop) -> None:
    """A delivery, a transfer of which a part has come, a count that needed a manager, and a till that sold what was promised."""
    here, there, by = shop.world.gangnam, shop.world.hongdae, shop.world.clerk.actor()
    sku = [item.sku_id for item in shop.world.items]
    async with shop.sessions.begin() as session:
        write = writing(session)
        await receive(write, here, lines=[Arrived(sku[3], 5, damaged=1)], by=by)
        sent = await send_transfer(write, here, to_store_id=there, lines=[Listed(sku[3], 4), Listed(sku[2], 2)], by=by)
    async with shop.sessions.begin() as session:
        arrived = [Arrived(sku[3], 3, damaged=1), Arrived(sku[0], 1)]
        await receive_transfer(writing(session), there, sent.id, lines=arrived, by=shop.world.other_clerk.actor())
    async with shop.sessions.begin() as session:
        write = writing(session)
        count_id = await start_count(write, here, zone=Zone("shelf", "A-1"), by=by)
        await count_item(write, here, count_id, sku_id=sku[0], counted=1, by=by)
        await count_item(write, here, count_id, sku_id=sku[1], counted=10, by=by)
        await close_count(write, here, count_id, by=by)
    async with shop.sessions.begin() as session:
        await approve_count(writing(session), here, count_id, by=shop.world.manager.actor())
    await shop.place((5, 9))
    async with shop.sessions.begin() as session:
        now, code = datetime.now(UTC), shop.world.items[5].code
        sales = [TillPaper("1", now, [TillLine(code, 4)]), TillPaper("2", now, [TillLine(code, -1)])]
        await report_sales(writing(session), here, till="1", sales=sales, by=by)
        counts = [TillPaper("3", now, [TillLine(shop.world.items[4].code, 9)])]
        await report_counts(writing(session), here, till="1", counts=counts, by=by)


async def _busy_day(shop: Shop) -> None:
    order = await shop.collected((0, 2), (1, 1))
    await _bring_back(shop, order.id)
    await shop.ready((2, 1))
    await shop.place((3, 2))
    await hold(
        hold_batches(shop.pool), store_id=shop.world.gangnam, wanted=[Wanted(shop.world.items[4].sku_id, 2)],
        holder=Holder(device="a phone"), by=SHOPPER, operation_key="held",
    )  # fmt: skip
    await _busy_stockroom(shop)
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})


async def test_a_day_of_orders_leaves_nothing_to_find(shop: Shop) -> None:
    await _busy_day(shop)
    async with shop.pool.acquire() as connection:
        assert await audit(connection) == {invariant.code: 0 for invariant in INVARIANTS}


async def test_each_corruption_is_found_by_its_own_query(shop: Shop) -> None:
    """One busy day, spoiled in each way in a transaction of its own that is rolled back."""
    await _busy_day(shop)
    unseen = []
    async with shop.pool.acquire() as connection:
        for code, corruption in CORRUPTIONS.items():
            spoiling = connection.transaction(isolation="repeatable_read")
            await spoiling.start()
            await connection.execute(LIFT_GUARDS)
            await connection.execute(corruption)
            if not (await audit(connection))[code]:
                unseen.append(code)
            await spoiling.rollback()
        assert unseen == []
        assert not any((await audit(connection)).values())


async def test_a_refund_approved_by_who_asked_for_it_is_found(shop: Shop) -> None:
    await _busy_day(shop)
    await _lift_guards(shop.pool)
    await shop.pool.execute("UPDATE payments.refund SET approved_by = requested_by")
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I20"] == 1


def test_every_invariant_has_its_corruption() -> None:
    assert set(CORRUPTIONS) == {invariant.code for invariant in INVARIANTS}


async def test_whatever_is_changed_in_a_sealed_fact_is_found(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in parts much smaller than the chain, as a long one is."""
    monkeypatch.setattr("store_omni.auditing.ROWS_AT_ONCE", 3)
    await _busy_day(shop)
    await _lift_guards(shop.pool)
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I21"] == 0
        for pos, flip in enumerate(FLIPS, 1):
            assert await connection.execute(f"UPDATE journal.fact SET {flip} WHERE pos = $1", pos) == "UPDATE 1"
            assert (await audit(connection))["I21"] == pos, flip


async def test_a_sealed_fact_that_was_taken_out_is_found(shop: Shop) -> None:
    await _busy_day(shop)
    await _lift_guards(shop.pool)
    await shop.pool.execute("DELETE FROM journal.fact WHERE pos = 3")
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I21"] == 1


async def _seal_as_at_first(shop: Shop) -> None:
    """As the first version of the product sealed: see `first_seal`."""
    previous = b""
    for pos, row in enumerate(await shop.pool.fetch(f"SELECT {COLUMNS} FROM journal.fact ORDER BY at, id"), 1):
        link = first_seal(previous, row)
        query = "UPDATE journal.fact SET pos = $2, prev_hash = $3, hash = $4 WHERE id = $1"
        await shop.pool.execute(query, row["id"], pos, previous, link)
        previous = link


async def test_facts_sealed_by_the_first_version_stand_only_before_the_others(shop: Shop) -> None:
    await shop.place((0, 1))
    await shop.place((1, 1))
    await _seal_as_at_first(shop)
    await shop.place((2, 1))
    await shop.place((3, 1))
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    await _lift_guards(shop.pool)
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I21"] == 0
        last = await connection.fetchrow(f"SELECT prev_hash, {COLUMNS} FROM journal.fact WHERE pos = 4")
        lesser = first_seal(last["prev_hash"], last)
        await connection.execute("UPDATE journal.fact SET hash = $1 WHERE pos = 4", lesser)
        assert (await audit(connection))["I21"] == 1


async def test_a_chain_that_was_cut_off_or_sealed_anew_shows_against_a_head_of_before(
    shop: Shop, database_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for index in range(3):
        await shop.place((index, 1))
    assert await print_audit(database_url) == 0
    assert "Head" not in capsys.readouterr().out
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    with caplog.at_level("INFO", "store_omni.worker"):
        await log_head(shop.pool)
    written_down = caplog.messages[-1].rsplit(" ", 1)[1]
    await shop.place((3, 1))
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    assert await print_audit(database_url, since=written_down) == 0
    said = capsys.readouterr().out
    assert "all there" in said and "Head of the sealed facts, to be kept elsewhere: 4:" in said
    for nonsense in ("yesterday", "3:", "x:" + "00" * 32, written_down[:-1], "9" * 30 + ":" + "00" * 32):
        assert await print_audit(database_url, since=nonsense) == 2
    await _lift_guards(shop.pool)
    await shop.pool.execute("CREATE TABLE aside AS SELECT * FROM journal.fact WHERE pos = 2")
    await shop.pool.execute("DELETE FROM journal.fact WHERE pos = 2")
    assert await print_audit(database_url, since=written_down) == 1
    assert "NOT all there" in capsys.readouterr().out, "the head stands, but a fact before it is gone"
    await shop.pool.execute("INSERT INTO journal.fact SELECT * FROM aside")
    await shop.pool.execute("DELETE FROM journal.fact WHERE pos >= 3")
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I21"] == 0, "by itself a shorter chain is a good chain"
    assert await print_audit(database_url, since=written_down) == 1
    assert "NOT all there" in capsys.readouterr().out


async def test_refunds_whose_persons_were_taken_out_are_found(shop: Shop) -> None:
    """612 refunds without anybody who asked passed the audit."""
    await _bring_back(shop, (await shop.collected((0, 1))).id)
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I20"] == 0
        await connection.execute("UPDATE payments.refund SET requested_by = NULL")
        assert (await audit(connection))["I20"] == 1


async def test_a_large_refund_without_a_second_person_is_found(shop: Shop) -> None:
    await _bring_back(shop, (await shop.collected((0, 1))).id)
    async with shop.pool.acquire() as connection:
        await connection.execute("UPDATE payments.refund SET amount_minor = 60000")
        assert (await audit(connection))["I20"] == 1
        # A manager who saves a limit afterwards does not hide what was before.
        for alone in (50_000, 100_000):
            async with shop.sessions.begin() as session:
                await set_refund_limit(session, shop.world.hongdae, alone_minor=alone, by=shop.world.manager.actor())
            assert (await audit(connection))["I20"] == 1


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_is_only_appended_to_cannot_be_emptied(shop: Shop, table: str) -> None:
    """643 access rows were gone with one TRUNCATE, and the audit was clean."""
    for statement in (f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(asyncpg.PostgresError):
            await shop.pool.execute(statement)
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I41"] == 0
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER no_truncate")
        assert (await audit(connection))["I41"] == 1
