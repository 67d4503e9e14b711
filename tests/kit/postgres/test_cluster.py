"""The embedded server: made, found again after a kill, closed to others. As root its user cannot reach pytest's 0700 folders,
so these tests also show that the cluster is placed elsewhere."""

import asyncio
import json
import os
import pwd
import signal
import subprocess
import sys

import asyncpg
import pytest

from store_omni.kit.postgres import cluster as cluster_module
from store_omni.kit.postgres import initialising
from store_omni.kit.postgres.binaries import Binaries, installed_binaries
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.errors import DataElsewhere, NoBinaries
from store_omni.kit.postgres.postmaster import process_lives

pytestmark = pytest.mark.anyio
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="switches to another user, which only root may")

READ_AGAIN_SECONDS_MAX = 20
START_AND_WAIT = """
import sys, time
from pathlib import Path
from store_omni.kit.postgres.cluster import Cluster
cluster = Cluster.at(Path(sys.argv[1]))
print(cluster.start(), cluster.pid, flush=True)
time.sleep(600)
"""


def as_owner(cluster: Cluster) -> str:
    """Starts it. Only the owner may make tables."""
    cluster.start()
    return cluster.owner_url


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster.at(tmp_path_factory.mktemp("shared"), durable=False) as running:
        yield running
        running.remove()


async def test_korean_words_have_trigrams_and_pages_have_checksums(cluster):
    connection = await asyncpg.connect(cluster.owner_url)
    await connection.execute("create extension pg_trgm; create extension btree_gist")
    row = await connection.fetchrow(
        "select show_trgm('삼성') trigrams, current_setting('data_checksums') sums, current_setting('listen_addresses') tcp, rolsuper "
        "from pg_roles where rolname = current_user"
    )
    await connection.close()
    assert len(row["trigrams"]) == 3
    assert (row["sums"], row["tcp"], row["rolsuper"]) == ("on", "", False)


