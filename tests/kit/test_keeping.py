"""What is kept between reads never outlives a change that this process was told of."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic

import pytest

from store_omni.kit import keeping
from store_omni.kit.keeping import Keeping, Vouching, forget_everything

pytestmark = pytest.mark.anyio


class Table:
    """Values that change, and reads that can be held up between looking and answering."""

    def __init__(self) -> None:
        self.values: dict[int, str] = {1: "a", 2: "b"}
        self.reads: list[list[int]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def read(self, keys: list[int]) -> Mapping[int, str]:
        self.reads.append(keys)
        seen = {key: self.values[key] for key in keys if key in self.values}
        await self.go_on.wait()
        return seen


@pytest.fixture
def table() -> Table:
    return Table()


async def test_a_value_is_read_once_and_together_with_others(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10)
    assert await kept.get_many([1, 2, 3, 1]) == {1: "a", 2: "b"}
    assert await kept.get(1) == "a"
    assert kept.peek(2) == "b" and kept.peek(3) is None
    assert table.reads == [[1, 2, 3]]


async def test_those_who_ask_for_what_is_being_read_wait_for_that_read(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10)
    table.go_on.clear()
    asked = [asyncio.create_task(kept.get(1)) for _ in range(5)]
    await asyncio.sleep(0)
    gave_up = asked.pop()
    gave_up.cancel()
    table.go_on.set()
    assert await asyncio.gather(*asked) == ["a"] * 4
    assert table.reads == [[1]]


async def test_a_read_that_began_before_a_change_is_not_kept(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10)
    table.go_on.clear()
    early = asyncio.create_task(kept.get(1))
    await asyncio.sleep(0.01)
    table.values[1] = "changed"
    kept.forget([1])
    late = asyncio.create_task(kept.get(1))
    await asyncio.sleep(0.01)
    table.go_on.set()
    assert (await early, await late) == ("a", "changed")
    assert await kept.get(1) == "changed" and table.reads == [[1], [1]]


async def test_of_one_read_only_what_changed_is_spoiled(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10)
    table.go_on.clear()
    asked = asyncio.create_task(kept.get_many([1, 2]))
    await asyncio.sleep(0.01)
    kept.forget([2])
    table.go_on.set()
    await asked
    assert (kept.peek(1), kept.peek(2)) == ("a", None)


async def test_what_a_value_is_made_of_takes_it_along(table: Table) -> None:
    """2 is made of 7: also when 7 changes while 2 is read for the first time."""
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10, touching=lambda value: [7] if value == "b" else [])
    await kept.get_many([1, 2])
    kept.forget([7])
    assert (kept.peek(1), kept.peek(2)) == ("a", None)
    table.go_on.clear()
    asked = asyncio.create_task(kept.get(2))
    await asyncio.sleep(0.01)
    kept.forget([7])
    table.go_on.set()
    await asked
    assert kept.peek(2) is None


async def test_nothing_is_shown_beyond_its_age_unless_somebody_vouches(table: Table) -> None:
    vouching = Vouching()
    kept: Keeping[int, str] = Keeping(table.read, seconds=0.05, seconds_vouched=0.2, vouching=vouching, most=10)
    start = monotonic()
    await kept.get(1)
    vouching.renew(60)
    await asyncio.sleep(0.08)
    assert kept.peek(1) == "a" or monotonic() - start > 0.2
    vouching.end()
    assert kept.peek(1) is None
    vouching.renew(60)
    await asyncio.sleep(0.15)
    assert kept.peek(1) is None


@pytest.fixture
def vouching() -> Vouching:
    vouching = Vouching()
    vouching.renew(60)
    return vouching


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.001)


async def test_what_is_old_is_read_anew_beside_those_who_are_shown_it(
    table: Table, vouching: Vouching, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=0, seconds_vouched=60, seconds_anew=0.2, most=10, vouching=vouching)
    await kept.get_many([1, 2])
    table.values |= {1: "new", 2: "newer"}
    assert kept.peek(1) == "a"
    await asyncio.sleep(0.25)
    assert table.reads == [[1, 2]], "nobody asks"
    table.go_on.clear()
    assert (kept.peek(1), await kept.get(2), kept.peek(1)) == ("a", "b", "a"), "nobody waits"
    await until(lambda: table.reads == [[1, 2], [1, 2]])
    assert kept.peek(1) == "a"
    table.go_on.set()
    await until(lambda: (kept.peek(1), kept.peek(2)) == ("new", "newer"))
    # What cannot be read is tried again after a while, and shown meanwhile.
    monkeypatch.setattr(keeping, "AGAIN_SECONDS", 0.1)
    working, kept._read = kept._read, refused
    await asyncio.sleep(0.25)
    assert kept.peek(1) == "new"
    await asyncio.sleep(0.05)
    kept._read = working
    assert kept.peek(1) == "new" and len(table.reads) == 2
    await asyncio.sleep(0.1)
    assert kept.peek(1) == "new"
    await until(lambda: len(table.reads) == 3)


async def refused(_keys: list[int]) -> Mapping[int, str]:
    raise ConnectionRefusedError


def louder(_key: int, value: str) -> str:
    return value.upper()


async def test_what_changed_is_set_aside_until_somebody_says_how(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10, mended=True)
    await kept.get_many([1, 2])
    assert not kept.forget([1]), "nobody has looked at it"
    assert kept.peek(2) == "b" and kept.forget([2, 3])
    assert kept.peek(1) is None and kept.peek(2) is None and kept.has(1) and not kept.has(3)
    began = monotonic()
    kept.forget([2])  # again, after the look began
    kept.mend([1, 2, 3], louder, began)
    assert kept.peek(1) == "A" and kept.peek(2) is None and kept.peek(3) is None
    kept.mend([], louder, monotonic())
    assert kept.peek(2) == "B" and table.reads == [[1, 2]]
    kept.forget([1])
    assert await kept.get(1) == "a" and kept.peek(1) == "a", "whoever cannot wait reads it"


async def test_what_changed_elsewhere_is_shown_until_it_is_mended(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10, mended=True)
    await kept.get_many([1, 2])
    kept.mend([1], louder, monotonic())
    assert (kept.peek(1), kept.peek(2)) == ("A", "b")
    kept.mend([2], lambda _key, _value: None, monotonic())
    assert kept.peek(2) is None and await kept.get(2) == "b"
    kept.drop([2])
    assert kept.peek(2) is None and not kept.has(2)


async def test_a_read_that_began_before_a_change_is_mended_by_nobody_and_not_kept(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=10, mended=True)
    table.go_on.clear()
    early = asyncio.create_task(kept.get(1))
    await asyncio.sleep(0.01)
    kept.mend([1], louder, monotonic())
    table.go_on.set()
    assert await early == "a" and kept.peek(1) is None


async def test_what_is_made_of_something_mended_goes(table: Table) -> None:
    kept: Keeping[int, str] = Keeping(
        table.read, seconds=60, most=10, mended=True, touching=lambda value: [2] if value == "a" else []
    )
    await kept.get_many([1, 2])
    kept.mend([2], louder, monotonic())
    assert (kept.peek(1), kept.peek(2)) == (None, "B")
    await kept.get(1)
    kept.forget([2])
    assert kept.peek(1) is None and not kept.has(1)


async def test_the_oldest_goes_when_there_are_too_many(table: Table) -> None:
    table.values = {n: str(n) for n in range(9)}
    kept: Keeping[int, str] = Keeping(table.read, seconds=60, most=3)
    for n in range(5):
        await kept.get(n)
    assert [kept.peek(n) for n in range(5)] == [None, None, "2", "3", "4"]


async def test_a_failing_read_fails_for_all_who_wait_and_is_tried_again(table: Table) -> None:
    failing = True

    async def read(keys: list[int]) -> Mapping[int, str]:
        await asyncio.sleep(0.01)
        if failing:
            raise ConnectionError("no")
        return await table.read(keys)

    kept: Keeping[int, str] = Keeping(read, seconds=60, most=10)
    both = await asyncio.gather(kept.get(1), kept.get(1), return_exceptions=True)
    assert [type(one) for one in both] == [ConnectionError, ConnectionError]
    failing = False
    assert await kept.get(1) == "a"


async def test_everything_can_be_forgotten_at_once(table: Table) -> None:
    one: Keeping[int, str] = Keeping(table.read, seconds=60, most=10)
    other: Keeping[int, str] = Keeping(table.read, seconds=60, most=10)
    await one.get(1)
    table.go_on.clear()
    asked = asyncio.create_task(other.get(2))
    await asyncio.sleep(0.01)
    forget_everything()
    table.go_on.set()
    await asked
    assert (one.peek(1), other.peek(2)) == (None, None)
