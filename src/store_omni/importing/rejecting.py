"""Rows that are not taken: kept with their number and reason, written at the end with what stood in them."""

import csv
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from store_omni.importing.asking import figure
from store_omni.importing.errors import ImportRefused
from store_omni.importing.reading import Source

BATCH_ROWS = 5_000
REJECTS_MAX = 100_000
# A byte order mark, because the people who mend these rows open them in a spreadsheet.
ENCODING = "utf-8-sig"

TABLE = """CREATE TEMP TABLE import_reject (file int, row int, reason text, PRIMARY KEY (file, row)) ON COMMIT DROP"""


class Rejects:
    """Collects refusals in memory by the batch and keeps them in the transaction's own table."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[int, int, str]] = []

    def add(self, file: int, row: int, reason: str) -> None:
        """Errors: `ImportRefused` when there are so many that the file cannot be what it was taken for."""
        if len(self._waiting) >= REJECTS_MAX:
            raise ImportRefused(f"More than {REJECTS_MAX:,} rows cannot be used; the last one (row {row}): {reason}")
        self._waiting.append((file, row, reason))

    async def flush(self) -> None:
        if self._waiting:
            await self._connection.copy_records_to_table("import_reject", records=self._waiting)
            self._waiting = []

    async def count(self) -> int:
        await self.flush()
        return await figure(self._connection, "SELECT count(*) FROM import_reject")

    async def write(self, sources: Sequence[Source], path: Path) -> int:
        """Write the rejects file (nothing, when there is nothing to write). Returns how many rows it holds."""
        count = await self.count()
        if not count:
            return 0
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=ENCODING, newline="") as file:
            writer = csv.writer(file)
            for number, source in enumerate(sources):
                cursor = await self._connection.cursor(
                    "SELECT row, reason FROM import_reject WHERE file = $1 ORDER BY row", number
                )
                waiting = await cursor.fetch(BATCH_ROWS)
                if waiting:
                    writer.writerow(["file", "row", "reason", *source.header])
                place = 0
                for row, cells in source.records():
                    if not waiting:
                        break
                    if row == waiting[place]["row"]:
                        writer.writerow([source.path.name, row, waiting[place]["reason"], *cells])
                        place += 1
                        if place == len(waiting):
                            waiting, place = await cursor.fetch(BATCH_ROWS), 0
        return count
