"""The request's unit of work: one transaction, opened by the only generator dependency a route has.

It commits after the page is rendered and before it is sent, so nobody is shown a success that did not last.
"""

from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
from litestar import Request
from litestar.datastructures import State

from store_omni.catalog.knowing import KnownProducts, KnownSkus
from store_omni.kit.clock import Clock
from store_omni.kit.database import ReadSession, WriteSession, writing
from store_omni.kit.signing import Signer
from store_omni.stockroom.offering import Stock
from store_omni.stores.knowing import KnownStores


async def write(state: State) -> AsyncGenerator[WriteSession, None]:
    async with state.sessions.begin() as session:
        yield writing(session)


async def read(state: State) -> AsyncGenerator[ReadSession, None]:
    """A transaction that cannot write, which PostgreSQL holds it to."""
    async with state.readers.begin() as session:
        yield ReadSession(session)


async def pool(state: State) -> asyncpg.Pool:
    return state.pool


async def signer(state: State) -> Signer:
    return state.signer


async def clock(state: State) -> Clock:
    return state.clock


async def known_stores(state: State) -> KnownStores:
    return state.known_stores


async def known_skus(state: State) -> KnownSkus:
    return state.known_skus


async def known_products(state: State) -> KnownProducts:
    return state.known_products


async def stock(state: State) -> Stock:
    return state.stock


def operation_key(request: Request[Any, Any, Any], form: dict[str, Any]) -> str:
    """The key of this submission: the form's hidden field, or the header a retrying client sends."""
    from_header = request.headers.get("idempotency-key")
    key = from_header or str(form.get("operation_id") or "")
    return key[:100]
