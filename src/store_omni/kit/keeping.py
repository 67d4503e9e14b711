"""Values read from the database and kept in this process for seconds, for showing only: nothing is decided by them.

A read that began before a change never outlives that change: `forget` spoils it while it is still under way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from itertools import islice
from time import monotonic
from typing import Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


# Of what is kept long, once a second so many of those that end within so many seconds, or have just ended, are read anew beside what
# somebody waits for. Looking through all that is kept costs as much as a read.
AHEAD_SECONDS = 2.0
AHEAD_MAX = 100
LOOK_SECONDS = 1.0


class Vouching:
    """Somebody outside says again and again that every change so far has been told. While that word is fresh, what was
    not forgotten is still true, and may be kept longer than without it."""

    def __init__(self) -> None:
        self.until = 0.0

    def renew(self, seconds: float) -> None:
        self.until = monotonic() + seconds

    def end(self) -> None:
        self.until = 0.0


NOBODY = Vouching()


class _Reading(Generic[K, V]):
    """One read under way, for several keys and everybody who waits for them."""

    def __init__(self, keys: set[K], task: asyncio.Task[Mapping[K, V]]) -> None:
        self.keys = keys
        self.task = task
        self.spoiled: set[K] = set()


class Keeping(Generic[K, V]):
    """`read`: keys → values; a key it does not return does not exist (which is not kept). `seconds`: the age at which a value is
    never shown any more; `seconds_vouched`: the same while `vouching` stands, a little earlier for some keys than for others, so
    that what was read together is not read again all at once; a read then takes place ahead of time for those that end next, so that
    few who ask for them wait. `most`: how many are kept, the oldest goes
    first. `touching`: further keys whose change changes a value."""

    def __init__(
        self,
        read: Callable[[list[K]], Awaitable[Mapping[K, V]]],
        *,
        seconds: float,
        most: int,
        seconds_vouched: float = 0.0,
        vouching: Vouching = NOBODY,
        touching: Callable[[V], Iterable[K]] | None = None,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._seconds_vouched = seconds_vouched
        self._vouching = vouching
        self._most = most
        self._touching = touching
        self._kept: dict[K, tuple[float, V, float]] = {}  # since when, what, and how old it may become if vouched for
        self._dependent: dict[K, set[K]] = {}
        self._under_way: dict[K, _Reading[K, V]] = {}
        self._readings: set[_Reading[K, V]] = set()
        self._look_at = 0.0
        _ALL.add(self)

    def peek(self, key: K) -> V | None:
        """What is kept and fresh enough to be shown."""
        found = self._kept.get(key)
        if found is None:
            return None
        now = monotonic()
        age = now - found[0]
        if age <= self._seconds or (age <= found[2] and now <= self._vouching.until):
            return found[1]
        return None

    def peek_all(self, keys: Iterable[K]) -> list[V] | None:
        """All of them, in their order, or None where one is missing."""
        found = [self.peek(key) for key in keys]
        return None if None in found else found  # type: ignore[return-value]  # none of them is None

    async def get(self, key: K) -> V | None:
        return (await self.get_many((key,))).get(key)

    async def get_many(self, keys: Iterable[K]) -> dict[K, V]:
        """In the order of the keys: kept values, and one read for all that are missing; a key that somebody else is just reading
        is waited for."""
        asked = list(dict.fromkeys(keys))
        found: dict[K, V] = {}
        missing: list[K] = []
        waited: dict[_Reading[K, V], list[K]] = {}
        for key in asked:
            value = self.peek(key)
            if value is not None:
                found[key] = value
            elif key in self._under_way:
                waited.setdefault(self._under_way[key], []).append(key)
            else:
                missing.append(key)
        if missing:
            waited[self._begin(missing)] = missing
            self._read_ahead()
        for reading, wanted in waited.items():
            # Shielded: whoever gives up waiting does not take the answer from the others.
            values = await asyncio.shield(reading.task)
            found.update((key, values[key]) for key in wanted if key in values)
        return {key: found[key] for key in asked if key in found} if waited else found

    def forget(self, keys: Iterable[K]) -> None:
        """These have changed: what is kept of them goes, and what is being read of them is not kept."""
        gone = set(keys)
        for key in list(gone):
            gone |= self._dependent.pop(key, set())
        for key in gone:
            self._kept.pop(key, None)
        for reading in self._readings:
            reading.spoiled |= gone
        # What a value touches is known only when it has been read; so nobody joins a read that began before this.
        self._under_way.clear()

    def forget_all(self) -> None:
        self._kept.clear()
        self._dependent.clear()
        for reading in self._readings:
            reading.spoiled |= reading.keys
        self._under_way.clear()

    def _begin(self, keys: list[K]) -> _Reading[K, V]:
        started = monotonic()
        task = asyncio.ensure_future(self._read(keys))
        reading = _Reading(set(keys), task)  # type: ignore[arg-type]  # a coroutine's future is a task
        self._readings.add(reading)
        self._under_way.update(dict.fromkeys(keys, reading))
        task.add_done_callback(lambda _: self._finish(reading, started))
        return reading

    def _read_ahead(self) -> None:
        now = monotonic()
        if now < self._look_at or now > self._vouching.until:
            return
        self._look_at = now + LOOK_SECONDS
        ending = (
            key
            for key, (since, _, longest) in self._kept.items()
            if abs(since + longest - now) < AHEAD_SECONDS and key not in self._under_way
        )
        if keys := list(islice(ending, AHEAD_MAX)):
            self._begin(keys)

    def _finish(self, reading: _Reading[K, V], started: float) -> None:
        self._readings.discard(reading)
        for key in reading.keys:
            if self._under_way.get(key) is reading:
                del self._under_way[key]
        if reading.task.cancelled() or reading.task.exception() is not None:
            return  # everybody who waits is told
        for key, value in reading.task.result().items():
            touched = set(self._touching(value)) if self._touching else set()
            if reading.spoiled.isdisjoint(touched | {key}):
                self._keep(key, value, started, touched)

    def _keep(self, key: K, value: V, started: float, touched: set[K]) -> None:
        self._kept.pop(key, None)  # so that it comes last in the order of age
        self._kept[key] = (started, value, self._seconds_vouched * (1 - hash(key) % 64 / 128))
        for other in touched:
            self._dependent.setdefault(other, set()).add(key)
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]


_ALL: WeakSet["Keeping"] = WeakSet()


def forget_everything() -> None:
    """All that this process keeps: after a time in which changes may have been missed."""
    for keeping in list(_ALL):
        keeping.forget_all()
