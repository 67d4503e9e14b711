"""Ordering: who collects and how to tell her; to be paid in the store."""

import re
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from store_omni.inventory.errors import NotEnoughStock, NotSoldHere, StoreKeepsNothing
from store_omni.inventory.holding import Wanted
from store_omni.kit.clock import Clock
from store_omni.kit.errors import N_, InvalidInput, Refusal
from store_omni.kit.ids import new_id
from store_omni.kit.phones import say_phone
from store_omni.orders.basketing import BasketView, basket_of
from store_omni.orders.capping import ORDER_LINES_MAX, Standing
from store_omni.orders.errors import (
    BasketEmpty,
    OrderTooLarge,
    ProofNeeded,
    StoreCannotServe,
    TooManyOfOneItem,
    TooManyOpenOrders,
    TooManyOpenUnits,
)
from store_omni.orders.placing import Contact, place
from store_omni.stockroom.offering import Stock, StoreFit
from store_omni.stores.hours import promise
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.refusing import say
from store_omni.web.plumbing.texts import current_locale
from store_omni.web.plumbing.units import operation_key
from store_omni.web.shop.basket import chosen_fit
from store_omni.web.shop.holds import KeptForHer, keep_for, read_hold, refuses_nothing, remember_hold
from store_omni.web.shop.visiting import Visitor, Web, ensure_viewer, show

NAME_CHARS_MAX = 60
# What sends the shopper back to the basket, where she sees what is missing and who has it.
FOR_THE_BASKET = (
    NotEnoughStock, NotSoldHere, StoreKeepsNothing, StoreCannotServe, BasketEmpty, TooManyOfOneItem, OrderTooLarge, TooManyOpenUnits,
)  # fmt: skip
# Where that is done which ends the refusal; her basket and what she typed stay.
ELSEWHERE = {ProofNeeded: "/sign-in?next=/checkout", TooManyOpenOrders: "/orders"}


def _filled_in(visitor: Visitor) -> dict[str, str]:
    shopper = visitor.shopper
    if shopper is None:
        return {}
    return {"name": shopper.name, "phone": say_phone(shopper.phone), "email": shopper.email or ""}


async def _page(
    request: Web,
    pool: asyncpg.Pool,
    visitor: Visitor,
    clock: Clock,
    held: BasketView,
    form: dict[str, str],
    refusal: Refusal | None = None,
) -> Response[str]:
    kept = None
    if refusal is None or isinstance(refusal, InvalidInput):
        try:
            kept = await keep_for(request, visitor, held)
        except FOR_THE_BASKET as nothing_kept:
            nothing_kept.next_url = "/basket"
            refusal = refusal or nothing_kept
        except Refusal as nothing_kept:
            if not refuses_nothing(nothing_kept):
                raise
    stock: Stock = request.app.state.stock
    fits: list[StoreFit] = await stock.fitting(
        held.wanted, now=clock.now(), place=visitor.place, chosen_id=held.store_id, count=1
    )
    left = int((kept.until - datetime.now(UTC)).total_seconds()) if kept else 0
    context: dict[str, Any] = {
        "basket": held,
        "fit": _with_promise(chosen_fit(fits, held.store_id), kept, clock.now()),
        "kept_seconds": max(left, 0),
        "kept_clock": f"{max(left, 0) // 60}:{max(left, 0) % 60:02}",
        "form": {"name": "", "phone": "", "email": ""} | form,
        "errors": refusal.problems if isinstance(refusal, InvalidInput) else {},
        "refusal": say(refusal) if refusal else None,
        "kept": kept,
        "operation_id": form.get("operation_id") or str(new_id()),
    }
    status = refusal.status if refusal else 200
    answer = show(request, visitor, "shop/checkout/index.html", context, nav="basket", status=status)
    if visitor.shopper is None:
        ensure_viewer(request, answer, visitor)
    remember_hold(request, answer, kept)
    return answer


