"""The matrix: every command with every other and with itself, in as many orders as there is time for."""

import itertools
from typing import Any

import asyncpg
import msgspec

from store_omni.fulfilling.expiring import end_uncollected
from store_omni.inventory.holding import expire_holds
from store_omni.kit.errors import Refusal

from ..machine.floor import Floor, judge_rows
from .commands import Command, commands
from .pausing import Pair, Side, put_pauses_in
from .scenes import Scene, outcome
from .staging import Stagehand

STATEMENTS_MAX = 200
A_FIRST, B_FIRST = "A" * STATEMENTS_MAX, "B" * STATEMENTS_MAX


class Broken(AssertionError):
    """What went wrong, in which case."""


class Told(msgspec.Struct, frozen=True):
    """What came of a case. `said`: A and B, yes or the refusal's name. `points`: how often each stopped."""

    said: tuple[str, str]
    truth: tuple[Any, ...]
    points: tuple[int, int]

    @property
    def effect(self) -> tuple[Any, ...]:
        """Whatever the words of a refusal: whether each took effect, and what is true now."""
        return (*(said == "yes" for said in self.said), *self.truth)


class Matrix:
    """One database; `cases`: how many were run."""

    def __init__(self, floor: Floor, url: str) -> None:
        self.floor = floor
        self.pair = Pair(url)
        self.stagehand = Stagehand(floor, floor.fresh_town())
        self.commands = {command.name: command for command in commands(floor)}
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

    def pairs(self, *, all_commands: bool) -> list[tuple[Command, Command]]:
        chosen = [command for command in self.commands.values() if command.moves or all_commands]
        return list(itertools.combinations_with_replacement(chosen, 2))

    def run(self, a: Command, b: Command, order: str, *, state_of: Command) -> Told:
        """One case. Where the two would find the order in different states, both find it as `state_of` needs it.

        Errors: `Broken`, `TimeoutError`.
        """
        self.cases += 1
        return self.floor.run(self._run(a, b, order, state_of))

    async def _run(self, a: Command, b: Command, order: str, state_of: Command) -> Told:
        needs = {*a.needs, *b.needs}
        scene = await self.stagehand.scene(self.cases, state_of.order or a.order or b.order, needs)
        first, second = await self.pair.run(lambda side: a.send(side, scene), lambda side: b.send(side, scene), order)
        said = (_said(first), _said(second))
        # A sweeper passes by what somebody has in hand, and comes again.
        if "hold_over" in needs:
            await expire_holds(self.floor.sessions)
        if "overdue" in needs:
            await end_uncollected(self.floor.sessions)
        self._judge(await self.floor.rows(self.stagehand.town, scene.skus))
        return Told(said, await outcome(self.floor, scene), (first.points, second.points))

    def _judge(self, rows: list[Any]) -> None:
        try:
            judge_rows(rows)
        except AssertionError as error:
            raise Broken(str(error)) from error

    def audit(self) -> None:
        """Errors: `Broken`."""
        try:
            self.floor.audit()
        except AssertionError as error:
            raise Broken(str(error)) from error

    def one_after_the_other(self, a: Command, b: Command, *, state_of: Command) -> tuple[Told, Told]:
        """The two orders without any meeting: what every other order has to come to."""
        return self.run(a, b, A_FIRST, state_of=state_of), self.run(a, b, B_FIRST, state_of=state_of)

    def points_alone(self, command: Command) -> int:
        """How often it stops when nobody is in its way."""
        return self.run(command, IDLE, A_FIRST, state_of=command).points[0]


async def _nothing(_side: Side, _scene: Scene) -> None:
    pass


IDLE = Command("nothing", _nothing)


def _said(side: Side) -> str:
    """Errors: `Broken` for whatever is neither a success nor a refusal."""
    if isinstance(side.result, Refusal):
        return type(side.result).__name__
    if isinstance(side.result, BaseException):
        raise Broken(f"{side.name} ended in {side.result!r}") from side.result
    return "yes"
