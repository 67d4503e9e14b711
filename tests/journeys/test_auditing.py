"""The audit finds nothing wrong in what the product did, and finds each deliberate corruption."""

import asyncpg
import pytest

from store_omni.auditing import INVARIANTS, audit
from store_omni.journal.dispatching import dispatch
from store_omni.notifications.telling import CONSUMER, TEMPLATES

from ..factories.ordering import Shop

pytestmark = pytest.mark.anyio

# What breaks which invariant. Constraints and triggers that would forbid it are lifted first: the audit is the net below them.
CORRUPTIONS = {
    "I01": "UPDATE inventory.stock_level SET allocated = on_hand + 1 WHERE allocated = 0",
    "I02": "UPDATE inventory.stock_level SET on_hand = on_hand + 1",
    "I03": "UPDATE inventory.allocation SET qty = qty + 1 WHERE state = 'active'",
    "I04": "UPDATE orders.order_line SET qty_cancelled = 1 WHERE qty_handed_over = 0",
    "I05": "UPDATE inventory.ledger_entry SET cause_id = gen_random_uuid() WHERE kind = 'hand_over'",
    "I07": "UPDATE orders.order_line SET qty_returned = 1 WHERE qty_handed_over > 0",
    "I08": 'UPDATE orders."order" SET total_minor = total_minor + 1',
    "I09": "UPDATE payments.charge SET captured_minor = captured_minor - 1, amount_minor = amount_minor WHERE state = 'captured'",
    "I10": "UPDATE payments.charge SET refunded_minor = 1 WHERE state = 'captured'",
    "I11": "UPDATE passes.pass SET spent_at = NULL WHERE purpose = 'pickup'",
    "I12": "UPDATE passes.pass SET spent_store_id = spent_store_id + 1 WHERE spent_at IS NOT NULL",
    "I13": "INSERT INTO passes.pass SELECT store_id, gen_random_uuid(), purpose, subject_id, key_id, issued_at, expires_at FROM passes.pass WHERE spent_at IS NULL",
    "I14": "UPDATE orders.\"order\" SET state = 'cancelled' WHERE state = 'confirmed'",
    "I16": "UPDATE orders.fulfilment SET hold_until = now() - interval '1 hour' WHERE state = 'ready_for_pickup'",
    "I17": "DELETE FROM orders.fulfilment",
    "I18": "DELETE FROM orders.order_charge",
    "I19": "DELETE FROM pickup.receipt",
    "I21": "UPDATE journal.fact SET hash = '\\x00' WHERE pos = 2",
    "I22": "UPDATE journal.fact SET from_state = 'handed_over' WHERE kind = 'pickup.packed'",
    "I23": "UPDATE journal.fact SET pos = NULL, at = now() - interval '1 day' WHERE pos = 1",
    "I24": "DELETE FROM journal.delivery",
}  # fmt: skip


async def _lift_guards(pool: asyncpg.Pool) -> None:
    await pool.execute(
        """DO $$ DECLARE r record; BEGIN
             FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                      WHERE contype IN ('c', 'f') AND connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') LOOP
               EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', r.t, r.conname); END LOOP;
             FOR r IN SELECT tgrelid::regclass AS t, tgname FROM pg_trigger WHERE NOT tgisinternal LOOP
               EXECUTE format('DROP TRIGGER %I ON %s', r.tgname, r.t); END LOOP;
             DROP INDEX passes.uq_pass_live;
           END $$"""
    )


async def _busy_day(shop: Shop) -> None:
    await shop.collected((0, 2), (1, 1))
    await shop.ready((2, 1))
    await shop.place((3, 2))
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})


async def test_a_day_of_orders_leaves_nothing_to_find(shop: Shop) -> None:
    await _busy_day(shop)
    async with shop.pool.acquire() as connection:
        assert await audit(connection) == {invariant.code: 0 for invariant in INVARIANTS}


@pytest.mark.parametrize("code", sorted(CORRUPTIONS))
async def test_each_corruption_is_found_by_its_own_query(shop: Shop, code: str) -> None:
    await _busy_day(shop)
    await _lift_guards(shop.pool)
    await shop.pool.execute(CORRUPTIONS[code])
    async with shop.pool.acquire() as connection:
        assert (await audit(connection))[code] > 0
