"""The paper that an import leaves in each store: what its ledger entries name as their cause."""

from collections.abc import Sequence

import asyncpg

from store_omni.importing.reading import Source

REFERENCE_CHARS_MAX = 200

# One import at a time (`staging.LOCK`), and the table lives as long as its transaction.
_TABLE = "CREATE TEMP TABLE import_document (store_id int PRIMARY KEY, id uuid NOT NULL) ON COMMIT DROP"
_WRITE = """
INSERT INTO inventory.document (store_id, id, kind, reference, channel, actor_kind)
SELECT store_id, id, 'import', $1, 'system', 'system' FROM import_document"""


async def write_documents(connection: asyncpg.Connection, stores: str, sources: Sequence[Source]) -> None:
    """Fills `import_document` with one per store of `stores` (a table or query with a store_id), named after the files."""
    await connection.execute(_TABLE)
    await connection.execute(
        f"INSERT INTO import_document SELECT s.store_id, gen_random_uuid() FROM (SELECT DISTINCT store_id FROM {stores} x) s"
    )
    await connection.execute(_WRITE, ", ".join(source.path.name for source in sources)[:REFERENCE_CHARS_MAX])
