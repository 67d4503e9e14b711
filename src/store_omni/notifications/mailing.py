"""Sending what waits: claimed by lease, rendered in the reader's language, sent outside any transaction, settled."""

from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.kit.database import ReadSession, writing
from store_omni.notifications.telling import note_message
from store_omni.orders.granting import lookup_code, make_order_link
from store_omni.orders.queries import order_by_id
from store_omni.settings import Settings
from store_omni.stores.queries import stores_by_id

ATTEMPTS_MAX = 5
LEASE_MINUTES = 2
RETRY_MINUTES = (1, 5, 15, 60)
SEND_SECONDS_MAX = 20


class Letter(msgspec.Struct, frozen=True):
    """A rendered mail."""

    subject: str
    text: str
    html: str


Render = Callable[[str, str, dict[str, Any]], Letter]


class Undeliverable(Exception):
    """Will not work later either (refused address, nothing to send with)."""


class Carrier(Protocol):
    """How one channel reaches people. E-mail is built; a text message or KakaoTalk gateway is another class of this shape,
    named in the worker's `carriers` under its channel."""

    async def send(self, message_id: UUID, address: str, letter: Letter) -> None:
        """`message_id` is the same when a message is tried again. Errors: `Undeliverable` for good; OSError or an
        SMTPException: later."""
        ...


class Post(Protocol):
    """How a mail leaves the house."""

    async def send(self, message: EmailMessage) -> None:
        """Errors: `Undeliverable` for good; any OSError or aiosmtplib error means: later."""
        ...


class NullPost:
    """No mail server is configured: nothing is sent, and every message row says so."""

    async def send(self, message: EmailMessage) -> None:
        raise Undeliverable("no mail server is configured (STORE_OMNI_SMTP_URL)")


class SmtpPost:
    """`url`: smtp://[user:password@]host[:port] (STARTTLS where offered) or smtps://…"""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "smtps"
        self.options: dict[str, Any] = {
            "hostname": parts.hostname,
            "port": parts.port or (465 if secure else 587),
            "use_tls": secure,
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "timeout": SEND_SECONDS_MAX,
        }

    async def send(self, message: EmailMessage) -> None:
        try:
            await aiosmtplib.send(message, **self.options)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise Undeliverable("the mail server refused the address") from error
        except aiosmtplib.SMTPResponseException as error:
            if 500 <= error.code < 600:
                raise Undeliverable(f"the mail server answered {error.code}") from error
            raise


class Mailer:
    """The carrier of e-mail."""

    def __init__(self, settings: Settings, post: Post | None = None) -> None:
        self.settings = settings
        self.post: Post = post or (SmtpPost(settings.smtp_url) if settings.smtp_url else NullPost())

    async def send(self, message_id: UUID, address: str, letter: Letter) -> None:
        mail = EmailMessage()
        mail["From"] = self.settings.mail_from
        mail["To"] = address
        mail["Subject"] = letter.subject
        mail["Date"] = formatdate()
        # The same row always has the same Message-ID: a mail sent twice after a crash is shown once by most programs.
        mail["Message-ID"] = f"<{message_id}@{self.settings.mail_from.rsplit('@', 1)[-1]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        mail.add_alternative(letter.html, subtype="html")
        await self.post.send(mail)


_CLAIM = """
UPDATE notifications.message m SET attempts = m.attempts + 1, next_try_at = now() + make_interval(mins => $1)
WHERE m.id = (SELECT id FROM notifications.message WHERE state = 'waiting' AND next_try_at <= now()
              ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING m.id, m.fact_id, m.order_id, m.customer_id, m.template, m.channel, m.address, m.locale, m.attempts"""


class House(msgspec.Struct, frozen=True):
    """What writing to people needs. `render` turns a template name, a locale and values into a letter; `carriers`:
    channel → how it leaves the house."""

    settings: Settings
    render: Render
    carriers: Mapping[str, Carrier]


async def send_waiting(pool: asyncpg.Pool, sessions: async_sessionmaker[AsyncSession], house: House) -> int:
    """Sends until nothing is due. A sender that dies leaves its row to the next one after the lease. Returns how many
    were sent."""
    sent = 0
    while (row := await pool.fetchrow(_CLAIM, LEASE_MINUTES)) is not None:
        state, problem = "sent", None
        try:
            carrier = house.carriers.get(row["channel"])
            if carrier is None:
                raise Undeliverable(f"nothing here carries {row['channel']}")
            letter = await _write(sessions, house, row)
            await carrier.send(row["id"], row["address"], letter)
        except Undeliverable as error:
            state, problem = "failed", str(error)
        except (OSError, aiosmtplib.SMTPException) as error:
            problem = f"{type(error).__name__}: the mail server could not be reached"
            state = "failed" if row["attempts"] >= ATTEMPTS_MAX else "waiting"
        await _settle(sessions, row, state, problem)
        sent += state == "sent"
    return sent


async def _write(sessions: async_sessionmaker[AsyncSession], house: House, row: asyncpg.Record) -> Letter:
    settings = house.settings
    async with sessions.begin() as session:
        order = await order_by_id(ReadSession(session), row["order_id"])
        stores = await stores_by_id(ReadSession(session), [order.fulfilment.store_id]) if order.fulfilment else {}
        data = await session.scalar(text("SELECT data FROM journal.fact WHERE id = :id"), {"id": row["fact_id"]})
        values: dict[str, Any] = {
            "order": order,
            "store": next(iter(stores.values()), None),
            "fulfilment": order.fulfilment,
            "data": data or {},
            "brand": settings.retailer_name_ko if row["locale"] == "ko" else settings.retailer_name_en,
        }
        if row["template"] == "order_lookup":
            values["code"] = lookup_code(settings.secrets.key_for("order codes"), UUID(values["data"]["challenge_id"]))
        else:
            # Made when it is written, so that only the mail ever holds it; the database keeps its hash.
            token = await make_order_link(writing(session), order.id)
            values["link"] = f"{settings.public_url}/o/{token}"
    return house.render(row["template"], row["locale"], values)


async def _settle(sessions: async_sessionmaker[AsyncSession], row: asyncpg.Record, state: str, problem: str | None) -> None:
    wait = RETRY_MINUTES[min(row["attempts"], len(RETRY_MINUTES)) - 1]
    async with sessions.begin() as session:
        await session.execute(
            text(
                """UPDATE notifications.message SET state = :state, last_error = :problem,
                     settled_at = CASE WHEN :state = 'waiting' THEN NULL ELSE now() END,
                     next_try_at = now() + make_interval(mins => :wait)
                   WHERE id = :id AND state = 'waiting'"""
            ),
            {"state": state, "problem": problem, "wait": wait, "id": row["id"]},
        )
        if state != "waiting":
            number = await session.scalar(text('SELECT number FROM orders."order" WHERE id = :id'), {"id": row["order_id"]})
            await note_message(
                writing(session), row["id"], state, row["template"], row["order_id"], row["customer_id"], number or ""
            )
