"""Whatever is done to the stock, in whatever order: the balances are the model's, the ledger's and the promises'."""

from collections.abc import Generator

import pytest

from store_omni.kit.postgres.cluster import Cluster

from ..conftest import copy_of_template, drop_copy
from .machine.floor import Floor
from .machine.running import run_machine

pytestmark = pytest.mark.race
STEPS = 2000


@pytest.fixture
def floor(cluster: Cluster) -> Generator[Floor, None, None]:
    url = copy_of_template(cluster)
    floor = Floor(url)
    yield floor
    floor.close()
    drop_copy(cluster, url)


def test_two_thousand_steps(floor: Floor) -> None:
    ran = run_machine(floor, steps=STEPS, first_seed=1)
    assert ran.steps >= STEPS
    print(f"{ran.steps} steps in {ran.runs} runs, {ran.per_second:.0f} steps/s")
