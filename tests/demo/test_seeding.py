"""The demo's shop is filled once, by the product's own commands, and every rule of the product holds in it."""

import asyncpg
import pytest

from store_omni.auditing import audit
from store_omni.demo.people import PIN, SHOPPER, STAFF
from store_omni.demo.seeding import seed
from store_omni.staff.signing_in import sign_in

from ..importing.files import fingerprint


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path) -> None:
    monkeypatch.setenv("STORE_OMNI_DATABASE_URL", database_url)
    monkeypatch.setenv("STORE_OMNI_SECRETS_FILE", str(tmp_path / "secrets.json"))


@pytest.mark.anyio
async def test_the_shop_is_filled_once(pool: asyncpg.Pool, database_url: str, secrets: None) -> None:
    logins = await seed(database_url)
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
    for member in STAFF:
        assert await sign_in(pool, login=member.login, secret=PIN, roles=(member.role,), source="test")
    async with pool.acquire() as connection:
        broken = {code for code, count in (await audit(connection)).items() if count}
    # I23 looks for facts that wait longer than a minute; here nobody runs the worker that would take them.
    assert broken <= {"I23"}
    before = await fingerprint(pool)
    assert await seed(database_url) == logins
    assert await fingerprint(pool) == before


@pytest.mark.anyio
async def test_somebody_else_s_shop_is_left_alone(pool: asyncpg.Pool, world: object, database_url: str, secrets: None) -> None:
    before = await fingerprint(pool)
    assert await seed(database_url) == []
    assert await fingerprint(pool) == before


@pytest.mark.anyio
async def test_an_interrupted_start_goes_on(
    pool: asyncpg.Pool, database_url: str, secrets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from store_omni.demo.queueing import Day

    async def power_cut(_day: Day) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError, match="power cut"):
        broken.setattr(Day, "_ended_orders", power_cut)
        await seed(database_url)
    placed = await pool.fetchval("""SELECT count(*) FROM orders."order" WHERE source = 'live'""")
    assert placed > 0
    assert await seed(database_url)
    numbers = await pool.fetchval("""SELECT count(*) FROM orders."order" WHERE source = 'live'""")
    keys = await pool.fetchval("SELECT count(*) FROM journal.operation WHERE key LIKE 'demo-%'")
    assert numbers == keys > placed