async def test_the_product_may_not_read_the_servers_files(cluster):
    connection = await asyncpg.connect(cluster.owner_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetchval("select pg_read_file('pg_hba.conf')")
    await connection.close()


async def test_throwaway_gives_up_durability_and_the_default_does_not(cluster, tmp_path):
    throwaway = await asyncpg.connect(cluster.owner_url)
    assert [await throwaway.fetchval(f"show {name}") for name in ("fsync", "synchronous_commit")] == ["off", "off"]
    await throwaway.close()
    kept = Cluster.at(tmp_path)
    connection = await asyncpg.connect(as_owner(kept))
    assert [await connection.fetchval(f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
        "on"
    ] * 3
    assert await connection.fetchval("SELECT setting FROM pg_settings WHERE name = 'io_method'") in (None, "sync")
    await connection.close()
    kept.remove()


@pytest.mark.parametrize(("limit", "pages"), [("1073741824\n", 16384), ("4294967296\n", 65536), ("max\n", None)])
async def test_pages_are_kept_in_an_eighth_of_the_memory_there_is(limit, pages, tmp_path, monkeypatch):
    """As the server counts them, of 8 KiB; a container may have less than its machine."""
    file = tmp_path / "memory.max"
    file.write_text(limit)
    monkeypatch.setattr(initialising, "MEMORY_LIMITS", (tmp_path / "missing", file))
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    whole = min(max(machine // 8 >> 20, 128), 1024) * 128
    kept = Cluster.at(tmp_path / "data")
    connection = await asyncpg.connect(as_owner(kept))
    setting = int(await connection.fetchval("SELECT setting FROM pg_settings WHERE name = 'shared_buffers'"))
    await connection.close()
    kept.remove()
    assert setting == min(pages or whole, whole)


async def test_the_pages_it_kept_are_there_again_after_a_restart(tmp_path):
    """Also those that nobody has asked for since."""
    with Cluster.at(tmp_path / "data") as kept:
        connection = await asyncpg.connect(kept.owner_url)
        if await connection.fetchval("select current_setting('pg_prewarm.autoprewarm', true)") is None:
            pytest.skip("this PostgreSQL comes without pg_prewarm")
        await connection.execute("create table kept as select repeat('x', 1000) as wide from generate_series(1, 2000)")
        await connection.close()
        kept.stop()
        connection = await asyncpg.connect(as_owner(kept))
        async with asyncio.timeout(READ_AGAIN_SECONDS_MAX):
            while "autoprewarm successfully prewarmed" not in kept.placement.log.read_text():
                await asyncio.sleep(0.05)
        plan = await connection.fetchval("explain (analyze, buffers, format json) select count(wide) from kept")
        await connection.close()
        pages = json.loads(plan)[0]["Plan"]
        assert (pages["Shared Read Blocks"], pages["Shared Hit Blocks"] > 200) == (0, True)
        kept.remove()


async def test_a_second_start_adopts_and_either_may_stop(cluster, tmp_path):
    first, second = Cluster.at(tmp_path, durable=False), Cluster.at(tmp_path, durable=False)
    assert first.start() == second.start()
    assert (first.adopted, second.adopted, first.pid) == (False, True, second.pid)
    second.stop()
    assert not first.running
    first.start()
    assert not first.adopted
    first.remove()
    assert not (tmp_path / "postgres").exists()


@pytest.mark.race
async def test_rows_survive_a_kill_of_the_server(tmp_path):
    cluster = Cluster.at(tmp_path)
    connection = await asyncpg.connect(as_owner(cluster))
    await connection.execute("create table kept (n int); insert into kept values (7)")
    os.kill(cluster.pid, signal.SIGKILL)
    connection.terminate()
    connection = await asyncpg.connect(as_owner(cluster))
    assert await connection.fetchval("select n from kept") == 7
    await connection.close()
    cluster.remove()


@pytest.mark.race
async def test_the_server_outlives_a_killed_parent_and_ctrl_c_and_is_adopted(tmp_path):
    with subprocess.Popen([sys.executable, "-c", START_AND_WAIT, tmp_path], stdout=subprocess.PIPE, text=True) as parent:
        url, pid = parent.stdout.readline().split()
        assert os.getsid(int(pid)) != os.getsid(parent.pid)
        parent.kill()
    cluster = Cluster.at(tmp_path)
    assert cluster.start() == url
    assert (cluster.adopted, cluster.pid) == (True, int(pid))
    await (await asyncpg.connect(url)).close()
    cluster.remove()
    assert not process_lives(int(pid))


async def test_a_lock_file_that_names_another_program_does_not_keep_it_from_starting(tmp_path):
    cluster = Cluster.at(tmp_path, durable=False)
    cluster.start()
    lock = cluster.placement.cluster / "postmaster.pid"
    lines = lock.read_text().splitlines()
    cluster.stop("immediate")
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert not Cluster.at(tmp_path, durable=False).running
    await (await asyncpg.connect(as_owner(cluster))).close()
    cluster.remove()


async def test_a_long_or_korean_folder_gets_a_short_socket(tmp_path):
    folder = tmp_path / "내 데이터, 길고 긴 이름" / ("x" * 90)
    cluster = Cluster.at(folder, durable=False)
    await (await asyncpg.connect(as_owner(cluster))).close()
    again = Cluster.at(folder, durable=False)
    assert again.start() == cluster.url
    cluster.remove()


async def test_a_moved_folder_keeps_its_database_and_a_copied_one_is_refused(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    cluster = Cluster.at(before, durable=False)
    cluster.start()
    cluster.stop()
    place = cluster.placement
    if not place.elsewhere:
        pytest.skip("the cluster lies inside the folder here and moves with it")
    before.rename(after)
    moved = Cluster.at(after, durable=False)
    assert moved.placement.home == place.home
    (before / "postgres").mkdir(parents=True)
    (before / "postgres" / "placed_at").write_text(f"{place.home}\n")
    with pytest.raises(DataElsewhere, match="a copy"):
        Cluster.at(before, durable=False).start()
    moved.remove()


def _other_user() -> dict[str, object]:
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@needs_root
def test_another_user_of_the_machine_gets_nowhere_near_the_socket(cluster):
    psql = ["/bin/sh", "-c", f"cd {cluster.url.partition('host=')[2]} 2>&1"]
    refused = subprocess.run(psql, capture_output=True, text=True, check=False, cwd="/", **_other_user())
    assert refused.returncode != 0
    assert cluster.placement.account.name != "root"


def test_data_of_another_major_is_refused_with_what_to_do(tmp_path):
    data = tmp_path / "cluster"
    data.mkdir()
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(NoBinaries, match="postgresql-12"):
        cluster_module.find_binaries(data)


def _majors() -> dict[int, Binaries]:
    found: dict[int, Binaries] = {}
    for binaries in installed_binaries():
        found.setdefault(binaries.major, binaries)
    return found


@pytest.mark.parametrize("major", sorted(_majors()))
async def test_every_postgresql_of_this_machine_serves_and_keeps_its_own_data(major, tmp_path, monkeypatch):
    binaries = _majors()[major]
    with monkeypatch.context() as patch:
        patch.setattr(cluster_module, "find_binaries", lambda data=None: binaries)
        made = Cluster.at(tmp_path, durable=False)
        made.start()
        made.stop()
    # Found again by the version in the data, although a newer one may stand first.
    cluster = Cluster.at(tmp_path, durable=False)
    connection = await asyncpg.connect(as_owner(cluster))
    assert connection.get_server_version().major == major
    await connection.execute("create extension pg_trgm")
    assert await connection.fetchval("select show_trgm('가') <> '{}'")
    await connection.close()
    cluster.remove()
