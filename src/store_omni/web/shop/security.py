"""A shopper's password and her sign-ins."""

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency

from store_omni.customers.errors import OldPasswordWrong
from store_omni.customers.passwords import PASSWORD_CHARS_MIN
from store_omni.customers.sign_ins import change_password, end_sign_ins, sign_ins_of
from store_omni.customers.signing_in import TRIES_MAX, TRIES_WINDOW_MINUTES, Shopper, open_session
from store_omni.journal.limiting import count_try, limit_key, take_back_try
from store_omni.kit.database import ReadSession, writing
from store_omni.kit.errors import InvalidInput, Refusal, TooBusy
from store_omni.kit.ids import token_hash
from store_omni.orders.closing_accounts import remove_account
from store_omni.orders.errors import OrdersOpen
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.refusing import say
from store_omni.web.shop.visiting import SHOPPER_COOKIE, Visitor, Web, forget_shopper, keep_shopper, must_be_signed_in, show


async def _page(request: Web, visitor: Visitor, refusal: Refusal | None = None) -> Response[str]:
    shopper = must_be_signed_in(visitor)
    problems = refusal.problems if isinstance(refusal, InvalidInput) else {}
    held = token_hash(request.cookies.get(SHOPPER_COOKIE, ""))
    async with request.app.state.sessions() as session:
        found = await sign_ins_of(ReadSession(session), shopper.customer_id, held=held)
    context = {
        "sign_ins": found, "errors": problems, "refusal": say(refusal) if refusal and not problems else None,
        "chars_min": PASSWORD_CHARS_MIN,
    }  # fmt: skip
    return show(request, visitor, "shop/account/security.html", context, nav="account", status=refusal.status if refusal else 200)


async def _count_guess(pool: asyncpg.Pool, shopper: Shopper) -> str:
    """A guess of the password by a person who is signed in as her. Returns its key. Errors: `TooManyTries`."""
    key = limit_key("shopper-password", str(shopper.customer_id))
    await count_try(pool, key, tries_max=TRIES_MAX, window_minutes=TRIES_WINDOW_MINUTES)
    return key


@get("/account/removal")
async def removal(request: Web, visitor: NamedDependency[Visitor]) -> Response[str]:
    must_be_signed_in(visitor)
    return show(request, visitor, "shop/account/removal.html", {"refusal": None}, nav="account")


@post("/account/removal", status_code=303)
async def do_remove(request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]) -> Response[str]:
    shopper, form = must_be_signed_in(visitor), await read_form(request)
    key = await _count_guess(pool, shopper)
    try:
        async with request.app.state.sessions.begin() as session:
            await remove_account(writing(session), shopper, password=form.get("password", ""), by=visitor.actor())
    except (OldPasswordWrong, OrdersOpen, TooBusy) as refusal:
        if not isinstance(refusal, OldPasswordWrong):
            await take_back_try(pool, key)
        context = {"refusal": say(refusal)}
        return show(request, visitor, "shop/account/removal.html", context, nav="account", status=refusal.status)
    answer = go_to(request, "/account/removed")
    forget_shopper(answer)
    return answer


@get("/account/removed")
async def removed(request: Web, visitor: NamedDependency[Visitor]) -> Response[str]:
    return show(request, visitor, "shop/account/removed.html", nav="account")


@get("/account/security")
async def security(request: Web, visitor: NamedDependency[Visitor]) -> Response[str]:
    return await _page(request, visitor)


@post("/account/password", status_code=303)
async def do_change_password(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]
) -> Response[str]:
    """Wrong old passwords are limited like those at the sign-in. This browser stays signed in, by a new sign-in."""
    shopper, form = must_be_signed_in(visitor), await read_form(request)
    key = await _count_guess(pool, shopper)
    try:
        async with request.app.state.sessions.begin() as session:
            await change_password(
                writing(session), shopper, old=form.get("password", ""), new=form.get("new_password", ""), by=visitor.actor()
            )
    except (OldPasswordWrong, InvalidInput, TooBusy) as refusal:
        if isinstance(refusal, TooBusy):
            await take_back_try(pool, key)
        return await _page(request, visitor, refusal)
    await take_back_try(pool, key)
    answer = go_to(request, "/account/security")
    keep_shopper(request, answer, await open_session(pool, shopper.customer_id, source=visitor.source))
    return answer


@post("/account/sign-out-everywhere", status_code=303)
async def sign_out_everywhere(request: Web, visitor: NamedDependency[Visitor]) -> Response[str]:
    shopper = must_be_signed_in(visitor)
    async with request.app.state.sessions.begin() as session:
        await end_sign_ins(writing(session), shopper.customer_id, by=visitor.actor())
    answer = go_to(request, "/sign-in")
    forget_shopper(answer)
    return answer
