"""Which outages are seen, and which waiting is none."""

from uuid import uuid4

import asyncpg
import pytest

from store_omni.notifications.condition import read_condition

pytestmark = pytest.mark.anyio
LEADER = "INSERT INTO journal.heartbeat (host, pid, version, leads, late_seconds) VALUES ('a', 1, '1', true, {})"


async def _message(pool: asyncpg.Pool, *, state: str, age: str, problem: str | None = None, channel: str = "email") -> None:
    await pool.execute(
        """INSERT INTO notifications.message (id, fact_id, template, channel, address, locale, state, attempts, problem, created_at,
             next_try_at, settled_at)
           VALUES ($1, $2, 'order_placed', $3, 'a@example.com', 'ko', $4, 1, $5, now() - $6::text::interval, now(),
             CASE WHEN $4 = 'sent' THEN now() - $6::text::interval END)""",
        uuid4(), uuid4(), channel, state, problem, age,
    )  # fmt: skip


async def _codes(pool: asyncpg.Pool) -> list[str]:
    return [trouble.code for trouble in (await read_condition(pool)).troubles()]


async def test_mail_that_cannot_leave_for_ten_minutes_is_seen(pool: asyncpg.Pool) -> None:
    await pool.execute(LEADER.format(0))
    await _message(pool, state="sent", age="1 hour")
    await _message(pool, state="waiting", age="9 minutes", problem="unreachable")
    assert await _codes(pool) == []
    await _message(pool, state="waiting", age="11 minutes", problem="unreachable")
    assert await _codes(pool) == ["mail_failing"]
    await _message(pool, state="waiting", age="11 minutes", problem="broken", channel="sms")
    assert sorted(await _codes(pool)) == ["mail_failing", "texts_failing"]


async def test_one_address_that_never_answers_is_no_outage(pool: asyncpg.Pool) -> None:
    await pool.execute(LEADER.format(0))
    await _message(pool, state="waiting", age="3 hours", problem="unreachable")
    await _message(pool, state="sent", age="2 minutes")
    assert await _codes(pool) == []


@pytest.mark.parametrize(
    "statement",
    [
        LEADER.format(121),
        LEADER.format(0)
        + """; INSERT INTO journal.delivery (fact_id, consumer, pos, next_try_at)
               VALUES (gen_random_uuid(), 'c', 1, now() - interval '3 minutes')""",
        LEADER.format(0)
        + "; INSERT INTO journal.unsealed (stream, key, since) VALUES ('access', 'k', now() - interval '3 minutes')",
    ],
)
async def test_work_that_a_leading_worker_does_not_do_is_seen(pool: asyncpg.Pool, statement: str) -> None:
    await pool.execute(statement)
    assert await _codes(pool) == ["worker_late"]


async def test_a_shop_without_a_worker_says_so(pool: asyncpg.Pool) -> None:
    condition = await read_condition(pool)
    (trouble,) = condition.troubles()
    assert trouble.sentence().startswith("Background work has not begun yet.")
    # A process that has just begun waits a minute before it says so to managers.
    assert condition.troubles(watched_seconds=59) == []
    assert len(condition.troubles(watched_seconds=60)) == 1
