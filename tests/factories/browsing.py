"""Using the pages as a browser without JavaScript does."""

import asyncio
from typing import Any
from uuid import uuid4

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from .world import PIN, Person


async def listening(app: Litestar) -> None:
    """Until the started app has heard of all that was changed so far; after that it forgets only what is changed from now on.
    Set `inventory.listening.LOOK_SECONDS` low for this."""
    vouching = app.state.stock.snapshot.vouching
    async with asyncio.timeout(5):
        for _ in range(2):  # the look that is under way may have begun before the change
            until = vouching.until
            while vouching.until == until:
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
