"""/office/messages: managers read what reached nobody, and why."""

import msgspec
import pytest
from litestar.testing import AsyncTestClient

from store_omni.journal.actors import SYSTEM
from store_omni.kit.database import ReadSession
from store_omni.notifications.queries import undelivered

from ...factories.browsing import sign_in_staff
from ...factories.ordering import Shop

pytestmark = pytest.mark.anyio


async def failed_message(shop: Shop, problem: str) -> str:
    placed = await shop.place()
    await shop.pool.execute(
        """INSERT INTO notifications.message (id, fact_id, order_id, template, channel, address, locale, state, problem, last_error)
           VALUES (gen_random_uuid(), gen_random_uuid(), $1, 'pickup_ready', 'sms', '+821012345678', 'ko', 'failed', $2, 'words')""",
        placed.order_id, problem,
    )  # fmt: skip
    return placed.number


async def test_what_reached_nobody_stands_there_with_its_reason_and_without_an_address(
    client: AsyncTestClient, shop: Shop
) -> None:
    await sign_in_staff(client, shop.world.manager, "office")
    assert "모두 전했어요" in (await client.get("/office/messages")).text
    number = await failed_message(shop, "limit")
    page = (await client.get("/office/messages")).text
    for words in (number, "픽업 안내", "문자 실패", "한 시간 동안 같은 곳으로 너무 많이 보냄"):
        assert words in page, words
    assert "12345678" not in page and "1234-5678" not in page


@pytest.mark.parametrize("who", ["agent", "clerk"])
async def test_only_for_managers(client: AsyncTestClient, shop: Shop, who: str) -> None:
    await sign_in_staff(client, shop.world.staff[who])
    assert (await client.get("/office/messages", follow_redirects=False)).status_code in (303, 403)


async def test_a_manager_of_some_stores_sees_theirs_only(shop: Shop) -> None:
    await failed_message(shop, "refused")
    async with shop.sessions.begin() as session:
        for stores, found in (((shop.world.gangnam,), 1), ((999,), 0), ((), 0), (None, 1)):
            by = msgspec.structs.replace(SYSTEM, store_ids=stores)
            assert len(await undelivered(ReadSession(session), by=by)) == found, stores
