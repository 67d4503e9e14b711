"""Service tokens as this process knows them, kept for seconds: only for calls whose own statement checks the token once more."""

from collections.abc import Mapping

import asyncpg

from store_omni.kit.keeping import Keeping
from store_omni.staff.serving import Service, services_of

KEPT_SECONDS = 5.0
KEPT_MAX = 10_000


class KnownServices:
    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._kept: Keeping[bytes, Service] = Keeping(self._read, seconds=KEPT_SECONDS, most=KEPT_MAX)

    async def _read(self, held: list[bytes]) -> Mapping[bytes, Service]:
        return await services_of(self._pool, held)

    async def holder(self, held: bytes) -> Service | None:
        """Who held the token with this hash, at most 5 seconds ago."""
        return self._kept.peek(held) or await self._kept.get(held)

    def forget(self, held: bytes) -> None:
        """The database said otherwise."""
        self._kept.forget([held])
