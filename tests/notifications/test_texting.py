"""Text messages against a gateway that checks every signature and misbehaves when asked to."""

import logging
from collections.abc import AsyncGenerator, Generator
from uuid import UUID, uuid4

import msgspec
import pytest

from store_omni.journal.dispatching import dispatch
from store_omni.notifications import texting
from store_omni.notifications.carrying import Letter, NoCarrier, Parcel, TryLater, Undeliverable
from store_omni.notifications.sending import House, send_waiting
from store_omni.notifications.telling import CONSUMER, TEMPLATES, tell
from store_omni.notifications.texting import SolapiTexter, carrier_of_texts, plain_text, text_bytes
from store_omni.settings import Settings
from store_omni.web.plumbing.letters import render_letter

from ..factories.ordering import Contact, Shop
from ..gateways.solapi import TextServer, text_server

pytestmark = pytest.mark.anyio
SUHYUN = "+821012345678"


@pytest.fixture
def texts() -> Generator[TextServer, None, None]:
    with text_server() as server:
        yield server


@pytest.fixture
async def texter(texts: TextServer) -> AsyncGenerator[SolapiTexter, None]:
    texter = SolapiTexter(texts.gateway(), seconds_max=1)
    yield texter
    await texter.close()


def parcel(text: str = "[모아상점] 인증번호 123456", *, to: str = SUHYUN, again: bool = False, id: UUID | None = None) -> Parcel:
    return Parcel(id or uuid4(), to, Letter(text), again)


async def test_a_message_arrives_signed_from_the_registered_number(texter: SolapiTexter, texts: TextServer) -> None:
    sent = parcel()
    await texter.send(sent)
    (message,) = texts.accepted
    assert (message["to"], message["from"], message["type"]) == ("01012345678", "025550100", "SMS")
    assert message["text"] == sent.letter.text
    assert message["customFields"] == {"messageId": str(sent.message_id)}
    assert texts.refusals == []


async def test_each_request_has_a_signature_of_its_own(texter: SolapiTexter, texts: TextServer) -> None:
    for _ in range(5):
        await texter.send(parcel())
    assert (len(texts.signatures), texts.refusals) == (5, [])


