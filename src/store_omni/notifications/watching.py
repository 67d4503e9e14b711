"""Has an order changed since a page last asked? One short statement on the pool, for live screens."""

from uuid import UUID

import asyncpg

# Whatever an order page shows moves at least one of these.
_MARK = """
SELECT md5(concat_ws('|', o.state, f.state, f.ready_at, f.hold_until, f.checked_in_at, f.staging_code,
         (SELECT count(*) FROM journal.entry e WHERE e.order_id = o.id),
         (SELECT string_agg(m.state, ',' ORDER BY m.id) FROM notifications.message m WHERE m.order_id = o.id)))
FROM orders."order" o
LEFT JOIN LATERAL (SELECT * FROM orders.fulfilment x WHERE x.order_id = o.id ORDER BY x.allocated_at DESC LIMIT 1) f ON true
WHERE o.number = ANY($1) AND (o.customer_id = $2 OR EXISTS (
  SELECT 1 FROM orders.order_viewer v WHERE v.order_id = o.id AND v.viewer_hash = $3 AND v.expires_at > now()))"""


async def mark_of(pool: asyncpg.Pool, number: str, *, customer_id: UUID | None, viewer_hash: bytes | None) -> str | None:
    """Another text after every change; None for an order that is not this visitor's to see (any more)."""
    return await pool.fetchval(_MARK, [number.strip(), number.strip().upper()], customer_id, viewer_hash)
