"""Group commit: everybody hears an answer of their own, whatever becomes of the others, and nobody is left waiting.

No database: a stand-in for the pool answers at moments that the tests choose.
"""

import asyncio
import inspect
from asyncio.events import Handle
from collections.abc import Callable, Coroutine, Iterator
from types import ModuleType
from typing import Any

import asyncpg
import msgspec
import pytest

from store_omni.kit import batching
from store_omni.kit.batching import BATCH_ROWS_MAX, FLIGHTS_MAX, TRIES_MAX, Answer, Batches, OutcomeUnknown

pytestmark = pytest.mark.anyio
Row = dict[str, Any]
TICKS_MAX = 400


class Pool:
    """Answers each row by what it asks for in `want`; every sending takes `ticks` turns of the loop. `sent`: ids by sending."""

    def __init__(self, ticks: Iterator[int] | None = None) -> None:
        self.ticks = iter([20] * FLIGHTS_MAX) if ticks is None else ticks
        self.sent: list[list[str]] = []
        self.troubles: list[Exception] = []

    async def fetchval(self, _sql: str, text: str) -> list[Answer]:
        rows: list[Row] = msgspec.json.decode(text)
        self.sent.append([row["id"] for row in rows])
        for _ in range(next(self.ticks, 1)):
            await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop(0)
        if any(row.get("want") == "poison" for row in rows):
            raise asyncpg.CheckViolationError("this one cannot be written")
        return [self._answer(row, alone=len(rows) == 1) for row in reversed(rows)]

    def _answer(self, row: Row, *, alone: bool) -> Answer:
        answer = {"no": row["no"], "id": row["id"]}
        match row.get("want"):
            case "room" if not alone:
                return answer | {"refused": "not_enough", "again": True}
            case "little" if len(self.sent) == FLIGHTS_MAX + 1:
                return answer | {"refused": "not_enough", "again": True}
            case "much" | "little":
                return answer | {"refused": "not_enough"}
        return answer


def row(name: str, want: str = "") -> bytes:
    return msgspec.json.encode({"id": name, "want": want})


async def take_off(batches: Batches) -> list[asyncio.Task[Answer]]:
    """Fills every flight with one row of another store each, so that whoever comes next waits and shares."""
    first = []
    for n in range(FLIGHTS_MAX):
        first.append(asyncio.create_task(batches.submit(n, row(f"first {n}"))))
        for _ in range(4):
            await asyncio.sleep(0)
    return first


async def together(batches: Batches, *rows: bytes) -> list[Any]:
    """The answers of rows that share one batch."""
    blockers = await take_off(batches)
    answers = await asyncio.gather(*(batches.submit(0, one) for one in rows), return_exceptions=True)
    await asyncio.gather(*blockers)
    return answers


# What waits for time waits for the next turn of the loop here.
IN_NO_TIME = ("FIRST_PAUSE_SECONDS", "LATE_SECONDS", "GATHER_SECONDS")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in IN_NO_TIME:
        monkeypatch.setattr(batching, name, 0.0)


async def test_each_caller_hears_its_own_answer() -> None:
    pool = Pool()
    answers = await together(Batches(pool, ""), *(row(str(n)) for n in range(300)))
    assert [answer["id"] for answer in answers] == [str(n) for n in range(300)]
    assert max(len(sent) for sent in pool.sent) == BATCH_ROWS_MAX, "as many as may share do share"


async def test_who_comes_while_nobody_flies_goes_at_once() -> None:
    pool = Pool()
    await asyncio.gather(*await take_off(Batches(pool, "")))
    assert pool.sent == [[f"first {n}"] for n in range(FLIGHTS_MAX)]


async def test_others_wait_for_a_flight_until_it_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "LATE_SECONDS", 0.01)
    pool = Pool(iter([10_000, 1, 1]))
    batches = Batches(pool, "")
    blocked = asyncio.create_task(batches.submit(1, row("blocked")))
    await asyncio.sleep(0)
    others = [asyncio.create_task(batches.submit(store, row(name))) for store, name in ((1, "same store"), (2, "b"), (3, "c"))]
    for _ in range(50):
        await asyncio.sleep(0)
    assert pool.sent == [["blocked"]]
    await asyncio.gather(*others[1:])
    assert pool.sent == [["blocked"], ["b", "c"]], "its own store still waits for it"
    await asyncio.gather(blocked, others[0])


