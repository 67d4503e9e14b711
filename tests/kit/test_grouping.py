"""Whoever asks gets an answer of his own, whoever he was asked together with."""

import asyncio

import pytest

from store_omni.kit.grouping import GROUP_MAX, Grouped

pytestmark = pytest.mark.anyio


class Oracle:
    """Doubles numbers; waits at the gate; fails while it is told to."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.gate = asyncio.Event()
        self.fails = False

    async def ask(self, questions: list[int]) -> list[int]:
        self.groups.append(questions)
        await self.gate.wait()
        if self.fails:
            raise OSError("the database is away")
        return [question * 2 for question in questions]


async def test_one_goes_at_once_and_who_comes_meanwhile_goes_together() -> None:
    oracle = Oracle()
    grouped = Grouped(oracle.ask)
    asked = [asyncio.create_task(grouped.ask(0))]
    await asyncio.sleep(0.01)
    asked += [asyncio.create_task(grouped.ask(number)) for number in range(1, GROUP_MAX + 10)]
    await asyncio.sleep(0.01)
    assert oracle.groups == [[0]]
    oracle.gate.set()
    assert await asyncio.gather(*asked) == [*range(0, 2 * GROUP_MAX + 20, 2)]
    assert oracle.groups[1:] == [[*range(1, GROUP_MAX + 1)], [*range(GROUP_MAX + 1, GROUP_MAX + 10)]]


async def test_nobody_is_left_behind_at_any_moment() -> None:
    """Arrivals between every two steps of the loop, while flights take off and land."""
    oracle = Oracle()
    oracle.gate.set()
    grouped = Grouped(oracle.ask)
    asked = []
    for number in range(300):
        asked.append(asyncio.create_task(grouped.ask(number)))
        for _ in range(number % 5):
            await asyncio.sleep(0)
    assert await asyncio.wait_for(asyncio.gather(*asked), 5) == [number * 2 for number in range(300)]


async def test_an_error_is_everybodys_and_ends_nothing() -> None:
    oracle = Oracle()
    grouped = Grouped(oracle.ask)
    oracle.fails = True
    asked = [asyncio.create_task(grouped.ask(number)) for number in range(3)]
    await asyncio.sleep(0.01)
    oracle.gate.set()
    assert [type(error) for error in await asyncio.gather(*asked, return_exceptions=True)] == [OSError] * 3
    oracle.fails = False
    assert await grouped.ask(21) == 42


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    oracle = Oracle()
    grouped = Grouped(oracle.ask)
    one, other = asyncio.create_task(grouped.ask(1)), asyncio.create_task(grouped.ask(2))
    await asyncio.sleep(0.01)
    one.cancel()
    oracle.gate.set()
    assert await other == 4
    with pytest.raises(asyncio.CancelledError):
        await one
