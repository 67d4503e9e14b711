"""What the doors of staff share: their cookies, their keys, and who stands there."""

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from store_omni.staff.noting import Try, Way
from store_omni.staff.signing_in import DEVICE_DAYS, SESSION_HOURS_MAX, Entered, sign_out
from store_omni.web.plumbing.guarding import STAFF_COOKIE, source_of

Req = Request[Any, Any, Any]
DEVICE_COOKIE = "so_device"
HALF_COOKIE = "so_half"


def door_key(request: Req, purpose: str) -> str:
    return request.app.state.settings.secrets.key_for(purpose)


def sign_in_key(request: Req) -> str:
    """What staff numbers are hashed with where a try to sign in is written down."""
    return door_key(request, "sign-ins")


def try_of(request: Req, login: str, face: str, roles: tuple[str, ...], *, way: Way = "pin") -> Try:
    device = request.cookies.get(DEVICE_COOKIE, "")
    return Try(
        login=login, face=face, roles=roles, source=source_of(request), device=device, key=sign_in_key(request), way=way
    )  # fmt: skip


def cookie(request: Req, name: str, value: str, seconds: int) -> Cookie:
    secure = request.app.state.settings.public_url.startswith("https:")
    return Cookie(key=name, value=value, httponly=True, samesite="lax", secure=secure, max_age=seconds)


async def let_in(request: Req, entered: Entered) -> list[Cookie]:
    """The cookies of the new sign-in; the one that this browser held before ends."""
    if held := request.cookies.get(STAFF_COOKIE):
        await sign_out(request.app.state.pool, held)
    return [
        cookie(request, STAFF_COOKIE, entered.token, SESSION_HOURS_MAX * 3600),
        cookie(request, DEVICE_COOKIE, entered.device, DEVICE_DAYS * 86_400),
    ]
