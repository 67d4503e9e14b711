"""While she fills in the order, what is in the basket is kept for her."""

import hashlib
import re
from datetime import datetime
from uuid import UUID

import msgspec
from litestar import Response, post

from store_omni.inventory.errors import HoldEnded
from store_omni.inventory.holding import HOLD_MINUTES, Holder, Wanted, extend_hold, held_lines, hold, release_hold
from store_omni.inventory.snapshot import forget
from store_omni.journal.limiting import count_try, limit_key
from store_omni.kit.database import writing
from store_omni.kit.errors import NotFound, Refusal, TooManyTries
from store_omni.kit.ids import new_id
from store_omni.orders.basketing import BasketView
from store_omni.web.plumbing.pages import go_to
from store_omni.web.shop.visiting import Visitor, Web, keep

HOLD_COOKIE = "so_hold"
# Begun within the minutes that one lasts, by people who have proved nothing.
HOLDS_PER_SOURCE_MAX = 30


class KeptForHer(msgspec.Struct, frozen=True):
    """`fresh`: begun by this request. `until`: the database's time. `may_extend`: not extended yet."""

    store_id: int
    hold_id: UUID
    until: datetime
    may_extend: bool
    cookie: str
    fresh: bool = False


def _what(basket: BasketView) -> str:
    """Names a basket's content, so that a changed basket is not taken for the one that is held."""
    return hashlib.sha256(f"{basket.id}{basket.store_id}{sorted(basket.wanted.items())}".encode()).hexdigest()[:16]


def read_hold(request: Web) -> tuple[int, UUID, str] | None:
    """(store, hold, content) as the browser's cookie says; anything else is no hold."""
    store, _, rest = request.cookies.get(HOLD_COOKIE, "").partition(".")
    hold_id, _, what = rest.partition(".")
    if not re.fullmatch("[0-9]{1,9}", store):
        return None
    try:
        return int(store), UUID(hold_id), what
    except ValueError:
        return None


async def keep_for(request: Web, visitor: Visitor, basket: BasketView) -> KeptForHer | None:
    """The hold on this basket: the one that lasts, else a new one; what was held before the basket changed is let go. None
    where nothing more is kept for this person: the order may still succeed.

    Errors: `NotEnoughStock`, `NotSoldHere`, `StoreKeepsNothing`.
    """
    assert basket.store_id is not None  # the caller has sent everybody else to the basket
    what, known = _what(basket), read_hold(request)
    if known is not None:
        found = await held_lines(request.app.state.pool, known[0], known[1])
        if found is not None and known[2] == what:
            held, may_extend, _ = found
            return KeptForHer(held.store_id, held.hold_id, held.expires_at, may_extend, request.cookies[HOLD_COOKIE])
        await let_go(request, visitor)
    if await _too_many_holds(request, visitor):
        return None
    held = await hold(
        request.app.state.hold_batches,
        store_id=basket.store_id,
        wanted=[Wanted(sku_id, qty) for sku_id, qty in basket.wanted.items()],
        holder=Holder(customer_id=visitor.customer_id, device=str(basket.id)),
        by=visitor.actor(),
        operation_key=f"hold-{new_id()}",
    )
    cookie = f"{held.store_id}.{held.hold_id}.{what}"
    return KeptForHer(held.store_id, held.hold_id, held.expires_at, True, cookie, fresh=True)


async def _too_many_holds(request: Web, visitor: Visitor) -> bool:
    """A browser without a past gets a new basket whenever it likes, so holds are counted by network too."""
    if visitor.shopper is not None and visitor.shopper.proved:
        return False
    try:
        key = limit_key("holds-source", visitor.source)
        await count_try(request.app.state.pool, key, tries_max=HOLDS_PER_SOURCE_MAX, window_minutes=HOLD_MINUTES)
    except TooManyTries:
        return True
    return False


def remember_hold(request: Web, response: Response[str], kept: KeptForHer | None) -> None:
    if kept is not None and kept.fresh:
        keep(request, response, HOLD_COOKIE, kept.cookie, 1)


@post("/checkout/extension", status_code=303)
async def extend(request: Web) -> Response[str]:
    """Ten minutes more, once. Where the time is over the page takes a new hold, or says that another shopper was faster."""
    known = read_hold(request)
    if known is not None:
        try:
            async with request.app.state.sessions.begin() as session:
                await extend_hold(writing(session), known[0], known[1])
        except (HoldEnded, NotFound):
            pass
    return go_to(request, "/checkout")


async def let_go(request: Web, visitor: Visitor) -> None:
    """She is back at the basket: what was kept for its old content is anybody's again, and hers to see."""
    known = read_hold(request)
    if known is None:
        return
    found = await held_lines(request.app.state.pool, known[0], known[1])
    if found is not None:
        async with request.app.state.sessions.begin() as session:
            await release_hold(writing(session), known[0], known[1], by=visitor.actor())
        forget(found[2])


def refuses_nothing(refusal: Refusal) -> bool:
    """Caps on holds keep no shopper from ordering."""
    return refusal.code in ("too_many_holds", "outcome_unknown")
