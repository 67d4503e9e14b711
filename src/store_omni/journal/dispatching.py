"""From facts to their consumers: numbers and seals new facts in an order that never runs backwards, and makes one
delivery per declared consumer. Run by one leader."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import asyncpg

from store_omni.journal.sealing import COLUMNS, seal

BATCH_FACTS = 500
Consumers = Mapping[str, AbstractSet[str]]
"""Consumer → the kinds of facts it is told of."""

# Claimed by "not yet numbered", never by "id greater than the last one seen": transactions commit in another order than
# their ids were drawn, and a fact that commits late would be passed over for ever.
_CLAIM = f"""
SELECT {COLUMNS} FROM journal.fact WHERE pos IS NULL ORDER BY at, id LIMIT $1 FOR UPDATE SKIP LOCKED"""


async def dispatch(pool: asyncpg.Pool, consumers: Consumers) -> int:
    """Seals waiting facts, at most 500 at a time until none is left. Returns how many."""
    sealed = 0
    while True:
        done = await _dispatch_batch(pool, consumers)
        sealed += done
        if done < BATCH_FACTS:
            return sealed


async def _dispatch_batch(pool: asyncpg.Pool, consumers: Consumers) -> int:
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_CLAIM, BATCH_FACTS)
        if not rows:
            return 0
        last = await connection.fetchrow("SELECT pos, hash FROM journal.fact WHERE pos IS NOT NULL ORDER BY pos DESC LIMIT 1")
        pos, previous = (last["pos"], last["hash"]) if last else (0, b"")
        numbered = []
        for row in rows:
            pos += 1
            link = seal(previous, row)
            numbered.append((row["id"], pos, previous, link))
            previous = link
        await connection.execute(
            """UPDATE journal.fact f SET pos = n.pos, prev_hash = n.prev, hash = n.hash
               FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::bytea[]) n(id, pos, prev, hash) WHERE f.id = n.id""",
            *(list(column) for column in zip(*numbered, strict=True)),
        )
        heard = [(row["id"], name) for row in rows for name, kinds in consumers.items() if row["kind"] in kinds]
        # What was imported is history: it is told to nobody.
        await connection.execute(
            """INSERT INTO journal.delivery (fact_id, consumer, pos)
               SELECT f.id, h.consumer, f.pos FROM unnest($1::uuid[], $2::text[]) h(id, consumer)
               JOIN journal.fact f ON f.id = h.id WHERE f.data->>'imported' IS NULL ON CONFLICT DO NOTHING""",
            [fact for fact, _ in heard], [name for _, name in heard],
        )  # fmt: skip
    return len(rows)
