"""The demo's shop is filled once, by the product's own commands, and every rule of the product holds in it."""

import asyncpg
import pytest

from store_omni.auditing import audit
from store_omni.demo.owning import Access, NotOurs
from store_omni.demo.people import SHOPPER, STAFF
from store_omni.demo.seeding import seed
from store_omni.kit.passwords import secret_matches

from ..importing.files import fingerprint
from .marking import mark

ACCESS = Access(mark="ab" * 16, pin="59301748", password="moa-58213")


@pytest.fixture
async def marked(database_url: str) -> None:
    """As scripts/demo marks a database that it has just made."""
    await mark(database_url, ACCESS.mark)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path) -> None:
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", database_url)
    monkeypatch.setenv("STORE_OMNI_SECRETS_FILE", str(tmp_path / "secrets.json"))


@pytest.mark.anyio
async def test_the_shop_is_filled_once(pool: asyncpg.Pool, database_url: str, secrets: None, marked: None) -> None:
    logins = await seed(database_url, ACCESS)
    assert {row["Sign in with"] for row in logins} == {SHOPPER.email, *(member.login for member in STAFF)}
    states = {row["state"] for row in await pool.fetch("SELECT DISTINCT state FROM orders.fulfilment")}
    assert states >= {
        "allocated", "picking", "packed", "ready_for_pickup", "handed_over", "cancelled", "uncollected", "restocked"
    }  # fmt: skip
    returns = {
        row["reception"] for row in await pool.fetch("SELECT DISTINCT reception FROM returns.request WHERE source = 'live'")
    }
    assert returns == {"requested", "received"}
    assert await pool.fetchval("SELECT count(*) FROM stockroom.purchase WHERE state = 'open'") == 2
    assert await pool.fetchval("SELECT count(*) FROM stockroom.transfer WHERE state = 'sent'") == 1
    assert {row["PIN or password"] for row in logins} == {ACCESS.pin, ACCESS.password}
    hired = await pool.fetch("SELECT login, secret_hash FROM staff.account WHERE demo")
    assert {row["login"] for row in hired} == {member.login for member in STAFF}
    assert all([await secret_matches(ACCESS.pin, row["secret_hash"]) for row in hired])
    async with pool.acquire() as connection:
        broken = {code for code, count in (await audit(connection)).items() if count}
    # I23 looks for facts that wait longer than a minute; here nobody runs the worker that would take them.
    assert broken <= {"I23"}
    before = await fingerprint(pool)
    assert await seed(database_url, ACCESS) == logins
    assert await fingerprint(pool) == before


@pytest.mark.anyio
@pytest.mark.parametrize("access", [None, ACCESS, Access(mark="cd" * 16, pin="59301748", password="moa")])
async def test_a_database_without_this_demo_s_mark_is_left_alone(
    pool: asyncpg.Pool, database_url: str, secrets: None, access: Access | None
) -> None:
    """Even an empty one: an operator's new shop is no demo. And one that another demo made."""
    if access and access.mark != ACCESS.mark:
        await mark(database_url, ACCESS.mark)
    before = await fingerprint(pool)
    with pytest.raises(NotOurs):
        await seed(database_url, access)
    assert await fingerprint(pool) == before


@pytest.mark.anyio
async def test_an_interrupted_start_goes_on(
    pool: asyncpg.Pool, database_url: str, secrets: None, marked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store_omni.demo.queueing import Day

    async def power_cut(_day: Day) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError, match="power cut"):
        broken.setattr(Day, "_ended_orders", power_cut)
        await seed(database_url, ACCESS)
    placed = await pool.fetchval("""SELECT count(*) FROM orders."order" WHERE source = 'live'""")
    assert placed > 0
    assert await seed(database_url, ACCESS)
    numbers = await pool.fetchval("""SELECT count(*) FROM orders."order" WHERE source = 'live'""")
    keys = await pool.fetchval("SELECT count(*) FROM journal.operation WHERE key LIKE 'demo-%'")
    assert numbers == keys > placed
