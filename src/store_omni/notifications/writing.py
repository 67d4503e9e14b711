"""Writing one message: the values its template needs, read when it is written, in the reader's language."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.kit.database import ReadSession, writing
from store_omni.notifications.carrying import Letter
from store_omni.orders.granting import lookup_code, make_order_link
from store_omni.orders.queries import order_by_id
from store_omni.settings import Settings
from store_omni.stores.queries import stores_by_id

# (channel, template, locale, values) → letter
Render = Callable[[str, str, str, dict[str, Any]], Letter]


async def write_letter(
    sessions: async_sessionmaker[AsyncSession], settings: Settings, render: Render, row: asyncpg.Record
) -> Letter:
    values = await _values(sessions, settings, row)
    values["brand"] = settings.retailer_name_ko if row["locale"] == "ko" else settings.retailer_name_en
    return render(row["channel"], row["template"], row["locale"], values)


async def _values(sessions: async_sessionmaker[AsyncSession], settings: Settings, row: asyncpg.Record) -> dict[str, Any]:
    async with sessions.begin() as session:
        order = await order_by_id(ReadSession(session), row["order_id"])
        stores = await stores_by_id(ReadSession(session), [order.fulfilment.store_id]) if order.fulfilment else {}
        values: dict[str, Any] = {"order": order, "store": next(iter(stores.values()), None), "fulfilment": order.fulfilment}
        data = await session.scalar(text("SELECT data FROM journal.fact WHERE id = :id"), {"id": row["fact_id"]}) or {}
        values["data"] = data
        if row["template"] == "order_lookup":
            values["code"] = lookup_code(settings.secrets.key_for("order codes"), UUID(data["challenge_id"]))
        else:
            # Made when it is written, so that only the message ever holds it; the database keeps its hash.
            token = await make_order_link(writing(session), order.id)
            values["link"] = f"{settings.public_url}/o/{token}"
    return values
