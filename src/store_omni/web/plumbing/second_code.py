"""The second step of a staff sign-in: the code of an app, and setting it up the first time."""

from typing import Any

import asyncpg
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency

from store_omni.kit.clock import Clock
from store_omni.kit.database import writing
from store_omni.kit.errors import ComeAgainLater, Refusal, SignInNeeded
from store_omni.passes.drawing import draw_qr
from store_omni.staff.errors import WrongCode
from store_omni.staff.half_way import HALF_SECONDS, HalfWay, half_token, half_way
from store_omni.staff.noting import Try, note_try
from store_omni.staff.second_factor import Enrolment, check_code, confirm, enrolment, prepare
from store_omni.staff.signing_in import enter
from store_omni.web.plumbing.addresses import address, next_of
from store_omni.web.plumbing.entering_staff import HALF_COOKIE, cookie, door_key, let_in, try_of
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.refusing import headers_of, say

Req = Request[Any, Any, Any]


async def on_to_code(request: Req, pool: asyncpg.Pool, account_id: Any, *, face: str, now: Any, target: str) -> Response[str]:
    """The PIN was right, and this person needs a code too."""
    await prepare(pool, account_id, key=door_key(request, "second-factor"))
    half = await half_token(pool, account_id, face=face, key=door_key(request, "half-way"), now=now)
    return see_other(f"/{face}/sign-in/code?next={address('', target)[1:]}", [cookie(request, HALF_COOKIE, half, HALF_SECONDS)])


def second_code(face: str, home: str, *roles: str) -> Router:
    """Routes /{face}/sign-in/code (page, form) and its QR."""

    async def who(request: Req, pool: asyncpg.Pool, clock: Clock) -> HalfWay | None:
        held = request.cookies.get(HALF_COOKIE, "")
        return await half_way(pool, held, face=face, roles=roles, key=door_key(request, "half-way"), now=clock.now())

    async def shown(request: Req, pool: asyncpg.Pool, one: HalfWay) -> Enrolment | None:
        issuer = request.app.state.settings.retailer_name_en
        return await enrolment(pool, one.person.account_id, key=door_key(request, "second-factor"), issuer=issuer)

    def show(request: Req, setting_up: Enrolment | None, next_: str, refusal: Refusal | None = None) -> Response[str]:
        context = {
            "staff": None, "face": face, "part": "shared/_second_code.html", "said": say(refusal) if refusal else None,
            "next": next_, "secret": setting_up.secret if setting_up else None,
        }  # fmt: skip
        status, headers = (refusal.status, headers_of(refusal)) if refusal else (200, None)
        return page(request, f"{face}/sign_in.html", context, status=status, headers=headers)

    @get("/sign-in/code")
    async def form(request: Req, pool: NamedDependency[asyncpg.Pool], clock: NamedDependency[Clock]) -> Response[str]:
        one = await who(request, pool, clock)
        if one is None:
            return see_other(f"/{face}/sign-in")
        return show(request, await shown(request, pool, one), next_of(request.query_params, ""))

    @get("/sign-in/code/qr")
    async def picture(request: Req, pool: NamedDependency[asyncpg.Pool], clock: NamedDependency[Clock]) -> Response[Any]:
        one = await who(request, pool, clock)
        setting_up = await shown(request, pool, one) if one else None
        if setting_up is None:
            return see_other(f"/{face}/sign-in")
        return Response(draw_qr(setting_up.uri), media_type="image/svg+xml", headers={"cache-control": "no-store"})

    @post("/sign-in/code")
    async def typed(request: Req, pool: NamedDependency[asyncpg.Pool], clock: NamedDependency[Clock]) -> Response[str]:
        one = await who(request, pool, clock)
        if one is None:
            raise SignInNeeded
        form_ = await read_form(request)
        target = next_of(form_, home)
        attempt = try_of(request, one.login, face, roles, way="code")
        setting_up = await shown(request, pool, one)
        account, key = one.person.account_id, door_key(request, "second-factor")
        try:
            await check_code(pool, account, form_.get("code", ""), key=key, now=clock.now())
        except (WrongCode, ComeAgainLater) as refusal:
            if isinstance(refusal, WrongCode):
                await _note_wrong(request, attempt, one)
            return show(request, setting_up, next_of(form_, ""), refusal)
        async with request.app.state.sessions.begin() as session:
            entered = await enter(writing(session), attempt, one.person)
            by = one.person.actor(channel=face, source=attempt.source)
            codes = await confirm(writing(session), account, by=by) if setting_up else []
        cookies = [*await let_in(request, entered), cookie(request, HALF_COOKIE, "", 0)]
        if not codes:
            return see_other(target, cookies)
        context = {"staff": None, "face": face, "part": "shared/_recovery_codes.html", "codes": codes, "next": target}
        answer = page(request, f"{face}/sign_in.html", context)
        for one_cookie in cookies:
            answer.set_cookie(one_cookie)
        return answer

    return Router(path="", route_handlers=[form, picture, typed])


async def _note_wrong(request: Req, attempt: Try, one: HalfWay) -> None:
    async with request.app.state.sessions.begin() as session:
        await note_try(writing(session), attempt, "wrong_code", account_id=one.person.account_id, by=None)
