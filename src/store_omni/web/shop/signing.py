"""Signing in, up and out."""

from uuid import UUID

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from store_omni.customers.errors import WrongPassword
from store_omni.customers.joining import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, join
from store_omni.customers.signing_in import open_session, sign_in, sign_out
from store_omni.journal.limiting import count_try, limit_key
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.orders.basketing import adopt, latest_basket
from store_omni.web.plumbing.addresses import next_of, own_path
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.refusing import say
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.shop.checkout import NAME_CHARS_MAX
from store_omni.web.shop.visiting import BASKET_COOKIE, SHOPPER_COOKIE, Visitor, Web, keep_basket, keep_shopper, show

JOINS_MAX = 20
JOINS_WINDOW_MINUTES = 60


def _sign_in_page(request: Web, visitor: Visitor, form: dict[str, str], refusal: WrongPassword | None) -> Response[str]:
    context = {
        "form": {"login": form.get("login", ""), "next": next_of(form, "/account")},
        "refusal": say(refusal) if refusal else None,
    }
    status = refusal.status if refusal else 200
    return show(request, visitor, "shop/signing/sign_in.html", context, nav="account", status=status)


@get("/sign-in")
async def sign_in_page(request: Web, visitor: NamedDependency[Visitor], next: FromQuery[str] = "/account") -> Response[str]:
    if visitor.shopper:
        return go_to(request, own_path(next, "/"))
    return _sign_in_page(request, visitor, {"next": next}, None)


@post("/sign-in", status_code=303)
async def do_sign_in(request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]) -> Response[str]:
    form = await read_form(request)
    try:
        customer_id, token = await sign_in(
            pool, login=form.get("login", ""), password=form.get("password", ""), source=visitor.source
        )
    except WrongPassword as refusal:
        return _sign_in_page(request, visitor, form, refusal)
    answer = go_to(request, next_of(form, "/account"))
    keep_shopper(request, answer, token)
    await _bring_basket(request, answer, pool, visitor, customer_id)
    return answer


async def _bring_basket(request: Web, answer: Response[str], pool: asyncpg.Pool, visitor: Visitor, customer_id: UUID) -> None:
    """What this browser gathered becomes hers; an empty basket gives way to what she gathered on another device."""
    if visitor.basket and visitor.basket.units:
        await adopt(pool, visitor.basket.id, customer_id)
        return
    elsewhere = await latest_basket(pool, customer_id)
    if elsewhere:
        keep_basket(request, answer, elsewhere)


def _sign_up_page(request: Web, visitor: Visitor, form: dict[str, str], problems: dict[str, str]) -> Response[str]:
    shown = {name: form.get(name, "") for name in ("name", "phone", "email")}
    context = {
        "form": shown | {"next": next_of(form, "/account")},
        "errors": problems,
        "chars_min": PASSWORD_CHARS_MIN,
    }
    return show(request, visitor, "shop/signing/sign_up.html", context, nav="account", status=422 if problems else 200)


@get("/sign-up")
async def sign_up_page(request: Web, visitor: NamedDependency[Visitor], next: FromQuery[str] = "/account") -> Response[str]:
    return _sign_up_page(request, visitor, {"next": next}, {})


@post("/sign-up", status_code=303)
async def do_sign_up(request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor]) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    name = checks.need("name", N_("Please enter your name."))[:NAME_CHARS_MAX]
    phone = checks.phone("phone", needed=True) or ""
    email = checks.email("email", needed=False)
    password = form.get("password", "")
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        checks.problems["password"] = N_("Please choose a password of at least 8 characters.")
    try:
        checks.done()
        await count_try(pool, limit_key("join", visitor.source), tries_max=JOINS_MAX, window_minutes=JOINS_WINDOW_MINUTES)
        # The account is made in its own transaction, so that the session opened next finds it.
        async with request.app.state.sessions.begin() as session:
            customer_id = await join(
                WriteSession(session),
                name=name, phone=phone, email=email, password=password, locale=current_locale(), source=visitor.source,
            )  # fmt: skip
    except InvalidInput as refusal:
        return _sign_up_page(request, visitor, form, refusal.problems)
    answer = go_to(request, next_of(form, "/account"))
    keep_shopper(request, answer, await open_session(pool, customer_id, source=visitor.source))
    await _bring_basket(request, answer, pool, visitor, customer_id)
    return answer


@post("/sign-out", status_code=303)
async def do_sign_out(request: Web, pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
    token = request.cookies.get(SHOPPER_COOKIE)
    if token:
        await sign_out(pool, token)
    answer = go_to(request, "/")
    # Her basket goes with her; it waits in her account.
    for name in (SHOPPER_COOKIE, BASKET_COOKIE):
        answer.delete_cookie(name, path="/")
    return answer
