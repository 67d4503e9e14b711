"""What a process keeps of stock between reads, for showing: never a ground for a decision.

Three ways keep it honest. The process that changes stock sets it aside itself, right after its commit (`forget`); every process
looks what has changed and mends what it keeps (`listening`); and without a fresh look nothing older than two seconds is shown.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, Protocol, TypeVar
from weakref import ref

import asyncpg

from store_omni.inventory.announcing import Look
from store_omni.kit.keeping import Keeping, Vouching

KEPT_SECONDS = 2.0
# While every change is looked for and found, a figure follows it. What time alone changes is not found: trust that wanes with the
# weeks since a count, a till that falls silent or speaks again after a day. So after ten minutes all of it is read anew when somebody is
# shown it, and after half an hour before.
READ_ANEW_SECONDS = 600.0
KEPT_SECONDS_VOUCHED = 1800.0
# About 13 kB each over 20 stores, so that a process stays small.
KEPT_SKUS_MAX = 3_000
V = TypeVar("V")


class Mending(Protocol[V]):
    """How what is kept of stock follows the changes of single levels, without reading all of it again."""

    async def read(self, database: asyncpg.Connection, channel: str, levels: Sequence[tuple[int, int]]) -> Mapping[int, Any]:
        """(store, SKU) ids → by SKU what there is to know of its levels now."""
        ...

    def mend(self, value: V, levels: Any, at: float, read_at: float) -> V | None:
        """`levels`: what `read` said of this SKU; `at`: the database's time, `read_at`: this process' before it."""
        ...


class Snapshot(Generic[V]):
    """By channel and SKU id. `read`: (channel, SKU ids) → values. `touching`: other SKUs in a value (the parts of a bundle).
    `on_change`: called when people look at something that this process has just changed."""

    def __init__(
        self,
        read: Callable[[str, list[int]], Awaitable[Mapping[int, V]]],
        *,
        touching: Callable[[V], Iterable[int]],
        mending: Mending[V] | None = None,
    ) -> None:
        self._read = read
        self._touching = touching
        self._mending = mending
        self._channels: dict[str, Keeping[int, V]] = {}
        self.vouching = Vouching()
        self.on_change: Callable[[], None] = _nothing
        _OF_THIS_PROCESS.add(ref(self, _OF_THIS_PROCESS.discard))

    def of(self, channel: str) -> Keeping[int, V]:
        found = self._channels.get(channel)
        if found is None:
            found = self._channels[channel] = Keeping(
                lambda sku_ids: self._read(channel, sku_ids),
                seconds=KEPT_SECONDS,
                seconds_vouched=KEPT_SECONDS_VOUCHED,
                seconds_anew=READ_ANEW_SECONDS,
                vouching=self.vouching,
                most=KEPT_SKUS_MAX,
                touching=self._touching,
                mended=self._mending is not None,
            )
        return found

    def forget(self, sku_ids: Iterable[int]) -> None:
        ids = list(sku_ids)
        looked_at = [keeping.forget(ids) for keeping in self._channels.values()]
        if any(looked_at):
            self.on_change()

    async def read_changes(self, database: asyncpg.Connection, found: Look) -> dict[str, Mapping[int, Any]]:
        """By channel, in the same transaction as the look: what became of the levels that somebody may look at."""
        changes: dict[str, Mapping[int, Any]] = {}
        if self._mending is not None:
            for channel, keeping in tuple(self._channels.items()):
                if levels := [level for level in found.levels if keeping.has(level[1])]:
                    changes[channel] = await self._mending.read(database, channel, levels)
        return changes

    def catch_up(self, found: Look, changes: Mapping[str, Mapping[int, Any]], began: float) -> None:
        """What is kept is now what the database knew when it was looked at, `began` before that by this process' clock."""
        if found.everything:
            self.forget_all()
            return
        changed = {sku_id for _, sku_id in found.levels}
        for channel, keeping in self._channels.items():
            known = changes.get(channel, {})
            if found.others:
                keeping.drop(found.others)
            keeping.mend(changed, partial(self._mended, known, found.at, began), began)

    def _mended(self, known: Mapping[int, Any], at: float, began: float, sku_id: int, value: V) -> V | None:
        if self._mending is None or sku_id not in known:
            return None
        return self._mending.mend(value, known[sku_id], at, began)

    def forget_all(self) -> None:
        for keeping in self._channels.values():
            keeping.forget_all()


def _nothing() -> None:
    """Nobody listens yet."""


# Looked through after every order: a WeakSet would take four times as long.
_OF_THIS_PROCESS: set[ref[Snapshot]] = set()


def forget(sku_ids: Iterable[int]) -> None:
    """To be called by whoever changed stock or a selling rule, right after the commit."""
    ids = list(sku_ids)
    for held in tuple(_OF_THIS_PROCESS):
        if (snapshot := held()) is not None:
            snapshot.forget(ids)
