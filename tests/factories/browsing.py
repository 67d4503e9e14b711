"""Using the pages as a browser without JavaScript does."""

import asyncio
from typing import Any
from uuid import uuid4

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from .world import PIN, Person


async def listening(app: Litestar) -> None:
    """Until the started app hears of changes; before that it may forget at any moment what it keeps."""
    async with asyncio.timeout(5):
        while not app.state.stock.snapshot.vouching.until:
            await asyncio.sleep(0.005)


async def send(client: AsyncTestClient, address: str, fields: dict[str, Any] | None = None, **more: Any) -> Response:
    """Posts a form with its CSRF token and operation id, not following the redirect."""
    if "so_csrf" not in client.cookies:
        await client.get("/health/live")
    data = {"_csrf_token": client.cookies.get("so_csrf", ""), "operation_id": str(uuid4())} | (fields or {})
    return await client.post(address, data=data, follow_redirects=False, **more)


async def sign_in_staff(client: AsyncTestClient, person: Person, face: str | None = None) -> None:
    face = face or {"clerk": "counter", "agent": "desk", "manager": "office"}[person.role]
    answer = await send(client, f"/{face}/sign-in", {"login": person.login, "pin": PIN})
    assert answer.status_code == 303, answer.text
