"""SKUs by their codes as this process knows them, kept for seconds. For addresses and forms that name a code; whether and
for how much it is sold is decided in the database."""

from collections.abc import Iterable, Mapping

import asyncpg

from store_omni.catalog.queries import skus_by_code
from store_omni.kit.keeping import Keeping

KEPT_SECONDS = 5.0
KEPT_MAX = 50_000


class KnownSkus:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._kept: Keeping[str, int] = Keeping(self._read, seconds=KEPT_SECONDS, most=KEPT_MAX)

    async def _read(self, codes: list[str]) -> Mapping[str, int]:
        return await skus_by_code(self._pool, codes)

    async def ids(self, codes: Iterable[str]) -> dict[str, int]:
        """SKU code → id of those that are sold (goods and bundles); others are missing."""
        return await self._kept.get_many(codes)
