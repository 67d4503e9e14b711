"""Ordering: who collects and how to tell her; to be paid in the store."""

import re

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency

from store_omni.customers.errors import ProofOver, ProofWrong
from store_omni.inventory.holding import Wanted
from store_omni.kit.clock import Clock
from store_omni.kit.errors import N_, ComeAgainLater, InvalidInput, Refusal
from store_omni.kit.ids import new_id
from store_omni.kit.phones import say_phone
from store_omni.orders.basketing import BasketView, basket_of
from store_omni.orders.capping import ORDER_LINES_MAX, is_proved
from store_omni.orders.errors import BasketEmpty, PriceChanged, ProofNeeded, TooManyOpenOrders
from store_omni.orders.pacing import pace
from store_omni.orders.placing import Contact, place
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.plumbing.units import operation_key
from store_omni.web.shop.checkout_page import FOR_THE_BASKET, checkout_page
from store_omni.web.shop.holds import read_hold
from store_omni.web.shop.proving import prove_typed, send_code, standing_of
from store_omni.web.shop.visiting import Visitor, Web

NAME_CHARS_MAX = 60
# Where that is done which ends the refusal; her basket and what she typed stay.
ELSEWHERE = {ProofNeeded: "/sign-in?next=/checkout", TooManyOpenOrders: "/orders"}
STAYS = (PriceChanged, InvalidInput, ProofNeeded, ProofWrong, ProofOver, TooManyOpenOrders, ComeAgainLater)


def _filled_in(visitor: Visitor) -> dict[str, str]:
    shopper = visitor.shopper
    if shopper is None:
        return {}
    return {"name": shopper.name, "phone": say_phone(shopper.phone), "email": shopper.email or ""}


@get("/checkout")
async def checkout(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], clock: NamedDependency[Clock]
) -> Response[str]:
    held = await basket_of(pool, visitor.basket_id)
    if not held.lines or held.store_id is None:
        return go_to(request, "/basket")
    return await checkout_page(request, visitor, clock, held, _filled_in(visitor))


@post("/checkout", status_code=303)
async def order(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], clock: NamedDependency[Clock]
) -> Response[str]:
    """No session here: placing is one statement of its own, and what it refuses has changed nothing."""
    form = await read_form(request)
    held = await basket_of(pool, visitor.basket_id)
    try:
        number = await _place(request, visitor, clock, held, form)
    except (*FOR_THE_BASKET, *STAYS) as refusal:
        return await _refused(request, visitor, clock, held, form, refusal)
    return go_to(request, f"/orders/{number}")


@post("/checkout/code", status_code=200)
async def ask_for_code(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], clock: NamedDependency[Clock]
) -> Response[str]:
    """The same form, not placed yet: the code goes to what she typed, and the page comes back with a field for it. Who has proved it
    in this browser before needs no code, and her order is placed."""
    form = await read_form(request)
    held = await basket_of(pool, visitor.basket_id)
    try:
        contact = _contact(form)
        if is_proved(await standing_of(request, visitor), contact.phone, contact.email):
            return go_to(request, f"/orders/{await _place(request, visitor, clock, held, form)}")
        if not held.lines or held.store_id is None:
            raise BasketEmpty
        form = form | {"challenge_id": str(await send_code(request, visitor, form, contact)), "code": ""}
    except (*FOR_THE_BASKET, *STAYS) as refusal:
        return await _refused(request, visitor, clock, held, form, refusal)
    return await checkout_page(request, visitor, clock, held, form)


async def _refused(
    request: Web, visitor: Visitor, clock: Clock, held: BasketView, form: dict[str, str], refusal: Refusal
) -> Response[str]:
    """The page with the refusal and with what she typed. Where the basket is empty there is no such page."""
    refusal.next_url = "/basket" if isinstance(refusal, FOR_THE_BASKET) else ELSEWHERE.get(type(refusal))
    if isinstance(refusal, ProofNeeded) and visitor.shopper is not None:
        refusal.next_url = None
    if held.lines and held.store_id is not None:
        return await checkout_page(request, visitor, clock, held, form, refusal)
    raise BasketEmpty(next_url="/products") if isinstance(refusal, InvalidInput) else refusal


def _contact(form: dict[str, str]) -> Contact:
    """Errors: `InvalidInput`."""
    checks = Checks(form)
    name = checks.need("name", N_("Please enter the name of who collects."))[:NAME_CHARS_MAX]
    phone = checks.phone("phone", needed=True)
    email = checks.email("email", needed=False)
    checks.done()
    return Contact(name=name, phone=phone, email=email, locale=current_locale())


async def _place(request: Web, visitor: Visitor, clock: Clock, held: BasketView, form: dict[str, str]) -> str:
    contact, wanted, kept = _contact(form), _wanted(form, held), read_hold(request)
    shown = form.get("store_id", "")
    store_id = int(shown) if re.fullmatch("[0-9]{1,9}", shown) else held.store_id
    if store_id is None:
        raise BasketEmpty
    standing, by = await prove_typed(request, visitor, form, contact), visitor.actor(contact.name)
    await pace(request.app.state.pool, by=by, standing=standing)
    placed = await place(
        request.app.state.order_batches,
        store=await request.app.state.known_stores.by_id(store_id),
        wanted=wanted,
        contact=contact,
        customer_id=visitor.customer_id,
        by=by,
        clock=clock,
        operation_key=operation_key(request, form) or str(new_id()),
        # A signed-in shopper sees it by signing in; a shared device must not go on showing it after she left.
        viewer_hash=None if visitor.shopper else visitor.viewer_hash,
        basket_id=held.id,
        standing=standing,
        shown_minor=_shown(form),
        hold_id=kept[1] if kept and kept[0] == store_id else None,
    )
    return placed.number


def _shown(form: dict[str, str]) -> int | None:
    """The sum that stood beside the button she pressed; None where the form says none."""
    shown = form.get("shown_minor", "")
    return int(shown) if re.fullmatch("[0-9]{1,15}", shown) else None


def _wanted(form: dict[str, str], held: BasketView) -> list[Wanted]:
    """What the page showed (`items`: `sku:qty,…`), not what the basket became in another tab meanwhile; this also
    lets the same form, sent again after the basket was emptied by its own success, find that success. Without `items`: the
    basket. More lines than an order may have are read as one too many, so that placing refuses them. Errors: `InvalidInput` for
    a text that no page of ours writes."""
    shown = form.get("items", "")
    if not shown:
        return [Wanted(line.sku_id, line.qty) for line in held.lines]
    parts = [
        re.fullmatch("([0-9]{1,9}):([0-9]{1,2})", part) for part in shown.split(",", ORDER_LINES_MAX + 1)[: ORDER_LINES_MAX + 1]
    ]
    if None in parts:
        raise InvalidInput({"items": N_("Reload the page and send again.")}, form)
    return [Wanted(int(part[1]), int(part[2])) for part in parts if part]
