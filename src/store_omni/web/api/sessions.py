"""Short-lived tokens for shoppers' apps."""

from datetime import datetime
from typing import Annotated, Any

import asyncpg
import msgspec
from litestar import Request, Router, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from store_omni.customers.errors import WrongPassword
from store_omni.customers.passwords import PASSWORD_CHARS_MAX
from store_omni.customers.signing_in import shorten_session, sign_in, sign_out
from store_omni.kit.errors import TooBusy, TooManyTries
from store_omni.web.api.declaring import changing, refusals
from store_omni.web.api.shapes import Reach
from store_omni.web.plumbing.guarding import source_of

TOKEN_MINUTES = 60


class SessionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`login`: phone number or e-mail address."""

    login: Reach
    password: Annotated[str, msgspec.Meta(max_length=PASSWORD_CHARS_MAX)]


class SessionOut(msgspec.Struct, frozen=True):
    """Send it as `Authorization: Bearer …`. Good for an hour."""

    token: str
    expires_at: datetime


@post("/sessions", operation_id="open_session", status_code=201, responses=changing(WrongPassword, TooManyTries, TooBusy))
async def open_session(
    request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool], data: JSONBody[SessionIn]
) -> SessionOut:
    _, token = await sign_in(pool, login=data.login, password=data.password, source=source_of(request), kind="app")
    return SessionOut(token, await shorten_session(pool, token, minutes=TOKEN_MINUTES))


@delete("/sessions", operation_id="close_session", status_code=204, responses=refusals())
async def close_session(request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool]) -> None:
    """The token of this call stops working. Closing twice is no error."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    await sign_out(pool, token)


SESSIONS = Router(path="", tags=["sessions"], route_handlers=[open_session, close_session])
