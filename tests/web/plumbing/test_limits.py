"""What is refused for being tried too often says how long to wait, and never breaks on what was typed."""

import random

import pytest
from litestar.testing import AsyncTestClient

from store_omni.staff.slowing import SOURCE_FAILURES_MAX
from store_omni.web.shop.lookup import LOOKUPS_MAX

from ...factories.browsing import send
from ...factories.world import World

pytestmark = pytest.mark.anyio
_DRAWN = random.Random(7)
HANGUL = "".join(chr(_DRAWN.randrange(0xAC00, 0xD7A4)) for _ in range(2000))


async def test_two_thousand_hangul_break_no_limit(client: AsyncTestClient, world: World) -> None:
    assert (await send(client, "/sign-in", {"login": HANGUL, "password": "x" * 10})).status_code == 422
    assert (await send(client, "/counter/sign-in", {"login": HANGUL, "pin": "1"})).status_code == 422
    assert (await send(client, "/orders/lookup", {"number": HANGUL, "last_four": "1234"})).status_code == 303
    answer = await client.post("/api/v1/sessions", json={"login": HANGUL * 10, "password": "x"})
    assert answer.status_code == 422


async def test_too_many_tries_say_when_to_come_back(client: AsyncTestClient, world: World) -> None:
    def minutes(answer: object) -> bool:
        return answer.status_code == 429 and 840 < int(answer.headers["retry-after"]) <= 900  # type: ignore[attr-defined]

    for number in range(SOURCE_FAILURES_MAX):
        await send(client, "/counter/sign-in", {"login": f"50{number}", "pin": "1"})
    assert minutes(await send(client, "/counter/sign-in", {"login": "1001", "pin": "1"}))
    for _ in range(LOOKUPS_MAX):
        await send(client, "/orders/lookup", {"number": "ABCD-2345", "last_four": "1234"})
    assert minutes(await send(client, "/orders/lookup", {"number": "ABCD-2345", "last_four": "1234"}))
    htmx = {"hx-request": "true"}
    assert minutes(await send(client, "/orders/lookup", {"number": "ABCD-2345", "last_four": "1234"}, headers=htmx))
    for _ in range(9):
        answer = await client.post("/api/v1/sessions", json={"login": "010-1111-2222", "password": "x"})
    assert minutes(answer) and answer.json()["code"] == "too_many_tries"
