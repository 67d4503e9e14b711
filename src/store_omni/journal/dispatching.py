"""From facts to their consumers: seals new facts in an order that never runs backwards, and makes one delivery for each consumer
that wants to be told. Run by one leader."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import asyncpg

from store_omni.journal.sealing import FACTS, ROWS_MAX, seal_waiting

Consumers = Mapping[str, AbstractSet[str]]
"""Consumer → the kinds of facts it is told of."""

# What was imported is history: it is told to nobody.
_DELIVER = """
INSERT INTO journal.delivery (fact_id, consumer, pos)
SELECT f.id, $3, $2 + k.n - 1 FROM unnest($1::text[]) WITH ORDINALITY k (key, n) JOIN journal.fact f ON f.id = k.key::uuid
WHERE f.kind = ANY ($4) AND f.data->>'imported' IS NULL ON CONFLICT DO NOTHING"""


async def dispatch(pool: asyncpg.Pool, consumers: Consumers) -> int:
    """Seals waiting facts, at most 1,000 at a time until none is left. Returns how many."""
    sealed = 0
    while True:
        async with pool.acquire() as connection, connection.transaction():
            first, keys = await seal_waiting(connection, FACTS)
            for consumer, kinds in consumers.items() if keys else ():
                await connection.execute(_DELIVER, keys, first, consumer, sorted(kinds))
        sealed += len(keys)
        if len(keys) < ROWS_MAX:
            return sealed
