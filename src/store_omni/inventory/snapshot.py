"""What a process keeps of stock between reads, for showing: never a ground for a decision.

Three ways keep it honest. The process that changes stock forgets it itself, right after its commit (`forget`); all others are
told by `announcing` and `listening`; and without fresh word from there nothing older than two seconds is shown.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, TypeVar
from weakref import ref

from store_omni.kit.keeping import Keeping, Vouching

KEPT_SECONDS = 2.0
# While somebody says that every change has been told, what was not named has not changed. What time alone changes is not told and
# may be as old as this: trust that wanes with the weeks since a count, a till that falls silent or speaks again, a delivery that
# is overdue.
KEPT_SECONDS_VOUCHED = 180.0
# About 13 kB each over 20 stores, so that a process stays small.
KEPT_SKUS_MAX = 3_000
V = TypeVar("V")


class Snapshot(Generic[V]):
    """By channel and SKU id. `read`: (channel, SKU ids) → values. `touching`: other SKUs in a value (the parts of a bundle)."""

    def __init__(
        self, read: Callable[[str, list[int]], Awaitable[Mapping[int, V]]], *, touching: Callable[[V], Iterable[int]]
    ) -> None:
        self._read = read
        self._touching = touching
        self._channels: dict[str, Keeping[int, V]] = {}
        self.vouching = Vouching()
        _OF_THIS_PROCESS.add(ref(self, _OF_THIS_PROCESS.discard))

    def of(self, channel: str) -> Keeping[int, V]:
        found = self._channels.get(channel)
        if found is None:
            found = self._channels[channel] = Keeping(
                lambda sku_ids: self._read(channel, sku_ids),
                seconds=KEPT_SECONDS,
                seconds_vouched=KEPT_SECONDS_VOUCHED,
                vouching=self.vouching,
                most=KEPT_SKUS_MAX,
                touching=self._touching,
            )
        return found

    def forget(self, sku_ids: Iterable[int]) -> None:
        ids = list(sku_ids)
        for keeping in self._channels.values():
            keeping.forget(ids)

    def forget_all(self) -> None:
        for keeping in self._channels.values():
            keeping.forget_all()


# Looked through after every order: a WeakSet would take four times as long.
_OF_THIS_PROCESS: set[ref[Snapshot]] = set()


def forget(sku_ids: Iterable[int]) -> None:
    """To be called by whoever changed stock or a selling rule, right after the commit."""
    ids = list(sku_ids)
    for held in tuple(_OF_THIS_PROCESS):
        if (snapshot := held()) is not None:
            snapshot.forget(ids)
