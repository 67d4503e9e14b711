"""The audit finds nothing wrong in what the product did, and finds each deliberate corruption."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from store_omni.auditing import audit, print_audit
from store_omni.invariants import INVARIANTS
from store_omni.inventory.holding import Holder, Wanted, hold, hold_batches
from store_omni.inventory.sealing import LEDGER, STREAMS
from store_omni.journal.dispatching import dispatch
from store_omni.journal.looking import note_look, note_miss
from store_omni.journal.sealing import LOOKS, seal_all
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
from store_omni.tables import APPEND_ONLY
from store_omni.worker import log_heads

from ..factories.ordering import Shop
from ..factories.world import SHOPPER

pytestmark = [pytest.mark.anyio, pytest.mark.owner]

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
    "I21": "UPDATE journal.seal SET hash = '\\x00' WHERE stream = 'access'",
    "I22": "UPDATE journal.fact SET from_state = 'handed_over' WHERE kind = 'pickup.packed'",
    "I23": "INSERT INTO journal.unsealed (stream, key, since) VALUES ('fact', gen_random_uuid(), now() - interval '1 day')",
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
    "I42": "INSERT INTO journal.access (id, staff_id, staff_role, task, source) SELECT gen_random_uuid(), staff_id, staff_role, task, source FROM journal.access",
    "I43": "CREATE OR REPLACE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
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


# Changes one column of one sealed row a little, or makes an empty one say something, by the column's type.
OTHER = """
SELECT format('UPDATE %s SET %I = %s WHERE ctid = (SELECT ctid FROM %1$s LIMIT 1)', $1::text, c.column_name, format(CASE data_type
  WHEN 'uuid' THEN 'gen_random_uuid()' WHEN 'integer' THEN 'coalesce(%1$I, 0) + 1000' WHEN 'bigint' THEN '%1$I + 1000'
  WHEN 'timestamp with time zone' THEN '%1$I + interval $a$1 microsecond$a$' WHEN 'jsonb' THEN '%1$I || $a${"x": 1}$a$'
  WHEN 'bytea' THEN 'coalesce(%1$I, $a$$a$) || $a$x$a$'
  WHEN 'text' THEN 'CASE WHEN %1$I IS NULL THEN $a$$a$ ELSE %1$I || $a$ $a$ END' END, c.column_name))
FROM information_schema.columns c WHERE table_schema || '.' || table_name = $1 AND column_name <> 'tx'"""


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
    async with shop.sessions.begin() as session:
        by = shop.world.agent.actor()
        await note_look(writing(session), by=by, task="desk.customer", customer_id=None, order_id=order.id)
        await note_miss(writing(session), by=by, task="desk.search", question="name", asked="강", key="k")
    await _seal(shop.pool)


async def _seal(pool: asyncpg.Pool) -> None:
    await dispatch(pool, {CONSUMER: frozenset(TEMPLATES)})
    for stream in (LOOKS, LEDGER):
        await seal_all(pool, stream)


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


@pytest.mark.parametrize("table", [stream.table for stream in STREAMS])
async def test_whatever_is_changed_in_a_sealed_row_is_found(shop: Shop, table: str) -> None:
    """Rows of facts, looks and ledger had their actors rewritten, and the audit was clean."""
    await _busy_day(shop)
    async with shop.pool.acquire() as connection:
        changes = [row[0] for row in await connection.fetch(OTHER, table)]
        assert len(changes) > 10
        for change in changes:
            spoiling = connection.transaction(isolation="repeatable_read")
            await spoiling.start()
            await connection.execute(LIFT_GUARDS)
            assert await connection.execute(change) == "UPDATE 1"
            assert (await audit(connection))["I21"] == 1, change
            await spoiling.rollback()


@pytest.mark.parametrize("table", [stream.table for stream in STREAMS])
async def test_a_sealed_row_that_was_taken_out_is_found(shop: Shop, table: str) -> None:
    await _busy_day(shop)
    await _lift_guards(shop.pool)
    await shop.pool.execute(f"DELETE FROM {table} WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)")
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))["I21"] == 1


async def test_what_was_done_while_a_guard_was_off_is_found_later(shop: Shop) -> None:
    await _busy_day(shop)
    await shop.pool.execute(
        """ALTER TABLE inventory.ledger_entry DISABLE TRIGGER append_only;
           UPDATE inventory.ledger_entry SET actor_id = gen_random_uuid()::text WHERE kind = 'return';
           ALTER TABLE inventory.ledger_entry ENABLE TRIGGER append_only;
           ALTER TABLE journal.access DISABLE TRIGGER await_seal;
           INSERT INTO journal.access (id, staff_id, staff_role, task, source)
           SELECT gen_random_uuid(), staff_id, staff_role, task, source FROM journal.access LIMIT 1;
           ALTER TABLE journal.access ENABLE TRIGGER await_seal"""
    )
    async with shop.pool.acquire() as connection:
        assert {code: count for code, count in (await audit(connection)).items() if count} == {"I21": 1, "I42": 1}


async def test_seals_cut_off_or_made_anew_show_against_heads_of_before(
    shop: Shop, database_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for index in range(3):
        await shop.place((index, 1))
    assert await print_audit(database_url) == 0
    assert "Heads" not in capsys.readouterr().out
    await _seal(shop.pool)
    with caplog.at_level("INFO", "store_omni.worker"):
        await log_heads(shop.pool)
    written_down = caplog.messages[-1].rsplit(" ", 1)[1]
    await shop.place((3, 1))
    await _seal(shop.pool)
    assert await print_audit(database_url, since=written_down) == 0
    said = capsys.readouterr().out
    assert "is all there" in said and "Heads of the seals, to be kept elsewhere: fact:4:" in said
    seal = "00" * 32
    for nonsense in ("yesterday", "fact:3:", f"fact:x:{seal}", written_down[:-1], f"fact:{'9' * 30}:{seal}", f"3:{seal}"):
        assert await print_audit(database_url, since=nonsense) == 2
    await _lift_guards(shop.pool)

    async def show(expected: int) -> None:
        async with shop.pool.acquire() as connection:
            assert (await audit(connection))["I21"] == expected
        capsys.readouterr()
        assert await print_audit(database_url, since=written_down) == 1
        assert "is NOT all there" in capsys.readouterr().out

    await shop.pool.execute(
        "DELETE FROM journal.fact WHERE id = (SELECT keys[1]::uuid FROM journal.seal WHERE (stream, first) = ('fact', 1))"
    )
    await show(1)  # the seals go through the heads, but a row before them is gone
    await shop.pool.execute("DELETE FROM journal.seal; DELETE FROM journal.unsealed")
    await show(0)  # by itself the beginning of a chain is a good chain
    await shop.pool.execute("INSERT INTO journal.unsealed (stream, key) SELECT 'fact', id FROM journal.fact")
    await shop.pool.execute(
        "INSERT INTO journal.unsealed (stream, key) SELECT 'ledger_entry', concat_ws('/', store_id, sku_id, version) FROM inventory.ledger_entry"
    )
    await _seal(shop.pool)
    await show(0)  # and so is one that was made anew


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
