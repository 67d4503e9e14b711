"""The page on which an order is filled in: what it holds, where, until when it is kept, and what has to be proved."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response

from store_omni.customers.errors import ProofOver, ProofWrong
from store_omni.inventory.errors import NotEnoughStock, NotSoldHere, StoreKeepsNothing
from store_omni.kit.clock import Clock
from store_omni.kit.errors import ComeAgainLater, InvalidInput, Refusal
from store_omni.kit.ids import new_id
from store_omni.orders.basketing import BasketView
from store_omni.orders.errors import (
    BasketEmpty,
    OrderTooLarge,
    ProofNeeded,
    StoreCannotServe,
    TooManyOfOneItem,
    TooManyOpenUnits,
)
from store_omni.stockroom.offering import Stock, StoreFit
from store_omni.stores.hours import promise
from store_omni.web.plumbing.refusing import headers_of, say
from store_omni.web.shop.basket import chosen_fit
from store_omni.web.shop.holds import KeptForHer, keep_for, refuses_nothing, remember_hold
from store_omni.web.shop.proving import proof_view
from store_omni.web.shop.visiting import Visitor, Web, ensure_viewer, show

# What sends the shopper back to the basket, where she sees what is missing and who has it.
FOR_THE_BASKET = (
    NotEnoughStock, NotSoldHere, StoreKeepsNothing, StoreCannotServe, BasketEmpty, TooManyOfOneItem, OrderTooLarge, TooManyOpenUnits,
)  # fmt: skip
# After these she goes on where she is, so her units stay kept.
GOES_ON = (InvalidInput, ProofNeeded, ProofWrong, ProofOver, ComeAgainLater)


async def checkout_page(
    request: Web,
    visitor: Visitor,
    clock: Clock,
    held: BasketView,
    form: dict[str, str],
    refusal: Refusal | None = None,
) -> Response[str]:
    kept = None
    if refusal is None or isinstance(refusal, GOES_ON):
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
        "proof": await proof_view(request, visitor, held, form, refusal),
        "operation_id": form.get("operation_id") or str(new_id()),
    }
    status = refusal.status if refusal else 200
    answer = show(request, visitor, "shop/checkout/index.html", context, nav="basket", status=status)
    answer.headers.update(headers_of(refusal) if refusal else {})
    if visitor.shopper is None or not visitor.shopper.proved:
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