async def test_a_wrong_secret_or_a_clock_that_is_wrong_costs_no_message(
    texts: TextServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = SolapiTexter(texts.gateway(secret="another-secret"))
    with pytest.raises(TryLater, match="401 SignatureDoesNotMatch"):
        await stranger.send(parcel())
    await stranger.close()
    assert texts.accepted == []


@pytest.mark.parametrize(
    "how", ["401", "402", "403", "404", "408", "429", "500", "502", "503", "cut", "hang", "garbage", "empty", "refuse-1030"]
)
async def test_what_refuses_the_shop_or_breaks_off_waits(texter: SolapiTexter, texts: TextServer, how: str) -> None:
    texts.next = [how]
    with pytest.raises(TryLater):
        await texter.send(parcel())


@pytest.mark.parametrize("how", ["400", "409", "422", "refuse-1062", "refuse-1060"])
async def test_what_refuses_the_message_is_final(texter: SolapiTexter, texts: TextServer, how: str) -> None:
    texts.next = [how]
    with pytest.raises(Undeliverable) as refused:
        await texter.send(parcel())
    assert refused.value.problem == "refused"
    assert "010" not in str(refused.value)


@pytest.mark.parametrize("how", ["lost", "garbage", "empty"])
async def test_a_message_whose_answer_was_lost_is_not_sent_twice(texter: SolapiTexter, texts: TextServer, how: str) -> None:
    texts.next = [how]
    sent = parcel()
    with pytest.raises(TryLater):
        await texter.send(sent)
    await texter.send(parcel(again=True, id=sent.message_id))
    await texter.send(parcel(again=True))
    ids = [message["customFields"]["messageId"] for message in texts.accepted]
    assert ids.count(str(sent.message_id)) == 1
    assert len(ids) == 2, "another message to the same number goes out"


async def test_nothing_is_sent_again_while_the_gateway_cannot_say_what_it_has(texter: SolapiTexter, texts: TextServer) -> None:
    texts.lists = 500
    with pytest.raises(TryLater):
        await texter.send(parcel(again=True))
    assert texts.asked == 0


async def test_a_key_that_may_only_write_still_sends(texter: SolapiTexter, texts: TextServer) -> None:
    texts.lists = 403
    await texter.send(parcel(again=True))
    assert len(texts.accepted) == 1


async def test_up_to_90_bytes_go_as_sms_and_longer_ones_as_lms(texter: SolapiTexter, texts: TextServer) -> None:
    for text in ("가" * 45, "가" * 45 + "a", "가" * 1000):
        await texter.send(parcel(text))
    assert [message["type"] for message in texts.accepted] == ["SMS", "LMS", "LMS"]
    with pytest.raises(Undeliverable) as refused:
        await texter.send(parcel("가" * 1000 + "a"))
    assert refused.value.problem == "too_long"


@pytest.mark.parametrize(
    ("typed", "shown", "size"),
    [
        ("주문 — 완료", "주문 - 완료", 11),
        ("9,900₩", "9,900￦", 7),
        ("a\u00a0b", "a b", 3),
        ("펲시 뷁", "펲시 뷁", 7),
        ("😀 좋아요", "? 좋아요", 8),
    ],
)
def test_letters_a_phone_cannot_show_are_written_plainly(typed: str, shown: str, size: int) -> None:
    assert (plain_text(typed), text_bytes(typed)) == (shown, size)


async def test_numbers_of_other_countries_carry_their_code(texter: SolapiTexter, texts: TextServer) -> None:
    await texter.send(parcel(to="+12025550123"))
    assert (texts.accepted[0]["to"], texts.accepted[0]["country"]) == ("2025550123", "1")
    with pytest.raises(Undeliverable):
        await texter.send(parcel(to="nonsense"))


async def test_no_number_stands_in_the_log(texter: SolapiTexter, texts: TextServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await texter.send(parcel(again=True))
    assert "01012345678" not in caplog.text


async def test_the_operator_hears_what_is_wrong(texter: SolapiTexter, texts: TextServer) -> None:
    assert await texter.problem() is None
    assert texting.GATEWAY_SECONDS_MAX * 2 < 40, (
        "the look before a second try and the try itself fit into the time of one message"
    )
    stranger = SolapiTexter(texts.gateway(key="ANOTHERKEY000000"))
    assert "401" in (await stranger.problem() or "")
    gone = SolapiTexter(texts.gateway(url="http://127.0.0.1:9"))
    assert "could not be reached" in (await gone.problem() or "")
    await stranger.close()
    await gone.close()


async def test_a_buyer_with_a_phone_and_no_mail_hears_by_text_message(shop: Shop, settings: Settings, texts: TextServer) -> None:
    by_text = msgspec.structs.replace(settings, sms=texts.gateway())
    house = House(by_text, render_letter, {"email": NoCarrier("none"), "sms": SolapiTexter(texts.gateway())})
    await shop.ready((0, 1), contact=Contact("박수현", SUHYUN, None, "ko"))
    await shop.place((1, 1), contact=Contact("Ann", "+821099998888", None, "en"))
    await shop.place((1, 1), contact=Contact("이서연", "+821077776666", "seoyeon@example.com", "ko"))
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    await tell(shop.sessions, by_text)
    await send_waiting(shop.pool, shop.sessions, house, "sms")
    await house.close()
    said = {message["to"]: [] for message in texts.accepted}
    for message in texts.accepted:
        said[message["to"]].append(message["text"])
    assert set(said) == {"01012345678", "01099998888"}, "who has an address gets a mail"
    assert any(line.startswith("[모아상점] 주문 ") and "접수" in line for line in said["01012345678"])
    assert any("준비 완료" in line and "/o/" in line for line in said["01012345678"])
    assert said["01099998888"][0].startswith("[Moa Store] Order ")
    states = await shop.pool.fetch("SELECT DISTINCT state FROM notifications.message WHERE channel = 'sms'")
    assert [row["state"] for row in states] == ["sent"]


async def test_without_a_gateway_a_text_message_says_no_carrier_and_phones_are_told_nothing(
    shop: Shop, settings: Settings
) -> None:
    await shop.place((0, 1), contact=Contact("박수현", SUHYUN, None, "ko"))
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    await tell(shop.sessions, settings)
    assert await shop.pool.fetchval("SELECT state FROM notifications.message") == "no_address"
    await shop.pool.execute(
        "UPDATE notifications.message SET state = 'waiting', settled_at = NULL, channel = 'sms', address = $1", SUHYUN
    )
    house = House(settings, render_letter, {"email": NoCarrier("none"), "sms": carrier_of_texts(settings)})
    assert await send_waiting(shop.pool, shop.sessions, house, "sms") == 0
    row = await shop.pool.fetchrow("SELECT state, problem, last_error FROM notifications.message")
    assert (row["state"], row["problem"], "STORE_OMNI_SMS_URL" in row["last_error"]) == ("failed", "no_carrier", True)


async def test_text_messages_have_a_limit_of_their_own(shop: Shop, settings: Settings, texts: TextServer) -> None:
    few = msgspec.structs.replace(settings, sms=texts.gateway(), texts_per_hour=2)
    house = House(few, render_letter, {"sms": SolapiTexter(texts.gateway())})
    for _ in range(5):
        await shop.place((0, 1), contact=Contact("박수현", SUHYUN, None, "ko"), by=shop.clerk_at(shop.world.gangnam))
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    await tell(shop.sessions, few)
    await send_waiting(shop.pool, shop.sessions, house, "sms")
    await house.close()
    assert len(texts.accepted) == 2
    limited = "SELECT count(*) FROM notifications.message WHERE state = 'failed' AND problem = 'limit'"
    assert await shop.pool.fetchval(limited) == 3
