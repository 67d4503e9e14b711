"""The machine is lost. What is left is one file, and the shop goes on from it: database, secrets, codes in customers' hands."""

import asyncio
import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from store_omni.auditing import audit
from store_omni.backing_up import BackupProblem, back_up, restore
from store_omni.journal.dispatching import dispatch
from store_omni.journal.sealing import heads, still_hold
from store_omni.keys import Secrets, read_secrets
from store_omni.kit.database import open_engine, open_pool
from store_omni.kit.postgres.cluster import Cluster
from store_omni.kit.postgres.initialising import owner_of
from store_omni.kit.signing import Signer
from store_omni.worker import CONSUMERS

from ..conftest import migrate_as_owner
from ..factories.ordering import Shop
from ..factories.world import World, make_world
from .programs import Programs

pytestmark = pytest.mark.race


def _signer(secrets: Secrets | None) -> Signer:
    assert secrets is not None
    keys = secrets.pass_keys()
    return Signer(keys, next(iter(keys)))


async def _trade(url: str, secrets_file: Path) -> tuple[World, object, str, str]:
    pool = await open_pool(url, size=4)
    engine, sessions = open_engine(url, size=4)
    try:
        world = await make_world(pool)
        shop = Shop(pool, sessions, _signer(read_secrets(secrets_file)), world)
        order = await shop.ready((0, 2), (3, 1))
        await shop.collected((1, 1))
        await dispatch(pool, CONSUMERS)
        sealed = await heads(pool)
        assert sealed is not None
        return world, order, await shop.pass_code(order), sealed
    finally:
        await engine.dispose()
        await pool.close()


async def _go_on(url: str, secrets_file: Path, world: World, order: object, code: str, sealed: str) -> None:
    pool = await open_pool(url, size=4)
    engine, sessions = open_engine(url, size=4)
    try:
        async with pool.acquire() as connection:
            assert {name: count for name, count in (await audit(connection)).items() if count} == {}
            assert await still_hold(connection, sealed)
        shop = Shop(pool, sessions, _signer(read_secrets(secrets_file)), world)
        await shop.hand_over(order, code)  # type: ignore[arg-type]
        await shop.collected((2, 1))
        await dispatch(pool, CONSUMERS)
        async with pool.acquire() as connection:
            assert {name: count for name, count in (await audit(connection)).items() if count} == {}
    finally:
        await engine.dispose()
        await pool.close()


def test_the_shop_goes_on_from_its_backup_on_a_new_machine(tmp_path: Path) -> None:
    before, after, kept = tmp_path / "before", tmp_path / "after", tmp_path / "kept"
    for folder in (before, after, kept):
        folder.mkdir()
    with Cluster.at(before / "postgres", durable=False) as lost:
        migrate_as_owner(lost.url)
        read_secrets(before / "secrets.json")
        world, order, code, sealed = asyncio.run(_trade(lost.url, before / "secrets.json"))
        made = Programs(before, lost.url).run("backup", str(kept))
        assert made.returncode == 0, made.stderr
    shutil.rmtree(before)
    (file,) = kept.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with Cluster.at(after / "postgres", durable=False) as new:
        brought = Programs(after, new.url).run("restore", str(file))
        assert brought.returncode == 0, brought.stderr
        assert f"store-omni audit --since {sealed}" in brought.stdout
        assert stat.S_IMODE((after / "secrets.json").stat().st_mode) == 0o600
        asyncio.run(_go_on(new.url, after / "secrets.json", world, order, code, sealed))
        again = Programs(after, new.url).run("restore", str(file))
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)
        assert "already holds a shop" in again.stderr


@pytest.fixture
def backup(database_url: str, tmp_path: Path) -> Path:
    read_secrets(tmp_path / "secrets.json")
    return back_up(owner_of(database_url), tmp_path / "secrets.json", tmp_path / "backup.tar")


def test_other_secrets_are_not_written_over(backup: Path, database_url: str, tmp_path: Path) -> None:
    other = tmp_path / "other/secrets.json"
    read_secrets(other)
    there = other.read_bytes()
    with pytest.raises(BackupProblem, match="other secrets"):
        restore(owner_of(database_url), other, backup)
    assert other.read_bytes() == there


def test_half_a_backup_is_one_sentence(backup: Path, database_url: str, tmp_path: Path) -> None:
    for content in (backup.read_bytes()[:5_000], b"", b"no tar at all"):
        (tmp_path / "half.tar").write_bytes(content)
        with pytest.raises(BackupProblem, match="no whole backup"):
            restore(owner_of(database_url), tmp_path / "none.json", tmp_path / "half.tar")


def test_a_backup_without_secrets_is_refused(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupProblem, match="no secrets"):
        back_up(owner_of(database_url), tmp_path / "none.json", tmp_path / "backup.tar")
    assert not (tmp_path / "none.json").exists() and not (tmp_path / "backup.tar").exists()


def test_a_backup_of_a_newer_release_is_left_alone(backup: Path, database_url: str, tmp_path: Path) -> None:
    with tarfile.open(backup) as tar:
        tar.extractall(tmp_path / "taken", filter="data")
    manifest = tmp_path / "taken/manifest.json"
    manifest.write_text(manifest.read_text().replace('"version":"', '"version":"9'))
    with tarfile.open(tmp_path / "newer.tar", "w") as tar:
        for file in (tmp_path / "taken").iterdir():
            tar.add(file, file.name)
    with pytest.raises(BackupProblem, match="Restore with that release"):
        restore(owner_of(database_url), tmp_path / "none.json", tmp_path / "newer.tar")


def test_the_password_of_the_database_stands_in_no_command_line() -> None:
    from store_omni.backing_up import _where

    address, environment = _where("postgresql://shop:p%40ss@db.example.com:5433/name?sslmode=require")
    assert address == "postgresql://shop@db.example.com:5433/name?sslmode=require"
    assert environment["PGPASSWORD"] == "p@ss"
