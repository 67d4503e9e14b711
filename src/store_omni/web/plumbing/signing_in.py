"""The sign-in page of a staff face: the same three routes for counter, desk and office."""

from typing import Any

import asyncpg
from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from store_omni.kit.clock import Clock
from store_omni.kit.errors import ComeAgainLater, Refusal
from store_omni.staff.errors import PinRunOut, WrongSecret
from store_omni.staff.signing_in import CodeNeeded, sign_in, sign_out
from store_omni.web.plumbing.addresses import next_of
from store_omni.web.plumbing.company_door import company_door
from store_omni.web.plumbing.entering_staff import let_in, try_of
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.guarding import STAFF_COOKIE
from store_omni.web.plumbing.own_account import own_account
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.refusing import headers_of, say
from store_omni.web.plumbing.second_code import on_to_code, second_code


def staff_sign_in(face: str, home: str, *roles: str) -> Router:
    """Routes /{face}/sign-in (page and form) and /{face}/sign-out; the template is `{face}/sign_in.html`."""

    def show(request: Request[Any, Any, Any], refusal: Refusal | None = None, login: str = "", next_: str = "") -> Response[str]:
        context = {
            "staff": None,
            "face": face,
            "part": "shared/_sign_in.html",
            "company": request.app.state.settings.company_accounts is not None,
            "said": say(refusal) if refusal else None,
            "login": login,
            "next": next_,
        }
        status, headers = (refusal.status, headers_of(refusal)) if refusal else (200, None)
        return page(request, f"{face}/sign_in.html", context, status=status, headers=headers)

    @get("/sign-in")
    async def form(request: Request[Any, Any, Any]) -> Response[str]:
        return show(request, next_=next_of(request.query_params, ""))

    @post("/sign-in")
    async def enter(
        request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool], clock: NamedDependency[Clock]
    ) -> Response[str]:
        typed = await read_form(request)
        login, target = typed.get("login", ""), next_of(typed, home)
        attempt, settings = try_of(request, login, face, roles), request.app.state.settings
        try:
            entered = await sign_in(
                pool, request.app.state.sessions, attempt, typed.get("pin", ""), second_factor=settings.second_factor
            )
        except (WrongSecret, PinRunOut, ComeAgainLater) as refusal:
            return show(request, refusal, login, next_of(typed, ""))
        if isinstance(entered, CodeNeeded):
            return await on_to_code(request, pool, entered.account_id, face=face, now=clock.now(), target=target)
        return see_other(target, await let_in(request, entered))

    @post("/sign-out")
    async def leave(request: Request[Any, Any, Any], pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
        token = request.cookies.get(STAFF_COOKIE)
        if token:
            await sign_out(pool, token)
        gone = Cookie(key=STAFF_COOKIE, value="", max_age=0, httponly=True, samesite="lax")
        answer = see_other(f"/{face}/sign-in", [gone])
        answer.headers["clear-site-data"] = '"cache"'
        return answer

    more = [second_code(face, home, *roles), company_door(face, home, *roles), own_account(face, home, *roles)]
    return Router(path="", route_handlers=[form, enter, leave, *more])
