"""Which messages are due: a few rows at a time are leased, and no address gets more of them in an hour than it should."""

import asyncpg

from store_omni.notifications.telling import CODES
from store_omni.settings import Settings

LEASE_SECONDS = 300
# Few, because a sender handles them one after the other.
CLAIMED_AT_ONCE = 4
CLAIM_LOCK = 7_315_003

# `nth`: the how-manieth message to this address within an hour this one would be; codes and other messages count apart. A row that was
# tried and waits counts, because its answer may have been lost after it arrived.
_CLAIM = """
WITH due AS (
  SELECT id FROM notifications.message
  WHERE state = 'waiting' AND channel = $1 AND next_try_at <= now() ORDER BY next_try_at LIMIT $2::int FOR UPDATE SKIP LOCKED
), counted AS (
  SELECT m.id, CASE WHEN m.template = ANY($4::text[]) THEN $5::int ELSE $6::int END AS most,
         row_number() OVER (PARTITION BY m.address, m.template = ANY($4::text[]) ORDER BY m.next_try_at, m.id)
         + (SELECT count(*) FROM notifications.message s
            WHERE s.address = m.address AND s.channel = $1 AND (s.template = ANY($4::text[])) = (m.template = ANY($4::text[]))
              AND (s.settled_at > now() - interval '1 hour' AND s.state = 'sent' OR s.settled_at IS NULL AND s.attempts > 0)
              AND s.id NOT IN (SELECT id FROM due)) AS nth
  FROM notifications.message m JOIN due ON due.id = m.id
)
UPDATE notifications.message m
SET attempts = m.attempts + (c.nth <= c.most)::int, next_try_at = now() + make_interval(secs => $3::int)
FROM counted c WHERE m.id = c.id
RETURNING m.id, m.fact_id, m.order_id, m.customer_id, m.template, m.channel, m.address, m.locale, m.attempts,
          c.nth > c.most AS over_limit, extract(epoch FROM now() - m.created_at)::float8 AS age_seconds"""


async def claim(pool: asyncpg.Pool, channel: str, settings: Settings) -> list[asyncpg.Record]:
    """Up to four rows, oldest first, leased to the caller for five minutes. `over_limit`: its address has had its share of this hour."""
    usual = settings.mails_per_hour if channel == "email" else settings.texts_per_hour
    async with pool.acquire() as connection, connection.transaction():
        # Two claims at the same time would not see each other's rows and count too few.
        await connection.execute("SELECT pg_advisory_xact_lock($1)", CLAIM_LOCK)
        rows = await connection.fetch(
            _CLAIM, channel, CLAIMED_AT_ONCE, LEASE_SECONDS, sorted(CODES), settings.codes_per_hour, usual
        )
    return sorted(rows, key=lambda row: row["id"])
