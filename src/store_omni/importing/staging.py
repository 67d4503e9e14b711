"""Rows on their way in: parsed one by one, streamed by COPY into a table of this transaction. Memory does not grow with the file."""

from collections.abc import Callable, Iterator, Sequence

import asyncpg

from store_omni.importing.counting import Counts
from store_omni.importing.errors import ImportRefused, RowRefused, UnclearDate
from store_omni.importing.mapping import Mapping
from store_omni.importing.progress import Progress
from store_omni.importing.reading import Source
from store_omni.importing.rejecting import TABLE, Rejects


class Cells(dict[str, str]):
    """Our field → the text of its cell in this row, without blanks around it; a constant or "" where there is no column."""

    def __missing__(self, field: str) -> str:
        return ""


Parse = Callable[[Cells], tuple]
# One import at a time: two that open the same level would both begin its ledger.
LOCK = 0x53746F_72654F
FILE_ROWS = 100_000_000
"""Staged rows are numbered file × this + row, so that they sort as they were read."""


async def begin(connection: asyncpg.Connection) -> Rejects:
    """Prepare the running transaction for an import."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL temp_buffers = '64MB'; SET LOCAL jit = off")
    await connection.execute("DROP TABLE IF EXISTS import_reject")
    await connection.execute(TABLE)
    return Rejects(connection)


async def stage(
    connection: asyncpg.Connection,
    table: str,
    columns: Sequence[str],
    sources: Sequence[Source],
    mapping: Mapping,
    parse: Parse,
    *,
    counts: Counts,
    rejects: Rejects,
    progress: Progress,
) -> None:
    """Fill `table` (its first two columns are file and row) with what `parse` makes of each row; what it refuses becomes a reject."""

    def rows() -> Iterator[tuple]:
        for file, source in enumerate(sources):
            for row, cells in source.records():
                counts.read += 1
                progress.advance()
                try:
                    yield (file, row, *parse(readers[file](cells)))
                except RowRefused as refused:
                    rejects.add(file, row, str(refused))
                except UnclearDate as unclear:
                    raise ImportRefused(f"{source.path.name}, row {row}: {unclear}") from None

    readers = [_reader(mapping, mapping.index(source.header)) for source in sources]
    progress.step(f"Reading {', '.join(source.path.name for source in sources)}", sum(source.rows for source in sources))
    await connection.copy_records_to_table(table, records=rows(), columns=["file", "row", *columns])
    await rejects.flush()
    await connection.execute(f"ANALYZE {table}")


def _reader(mapping: Mapping, index: dict[str, int]) -> Callable[[list[str]], Cells]:
    fields, places = list(index), list(index.values())
    last = max(places, default=0)

    def read(cells: list[str]) -> Cells:
        if len(cells) <= last:
            # A row that ends early has empty cells at its end, as spreadsheets save it.
            cells = [*cells, *[""] * (last + 1 - len(cells))]
        found = Cells(mapping.constants)
        for field, place in zip(fields, places, strict=True):
            found[field] = cells[place].strip()
        return found

    return read


def needed(cells: Cells, *fields: str) -> list[str]:
    """The text of cells that may not be empty. Errors: `RowRefused`."""
    found = [cells[field] for field in fields]
    if "" in found:
        raise RowRefused(f"{fields[found.index('')]} is empty")
    return found
