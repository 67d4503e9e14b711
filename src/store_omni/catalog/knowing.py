"""The catalogue as this process knows it: SKUs by their codes, kept for a day, and for seconds the pages that people ask for.
Whether and for how much something is sold is decided in the database."""

import asyncio
from collections.abc import Iterable, Mapping
from time import monotonic

import asyncpg
import msgspec

from store_omni.catalog.queries import Found, Sort, listed, popular_skus, search, shelf_sizes, skus_by_code
from store_omni.catalog.searching import read_query
from store_omni.kit.grouping import Grouped
from store_omni.kit.keeping import Keeping

KEPT_SECONDS = 5.0
# A code never becomes another SKU's, and whether it is sold is asked again in the order's own statement.
CODES_KEPT_SECONDS = 86_400.0
CODES_KEPT_MAX = 250_000
PAGES_KEPT_MAX = 500


class KnownSkus:
    """SKU code → id of those that are sold (goods and bundles)."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._ids: dict[str, int] = {}
        self._since = monotonic()
        self._looking: Grouped[str, int | None] = Grouped(self._look_up)

    async def warm(self) -> list[int]:
        """Learns the codes before the first shopper asks for them; of more than it keeps, the most popular. Returns their ids, those first."""
        async for code, sku_id in popular_skus(self._pool, CODES_KEPT_MAX):
            self._ids[code] = sku_id
        return list(self._ids.values())

    async def ids(self, codes: Iterable[str]) -> dict[str, int]:
        """Codes of what is not sold are missing."""
        if monotonic() - self._since > CODES_KEPT_SECONDS:
            self._ids, self._since = {}, monotonic()
        asked = list(dict.fromkeys(codes))
        # What no code may have would fail the question of everybody who asks beside.
        missing = [code for code in asked if code not in self._ids and code.isprintable()]
        found = dict(zip(missing, await asyncio.gather(*map(self._looking.ask, missing)), strict=True)) if missing else {}
        pairs = ((code, self._ids.get(code) or found.get(code)) for code in asked)
        return {code: sku_id for code, sku_id in pairs if sku_id is not None}

    async def _look_up(self, codes: list[str]) -> list[int | None]:
        found = await skus_by_code(self._pool, codes)
        if len(self._ids) + len(found) <= CODES_KEPT_MAX:
            self._ids |= found
        return [found.get(code) for code in codes]


class Asked(msgspec.Struct, frozen=True):
    """A page of products as a shopper asks for it. `typed` empty: everything, or one shelf. `page` from 1."""

    typed: str = ""
    category: str = ""
    sort: Sort = "popular"
    page: int = 1


class KnownProducts:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._pages: Keeping[Asked, Found] = Keeping(self._read, seconds=KEPT_SECONDS, most=PAGES_KEPT_MAX)
        self._sizes: Keeping[str, dict[str, int]] = Keeping(self._read_sizes, seconds=KEPT_SECONDS, most=1)

    async def _read(self, pages: list[Asked]) -> Mapping[Asked, Found]:
        return {asked: await self._find(asked) for asked in pages}

    async def _find(self, asked: Asked) -> Found:
        reading = read_query(asked.typed)
        if reading.empty:
            return await listed(self._pool, category=asked.category, sort=asked.sort, page=asked.page)
        return await search(self._pool, reading, category=asked.category, sort=asked.sort, page=asked.page)

    async def _read_sizes(self, keys: list[str]) -> Mapping[str, dict[str, int]]:
        return dict.fromkeys(keys, await shelf_sizes(self._pool))

    def peek(self, asked: Asked) -> tuple[Found | None, dict[str, int] | None]:
        """What is kept of a page, and of the sizes of shelves."""
        return self._pages.peek(asked), self._sizes.peek("all")

    async def page(self, asked: Asked) -> Found:
        found = self._pages.peek(asked) or await self._pages.get(asked)
        assert found is not None  # `_read` returns every page it is asked for
        return found

    async def shelf_sizes(self) -> dict[str, int]:
        """How many products each category has."""
        sizes = self._sizes.peek("all")
        if sizes is None:
            sizes = await self._sizes.get("all")
        assert sizes is not None
        return sizes
