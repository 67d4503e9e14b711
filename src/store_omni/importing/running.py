"""`store-omni import KIND FILE…`: the files looked at, the mapping found, one transaction, the counts printed."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg

from store_omni.importing.catalog import import_catalog
from store_omni.importing.counting import Counts
from store_omni.importing.customers import import_customers
from store_omni.importing.errors import ImportRefused
from store_omni.importing.mapping import Mapping, mapping_for
from store_omni.importing.orders.importing import import_orders
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source, survey
from store_omni.importing.rejecting import Rejects
from store_omni.importing.staging import begin
from store_omni.importing.stock import import_stock, stage_stock
from store_omni.importing.stores import import_stores
from store_omni.settings import read_database_url

_IMPORTERS = {"stores": import_stores, "catalog": import_catalog, "customers": import_customers, "stock": import_stock}
_FRESH_STATISTICS = ("stores.store", "catalog.product", "catalog.sku", "customers.customer", "customers.identity",
    "inventory.stock_level", "inventory.ledger_entry", 'orders."order"', "orders.order_line", "orders.fulfilment",
    "orders.fulfilment_line", "payments.charge", "payments.capture", "returns.request", "journal.fact", "journal.entry")  # fmt: skip


def run(kind: str, files: Sequence[Path], mapping: Path | None = None, rejects_path: Path | None = None) -> int:
    """The command. Prints what became of the rows. Returns 0; 1 when rows were rejected; 2 when nothing could begin.

    With `orders`, files that are stock lists by their header are today's figures: the openings are reckoned back from them.
    """
    progress = Progress()

    async def go() -> Counts:
        connection = await asyncpg.connect(read_database_url())
        try:
            return await import_files(connection, kind, files, mapping=mapping, rejects_path=rejects_path, progress=progress)
        finally:
            await connection.close()

    try:
        counts = asyncio.run(go())
    except ImportRefused as refused:
        progress.finish()
        print(f"store-omni import: {refused}", file=sys.stderr)
        return 2
    progress.finish()
    print("\n".join(counts.lines()))
    if counts.rejected:
        print(f"rejected rows: {rejects_path or rejects_file(files)}")
    return 1 if counts.rejected else 0


def rejects_file(files: Sequence[Path]) -> Path:
    """Where rejected rows go unless somebody says otherwise: the folder one is in, named after the first file."""
    return Path(f"{files[0].name.split('.')[0]}-rejected.csv")


async def import_files(
    connection: asyncpg.Connection,
    kind: str,
    files: Sequence[Path],
    *,
    mapping: Path | None = None,
    rejects_path: Path | None = None,
    progress: Progress | None = None,
) -> Counts:
    """One import, all of it or nothing. Errors: `ImportRefused`; database errors leave everything as it was."""
    progress = progress or Progress(say=_silent)
    sources = [survey(path) for path in files]
    figures = [] if kind != "orders" or mapping else [source for source in sources if _is_stock(source)]
    sources = [source for source in sources if source not in figures]
    if not sources:
        raise ImportRefused("No file of orders among these, only stock lists.")
    chosen = mapping_for(kind, sources[0].header, mapping)
    async with connection.transaction():
        rejects = await begin(connection)
        if kind == "orders":
            todays = await _todays_figures(connection, figures, progress, rejects)
            counts = await import_orders(
                connection, sources, mapping=chosen, progress=progress, rejects=rejects, todays_figures=todays
            )  # fmt: skip
        else:
            counts = await _IMPORTERS[kind](connection, sources, mapping=chosen, progress=progress, rejects=rejects)
        await rejects.write(sources, rejects_path or rejects_file([source.path for source in sources]))
    if not counts.balanced:
        raise AssertionError(f"rows were lost on the way: {counts}")
    if counts.imported or counts.changed or counts.adjusted:
        await _refresh_statistics(connection, progress)
    return counts


async def _todays_figures(
    connection: asyncpg.Connection, figures: Sequence[Source], progress: Progress, rejects: Rejects
) -> bool:
    if not figures:
        return False
    refused = (
        await stage_stock(connection, figures, mapping=_stock_mapping(figures), progress=progress, rejects=rejects)
    ).rejected
    if refused:
        raise ImportRefused(
            f"{refused:,} rows of the stock list cannot be used. Import it alone first (import stock) to see which."
        )
    return True


def _stock_mapping(figures: Sequence[Source]) -> Mapping:
    return mapping_for("stock", figures[0].header, None)


def _is_stock(source: Source) -> bool:
    try:
        mapping_for("stock", source.header, None)
    except ImportRefused:
        return False
    return "order_no" not in source.header


async def _refresh_statistics(connection: asyncpg.Connection, progress: Progress) -> None:
    """The planner does not know yet what came in; until it does, every page of the shop may be slow."""
    progress.step("Refreshing statistics", len(_FRESH_STATISTICS))
    for table in progress.each(_FRESH_STATISTICS):
        await connection.execute(f"ANALYZE {table}")


_silent: Callable[[str], None] = lambda _line: None  # noqa: E731
