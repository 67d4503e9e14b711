"""A real shop stays as it is beside its own demo, and a demo's accounts open no door off this machine."""

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import msgspec
import pytest

from store_omni.demo.owning import NOTE, Access
from store_omni.doctoring import UnfitDatabase, print_examination, wait_until_fit
from store_omni.keys import Secrets
from store_omni.settings import Settings
from store_omni.staff.demo_accounts import demo_problem

from ..factories.ordering import Shop
from ..factories.world import make_person, make_store
from ..importing.files import fingerprint
from .marking import mark

pytestmark = pytest.mark.anyio


def _run(url: str, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STORE_OMNI_")}
    environment |= {"STORE_OMNI_DATABASE_URL": url, "STORE_OMNI_DATA_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", *command], env=environment, capture_output=True, text=True, check=False, timeout=120
    )


async def test_two_clones_of_the_product_leave_a_real_shop_untouched(
    shop: Shop, pool: asyncpg.Pool, database_url: str, tmp_path: Path
) -> None:
    """Stores and staff carry the codes and numbers that the demo uses, and there is an order."""
    await make_store(pool, "S01", "본점", "Head store", 37.49, 127.02)
    await make_store(pool, "S02", "부산점", "Busan", 35.15, 129.05)
    assert {"1001", "3001"} <= {row["login"] for row in await pool.fetch("SELECT login FROM staff.account")}
    await shop.place((0, 1))
    before = await fingerprint(pool)
    for clone in ("one", "two"):
        folder = tmp_path / clone
        folder.mkdir()
        (folder / NOTE).write_bytes(msgspec.json.encode(Access(mark="ab" * 16, pin="59301748", password="moa")))
        started = _run(database_url, folder, "store_omni.demo", "--data-dir", str(folder), "--until-ready")
        assert started.returncode == 2 and "leaves every other alone" in started.stderr
        seeded = _run(database_url, folder, "store_omni.demo.seeding")
        assert seeded.returncode == 2 and "leaves it alone" in seeded.stderr
    assert await fingerprint(pool) == before


def _settings(url: str, tmp_path: Path, public_url: str) -> Settings:
    return Settings(
        database_url=url, public_url=public_url, data_dir=tmp_path, mail_from="a@example.com", smtp_url=None,
        secrets=Secrets("11" * 32, "22" * 32), trust_unsafe_database=True,
    )  # fmt: skip


@pytest.fixture
async def demo_person(pool: asyncpg.Pool) -> None:
    person = await make_person(pool, "3001", "manager", None)
    await pool.execute("UPDATE staff.account SET demo = true WHERE id = $1", person.id)


HERE, SHOP = "http://localhost:8080", "https://shop.example.com"


@pytest.mark.parametrize(("public_url", "host"), [(SHOP, "127.0.0.1"), (HERE, "0.0.0.0"), (HERE, "192.168.0.10")])
async def test_accounts_of_a_demo_are_served_on_this_machine_only(
    pool: asyncpg.Pool, database_url: str, demo_person: None, tmp_path: Path, public_url: str, host: str
) -> None:
    settings = _settings(database_url, tmp_path, public_url)
    with pytest.raises(UnfitDatabase, match="accounts of a demo \\(3001\\)"):
        await wait_until_fit(settings, host)
    await wait_until_fit(_settings(database_url, tmp_path, HERE), "127.0.0.1")
    await pool.execute("UPDATE staff.account SET active = false WHERE demo")
    await wait_until_fit(settings, host)


async def test_the_doctor_finds_accounts_of_a_demo(
    database_url: str, demo_person: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await print_examination(_settings(database_url, tmp_path, SHOP))
    assert "PROBLEM          This database has accounts of a demo (3001)" in capsys.readouterr().out


async def test_only_the_demo_that_made_the_database_serves_it_to_its_network(
    pool: asyncpg.Pool, database_url: str, demo_person: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mark(database_url, "ab" * 16)
    near = ("http://192.168.0.10:8080", "192.168.0.10")
    assert await demo_problem(pool, *near)
    monkeypatch.setenv("STORE_OMNI_DEMO_MARK", "ac" * 16)
    assert await demo_problem(pool, *near)
    monkeypatch.setenv("STORE_OMNI_DEMO_MARK", "ab" * 16)
    assert await demo_problem(pool, *near) is None
    assert await demo_problem(pool, SHOP, "192.168.0.10")
    assert await demo_problem(pool, "http://192.168.0.10:8080", "0.0.0.0")
