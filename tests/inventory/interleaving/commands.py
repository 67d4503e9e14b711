"""The stock commands that meet: what each needs to be there, and how it is sent."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import msgspec

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.inventory.holding import Holder, Wanted, expire_holds, extend_hold, hold, hold_batches, release_hold
from store_omni.kit.clock import SystemClock
from store_omni.kit.database import WriteSession, writing
from store_omni.orders.placing import Contact, order_batches, place
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import scan_item, start_picking, undo_scan
from store_omni.pickup.putting_back import put_back
from store_omni.pickup.shortages import report_short
from store_omni.returns.choosing import Asked
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import request_return
from store_omni.stockroom.adjusting import Change, adjust, end_quarantine, set_aside_damaged
from store_omni.stockroom.approving import approve_count
from store_omni.stockroom.counting import close_count, count_item
from store_omni.stockroom.hearing_tills import TillLine, TillPaper
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.selling_at_till import report_sales
from store_omni.stockroom.stating_at_till import report_counts
from store_omni.stockroom.transferring import close_transfer, receive_transfer, send_transfer

from ..machine.floor import Floor
from ..machine.selling import GUEST
from .pausing import Side
from .scenes import WHEN, Need, OrderState, Scene, other_store

Send = Callable[[Side, Scene], Awaitable[Any]]


class Command(msgspec.Struct, frozen=True):
    """`order`: in which state it finds one, None where it needs none. `moves`: it changes a level."""

    name: str
    send: Send
    order: OrderState | None = None
    needs: tuple[Need, ...] = ()
    moves: bool = True


def _writing(work: Callable[[WriteSession, Scene], Awaitable[Any]]) -> Send:
    async def send(side: Any, scene: Scene) -> Any:
        async with side.sessions.begin() as session:
            return await work(writing(session), scene)

    return send


async def _hold(side: Any, scene: Scene) -> Any:
    return await hold(
        hold_batches(side.pool), store_id=scene.store, wanted=[Wanted(sku, 3) for sku in reversed(scene.skus)],
        holder=Holder(device=str(uuid4())), by=GUEST, operation_key=str(uuid4()),
    )  # fmt: skip


def place_order(*, key: bool = False, held: bool = False, qty: int = 3) -> Send:
    async def send(side: Any, scene: Scene) -> Any:
        return await place(
            order_batches(side.pool), store=scene.town.stores[0], wanted=[Wanted(sku, qty) for sku in scene.skus],
            contact=Contact("김하늘", "+821012345678", None, "ko"), customer_id=None, by=scene.town.agent, clock=SystemClock(),
            operation_key=scene.key if key else str(uuid4()), hold_id=scene.hold_id if held else None,
        )  # fmt: skip

    return send


def _pickup(command: Callable[..., Awaitable[Any]], **told: Any) -> Send:
    return _writing(lambda session, scene: command(session, scene.fulfilment_id, by=scene.clerk, **told))


def _stage(floor: Floor) -> Send:
    return _writing(lambda session, scene: stage(session, floor.signer, scene.fulfilment_id, shelf="A1", by=scene.clerk))


def hand_it_over(floor: Floor) -> Send:
    return _writing(
        lambda session, scene: hand_over(
            session, floor.signer, scene.fulfilment_id, pass_code=scene.code, tender="cash", slip_no=None, by=scene.clerk
        )
    )


def _scan(session: WriteSession, scene: Scene) -> Awaitable[Any]:
    return scan_item(session, scene.fulfilment_id, barcode=scene.codes[0], operation_id=uuid4(), by=scene.clerk)


def ask_for_return(floor: Floor) -> Send:
    return _writing(
        lambda session, scene: request_return(
            session, floor.signer, scene.order_id, asked=[Asked(1, 1)], reason="size", by=scene.town.agent
        )
    )


def _take_back(floor: Floor) -> Send:
    """At another store, whose level of the goods is another one."""
    return _writing(
        lambda session, scene: receive_return(
            session, floor.signer, scene.return_id, code=scene.return_code, slip_no=None, by=scene.clerk
        )
    )


def _till(command: Callable[..., Awaitable[Any]], kind: str, qty: int) -> Send:
    def work(session: WriteSession, scene: Scene) -> Awaitable[Any]:
        paper = TillPaper(scene.key + kind, WHEN, [TillLine(code, qty) for code in scene.codes])
        return command(session, scene.store, till="T1", by=scene.clerk, **{kind: [paper]})

    return _writing(work)


def commands(floor: Floor) -> list[Command]:
    return [
        Command("hold", _hold),
        Command("place", place_order()),
        Command("place under one key", place_order(key=True, qty=1)),
        Command("place from hold", place_order(held=True), needs=("hold",)),
        Command("let go", _writing(lambda s, c: release_hold(s, c.store, c.hold_id, by=GUEST)), needs=("hold",)),
        Command("extend", _writing(lambda s, c: extend_hold(s, c.store, c.hold_id)), needs=("hold",), moves=False),
        Command("expire", lambda side, _: expire_holds(side.sessions), needs=("hold_over",)),
        Command("cancel", _writing(lambda s, c: cancel_order(s, c.order_id, reason="other", by=c.town.agent)), "allocated"),
        Command("start", _pickup(start_picking), "allocated", moves=False),
        Command("scan", _writing(_scan), "picking", moves=False),
        Command("undo", _pickup(undo_scan), "picking", ("scanned",), moves=False),
        Command("report short", _pickup(report_short, line_no=1, reason="not_found"), "picking"),
        Command("pack", _pickup(pack, bags=1), "picking", ("scanned",), moves=False),
        Command("stage", _stage(floor), "packed", moves=False),
        Command("hand over", hand_it_over(floor), "ready"),
        Command("nobody came", lambda side, _: end_uncollected(side.sessions), "ready", ("overdue",), moves=False),
        Command("put back", _pickup(put_back), "uncollected"),
        Command("ask back", ask_for_return(floor), "handed_over", moves=False),
        Command("take back", _take_back(floor), "coming_back"),
        Command("receive", _writing(lambda s, c: receive(s, c.store, lines=[Arrived(sku, 2, 1) for sku in reversed(c.skus)], by=c.clerk))),
        Command("send", _writing(lambda s, c: send_transfer(s, c.store, to_store_id=other_store(c), lines=[Listed(sku, 2) for sku in reversed(c.skus)], by=c.clerk))),
        Command("send back", _writing(lambda s, c: send_transfer(s, other_store(c), to_store_id=c.store, lines=[Listed(sku, 2) for sku in c.skus], by=c.town.clerks[other_store(c)]))),
        Command("arrive", _writing(lambda s, c: receive_transfer(s, c.store, c.transfer_id, lines=[Arrived(sku, 3) for sku in c.skus], by=c.clerk)), needs=("transfer",)),
        Command("give up waiting", _writing(lambda s, c: close_transfer(s, c.store, c.transfer_id, by=c.clerk)), needs=("transfer",)),
        Command("adjust", _writing(lambda s, c: adjust(s, c.store, changes=[Change(sku, -5) for sku in reversed(c.skus)], reason="lost", by=c.town.manager))),
        Command("give away", _writing(lambda s, c: adjust(s, c.store, changes=[Change(sku, -2) for sku in c.skus], reason="given_away", by=c.town.manager))),
        Command("damage", _writing(lambda s, c: set_aside_damaged(s, c.store, sku_id=c.skus[0], units=5, reason="broken", by=c.clerk))),
        Command("end quarantine", _writing(lambda s, c: end_quarantine(s, c.store, sku_id=c.skus[0], units=1, to="shelf", by=c.clerk)), needs=("quarantine",)),
        Command("count", _writing(lambda s, c: count_item(s, c.store, c.count_id, sku_id=c.skus[1], counted=1, by=c.clerk)), needs=("count",), moves=False),
        Command("close count", _writing(lambda s, c: close_count(s, c.store, c.count_id, by=c.clerk, leave_uncounted=True)), needs=("counted",)),
        Command("approve count", _writing(lambda s, c: approve_count(s, c.store, c.count_id, by=c.town.manager)), needs=("large_count",)),
        Command("till sells", _till(report_sales, "sales", 3)),
        Command("till states", _till(report_counts, "counts", 1)),
    ]  # fmt: skip