async def test_who_was_there_a_moment_ago_is_waited_for_and_flies_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "GATHER_SECONDS", 0.05)
    pool = Pool(iter([30, 1, 1, 1]))
    batches = Batches(pool, "")
    for turn in (1, 2):
        tasks = []
        for name in ("a", "b", "c", "d"):
            tasks.append(asyncio.create_task(batches.submit(0, row(f"{name}{turn}"))))
            for _ in range(4):
                await asyncio.sleep(0)
        await asyncio.gather(*tasks)
    flown = [["a1"], ["b1", "c1", "d1"], ["a2", "b2", "c2"], ["d2"]]
    assert pool.sent == flown, "as many as flew last go together; who does not come is not waited for long"


async def test_a_full_batch_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "GATHER_SECONDS", 30.0)
    monkeypatch.setattr(batching, "BATCH_ROWS_MAX", 3)
    pool = Pool(iter([20, 1, 1]))
    batches = Batches(pool, "")
    tasks = [asyncio.create_task(batches.submit(0, row(str(n)))) for n in range(7)]
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks[:6])
    assert max(len(sent) for sent in pool.sent) == 3
    for task in tasks:
        task.cancel()


async def test_so_few_are_not_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "GATHER_SECONDS", 30.0)
    batches = Batches(Pool(), "")
    async with asyncio.timeout(5):
        for n in range(3):
            await asyncio.gather(*(batches.submit(0, row(f"{n} {m}")) for m in range(batching.FEW)))


async def test_one_store_never_flies_twice_at_once() -> None:
    pool = Pool(iter([99] * 20))
    batches = Batches(pool, "")
    tasks = []
    for store, name in ((1, "a"), (1, "b"), (2, "c"), (1, "d"), (2, "e"), (3, "f"), (4, "g"), (5, "h")):
        tasks.append(asyncio.create_task(batches.submit(store, row(name))))
        for _ in range(4):
            await asyncio.sleep(0)
    assert pool.sent == [["a"], ["c"], ["f"], ["g"]], "the first of each store is out; the fifth store finds no room"
    await asyncio.gather(*tasks)
    assert sorted(pool.sent[4:]) == [["b", "d", "h"], ["e"]]


async def test_a_failing_one_spoils_no_other() -> None:
    pool = Pool()
    answers = await together(Batches(pool, ""), row("a"), row("bad", "poison"), row("b"))
    assert [answers[0]["id"], answers[2]["id"]] == ["a", "b"]
    assert isinstance(answers[1], asyncpg.CheckViolationError)


async def test_an_answer_that_cannot_be_read_fails_only_those_it_was_for() -> None:
    class Silent(Pool):
        def _answer(self, row: Row, *, alone: bool) -> Answer:
            return {"no": -1} if row["id"] == "lost" else super()._answer(row, alone=alone)

    answers = await together(Batches(Silent(), ""), row("a"), row("lost"), row("b"))
    assert [answers[0]["id"], answers[2]["id"]] == ["a", "b"]
    assert isinstance(answers[1], KeyError)


async def test_who_was_refused_because_of_others_is_tried_without_them() -> None:
    pool = Pool()
    answers = await together(
        Batches(pool, ""), row("a"), row("little 1", "little"), row("little 2", "little"), row("never", "much"), row("fits alone", "room")
    )  # fmt: skip
    assert ["refused" in answer for answer in answers] == [False, True, True, True, False]
    after = pool.sent[FLIGHTS_MAX + 1 :]
    assert after == [["little 1", "little 2", "fits alone"], ["fits alone"]], "among themselves, then who may still fit alone"


