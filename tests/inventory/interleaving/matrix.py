"""The matrix: every command with every other and with itself, in as many orders as there is time for."""

import itertools
import time
from collections.abc import Iterable, Iterator
from typing import Any

import asyncpg
import msgspec

from store_omni.auditing import audit
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.inventory.holding import expire_holds
from store_omni.kit.errors import Refusal

from ..machine.floor import NEEDS_WORKER, Floor
from .commands import Command, Scene, Stagehand, commands, outcome
from .pausing import Pair, Side, put_pauses_in

Orders = Iterable[str]


class Broken(AssertionError):
    """What went wrong, in which case."""


class Told(msgspec.Struct, frozen=True):
    """What came of a case. `said`: by A and B. `points`: how often each stopped."""

    said: tuple[str, str]
    truth: tuple[Any, ...]
    points: tuple[int, int]


class Matrix:
    """One database; `cases`: how many were run."""

    def __init__(self, floor: Floor, url: str) -> None:
        self.floor = floor
        self.pair = Pair(url)
        self.stagehand = Stagehand(floor, floor.fresh_town())
        self.commands = {command.name: command for command in commands(floor)}
        self.numbers = itertools.count(2000)
        self.cases = 0

    def open(self, admin_url: str) -> None:
        async def prepare() -> None:
            connection = await asyncpg.connect(admin_url)
            await put_pauses_in(connection)
            await connection.close()
            await self.pair.open()

        self.floor.run(prepare())

    def close(self) -> None:
        self.floor.run(self.pair.close())

    def pairs(self, *, all_commands: bool) -> Iterator[tuple[Command, Command]]:
        chosen = [command for command in self.commands.values() if command.moves or all_commands]
        return itertools.combinations_with_replacement(chosen, 2)

    def run(self, a: Command, b: Command, order: str, *, state_of: Command) -> Told:
        return self.floor.run(self._run(a, b, order, state_of))

    async def _run(self, a: Command, b: Command, order: str, state_of: Command) -> Told:
        self.cases += 1
        # Both act on the same order; where they would find it in different states, one of them finds it as the other does.
        scene = await self.stagehand.scene(
            next(self.numbers), state_of.order or a.order or b.order, {*a.needs, *b.needs}
        )
        first, second = await self.pair.run(lambda side: a.send(side, scene), lambda side: b.send(side, scene), order)
        said = (_said(first), _said(second))
        # A sweeper passes by what somebody has in hand, and comes again.
        await expire_holds(self.floor.sessions)
        await end_uncollected(self.floor.sessions)
        await self._judge()
        return Told(said, await outcome(self.floor, scene), (first.points, second.points))

    async def _judge(self) -> None:
        async with self.floor.pool.acquire() as connection:
            broken = {code: count for code, count in (await audit(connection)).items() if count and code != NEEDS_WORKER}
        if broken:
            raise Broken(f"the audit finds {broken}")


def _said(side: Side) -> str:
    """Errors: `Broken` for whatever is neither a success nor a refusal."""
    if isinstance(side.result, Refusal):
        return type(side.result).__name__
    if isinstance(side.result, BaseException):
        raise Broken(f"{side.name} ended in {side.result!r}") from side.result
    return "yes"
