"""Stopping two sessions before each of their SQL statements, also inside the database's own functions, and letting one go on.

Outside, a statement waits for an event. Inside, a function waits for an advisory lock that the one who leads holds; his
looks at the locks tell that wait from a wait for the other session.
"""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.util import await_only

from store_omni.kit.database import sqlalchemy_url

SIDES = ("A", "B")
LOCK_CLASS = 4242
LOOK_SECONDS = 0.001
STUCK_SECONDS = 10
# The longest wait that a ring of locks may cost a test.
DEADLOCK_TIMEOUT = "30ms"
INSTRUMENTED = ("inventory.post", "inventory.hold_batch", "orders.place_batch", "orders.place_plainly", "stockroom.open_task")

_PAUSE = f"""
CREATE FUNCTION public.pause() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  side int := array_position(ARRAY['{SIDES[0]}', '{SIDES[1]}'], current_setting('application_name'));
BEGIN
  IF side IS NOT NULL THEN
    PERFORM pg_advisory_lock_shared({LOCK_CLASS}, side);
    PERFORM pg_advisory_unlock_shared({LOCK_CLASS}, side);
  END IF;
END $$"""

_WAITING = f"""
SELECT a.application_name, bool_or(l.locktype = 'advisory' AND l.classid = {LOCK_CLASS})
FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND NOT l.granted
WHERE a.application_name IN ('{SIDES[0]}', '{SIDES[1]}') GROUP BY 1"""


def with_pauses(source: str) -> str:
    """The definition of a PL/pgSQL function with a pause before each statement of its body."""
    head, body = source.split("\nBEGIN", 1)
    made, begins = [], True
    for line in body.split("\n"):
        code = line.split("--", 1)[0].strip()
        if begins and code and not re.match(r"(END|ELSE|ELSIF|EXCEPTION|GET|IF|RAISE)\b", code):
            made.append("PERFORM public.pause();")
        made.append(line)
        if code:
            begins = code.endswith((";", "THEN", "ELSE", "BEGIN"))
    return f"{head}\nBEGIN" + "\n".join(made)


async def put_pauses_in(connection: asyncpg.Connection) -> None:
    """`connection`: a superuser's, to the database under test."""
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '{DEADLOCK_TIMEOUT}'")
    await connection.execute(_PAUSE)
    for function in INSTRUMENTED:
        oid = await connection.fetchval("SELECT to_regproc($1)::oid", function)
        if oid is not None:
            source = await connection.fetchval("SELECT pg_get_functiondef($1::oid)", oid)
            await connection.execute(with_pauses(source))


