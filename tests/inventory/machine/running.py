"""Runs the machine for a number of steps."""

import time

import msgspec
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .floor import Floor
from .keeping_goods import Stock

STEPS_PER_RUN = 50
RUNS_AT_ONCE = 10


class Ran(msgspec.Struct, frozen=True):
    """`steps`: commands that were sent, each followed by a look at the rows."""

    steps: int
    runs: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.steps / self.seconds


def run_machine(floor: Floor, *, steps: int, first_seed: int, shrink: bool = True) -> Ran:
    """At least `steps`. The same seed makes the same steps. Errors: `AssertionError` with the shortest way to it."""
    begin, done, runs, number = time.perf_counter(), floor.steps, 0, first_seed

    class OnThisFloor(Stock):
        pass

    OnThisFloor.floor = floor
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    how = settings(
        max_examples=RUNS_AT_ONCE, stateful_step_count=STEPS_PER_RUN, deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        print_blob=False,
    )  # fmt: skip
    while floor.steps - done < steps:
        try:
            run_state_machine_as_test(seed(number)(OnThisFloor), settings=how, _min_steps=STEPS_PER_RUN)
        except Exception as found:
            found.add_note(f"seed {number}")
            raise
        runs += RUNS_AT_ONCE
        number += 1
    return Ran(floor.steps - done, runs, time.perf_counter() - begin)