def _with_promise(fit: StoreFit | None, kept: KeptForHer | None, now: datetime) -> StoreFit | None:
    """What is kept for her counts as taken, but not from her."""
    if fit is None or kept is None or fit.can:
        return fit
    store = fit.offer.store
    ready_by = promise(store.hours, now, store.lead_minutes)
    return StoreFit(msgspec.structs.replace(fit.offer, reason=None, ready_by=ready_by), {})


@get("/checkout")
async def checkout(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], clock: NamedDependency[Clock]
) -> Response[str]:
    held = await basket_of(pool, visitor.basket_id)
    if not held.lines or held.store_id is None:
        return go_to(request, "/basket")
    return await _page(request, pool, visitor, clock, held, _filled_in(visitor))


@post("/checkout", status_code=303)
async def order(
    request: Web, pool: NamedDependency[asyncpg.Pool], visitor: NamedDependency[Visitor], clock: NamedDependency[Clock]
) -> Response[str]:
    """No session here: placing is one statement of its own, and what it refuses has changed nothing."""
    form = await read_form(request)
    held = await basket_of(pool, visitor.basket_id)
    try:
        number = await _place(request, pool, visitor, clock, held, form)
    except FOR_THE_BASKET as refusal:
        refusal.next_url = "/basket"
        if not held.lines or held.store_id is None:
            raise
        return await _page(request, pool, visitor, clock, held, form, refusal)
    except (InvalidInput, *ELSEWHERE) as refusal:
        refusal.next_url = ELSEWHERE.get(type(refusal))
        if not held.lines or held.store_id is None:
            if isinstance(refusal, InvalidInput):
                raise BasketEmpty(next_url="/products") from refusal
            raise
        return await _page(request, pool, visitor, clock, held, form, refusal)
    return go_to(request, f"/orders/{number}")


async def _place(request: Web, pool: asyncpg.Pool, visitor: Visitor, clock: Clock, held: BasketView, form: dict[str, str]) -> str:
    checks = Checks(form)
    name = checks.need("name", N_("Please enter the name of who collects."))[:NAME_CHARS_MAX]
    phone = checks.phone("phone", needed=True)
    email = checks.email("email", needed=False)
    checks.done()
    wanted = _wanted(form, held)
    kept = read_hold(request)
    shown = form.get("store_id", "")
    store_id = int(shown) if re.fullmatch("[0-9]{1,9}", shown) else held.store_id
    if store_id is None:
        raise BasketEmpty
    placed = await place(
        request.app.state.order_batches,
        store=await request.app.state.known_stores.by_id(store_id),
        wanted=wanted,
        contact=Contact(name=name, phone=phone, email=email, locale=current_locale()),
        customer_id=visitor.customer_id,
        by=visitor.actor(name),
        clock=clock,
        operation_key=operation_key(request, form) or str(new_id()),
        # A signed-in shopper sees it by signing in; a shared device must not go on showing it after she left.
        viewer_hash=None if visitor.shopper else visitor.viewer_hash,
        basket_id=held.id,
        standing=Standing(device=visitor.viewer_hash, source=visitor.source),
        hold_id=kept[1] if kept and kept[0] == store_id else None,
    )
    return placed.number


def _wanted(form: dict[str, str], held: BasketView) -> list[Wanted]:
    """What the page showed (`items`: `sku:qty,…`), not what the basket became in another tab meanwhile; this also
    lets the same form, sent again after the basket was emptied by its own success, find that success. More lines than an
    order may have are read as one too many, so that placing refuses them."""
    wanted = []
    for part in form.get("items", "").split(",", ORDER_LINES_MAX + 1)[: ORDER_LINES_MAX + 1]:
        sku, _, qty = part.partition(":")
        if re.fullmatch("[0-9]{1,9}", sku) and re.fullmatch("[0-9]{1,2}", qty):
            wanted.append(Wanted(int(sku), int(qty)))
    return wanted or [Wanted(line.sku_id, line.qty) for line in held.lines]
