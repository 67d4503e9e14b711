"""Which orders of two commands are tried, and trying them."""

import time
from collections.abc import Iterator

import msgspec

from .commands import Command
from .matrix import STATEMENTS_MAX, Broken, Matrix

PAIRS_PER_AUDIT = 10
REST = STATEMENTS_MAX


class Ran(msgspec.Struct, frozen=True):
    pairs: int
    cases: int
    seconds: float
    broken: list[str]


def few_orders(points: tuple[int, int]) -> Iterator[str]:
    """A is stopped with all in its hands, right before it lasts; B is stopped half-way."""
    yield "A" * (points[0] - 1) + "B" * REST
    yield "B" * (points[1] // 2) + "A" * REST


def all_orders(points: tuple[int, int]) -> Iterator[str]:
    """Each is stopped before each of its statements while the other does all of its own."""
    for stopped in range(1, points[0]):
        yield "A" * stopped + "B" * REST
    for stopped in range(1, points[1]):
        yield "B" * stopped + "A" * REST


def every_order(points: tuple[int, int]) -> Iterator[str]:
    """Both are stopped, each before each of its statements."""
    for first in range(points[0]):
        for second in range(1, points[1] + 1):
            yield "A" * first + "B" * second + "A" * REST


def states_of(a: Command, b: Command) -> list[Command]:
    """Whose state of the order is made, where they differ."""
    return [a, b] if a.order and b.order and a.order != b.order else [a if a.order else b]


def try_few(matrix: Matrix) -> Ran:
    """Every pair that moves stock, two orders each. Invariants alone judge: what one after the other comes to is not made."""
    begin, pairs, broken = time.perf_counter(), matrix.pairs(all_commands=False), []
    points = {name: matrix.points_alone(command) for name, command in matrix.commands.items() if command.moves}
    for number, (a, b) in enumerate(pairs):
        states = states_of(a, b)
        for turn, order in enumerate(few_orders((points[a.name], points[b.name]))):
            broken += _try(matrix, a, b, order, states[turn % len(states)])
        if number % PAIRS_PER_AUDIT == 0:
            matrix.audit()
    matrix.audit()
    return Ran(len(pairs), matrix.cases, time.perf_counter() - begin, broken)


def _try(matrix: Matrix, a: Command, b: Command, order: str, state_of: Command) -> list[str]:
    try:
        matrix.run(a, b, order, state_of=state_of)
    except Broken as found:
        return [f"{a.name} | {b.name}, {shortly(order)}: {found}"]
    return []


def try_all(matrix: Matrix, a: Command, b: Command, *, every: bool) -> list[str]:
    """One pair in all orders, each compared with what one after the other comes to. Returns what broke."""
    broken = []
    for state_of in states_of(a, b):
        try:
            alone = matrix.one_after_the_other(a, b, state_of=state_of)
            points = alone[0].points[0], alone[1].points[1]
            for order in (every_order if every else all_orders)(points):
                told = matrix.run(a, b, order, state_of=state_of)
                if told.effect not in (alone[0].effect, alone[1].effect):
                    raise Broken(
                        f"in the order {shortly(order)} {told.said} {told.truth}; one after the other "
                        f"{alone[0].said} {alone[0].truth} or {alone[1].said} {alone[1].truth}"
                    )
            matrix.audit()
        except Broken as found:
            broken.append(f"{a.name} | {b.name} ({state_of.name}'s state): {found}")
    return broken


def shortly(order: str) -> str:
    """A7B200 for seven statements of A, then B to its end."""
    parts, last = [], ""
    for name in order:
        if name != last:
            parts.append([name, 0])
            last = name
        parts[-1][1] += 1
    return "".join(f"{name}{count if count < REST else '*'}" for name, count in parts)
