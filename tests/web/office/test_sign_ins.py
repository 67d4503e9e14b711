"""/office/sign-ins: managers read who signed in and who failed to."""

import pytest
from litestar.testing import AsyncTestClient

from ...factories.browsing import send, sign_in_staff
from ...factories.world import World

pytestmark = pytest.mark.anyio


async def test_a_manager_reads_who_came_in_and_who_did_not(client: AsyncTestClient, world: World) -> None:
    await send(client, "/counter/sign-in", {"login": "1001", "pin": "735019"})
    await send(client, "/counter/sign-in", {"login": "7705", "pin": "735019"})
    await sign_in_staff(client, world.manager)
    log = (await client.get("/office/sign-ins")).text
    for words in ("1001", "번호와 PIN이 맞지 않음", "없는 직원 번호", "로그인함", "testclient"):
        assert words in log, words
    assert "735019" not in log and "7705" not in log.replace("staff=7705", "")
    only = (await client.get("/office/sign-ins?staff=7705")).text
    assert "없는 직원 번호" in only and "1001" not in only
    assert "로그인함" not in (await client.get("/office/sign-ins?failed=1")).text
    assert "조건에 맞는" in (await client.get("/office/sign-ins?day=2020-02-29")).text
    assert (await client.get("/office/sign-ins?day=9999-12-31&staff=%00")).status_code < 500
    assert (await client.get("/office/sign-ins?day=0001-01-01")).status_code < 500


async def test_a_manager_of_some_stores_reads_of_these(client: AsyncTestClient, world: World, pool) -> None:
    await send(client, "/counter/sign-in", {"login": "1001", "pin": "735019"})
    await send(client, "/counter/sign-in", {"login": "1002", "pin": "735019"})
    await send(client, "/desk/sign-in", {"login": "2001", "pin": "735019"})
    await pool.execute("UPDATE staff.account SET store_ids = $1 WHERE id = $2", [world.hongdae], world.manager.id)
    await pool.execute("INSERT INTO staff.second_factor (account_id, secret) VALUES ($1, 'x')", world.agent.id)
    await sign_in_staff(client, world.manager)
    log = (await client.get("/office/sign-ins")).text
    assert "1002" in log and "3001" in log and "1001" not in log and "2001" not in log
    assert (await send(client, "/office/sign-ins/second-code/reset", {"login": "2001"})).status_code == 404
    assert await pool.fetchval("SELECT count(*) FROM staff.second_factor") == 1


@pytest.mark.parametrize("who", ["agent", "clerk"])
async def test_only_for_managers(client: AsyncTestClient, world: World, who: str) -> None:
    await sign_in_staff(client, world.staff[who])
    assert (await client.get("/office/sign-ins", follow_redirects=False)).status_code == 403
