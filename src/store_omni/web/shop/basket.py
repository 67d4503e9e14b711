"""The basket: gather, change, choose the store that has it all."""

import asyncpg
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from store_omni.kit.clock import Clock
from store_omni.kit.database import WriteSession
from store_omni.kit.ids import new_id
from store_omni.orders.basketing import LINE_UNITS_MAX, add_line, basket_of, choose_store, set_quantity
from store_omni.stockroom.offering import Stock, StoreFit
from store_omni.web.plumbing.addresses import next_of
from store_omni.web.plumbing.forms import Checks, read_form
from store_omni.web.plumbing.pages import go_to
from store_omni.web.plumbing.units import operation_key
from store_omni.web.shop.holds import let_go
from store_omni.web.shop.visiting import Visitor, Web, keep_basket, show

OTHERS_SHOWN = 6


def chosen_fit(fits: list[StoreFit], store_id: int | None) -> StoreFit | None:
    return next((fit for fit in fits if fit.offer.store.id == store_id), None)


@get("/basket")
async def basket(
    request: Web,
    pool: NamedDependency[asyncpg.Pool],
    stock: NamedDependency[Stock],
    visitor: NamedDependency[Visitor],
    clock: NamedDependency[Clock],
) -> Response[str]:
    await let_go(request, visitor)
    held = await basket_of(pool, visitor.basket_id)
    sold = {line.sku_id: line.qty for line in held.lines if line.sold}
    fits = []
    if sold:
        fits = await stock.fitting(sold, now=clock.now(), place=visitor.place, chosen_id=held.store_id, count=OTHERS_SHOWN)
    chosen = chosen_fit(fits, held.store_id)
    context = {
        "basket": held,
        "chosen": chosen,
        "others": [fit for fit in fits if fit is not chosen],
        "as_of": clock.now(),
        "units_max": LINE_UNITS_MAX,
        "can_order": bool(chosen and chosen.can and all(line.sold for line in held.lines)),
    }
    return show(request, visitor, "shop/basket/index.html", context, nav="basket")


@post("/basket/lines", status_code=303)
async def add(
    request: Web, write: NamedDependency[WriteSession], visitor: NamedDependency[Visitor], then: FromQuery[str] = ""
) -> Response[str]:
    """`then=checkout` goes straight on to the order."""
    form = await read_form(request)
    checks = Checks(form)
    sku_id = checks.whole_number("sku_id", low=1, high=2_000_000_000)
    qty = checks.whole_number("qty", low=1, high=LINE_UNITS_MAX, default=1)
    store_id = checks.whole_number("store_id", low=0, high=2_000_000_000, default=0) or None
    checks.done()
    basket_id = visitor.basket_id or new_id()
    key = operation_key(request, form) or str(new_id())
    await add_line(write, basket_id, sku_id=sku_id, qty=qty, store_id=store_id, by=visitor.actor(), operation_key=key)
    answer = go_to(request, "/checkout" if then == "checkout" else "/basket")
    keep_basket(request, answer, basket_id)
    return answer


@post("/basket/lines/{sku_id:int}", status_code=303)
async def change(
    request: Web, write: NamedDependency[WriteSession], visitor: NamedDependency[Visitor], sku_id: FromPath[int]
) -> Response[str]:
    """`qty`, and from a form without script `qty_step` −1 or 1; `remove` takes the line out."""
    form = await read_form(request)
    checks = Checks(form)
    qty = checks.whole_number("qty", low=0, high=LINE_UNITS_MAX, default=1)
    checks.done()
    step = {"-1": -1, "1": 1}.get(form.get("qty_step", ""), 0)
    if visitor.basket_id is not None:
        wanted = 0 if form.get("remove") else max(qty + step, 0)
        await set_quantity(write, visitor.basket_id, sku_id=sku_id, qty=wanted)
    return go_to(request, "/basket")


@post("/basket/store", status_code=303)
async def choose(request: Web, write: NamedDependency[WriteSession], visitor: NamedDependency[Visitor]) -> Response[str]:
    form = await read_form(request)
    checks = Checks(form)
    store_id = checks.whole_number("store_id", low=1, high=2_000_000_000)
    checks.done()
    basket_id = visitor.basket_id or new_id()
    await choose_store(write, basket_id, store_id=store_id, by=visitor.actor())
    answer = go_to(request, next_of(form, "/basket"))
    keep_basket(request, answer, basket_id)
    return answer
