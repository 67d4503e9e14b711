"""Writing one message: the values its template needs, read when it is written, in the reader's language."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.customers.proving import PROOF_KEY, proof_code
from store_omni.kit.database import ReadSession, writing
from store_omni.notifications.carrying import Letter
from store_omni.notifications.texting import SMS_BYTES_MAX, text_bytes
from store_omni.orders.granting import lookup_code, make_order_link
from store_omni.orders.queries import order_by_id
from store_omni.settings import Settings
from store_omni.stores.queries import stores_by_id

# (channel, template, locale, values) → letter
Render = Callable[[str, str, str, dict[str, Any]], Letter]


async def write_letter(
    sessions: async_sessionmaker[AsyncSession], settings: Settings, render: Render, row: asyncpg.Record
) -> Letter:
    values = await (_of_proof if row["template"] == "proof_code" else _of_order)(sessions, settings, row)
    values["brand"] = settings.retailer_name_ko if row["locale"] == "ko" else settings.retailer_name_en
    letter = render(row["channel"], row["template"], row["locale"], values)
    return _filled_in(letter, settings, values["code"]) if row["channel"] == "sms" and "code" in values else letter


def _filled_in(letter: Letter, settings: Settings, code: str) -> Letter:
    """Phones type the code of a message by themselves whose last line names the page's host and the code; where that fits."""
    text = f"{letter.text}\n@{urlsplit(settings.public_url).hostname} #{code}"
    return Letter(text) if text_bytes(text) <= SMS_BYTES_MAX else letter


_DATA = text("SELECT data FROM journal.fact WHERE id = :id")


async def _of_proof(sessions: async_sessionmaker[AsyncSession], settings: Settings, row: asyncpg.Record) -> dict[str, Any]:
    async with sessions.begin() as session:
        data = await session.scalar(_DATA, {"id": row["fact_id"]})
    return {"code": proof_code(settings.secrets.key_for(PROOF_KEY), UUID(data["challenge_id"]))}


async def _of_order(sessions: async_sessionmaker[AsyncSession], settings: Settings, row: asyncpg.Record) -> dict[str, Any]:
    async with sessions.begin() as session:
        order = await order_by_id(ReadSession(session), row["order_id"])
        stores = await stores_by_id(ReadSession(session), [order.fulfilment.store_id]) if order.fulfilment else {}
        values: dict[str, Any] = {"order": order, "store": next(iter(stores.values()), None), "fulfilment": order.fulfilment}
        data = await session.scalar(_DATA, {"id": row["fact_id"]}) or {}
        values["data"] = data
        if row["template"] == "order_lookup":
            values["code"] = lookup_code(settings.secrets.key_for("order codes"), UUID(data["challenge_id"]))
        else:
            # Made when it is written, so that only the message ever holds it; the database keeps its hash.
            token = await make_order_link(writing(session), order.id)
            values["link"] = f"{settings.public_url}/o/{token}"
    return values
