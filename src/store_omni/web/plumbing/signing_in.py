"""The sign-in page of a staff face: the same three routes for counter, desk and office."""

from typing import Any

import asyncpg
from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from store_omni.kit.errors import ComeAgainLater, Refusal
from store_omni.staff.errors import WrongSecret
from store_omni.staff.noting import Try
from store_omni.staff.signing_in import DEVICE_DAYS, SESSION_HOURS_MAX, Entered, sign_in, sign_out
from store_omni.web.plumbing.addresses import next_of
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.guarding import STAFF_COOKIE, source_of
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.refusing import headers_of, say

DEVICE_COOKIE = "so_device"


def sign_in_key(request: Request[Any, Any, Any]) -> str:
    """What staff numbers are hashed with where a try to sign in is written down."""
    return request.app.state.settings.secrets.key_for("sign-ins")


def _cookies(request: Request[Any, Any, Any], entered: Entered) -> list[Cookie]:
    kept = ((STAFF_COOKIE, entered.token, SESSION_HOURS_MAX * 3600), (DEVICE_COOKIE, entered.device, DEVICE_DAYS * 86_400))
    secure = request.app.state.settings.public_url.startswith("https:")
    return [
        Cookie(key=key, value=value, httponly=True, samesite="lax", secure=secure, max_age=seconds)
        for key, value, seconds in kept
    ]


def staff_sign_in(face: str, home: str, *roles: str) -> Router:
    """Routes /{face}/sign-in (page and form) and /{face}/sign-out; the template is `{face}/sign_in.html`."""

    def show(request: Request[Any, Any, Any], refusal: Refusal | None = None, login: str = "", next_: str = "") -> Response[str]:
        context = {"staff": None, "face": face, "said": say(refusal) if refusal else None, "login": login, "next": next_}
        status, headers = (refusal.status, headers_of(refusal)) if refusal else (200, None)
        return page(request, f"{face}/sign_in.html", context, status=status, headers=headers)

    @get("/sign-in")
    async def form(request: Request[Any, Any, Any]) -> Response[str]:
        return show(request, next_=next_of(request.query_params, ""))

    @post("/sign-in")
    async def enter(request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
        typed = await read_form(request)
        login, target = typed.get("login", ""), next_of(typed, home)
        attempt = Try(
            login=login, face=face, roles=roles, source=source_of(request), device=request.cookies.get(DEVICE_COOKIE, ""),
            key=sign_in_key(request),
        )  # fmt: skip
        try:
            entered = await sign_in(pool, request.app.state.sessions, attempt, typed.get("pin", ""))
        except (WrongSecret, ComeAgainLater) as refusal:
            return show(request, refusal, login, next_of(typed, ""))
        return see_other(target, _cookies(request, entered))

    @post("/sign-out")
    async def leave(request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
        token = request.cookies.get(STAFF_COOKIE)
        if token:
            await sign_out(pool, token)
        gone = Cookie(key=STAFF_COOKIE, value="", max_age=0, httponly=True, samesite="lax")
        return see_other(f"/{face}/sign-in", [gone])

    return Router(path="", route_handlers=[form, enter, leave])
