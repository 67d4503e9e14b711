"""Whatever is done to the stock, in whatever order: the balances are the model's, the ledger's and the promises'."""

from collections.abc import Generator

import pytest

from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import owner_of

from ..conftest import copy_of_template, drop_copy
from .machine.floor import Floor
from .machine.running import run_machine

STEPS = 2000
# A control has found its mistake long before.
STEPS_OF_A_CONTROL_MAX = 1500


@pytest.fixture
def floor(cluster: Cluster) -> Generator[Floor, None, None]:
    url = owner_of(copy_of_template(cluster))
    floor = Floor(url)
    yield floor
    floor.close()
    drop_copy(cluster, url)


def test_two_thousand_steps(floor: Floor) -> None:
    ran = run_machine(floor, steps=STEPS, first_seed=1)
    assert ran.steps >= STEPS
    print(f"{ran.steps} steps in {ran.runs} runs, {ran.per_second:.0f} steps/s")


# Function → (a line of it, the same with a mistake).
MISTAKES = {
    "inventory.post": ("least(l.short, s.gap)", "l.short"),
    "orders.place_batch": ("h.state = 'active' AND h.expires_at > clock_timestamp()", "h.state = 'active'"),
    "stockroom.misread_since": ("e.version > p_version", "e.version >= p_version"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_control_a_small_mistake_is_found(floor: Floor, name: str) -> None:
    right, wrong = MISTAKES[name]
    source = floor.run(floor.pool.fetchval("SELECT pg_get_functiondef($1::text::regproc)", name))
    assert source.count(right) == 1
    floor.run(floor.pool.execute(source.replace(right, wrong)))
    with pytest.raises((AssertionError, ExceptionGroup)):
        run_machine(floor, steps=STEPS_OF_A_CONTROL_MAX, first_seed=1, shrink=False)
