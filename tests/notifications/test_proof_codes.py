"""From asking for a code to typing it: fact, message, carrier, and the code that proves."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import pytest

from store_omni.customers.errors import ProofWrong
from store_omni.customers.proving import PROOF_KEY, Proven, ask_code, prove
from store_omni.journal.dispatching import dispatch
from store_omni.kit.database import writing
from store_omni.notifications.carrying import Carrier, NoCarrier
from store_omni.notifications.mailing import Mailer
from store_omni.notifications.sending import House, send_waiting
from store_omni.notifications.telling import CONSUMER, TEMPLATES, tell
from store_omni.notifications.texting import SolapiTexter, carrier_of_texts, text_bytes
from store_omni.settings import Settings
from store_omni.web.plumbing.letters import render_letter

from ..factories.ordering import Shop
from ..gateways.solapi import text_server
from .mail_server import mail_server

pytestmark = pytest.mark.anyio


async def ask(shop: Shop, channel: Any, address: str, locale: str = "ko") -> UUID:
    async with shop.sessions.begin() as session:
        return await ask_code(
            writing(session), purpose="order", channel=channel, address=address, locale=locale, source="192.0.2.1"
        )


async def tell_all(shop: Shop, settings: Settings, carriers: Mapping[str, Carrier]) -> None:
    house = House(settings, render_letter, carriers)
    await dispatch(shop.pool, {CONSUMER: frozenset(TEMPLATES)})
    await tell(shop.sessions, settings)
    for channel in carriers:
        await send_waiting(shop.pool, shop.sessions, house, channel)
    await house.close()


async def prove_with(shop: Shop, settings: Settings, challenge_id: UUID, code: str) -> Proven:
    return await prove(shop.pool, challenge_id, code, purpose="order", secret=settings.secrets.key_for(PROOF_KEY))


async def test_the_code_of_a_text_message_proves_the_phone(shop: Shop, settings: Settings) -> None:
    challenge_id = await ask(shop, "sms", "+821012345678")
    with text_server() as texts:
        by_text = msgspec.structs.replace(settings, sms=texts.gateway())
        await tell_all(shop, by_text, {"email": NoCarrier("none"), "sms": SolapiTexter(texts.gateway())})
    (message,) = texts.accepted
    assert message["to"] == "01012345678" and message["type"] == "SMS"
    lines = message["text"].splitlines()
    code = re.search(r"\d{6}", lines[0])[0]  # type: ignore[index]
    assert lines[0].startswith(f"[모아상점] 인증번호 {code}")
    assert lines[-1] == f"@testserver.local #{code}" and text_bytes(message["text"]) <= 90
    with pytest.raises(ProofWrong):
        await prove_with(shop, settings, challenge_id, f"{(int(code) + 1) % 10**6:06d}")
    assert await prove_with(shop, settings, challenge_id, code) == Proven("sms", "+821012345678")


async def test_the_code_of_a_mail_proves_the_address_in_the_askers_language(shop: Shop, settings: Settings) -> None:
    challenge_id = await ask(shop, "email", "ann@example.com", "en")
    with mail_server() as server:
        await tell_all(shop, settings, {"email": Mailer(settings.mail_from, server.url, 2), "sms": NoCarrier("none")})
    (mail,) = server.mails
    (text,) = server.texts_to("ann@example.com")
    code = re.search(r"Your code is (\d{6})", text)[1]  # type: ignore[index]
    assert code in mail["Subject"] and "because of an order" not in mail.as_string()
    assert await prove_with(shop, settings, challenge_id, code) == Proven("email", "ann@example.com")


async def test_no_line_about_a_code_stands_in_a_history_and_no_address_in_a_fact(shop: Shop, settings: Settings) -> None:
    await ask(shop, "email", "ann@example.com")
    await tell_all(shop, settings, {"email": NoCarrier("none")})
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.entry WHERE kind LIKE 'message.%'") == 0
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.fact WHERE kind = 'message.failed'") == 1
    assert await shop.pool.fetchval("SELECT count(*) FROM journal.fact f WHERE f::text LIKE '%ann@example%'") == 0


async def test_without_a_gateway_the_row_of_a_code_says_so(shop: Shop, settings: Settings) -> None:
    await ask(shop, "sms", "+821012345678")
    await tell_all(shop, settings, {"email": NoCarrier("none"), "sms": carrier_of_texts(settings)})
    row = await shop.pool.fetchrow("SELECT template, channel, state, problem FROM notifications.message")
    assert tuple(row) == ("proof_code", "sms", "failed", "no_carrier")


async def test_codes_are_sent_where_order_mails_must_wait_and_have_a_cap_of_their_own(shop: Shop, settings: Settings) -> None:
    few = msgspec.structs.replace(settings, mails_per_hour=1, codes_per_hour=2)
    for _ in range(3):
        await shop.place((0, 1), by=shop.clerk_at(shop.world.gangnam))
    for _ in range(4):
        await ask(shop, "email", "haneul@example.com")
    with mail_server() as server:
        await tell_all(shop, few, {"email": Mailer(settings.mail_from, server.url, 2)})
    rows = await shop.pool.fetch("SELECT template, state, count(*) FROM notifications.message GROUP BY 1, 2 ORDER BY 1, 2")
    assert [tuple(row) for row in rows] == [
        ("order_placed", "failed", 2), ("order_placed", "sent", 1), ("proof_code", "failed", 2), ("proof_code", "sent", 2),
    ]  # fmt: skip