class Side:
    """One of the two sessions. `points`: how often it stopped. `where`: running, outside, inside, blocked or done."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url
        self.where = "done"
        self.points = 0
        self.free = True
        self._stopped = asyncio.Event()
        self._go = asyncio.Event()
        self.result: Any = None

    async def open(self) -> None:
        self.keeper = await asyncpg.connect(self.url)
        self.number = SIDES.index(self.name) + 1
        self.pool = _Gated(
            await asyncpg.create_pool(f"{self.url}&application_name={self.name}", min_size=1, max_size=2, init=_speak_json), self
        )
        self.engine: AsyncEngine = create_async_engine(
            sqlalchemy_url(self.url), pool_size=1, connect_args={"server_settings": {"application_name": self.name}},
            json_serializer=lambda value: msgspec.json.encode(value).decode(), json_deserializer=msgspec.json.decode,
        )  # fmt: skip
        self.sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(self.engine, expire_on_commit=False)
        event.listen(self.engine.sync_engine, "before_cursor_execute", lambda *_: await_only(self.pause()))
        event.listen(self.engine.sync_engine, "commit", lambda *_: await_only(self.pause()))

    async def close(self) -> None:
        await self.keeper.close()
        await self.pool.pool.close()
        await self.engine.dispose()

    async def pause(self) -> None:
        if self.free:
            return
        self.where = "outside"
        self._stopped.set()
        await self._go.wait()
        self._go.clear()

    def begin(self, command: Callable[["Side"], Awaitable[Any]]) -> asyncio.Task[None]:
        self.points, self.result, self.where, self.free = 0, None, "running", False
        self._stopped.clear()
        self._go.clear()
        return asyncio.create_task(self._run(command))

    async def _run(self, command: Callable[["Side"], Awaitable[Any]]) -> None:
        try:
            await self.pause()
            self.result = await command(self)
        except Exception as error:
            self.result = error
        self.free, self.where = True, "done"
        self._stopped.set()

    async def hold_inside(self) -> None:
        await self.keeper.execute(f"SELECT pg_advisory_lock({LOCK_CLASS}, {self.number})")

    async def let_through(self) -> None:
        await self.keeper.execute(f"SELECT pg_advisory_unlock({LOCK_CLASS}, {self.number})")

    async def step(self) -> None:
        """Lets the one statement go on that it stopped before."""
        self.points += 1
        stopped, self.where = self.where, "running"
        self._stopped.clear()
        if stopped == "outside":
            self._go.set()
        else:
            await self.keeper.execute(
                f"SELECT pg_advisory_unlock({LOCK_CLASS}, {self.number}), pg_advisory_lock({LOCK_CLASS}, {self.number})"
            )

    async def settle(self, leader: asyncpg.Connection) -> None:
        """Returns when it has stopped, waits for the other, or is done."""
        while True:
            try:
                await asyncio.wait_for(self._stopped.wait(), LOOK_SECONDS)
            except TimeoutError:
                pass  # it runs on, or waits in the database
            if self._stopped.is_set():
                return
            waiting = {row[0]: row[1] for row in await leader.fetch(_WAITING)}
            if not self._stopped.is_set() and self.name in waiting:
                self.where = "inside" if waiting[self.name] else "blocked"
                return
            if self.where == "blocked":
                self.where = "running"


class _Gated:
    """A pool whose statements wait for their turn."""

    def __init__(self, pool: asyncpg.Pool, side: Side) -> None:
        self.pool = pool
        self.side = side

    async def fetchval(self, *what: Any) -> Any:
        await self.side.pause()
        return await self.pool.fetchval(*what)


async def _speak_json(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, encoder=lambda value: msgspec.json.encode(value).decode(), decoder=msgspec.json.decode, schema="pg_catalog"
        )


class Pair:
    """Leads two sessions through one order of their statements."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sides = {name: Side(name, url) for name in SIDES}

    async def open(self) -> None:
        self.leader = await asyncpg.connect(self.url)
        for side in self.sides.values():
            await side.open()

    async def close(self) -> None:
        for side in self.sides.values():
            await side.close()
        await self.leader.close()

    async def run(
        self, a: Callable[[Side], Awaitable[Any]], b: Callable[[Side], Awaitable[Any]], order: str
    ) -> tuple[Side, Side]:
        """`order`: whose turn it is, statement by statement (AAB…); who waits for the other or is done leaves the rest of its
        row of turns. Afterwards both go on to their end, A first. Errors: `TimeoutError` where nobody gets on."""
        first, second = self.sides["A"], self.sides["B"]
        for side in (first, second):
            await side.hold_inside()
        tasks = [first.begin(a), second.begin(b)]
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                for side in (first, second):
                    await side.settle(self.leader)
                for name, turns in itertools.groupby(order):
                    for _ in turns:
                        if not await self._turn(self.sides[name]):
                            break
                while not first.where == second.where == "done":
                    if not await self._turn(first):
                        await self._turn(second)
        finally:
            for side in (first, second):
                side.free = True
                side._go.set()
                await side.let_through()
            await asyncio.gather(*tasks)
        return first, second

    async def _turn(self, side: Side) -> bool:
        """Whether it got on."""
        if side.where == "blocked":
            await side.settle(self.leader)
        if side.where in ("blocked", "done"):
            return False
        await side.step()
        await side.settle(self.leader)
        return True
