"""Told means: a mail by SMTP, or a row that says why not."""

import asyncio
import socket
from collections import Counter
from collections.abc import Generator
from email import message_from_bytes
from email.message import Message
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.journal.dispatching import dispatch
from store_omni.kit.database import writing
from store_omni.kit.ids import token_hash
from store_omni.notifications.mailing import carrier_of_mail
from store_omni.notifications.sending import House, send_waiting
from store_omni.notifications.telling import CONSUMER, TEMPLATES, tell
from store_omni.settings import Settings
from store_omni.web.plumbing.letters import render_letter

from ..factories.ordering import Contact, Shop
from ..factories.world import SHOPPER

pytestmark = pytest.mark.anyio
CONSUMERS = {CONSUMER: frozenset(TEMPLATES)}


class Server:
    """A real SMTP server; refuses what is addressed to `refused@`."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("refused@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 kept"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server() -> Generator[tuple[Server, int], None, None]:
    handler, port = Server(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def house(settings: Settings, smtp_url: str | None) -> House:
    changed = msgspec.structs.replace(settings, smtp_url=smtp_url)
    return House(changed, render_letter, {"email": carrier_of_mail(changed)})


async def told(shop: Shop, house: House) -> list[dict[str, Any]]:
    await dispatch(shop.pool, CONSUMERS)
    await tell(shop.sessions, house.settings)
    await send_waiting(shop.pool, shop.sessions, house)
    rows = await shop.pool.fetch(
        "SELECT template, state, attempts, problem, last_error FROM notifications.message ORDER BY created_at, id"
    )
    return [dict(row) for row in rows]


async def test_a_mail_arrives_in_the_buyers_language_with_a_link_of_its_own(shop: Shop, settings: Settings, server) -> None:
    handler, port = server
    await shop.place((0, 1))
    await shop.place((0, 1), contact=Contact("Ann <b>Lee</b>", None, "ann@example.com", "en"))
    assert [row["state"] for row in await told(shop, house(settings, f"smtp://127.0.0.1:{port}"))] == ["sent", "sent"]
    korean, english = [mail.get_payload(0).get_payload(decode=True).decode() for mail in handler.mails]
    assert "찾으실 때 매장에서" in korean
    assert "You pay when you collect it" in english
    links = [line for text in (korean, english) for line in text.splitlines() if "/o/" in line]
    assert len(set(links)) == 2
    stored = await shop.pool.fetch("SELECT token_hash FROM orders.order_link")
    assert all(link.rsplit("/", 1)[1].encode() not in row["token_hash"] for link in links for row in stored)
    kinds = [row["kind"] for row in await shop.pool.fetch("SELECT kind FROM journal.entry WHERE kind LIKE 'message.%'")]
    assert kinds == ["message.sent", "message.sent"]


async def test_who_left_no_address_is_shown_as_not_told(shop: Shop, settings: Settings) -> None:
    await shop.place((0, 1), contact=Contact("김하늘", "+821012345678", None, "ko"))
    assert [row["state"] for row in await told(shop, house(settings, None))] == ["no_address"]


async def test_a_refused_address_fails_at_once_and_an_absent_server_is_tried_again(
    shop: Shop, settings: Settings, server
) -> None:
    handler, port = server
    await shop.place((0, 1), contact=Contact("김하늘", None, "refused@example.com", "ko"))
    (row,) = await told(shop, house(settings, f"smtp://127.0.0.1:{port}"))
    assert (row["state"], row["attempts"]) == ("failed", 1)

    await shop.place((1, 1), contact=Contact("이서연", None, "seoyeon@example.com", "ko"))
    down = house(settings, f"smtp://127.0.0.1:{free_port()}")
    assert [row["state"] for row in await told(shop, down)] == ["failed", "waiting"]
    assert [row["attempts"] for row in await told(shop, down)] == [1, 1], "not before its time"
    await shop.pool.execute("UPDATE notifications.message SET next_try_at = now()")
    assert (await told(shop, house(settings, f"smtp://127.0.0.1:{port}")))[1]["state"] == "sent"
    assert len(handler.mails) == 1


async def test_without_a_mail_server_every_row_says_so(shop: Shop, settings: Settings) -> None:
    await shop.place((0, 1))
    (row,) = await told(shop, house(settings, None))
    assert (row["state"], "STORE_OMNI_SMTP_URL" in row["last_error"]) == ("failed", True)


async def test_a_fact_delivered_twice_tells_once(shop: Shop, settings: Settings, server) -> None:
    handler, port = server
    await shop.place((0, 1))
    by_mail = house(settings, f"smtp://127.0.0.1:{port}")
    await told(shop, by_mail)
    await shop.pool.execute("UPDATE journal.delivery SET state = 'waiting'")
    await told(shop, by_mail)
    assert len(handler.mails) == 1


async def test_sixty_orders_placed_and_cancelled_for_one_address_are_no_mail_bomb(shop: Shop, settings: Settings, server) -> None:
    handler, port = server
    to_ten = house(msgspec.structs.replace(settings, mails_per_hour=10), f"smtp://127.0.0.1:{port}")
    for number in range(60):
        contact = Contact("김하늘", f"+8210{number:08d}", "victim@example.com", "ko")
        placed = await shop.place((number % 4, 1), contact=contact, viewer=f"viewer {number}")
        async with shop.sessions.begin() as session:
            viewer = token_hash(f"viewer {number}")
            await cancel_order(writing(session), placed.order_id, reason="changed_mind", by=SHOPPER, viewer_hash=viewer)
    rows = await told(shop, to_ten)
    assert len(rows) == 120
    assert len(handler.mails) == 10
    assert Counter((row["state"], row["problem"]) for row in rows) == {("sent", None): 10, ("failed", "limit"): 110}
    await shop.place((0, 1), contact=Contact("이서연", None, "other@example.com", "ko"))
    assert (await told(shop, to_ten))[-1]["state"] == "sent", "another address is told as ever"


async def test_two_senders_do_not_send_the_same_mail(shop: Shop, settings: Settings, server) -> None:
    handler, port = server
    for _ in range(6):
        await shop.place((3, 1))
    await dispatch(shop.pool, CONSUMERS)
    by_mail = house(settings, f"smtp://127.0.0.1:{port}")
    await tell(shop.sessions, by_mail.settings)
    await asyncio.gather(*(send_waiting(shop.pool, shop.sessions, by_mail) for _ in range(3)))
    assert len(handler.mails) == 6
