"""Each web process looks every few seconds how the house is, so that a page or a probe that shows it costs no query."""

import asyncio
import hmac
from collections.abc import Callable
from time import monotonic
from typing import Any

import asyncpg
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from store_omni.kit.database import DATABASE_ERRORS
from store_omni.kit.errors import N_, Refusal
from store_omni.notifications.condition import Condition, Trouble, read_condition

LOOK_SECONDS = 5


class Watch:
    """What was last seen; `condition` None while the database does not answer. `meter`: puts the process' own figures where they
    are read."""

    def __init__(self, pool: asyncpg.Pool, meter: Callable[[], None]) -> None:
        self._pool = pool
        self._meter = meter
        self._begun = monotonic()
        self.condition: Condition | None = None

    async def look(self) -> None:
        try:
            self.condition = await read_condition(self._pool)
        except DATABASE_ERRORS:
            self.condition = None

    async def run(self) -> None:
        while True:
            await self.look()
            self._meter()
            await asyncio.sleep(LOOK_SECONDS)

    def troubles(self) -> list[Trouble]:
        """For a banner. A database that is away shows itself on every page."""
        return self.condition.troubles(watched_seconds=monotonic() - self._begun) if self.condition is not None else []


class TokenNeeded(Refusal):
    """A monitor that was led to a sign-in page would take its 200 for a healthy shop."""

    code = "token_needed"
    status = 401
    title = N_("The operator's token is needed")
    reason = N_("Only programs that watch the shop read this address.")
    next_step = N_("Send Authorization: Bearer with the token of STORE_OMNI_WATCH_TOKEN.")


def refuse_strangers(request: Request[Any, Any, Any]) -> None:
    """Only who holds the operator's token may see this; where there is none, it is not there."""
    token = request.app.state.settings.watch_token
    if token is None:
        raise NotFoundException
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise TokenNeeded


@get("/full", media_type="application/json")
async def full(request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool]) -> Response[dict[str, Any]]:
    """How the whole house is: 200 where nothing needs the operator, else 503 with sentences."""
    refuse_strangers(request)
    try:
        condition = await read_condition(pool)
    except DATABASE_ERRORS as error:
        return Response({"ok": False, "problems": [f"database: {type(error).__name__}"]}, status_code=503)
    problems = [trouble.sentence() for trouble in condition.troubles()]
    body = {
        "ok": not problems,
        "problems": problems,
        "worker": {
            "leads": condition.leads, "beat_age_seconds": condition.beat_age, "leads_for_seconds": condition.leads_for,
            "late_seconds": condition.late, "standby": condition.standby,
        },
        "oldest_seconds": {"unsealed": condition.unsealed, "deliveries": condition.undelivered}
        | {f"messages_{channel.name}": channel.due_seconds for channel in condition.channels},
        "failing_seconds": {channel.name: channel.failing_seconds for channel in condition.channels},
    }  # fmt: skip
    return Response(body, status_code=200 if not problems else 503, headers={"cache-control": "no-store"})