async def test_the_only_one_that_was_refused_is_tried_once_more_and_then_told() -> None:
    pool = Pool()
    answers = await together(Batches(pool, ""), row("a"), row("b", "room"))
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert pool.sent[-1] == ["b"]
    alone = await Batches(pool, "").submit(0, row("c", "much"))
    assert alone["refused"] == "not_enough"
    assert pool.sent.count(["c"]) == 1, "a refusal without others stands"


async def test_who_gives_up_takes_nothing_back_and_nobody_along() -> None:
    pool = Pool()
    batches = Batches(pool, "")
    tasks = await take_off(batches)
    tasks += [asyncio.create_task(batches.submit(0, row(name))) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    gone = (0, FLIGHTS_MAX + 1)
    for number in gone:
        tasks[number].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [number for number, answer in enumerate(answers) if isinstance(answer, asyncio.CancelledError)] == list(gone)
    assert sum(isinstance(answer, dict) for answer in answers) == len(tasks) - len(gone)
    assert pool.sent[-1] == ["a", "b", "c"], "it is sent all the same: its outcome is found by its key"


async def test_a_lost_connection_is_asked_again_by_the_key() -> None:
    pool = Pool()
    pool.troubles = [asyncpg.ConnectionDoesNotExistError("gone"), ConnectionRefusedError(), asyncpg.CannotConnectNowError("soon")]
    answer = await Batches(pool, "").submit(0, row("a"))
    assert (answer["id"], pool.sent) == ("a", [["a"]] * 4)


@pytest.mark.parametrize("trouble", batching.UNKNOWN, ids=lambda kind: kind.__name__)
async def test_in_the_end_the_outcome_is_unknown_and_said_to_be(trouble: type[Exception]) -> None:
    pool = Pool()
    pool.troubles = [trouble("no answer") for _ in range(1 + TRIES_MAX)]
    with pytest.raises(OutcomeUnknown):
        await Batches(pool, "").submit(0, row("a"))
    assert pool.troubles == [], "one flight, then alone as often as promised"


async def test_a_deadlocks_victim_is_tried_again() -> None:
    pool = Pool()
    pool.troubles = [asyncpg.DeadlockDetectedError("ring"), asyncpg.SerializationError("again")]
    assert (await Batches(pool, "").submit(0, row("a")))["id"] == "a"
    pool.troubles = [asyncpg.DeadlockDetectedError("ring") for _ in range(1 + TRIES_MAX)]
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await Batches(pool, "").submit(0, row("a"))


# Arriving at every scheduling point. A world is one loop; after its n-th callback somebody arrives, for every n there is.


class Arrivals:
    """Runs `arrive` between two callbacks of the loop, where they say."""

    def __init__(self, at: tuple[int, ...], arrive: Callable[[int], None]) -> None:
        self.at = at
        self.arrive = arrive
        self.ran = 0

    def after_callback(self) -> None:
        self.ran += 1
        for moment in self.at:
            if moment == self.ran:
                self.arrive(moment)


def _arrive(batches: Batches, name: str, coming: list[Coroutine[Any, Any, Answer]], store: int = 0) -> asyncio.Future[Answer]:
    """Runs `submit` on the spot until it waits, and returns what it waits for."""
    submitting = batches.submit(store, row(name))
    coming.append(submitting)
    return submitting.send(None)


def stranded(make: Callable[[Pool], Batches], ticks: tuple[int, ...], at: tuple[int, ...], monkeypatch: pytest.MonkeyPatch, *,
             breaks: bool = False) -> tuple[int, int]:  # fmt: skip
    """(how many still wait when nothing moves any more, callbacks until then). Two stores fly from the start, one more arrives
    after each callback of `at`. `breaks`: all that fly at the last of these moments are cancelled."""
    loop = asyncio.new_event_loop()
    waiting: list[asyncio.Future[Answer]] = []
    coming: list[Coroutine[Any, Any, Answer]] = []

    async def world() -> int:
        batches = make(Pool(iter(ticks)))

        def arrive(moment: int) -> None:
            waiting.append(_arrive(batches, f"after {moment}", coming))
            if breaks and moment == at[-1]:
                for flight in batches._flights:
                    flight.cancel()

        moments = Arrivals(at, arrive)
        waiting.extend(_arrive(batches, f"first {n}", coming, n) for n in range(2))
        for _ in range(2):
            await asyncio.sleep(0)
        run = Handle._run
        with monkeypatch.context() as patched:
            patched.setattr(Handle, "_run", lambda handle: [run(handle), moments.after_callback()][2:] or None)
            for _ in range(TICKS_MAX):
                await asyncio.sleep(0)
                if not batches._flights and batches._gathering is None and moments.ran > max(at):
                    break
        return moments.ran

    try:
        ran = loop.run_until_complete(world())
        return sum(not future.done() for future in waiting), ran
    finally:
        for submitting in coming:
            submitting.close()
        loop.close()


def schedules(callbacks: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every length of the first sendings with every pair of moments to arrive."""
    for ticks in ((a, b, c) for a in range(6) for b in range(4) for c in (0, 2)):
        for first in range(1, callbacks):
            for second in (0, first, first + 1, first + 3):
                yield ticks, (first, second) if second else (first,)


CALLBACKS = 26


@pytest.mark.parametrize("breaks", [False, True], ids=["all go well", "flights break"])
def test_nobody_is_stranded_whenever_they_arrive(monkeypatch: pytest.MonkeyPatch, breaks: bool) -> None:
    tried = 0
    for ticks, at in schedules(CALLBACKS):
        left, ran = stranded(lambda pool: Batches(pool, ""), ticks, at, monkeypatch, breaks=breaks)
        assert left == 0, (ticks, at)
        assert ran > max(at), "the arrivals fell into the time when something moved"
        tried += 1
    assert tried == 6 * 4 * 2 * (CALLBACKS - 1) * 4


def mutated(old: str, new: str) -> ModuleType:
    """The module with one guard taken away."""
    source = inspect.getsource(batching)
    assert source.count(old) == 1
    module = ModuleType("mutated")
    exec(compile(source.replace(old, new), batching.__file__, "exec"), module.__dict__)
    for name in IN_NO_TIME:
        setattr(module, name, 0.0)
    return module


SECOND_LOOK = "self._have_gathered)\n        self._take_off()"
GATHERED = "        self._end_gathering()\n        self._take_off()\n"


@pytest.mark.parametrize("breaks", [False, True], ids=["all go well", "flights break"])
@pytest.mark.parametrize("look", [SECOND_LOOK, GATHERED], ids=["after a landing", "after gathering"])
def test_control_without_the_second_look_somebody_is_stranded(monkeypatch: pytest.MonkeyPatch, look: str, breaks: bool) -> None:
    module = mutated(look, look.replace("self._take_off()", "pass"))
    assert any(
        stranded(lambda pool: module.Batches(pool, ""), ticks, at, monkeypatch, breaks=breaks)[0]
        for ticks, at in schedules(CALLBACKS)
    )


async def test_control_without_growing_late_one_lock_holds_up_every_store() -> None:
    module = mutated("            self._fresh = None\n            self._take_off()", "            pass")
    pool = Pool(iter([2_000, 1]))
    batches = module.Batches(pool, "")
    tasks = [asyncio.create_task(batches.submit(1, row("blocked")))]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(batches.submit(2, row("free"))))
    for _ in range(1_000):
        await asyncio.sleep(0)
    assert pool.sent == [["blocked"]]
    await asyncio.gather(*tasks)


async def test_control_without_trying_alone_one_failure_fails_all() -> None:
    module = mutated("await self._each_alone([waiting for waiting in batch if not waiting[2].done()])",
                     "[_fail(waiting, error) for waiting in batch]")  # fmt: skip
    answers = await together(module.Batches(Pool(), ""), row("a"), row("bad", "poison"), row("b"))
    assert [type(answer) for answer in answers] == [asyncpg.CheckViolationError] * 3


async def test_control_without_the_second_try_somebody_is_refused_what_is_there() -> None:
    module = mutated('if len(batch) > 1 and answers[no].get("again"):', "if False:")
    answers = await together(module.Batches(Pool(), ""), row("a"), row("fits alone", "room"))
    assert "refused" in answers[1]
