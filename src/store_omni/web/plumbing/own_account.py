"""/{face}/me: the own account of who is signed in, the same page for counter, desk and office."""

from typing import Any

import asyncpg
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide

from store_omni.journal.actors import Actor
from store_omni.journal.limiting import count_try, limit_key, take_back_try
from store_omni.kit.database import ReadSession, writing
from store_omni.kit.errors import ComeAgainLater, Refusal
from store_omni.kit.ids import token_hash
from store_omni.staff.errors import OldPinWrong, SamePin
from store_omni.staff.own_account import end_own_sign_ins, own_sign_ins, set_own_pin
from store_omni.staff.pins import PIN_CHARS_MIN, WeakPin
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.guarding import by as by_of
from store_omni.web.plumbing.guarding import staff_guard, staff_view
from store_omni.web.plumbing.pages import page, see_other
from store_omni.web.plumbing.refusing import headers_of, say

Req = Request[Any, Any, Any]
TRIES_MAX, TRIES_MINUTES = 10, 15


def own_account(face: str, home: str, *roles: str) -> Router:
    """Routes /{face}/me, /{face}/me/pin and /{face}/me/sign-ins."""

    async def show(request: Req, by: Actor, refusal: Refusal | None = None, *, done: str | None = None) -> Response[str]:
        async with request.app.state.sessions() as session:
            found = await own_sign_ins(
                ReadSession(session), request.state.person.account_id, held=token_hash(request.state.token)
            )
        context = {
            "staff": staff_view(request), "nav": "me", "face": face, "home": home, "sign_ins": found, "done": done,
            "said": say(refusal) if refusal else None, "temporary": request.state.person.pin_is_temporary, "chars_min": PIN_CHARS_MIN,
        }  # fmt: skip
        status, headers = (refusal.status, headers_of(refusal)) if refusal else (200, None)
        return page(request, "shared/own_account.html", context, status=status, headers=headers)

    @get("/")
    async def me(request: Req, by: NamedDependency[Actor]) -> Response[str]:
        return await show(request, by, done=request.query_params.get("done"))

    @post("/pin")
    async def pin(request: Req, pool: NamedDependency[asyncpg.Pool], by: NamedDependency[Actor]) -> Response[str]:
        """Wrong old PINs are limited like guesses at the door."""
        form = await read_form(request)
        key = limit_key("staff-own-pin", by.id)
        try:
            await count_try(pool, key, tries_max=TRIES_MAX, window_minutes=TRIES_MINUTES)
            async with request.app.state.sessions.begin() as session:
                old, new, held = form.get("pin", ""), form.get("new_pin", ""), token_hash(request.state.token)
                await set_own_pin(writing(session), old=old, new=new, held=held, by=by)
        except (OldPinWrong, SamePin, WeakPin, ComeAgainLater) as refusal:
            return await show(request, by, refusal)
        await take_back_try(pool, key)
        return see_other(f"/{face}/me?done=pin")

    @post("/sign-ins", status_code=303)
    async def end_others(request: Req, by: NamedDependency[Actor]) -> Response[str]:
        async with request.app.state.sessions.begin() as session:
            await end_own_sign_ins(writing(session), held=token_hash(request.state.token), by=by)
        return see_other(f"/{face}/me?done=sign-ins")

    guard = staff_guard(face if face != "office" else "web", *roles, temporary_pin=True)
    return Router(path="/me", guards=[guard], dependencies={"by": Provide(by_of)}, route_handlers=[me, pin, end_others])
