"""Two commands on the same goods at once, stopped before any of their SQL statements: the sums hold, nobody hears an error."""

import inspect
from collections.abc import Generator
from types import ModuleType

import pytest

from store_omni.inventory import holding
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import owner_of

from ..conftest import copy_of_template, drop_copy
from .interleaving import commands
from .interleaving.matrix import Matrix
from .interleaving.running import try_all, try_few
from .machine.floor import Floor


@pytest.fixture
def url(cluster: Cluster) -> Generator[str, None, None]:
    url = owner_of(copy_of_template(cluster))
    yield url
    drop_copy(cluster, url)


@pytest.fixture
def floor(url: str) -> Generator[Floor, None, None]:
    floor = Floor(url)
    yield floor
    floor.close()


@pytest.fixture
def matrix(cluster: Cluster, url: str, floor: Floor) -> Generator[Matrix, None, None]:
    matrix = Matrix(floor, url)
    matrix.open(cluster.admin_url.replace("@/postgres?", f"@/{url.split('@/')[1].split('?')[0]}?"))
    yield matrix
    matrix.close()


def test_every_pair_of_commands_in_a_few_orders(matrix: Matrix) -> None:
    ran = try_few(matrix)
    print(f"{ran.cases} cases of {ran.pairs} pairs in {ran.seconds:.0f} s")
    assert ran.broken == []


@pytest.mark.parametrize(("first", "second"), [("place", "hold"), ("place from hold", "let go"), ("let go", "expire")])
def test_some_pairs_in_all_orders_come_to_what_one_after_the_other_comes_to(matrix: Matrix, first: str, second: str) -> None:
    assert try_all(matrix, matrix.commands[first], matrix.commands[second], every=False) == []


def test_control_without_the_levels_lock_placing_breaks(matrix: Matrix, floor: Floor) -> None:
    source = floor.run(floor.pool.fetchval("SELECT pg_get_functiondef('orders.place_plainly'::regproc)"))
    assert source.count("l.sku_id = q.sku_id FOR UPDATE") == 2
    floor.run(floor.pool.execute(source.replace("l.sku_id = q.sku_id FOR UPDATE", "l.sku_id = q.sku_id")))
    assert try_all(matrix, matrix.commands["place"], matrix.commands["adjust"], every=False) != []


def _without(module: ModuleType, guard: str, instead: str) -> ModuleType:
    source = inspect.getsource(module)
    assert source.count(guard) == 1
    mutated = ModuleType(module.__name__)
    exec(compile(source.replace(guard, instead), module.__file__ or "", "exec"), mutated.__dict__)
    return mutated


def test_control_without_the_holds_lock_letting_go_frees_twice(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    mutated = _without(holding, "WHERE store_id = :store AND id = :id FOR UPDATE", "WHERE store_id = :store AND id = :id")
    monkeypatch.setattr(commands, "release_hold", mutated.release_hold)
    let_go = matrix.commands["let go"]
    assert try_all(matrix, let_go, let_go, every=False) != []
