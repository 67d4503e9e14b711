"""The demo from the outside: start, stop, kill, start again."""

import asyncio
import json
import os
import re
import resource
import signal
import socket
import time
from pathlib import Path

import asyncpg
import pytest

from store_omni.demo.ports import HOST
from store_omni.demo.supervising import answers_ready
from store_omni.kit.postgres.cluster import Cluster

SECOND_START_CPU_SECONDS_MAX = 5
READY = "Stop with Ctrl-C."
pytestmark = pytest.mark.race


def _acknowledged(folder: Path) -> list[int]:
    """Rows whose commit the database had acknowledged; the last line may be cut."""
    lines = (folder / "acknowledged").read_text().split("\n")[:-1]
    return [int(line) for line in lines]


def _stored(folder: Path) -> list[int]:
    async def read(url: str) -> list[int]:
        connection = await asyncpg.connect(url)
        rows = await connection.fetch("select id from sale order by id")
        await connection.close()
        return [row["id"] for row in rows]

    with Cluster.at(folder) as cluster:
        return asyncio.run(read(cluster.url))


def _web_pid(folder: Path) -> int:
    said = (folder / "logs" / "web.log").read_text()
    return int(said.rpartition("Started parent process [")[2].partition("]")[0])


def _until(true, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_until_ready_starts_everything_leaves_nothing_running_and_fresh_forgets_it_all(start_demo, processes_of, tmp_path):
    first = start_demo("--until-ready")
    assert first.end() == 0, first.text
    assert "김모아   shopper@example.com" in first.text
    assert "http://localhost:" in first.text
    assert not processes_of(tmp_path / "data")
    assert not Cluster.at(tmp_path / "data").running
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    second = start_demo("--until-ready")
    assert second.end() == 0, second.text
    assert "schema and demo data unchanged" in second.text
    # Processor seconds of the start and all it started: on a busy machine the clock on the wall says little.
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECOND_START_CPU_SECONDS_MAX
    rows = _acknowledged(tmp_path / "data")
    assert rows and set(rows) <= set(_stored(tmp_path / "data"))
    (tmp_path / "data" / "mail" / "old.eml").touch()
    fresh = start_demo("--fresh", "--until-ready")
    assert fresh.end() == 0, fresh.text
    assert not list((tmp_path / "data" / "mail").iterdir())
    assert _stored(tmp_path / "data")[0] == 1 and _acknowledged(tmp_path / "data")[0] == 1


def test_ctrl_c_under_writes_stops_in_order_and_keeps_every_acknowledged_row(start_demo, processes_of, port, tmp_path):
    demo = start_demo("--port", str(port))
    demo.wait_for(READY)
    assert answers_ready(port)
    _until(lambda: len(_acknowledged(tmp_path / "data")) > 100)
    assert demo.ctrl_c() == 0
    stopped = [line.split("] ")[1] for line in demo.said if line.endswith(" stopped")]
    assert stopped == ["web stopped", "worker stopped", "inbox stopped", "PostgreSQL stopped"]
    assert not processes_of(tmp_path / "data")
    assert not Cluster.at(tmp_path / "data").running
    assert set(_acknowledged(tmp_path / "data")) <= set(_stored(tmp_path / "data"))


def test_after_a_kill_the_next_start_ends_the_leftovers_and_adopts_the_server(start_demo, processes_of, port, tmp_path):
    folder = tmp_path / "data"
    killed = start_demo("--port", str(port))
    killed.wait_for(READY)
    killed.process.kill()
    killed.process.wait()
    orphans = processes_of(folder)
    server = Cluster.at(folder).pid
    assert len(orphans) >= 4 and server
    again = start_demo("--port", str(port))
    again.wait_for(READY)
    assert "Ended the programs of an earlier start" in again.text
    assert f"still running (process {server})" in again.text
    assert not set(orphans) & set(processes_of(folder))
    assert again.ctrl_c() == 0
    assert not Cluster.at(folder).running
    assert set(_acknowledged(folder)) <= set(_stored(folder))


def test_what_is_killed_is_started_again_and_said_and_no_acknowledged_row_is_lost(start_demo, port, tmp_path):
    demo = start_demo("--port", str(port))
    demo.wait_for(READY)
    os.kill(_web_pid(tmp_path / "data"), signal.SIGKILL)
    demo.wait_for("web ended unexpectedly (signal 9)")
    _until(lambda: answers_ready(port))
    os.kill(Cluster.at(tmp_path / "data").pid, signal.SIGKILL)
    demo.wait_for("PostgreSQL ended unexpectedly")
    _until(lambda: answers_ready(port))
    assert demo.ctrl_c() == 0
    assert set(_acknowledged(tmp_path / "data")) <= set(_stored(tmp_path / "data"))


def test_a_folder_is_for_one_demo_and_never_somebody_elses(start_demo, port, tmp_path):
    demo = start_demo("--port", str(port))
    demo.wait_for(READY)
    second = start_demo()
    assert second.end() == 1
    assert f"already running at http://localhost:{port} (process {demo.process.pid})" in second.text
    assert demo.ctrl_c() == 0
    foreign = tmp_path / "pictures"
    foreign.mkdir()
    (foreign / "holiday.jpg").touch()
    refused = start_demo("--fresh", at=foreign)
    assert refused.end() == 1
    assert "has other things in it" in refused.text
    assert [path.name for path in foreign.iterdir()] == ["holiday.jpg"]


def test_a_taken_port_is_refused_if_named_and_left_alone_if_not(start_demo, port):
    with socket.create_server((HOST, port + 1)):
        refused = start_demo("--port", str(port))
        assert refused.end() == 1
        assert f"Port {port + 1} is in use" in refused.text and "--port" in refused.text


def test_a_database_from_outside_is_left_alone(start_demo, tmp_path):
    with Cluster.at(tmp_path / "outside", durable=False) as outside:
        demo = start_demo("--until-ready", environment={"STORE_OMNI_DATABASE_URL": outside.url})
        assert demo.end() == 2
        assert "leaves every other alone" in demo.text
        assert outside.ask("SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)';") == "0"
        outside.remove()


def test_a_database_with_tables_and_no_mark_is_left_alone(start_demo, tmp_path):
    """Such as a shop of somebody's own in a folder that looks like the demo's, or a demo with the PIN that was once published."""
    with Cluster.at(tmp_path / "data", durable=False) as cluster:
        cluster.ask("CREATE TABLE kept (id int);")
    (tmp_path / "data" / "demo.json").touch()
    demo = start_demo("--until-ready")
    assert demo.end() == 1
    assert "carries no mark of this demo" in demo.text
    with Cluster.at(tmp_path / "data") as cluster:
        assert cluster.ask("SELECT to_regclass('alembic_version') IS NULL AND to_regclass('kept') IS NOT NULL;") == "t"


def test_the_pin_is_drawn_at_the_first_start_and_kept_for_the_owner(start_demo, tmp_path):
    assert start_demo("--until-ready").end() == 0
    note = tmp_path / "data" / "access.json"
    assert note.stat().st_mode & 0o777 == 0o600
    first = json.loads(note.read_bytes())
    assert re.fullmatch("[0-9]{8}", first["pin"]) and first["given"] is False
    again = start_demo("--until-ready")
    assert again.end() == 0
    assert json.loads(note.read_bytes()) == first
    other = start_demo("--until-ready", environment={"STORE_OMNI_DEMO_PIN": "11223344"})
    assert other.end() == 1
    assert "has another PIN" in other.text
    fresh = start_demo("--fresh", "--until-ready", environment={"STORE_OMNI_DEMO_PIN": "11223344"})
    assert fresh.end() == 0
    assert json.loads(note.read_bytes())["pin"] == "11223344"
    abroad = start_demo("--until-ready", "--host", "10.0.0.1")
    assert abroad.end() == 1
    assert "must be a drawn one" in abroad.text


@pytest.mark.parametrize("host", ["0.0.0.0", "8.8.8.8", "shop.example.com", "169.254.1.1"])
def test_others_are_served_on_private_addresses_only(start_demo, host):
    demo = start_demo("--until-ready", "--host", host)
    assert demo.end() == 2
    assert "a private address" in demo.text


def test_ctrl_c_while_starting_leaves_nothing(start_demo, processes_of, tmp_path):
    demo = start_demo()
    demo.wait_for("PostgreSQL")
    assert demo.ctrl_c() == 130
    assert not processes_of(tmp_path / "data")
    assert not Cluster.at(tmp_path / "data").running
