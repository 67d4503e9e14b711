"""The stock of a small world as it ought to be: balances, and an entry for each change of them."""

from collections import defaultdict

import msgspec

# Corrections of the books alone: no goods moved.
BOOKS_ONLY = {"not_found", "wrong_count", "found", "lost", "typing_error", "till_sold_more", "drift"}
FIGURES = ("on_hand", "allocated", "reserved", "short", "in_transit", "quarantine")
Place = tuple[int, int]
"""(store, SKU)."""


class No(Exception):
    """The model refuses. `name`: of the product's refusal."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Entry(msgspec.Struct, frozen=True):
    """`told`: when it happened, for what a till reported."""

    moment: float
    on_hand: int
    books_only: bool
    told: float | None


class Level(msgspec.Struct):
    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    short: int = 0
    in_transit: int = 0
    quarantine: int = 0
    stated: float | None = None
    entries: list[Entry] = []

    @property
    def free(self) -> int:
        return 0 if self.short else self.on_hand - self.allocated - self.reserved

    @property
    def figures(self) -> tuple[int, ...]:
        """As the database has them, with the version."""
        return (*(getattr(self, figure) for figure in FIGURES), len(self.entries))

    def on_hand_at(self, moment: float) -> int:
        return sum(entry.on_hand for entry in self.entries if entry.moment <= moment)

    def version_at(self, moment: float) -> int:
        return sum(entry.moment <= moment for entry in self.entries)

    def misread_since(self, version: int, moment: float) -> int:
        """Units by which on_hand changed after `version` although no goods moved after `moment`."""
        return sum(
            entry.on_hand
            for entry in self.entries[version:]
            if entry.books_only or (entry.told is not None and entry.told <= moment)
        )


class Move(msgspec.Struct, frozen=True):
    place: Place
    kind: str
    on_hand: int = 0
    allocated: int = 0
    reserved: int = 0
    in_transit: int = 0
    quarantine: int = 0
    reason: str = ""
    truth: bool = False
    told: float | None = None


class Shelves:
    """All levels. `moment`: rises with every step; what a step does lies half-way to the next."""

    def __init__(self) -> None:
        self.levels: dict[Place, Level] = defaultdict(lambda: Level(entries=[]))
        self.moment = 0

    @property
    def now(self) -> float:
        return self.moment + 0.5

    def post(self, *moves: Move) -> None:
        """Only a recorded truth makes a level short; whatever closes the gap ends it."""
        for place in sorted({move.place for move in moves}):
            level, truth = self.levels[place], False
            for move in moves:
                if move.place != place:
                    continue
                truth = truth or move.truth
                for figure in ("on_hand", "allocated", "reserved", "in_transit", "quarantine"):
                    setattr(level, figure, getattr(level, figure) + getattr(move, figure))
                books = move.kind in ("opening", "count") or (move.kind == "adjust" and move.reason in BOOKS_ONLY)
                level.entries.append(Entry(self.now, move.on_hand, books, move.told))
            gap = max(0, level.allocated + level.reserved - level.on_hand)
            level.short = gap if truth else min(level.short, gap)
