"""Signing in and out."""

from uuid import UUID

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from store_omni.customers.errors import WrongPassword
from store_omni.customers.signing_in import sign_in, sign_out
from store_omni.orders.basketing import adopt, latest_basket
from store_omni.web.plumbing.addresses import next_of, own_path
from store_omni.web.plumbing.forms import read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.refusing import say
from store_omni.web.shop.visiting import SHOPPER_COOKIE, Visitor, Web, forget_shopper, keep_basket, let_in, show


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
    await let_in(request, answer, pool, token)
    await bring_basket(request, answer, pool, visitor, customer_id)
    return answer


async def bring_basket(request: Web, answer: Response[str], pool: asyncpg.Pool, visitor: Visitor, customer_id: UUID) -> None:
    """What this browser gathered becomes hers; an empty basket gives way to what she gathered on another device."""
    if visitor.basket and visitor.basket.units:
        await adopt(pool, visitor.basket.id, customer_id)
        return
    elsewhere = await latest_basket(pool, customer_id)
    if elsewhere:
        keep_basket(request, answer, elsewhere)


@post("/sign-out", status_code=303)
async def do_sign_out(request: Web, pool: NamedDependency[asyncpg.Pool]) -> Response[str]:
    token = request.cookies.get(SHOPPER_COOKIE)
    if token:
        await sign_out(pool, token)
    answer = go_to(request, "/")
    forget_shopper(answer)
    return answer
