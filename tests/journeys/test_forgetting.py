"""What is kept for a time only goes after it, and not before."""

import asyncpg
import pytest

from store_omni.worker import forget_old

from ..factories.world import World

pytestmark = pytest.mark.anyio

HELD = (
    "INSERT INTO inventory.hold (store_id, id, state, channel, phone_hash, expires_at, ended_at) "
    "SELECT (SELECT min(id) FROM stores.store), gen_random_uuid(), {state}, 'web', 'x', now(), {at}"
)
SIGNED_IN = (
    "INSERT INTO staff.sign_in (token_hash, account_id, expires_at) "
    "SELECT gen_random_uuid()::text::bytea, (SELECT id FROM staff.account LIMIT 1), {at}"
)
KNOWN = "WITH c AS (INSERT INTO customers.customer (id) VALUES (gen_random_uuid()) RETURNING id) "
# How a row is written, when it may not go yet and when it has to (as SQL), and how many there are.
KEPT_FOR_A_TIME = {
    "operation": (
        "INSERT INTO journal.operation (actor, key, body_hash, result, at) VALUES ('a', gen_random_uuid()::text, 'x', '{{}}', {at})",
        "now() - interval '71 hours'", "now() - interval '73 hours'", "SELECT count(*) FROM journal.operation",
    ),
    "try": (
        "INSERT INTO journal.tries (key, count, since) VALUES (gen_random_uuid()::text, 1, {at})",
        "now() - interval '23 hours'", "now() - interval '25 hours'", "SELECT count(*) FROM journal.tries",
    ),
    "notice": (
        "INSERT INTO inventory.notice (sku_id, at) VALUES (1, {at})",
        "now() - interval '23 hours'", "now() - interval '25 hours'", "SELECT count(*) FROM inventory.notice",
    ),
    "whose hold it was": (
        HELD.format(state="'released'", at="{at}"),
        "now() - interval '23 hours'", "now() - interval '25 hours'",
        "SELECT count(*) FROM inventory.hold WHERE phone_hash IS NOT NULL",
    ),
    "sign-in of staff": (
        SIGNED_IN, "now() - interval '29 days'", "now() - interval '31 days'", "SELECT count(*) FROM staff.sign_in",
    ),
    "sign-in of a customer": (
        KNOWN + "INSERT INTO customers.sign_in (token_hash, customer_id, expires_at) SELECT gen_random_uuid()::text::bytea, id, {at} FROM c",
        "now() - interval '29 days'", "now() - interval '31 days'", "SELECT count(*) FROM customers.sign_in",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", KEPT_FOR_A_TIME)
async def test_what_is_kept_for_a_time_goes_after_it(pool: asyncpg.Pool, world: World, what: str) -> None:
    write, young, old, count = KEPT_FOR_A_TIME[what]
    await pool.execute(write.format(at=young))
    await pool.execute(write.format(at=young))
    await pool.execute(write.format(at=old))
    before = await pool.fetchval(count)
    await forget_old(pool)
    assert await pool.fetchval(count) == before - 1


async def test_whose_active_hold_it_is_is_kept(pool: asyncpg.Pool, world: World) -> None:
    await pool.execute(HELD.format(state="'active'", at="NULL"))
    await forget_old(pool)
    assert await pool.fetchval("SELECT count(*) FROM inventory.hold WHERE phone_hash IS NOT NULL") == 1
