"""Far more clients than units, against the web server as it is deployed."""

import itertools
import time
from collections import Counter
from collections.abc import Iterator

import asyncpg
import msgspec

from store_omni.auditing import audit
from store_omni.staff.serving import add_service

from ..factories.world import World, make_item, put_stock
from .crowding import crowd, post

CLIENTS = 200
CONTACT = {"name": "김하늘", "phone": "010-1234-5678"}
YES, NO = (201, ""), (409, "not_enough_stock")
# Nobody seals facts here.
NEEDS_WORKER = "I23"
KINDS = ("one item", "opposite baskets", "a bundle and its parts", "holds")


class Storm(msgspec.Struct, frozen=True):
    """What came of one. `answers`: (status, refusal) → how often. `promised`: by item, of both kinds of promises."""

    kind: str
    attempts: int
    units: int
    answers: Counter[tuple[int, str]]
    numbers: int
    promised: list[int]
    deadlocks: int
    broken: dict[str, int]
    seconds: float

    @property
    def exact(self) -> bool:
        """Every unit is promised, once; everybody else heard a clear no; nothing else happened."""
        return (
            self.answers == {YES: self.units, NO: self.attempts - self.units}
            and self.numbers == self.units
            and set(self.promised) == {self.units}
            and (self.deadlocks, self.broken) == (0, {})
        )


def _requests(kind: str, store: str, token: str, codes: list[str], count: int) -> Iterator[bytes]:
    one, two, both = codes
    baskets = {
        "one item": [[one]], "holds": [[one]], "opposite baskets": [[one, two], [two, one]],
        "a bundle and its parts": [[both], [one, two], [two, one]],
    }[kind]  # fmt: skip
    for _, skus in zip(range(count), itertools.cycle(baskets), strict=False):
        lines = [{"sku": sku, "qty": 1} for sku in skus]
        if kind == "holds":
            yield post("/holds", token, {"store": store, "lines": lines})
        else:
            yield post("/orders", token, {"store": store, "lines": lines, "contact": CONTACT})


async def storm(pool: asyncpg.Pool, world: World, port: int, kind: str, *, attempts: int, units: int) -> Storm:
    """`kind`: one of `KINDS`. New goods each time: two items with so many units each, and a bundle of one of each."""
    number = 5000 + await pool.fetchval("SELECT count(*) FROM catalog.sku")
    items = [await make_item(pool, number + n, f"STORM{number}{n}", "것", "thing", "일상", "mug", 1000) for n in range(3)]
    *goods, bundle = items
    await pool.execute("UPDATE catalog.sku SET kind = 'bundle' WHERE id = $1", bundle.sku_id)
    await pool.executemany("INSERT INTO catalog.bundle_part VALUES ($1, $2, 1)", [(bundle.sku_id, item.sku_id) for item in goods])
    needed = goods[:1] if kind in ("one item", "holds") else goods
    for item in needed:
        await put_stock(pool, world.gangnam, item.sku_id, units)
    token = await add_service(pool, name=f"storm {number}", verbs=["orders:place"], store_ids=None)
    store = await pool.fetchval("SELECT code FROM stores.store WHERE id = $1", world.gangnam)
    before, begin = await _deadlocks(pool), time.perf_counter()
    told = await crowd(port, _requests(kind, store, token, [item.code for item in items], attempts), CLIENTS)
    seconds = time.perf_counter() - begin
    promised = await pool.fetch(
        "SELECT allocated + reserved AS units FROM inventory.stock_level WHERE store_id = $1 AND sku_id = ANY($2)",
        world.gangnam, [item.sku_id for item in needed],
    )  # fmt: skip
    async with pool.acquire() as connection:
        broken = {code: count for code, count in (await audit(connection)).items() if count and code != NEEDS_WORKER}
    numbers = len({made.get("number") or made["hold_id"] for made in told.made})
    return Storm(
        kind, attempts, units, told.answers, numbers, [row["units"] for row in promised], await _deadlocks(pool) - before,
        broken, seconds,
    )  # fmt: skip


async def _deadlocks(pool: asyncpg.Pool) -> int:
    return await pool.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
