"""Past orders, from file to ledger: everything or nothing, in the caller's transaction."""

from collections.abc import Sequence

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.counting import Counts
from store_omni.importing.mapping import Mapping
from store_omni.importing.orders.deriving import derive
from store_omni.importing.orders.journalling import write_journal
from store_omni.importing.orders.lines import COLUMNS, TABLE, parser
from store_omni.importing.orders.matching import match
from store_omni.importing.orders.resolving import SEPARATOR, resolve
from store_omni.importing.orders.returning import write_returns
from store_omni.importing.orders.stocking import write_stock
from store_omni.importing.orders.writing import write_orders
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import stage


async def import_orders(
    connection: asyncpg.Connection,
    sources: Sequence[Source],
    *,
    mapping: Mapping,
    progress: Progress,
    rejects: Rejects,
    todays_figures: bool = False,
) -> Counts:
    """Sales, returns, cancellations and corrections of stock. `todays_figures`: `stock.stage_stock` has read what is on
    hand now, and every opening is reckoned back from that."""
    counts = Counts()
    await connection.execute(TABLE)
    await stage(
        connection, "import_line", COLUMNS, sources, mapping, parser(mapping), counts=counts, rejects=rejects, progress=progress
    )  # fmt: skip
    await derive(connection, mapping, progress, counts)
    progress.step("Finding stores, goods and customers")
    await resolve(connection, mapping, counts, rejects)
    await connection.execute("DROP TABLE import_line")
    progress.step("Matching returns with their sales")
    source = mapping.name + SEPARATOR
    await match(connection, counts, source)
    await write_orders(connection, progress)
    await write_returns(connection, counts, progress, source)
    await write_stock(connection, counts, progress, source, sources, todays_figures=todays_figures)
    await write_journal(connection, progress, source)
    await _reckon(connection, counts, rejects)
    return counts


async def _reckon(connection: asyncpg.Connection, counts: Counts, rejects: Rejects) -> None:
    written = dict(await connection.fetch("SELECT kind, count(*) FROM import_good GROUP BY kind"))
    counts.adjusted = written.get("adjust", 0) + written.get("write_off", 0)
    counts.imported = sum(written.values()) - counts.adjusted
    counts.rejected = await rejects.count()
    counts.note("corrections of stock", written.get("adjust", 0))
    counts.note("write-offs", written.get("write_off", 0))
    free = await figure(connection, "SELECT count(*) FROM import_good WHERE kind = 'sale' AND price_reason = 'free'")
    services = await figure(connection, "SELECT count(*) FROM import_good WHERE kind = 'sale' AND service")
    counts.note("lines given for nothing", free)
    counts.note("lines of services", services)
