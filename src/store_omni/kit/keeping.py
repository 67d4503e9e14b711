"""Values read from the database and kept in this process for seconds, for showing only: nothing is decided by them.

A read that began before a change never outlives that change: `forget` spoils it while it is still under way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from itertools import islice
from math import inf
from time import monotonic
from typing import Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


# What is read anew beside those who are shown it: so many at once, gathered for so long, and again after so long where that failed.
ANEW_MAX = 16
GATHER_SECONDS = 0.01
AGAIN_SECONDS = 5.0


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


class _Kept(Generic[V]):
    """`until`: what it is shown to by itself; `until_vouched`: while it is vouched for; neither is ever reached while it is set
    aside, since `aside_at`. `anew_at`: from then on whoever is shown it has it read anew. `shown`: since it was read or mended."""

    __slots__ = ("_back", "anew_at", "aside_at", "shown", "until", "until_vouched", "value")

    def __init__(self, value: V, until: float, until_vouched: float, anew_at: float) -> None:
        self.value, self.until, self.until_vouched, self.anew_at = value, until, until_vouched, anew_at
        self.aside_at = 0.0
        self.shown = False

    def set_aside(self, now: float) -> None:
        if not self.aside_at:
            self._back = (self.until, self.until_vouched)
        self.aside_at = now
        self.until = self.until_vouched = 0.0

    def take_back(self) -> None:
        self.aside_at = 0.0
        self.until, self.until_vouched = self._back


class Keeping(Generic[K, V]):
    """`read`: keys → values; a key it does not return does not exist (which is not kept). `seconds`: the age at which a value is
    never shown any more; `seconds_vouched`: the same while `vouching` stands; `seconds_anew`: the age from which it is read anew
    beside, a little earlier for some keys than for others, so that nobody waits for it. `most`: how many are kept, the oldest goes
    first. `touching`: further keys whose change changes a value. `mended`: somebody will say what a change did (`mend`), so that
    what is forgotten is only set aside until then."""

    def __init__(
        self,
        read: Callable[[list[K]], Awaitable[Mapping[K, V]]],
        *,
        seconds: float,
        most: int,
        seconds_vouched: float = 0.0,
        seconds_anew: float = inf,
        vouching: Vouching = NOBODY,
        touching: Callable[[V], Iterable[K]] | None = None,
        mended: bool = False,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._seconds_vouched = seconds_vouched
        self._seconds_anew = seconds_anew
        self._vouching = vouching
        self._most = most
        self._touching = touching
        self._mended = mended
        self._kept: dict[K, _Kept[V]] = {}
        self._aside: set[K] = set()
        self._dependent: dict[K, set[K]] = {}
        self._under_way: dict[K, _Reading[K, V]] = {}
        self._readings: set[_Reading[K, V]] = set()
        self._old: dict[K, None] = {}
        self._reading_old: asyncio.Task[None] | None = None
        _ALL.add(self)

    def peek(self, key: K) -> V | None:
        """What is kept and fresh enough to be shown."""
        found = self._kept.get(key)
        if found is None:
            return None
        now = monotonic()
        if now <= found.until or (now <= found.until_vouched and now <= self._vouching.until):
            found.shown = True
            if now > found.anew_at:
                found.anew_at = now + AGAIN_SECONDS
                self._read_anew(key)
            return found.value
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
        for reading, wanted in waited.items():
            # Shielded: whoever gives up waiting does not take the answer from the others.
            values = await asyncio.shield(reading.task)
            found.update((key, values[key]) for key in wanted if key in values)
        return {key: found[key] for key in asked if key in found} if waited else found

    def forget(self, keys: Iterable[K]) -> bool:
        """These have changed: what is kept of them is not shown any more, and what is being read of them is not kept. Returns whether
        people have been looking at what is set aside now."""
        changed, now = set(keys), monotonic()
        looked_at = False
        if self._mended:
            for key in changed:
                if (kept := self._kept.get(key)) is not None:
                    looked_at = looked_at or kept.shown
                    kept.set_aside(now)
                    self._aside.add(key)
            self._drop(set(), changed)
        else:
            self._drop(changed, changed)
        return looked_at

    def drop(self, keys: Iterable[K]) -> None:
        """As `forget`, where nobody will say what the change did."""
        changed = set(keys)
        self._drop(changed, changed)

    def mend(self, changed: Iterable[K], mending: Callable[[K, V], V | None], began: float) -> None:
        """`changed`: whatever did since the last time, until `began` (`monotonic`). `mending`: what is kept of one of them → with its
        changes, or None: it has to be read anew. Of what else is kept this says that nothing changed, so that what was set aside
        before is shown again."""
        keys, lost = set(changed), set[K]()
        for key in keys:
            if (kept := self._kept.get(key)) is None:
                continue
            value = mending(key, kept.value)
            if value is None:
                lost.add(key)
            elif value is not kept.value:
                kept.value, kept.shown = value, False
        for key in [*self._aside]:
            kept = self._kept.get(key)
            if kept is None or kept.aside_at < began:
                self._aside.discard(key)
                if kept is not None:
                    kept.take_back()
        self._drop(lost, keys)

    def has(self, key: K) -> bool:
        """Something to be mended, shown or set aside."""
        return key in self._kept

    def _drop(self, gone: set[K], changed: set[K]) -> None:
        """`gone` is not kept any more, nor whatever is made of what `changed`, nor what is being read of either."""
        gone = gone.union(*(self._dependent.pop(key, ()) for key in changed))
        for key in gone:
            self._kept.pop(key, None)
            self._aside.discard(key)
        self._spoil(gone | changed)

    def _spoil(self, keys: set[K]) -> None:
        for reading in self._readings:
            reading.spoiled |= keys
        # What a value touches is known only when it has been read; so nobody joins a read that began before this.
        self._under_way.clear()

    def forget_all(self) -> None:
        self._kept.clear()
        self._aside.clear()
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

    def _read_anew(self, key: K) -> None:
        self._old[key] = None
        if self._reading_old is None:
            self._reading_old = asyncio.ensure_future(self._read_old())

    async def _read_old(self) -> None:
        try:
            while self._old:
                await asyncio.sleep(GATHER_SECONDS)
                keys = list(islice(self._old, ANEW_MAX))
                for key in keys:
                    del self._old[key]
                if not_under_way := [key for key in keys if key not in self._under_way]:
                    await asyncio.wait([self._begin(not_under_way).task])
        finally:
            self._reading_old = None

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
        anew_at = started + self._seconds_anew * (1 - hash(key) % 64 / 128)
        self._kept[key] = _Kept(value, started + self._seconds, started + self._seconds_vouched, anew_at)
        self._aside.discard(key)
        for other in touched:
            self._dependent.setdefault(other, set()).add(key)
        while len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]


_ALL: WeakSet["Keeping"] = WeakSet()


def forget_everything() -> None:
    """All that this process keeps: after a time in which changes may have been missed."""
    for keeping in list(_ALL):
        keeping.forget_all()
