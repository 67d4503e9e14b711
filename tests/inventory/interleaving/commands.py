"""The stock commands that meet: what each needs to be there, and how it is sent."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.fulfilling.expiring import end_uncollected
from store_omni.inventory.holding import Holder, Wanted, expire_holds, extend_hold, hold, hold_batches, release_hold
from store_omni.kit.clock import SystemClock
from store_omni.kit.database import WriteSession, writing
from store_omni.orders.placing import Contact, order_batches, place
from store_omni.passes.issuing import live_pass
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import report_short, scan_item, start_picking, undo_scan
from store_omni.pickup.putting_back import put_back
from store_omni.returns.choosing import Asked
from store_omni.returns.queries import live_code, return_by_id
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import request_return
from store_omni.stockroom.adjusting import Change, adjust, end_quarantine, set_aside_damaged
from store_omni.stockroom.approving import approve_count
from store_omni.stockroom.counting import Zone, close_count, count_item, start_count
from store_omni.stockroom.hearing_tills import TillLine, TillPaper
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.selling_at_till import report_sales
from store_omni.stockroom.stating_at_till import report_counts
from store_omni.stockroom.transferring import close_transfer, receive_transfer, send_transfer

from ..machine.floor import Floor, Town
from ..machine.rules import GUEST
from .pausing import Side

# Of both goods; a hold of 2 and an order of 1 leave few for those who come.
ON_HAND = 6
HELD = 2
WHEN = datetime(2030, 1, 1, tzinfo=UTC)
OrderState = Literal["allocated", "picking", "packed", "ready", "uncollected", "handed_over", "coming_back"]
Need = Literal["hold", "hold_over", "transfer", "count", "counted", "large_count", "quarantine", "overdue", "scanned"]


class Scene(msgspec.Struct):
    """What a case is about: two goods at one store, an order of them, and what else the two commands need."""

    town: Town
    skus: list[int]
    codes: list[str]
    order_id: UUID | None = None
    fulfilment_id: UUID | None = None
    code: str = ""
    hold_id: UUID | None = None
    transfer_id: UUID | None = None
    count_id: UUID | None = None
    return_id: UUID | None = None
    return_code: str = ""
    key: str = ""

    @property
    def store(self) -> int:
        return self.town.stores[0].id

    @property
    def clerk(self) -> Any:
        return self.town.clerks[self.store]


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


def _place(*, key: bool = False, held: bool = False, qty: int = 3) -> Send:
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


def _hand_over(floor: Floor) -> Send:
    return _writing(
        lambda session, scene: hand_over(
            session, floor.signer, scene.fulfilment_id, pass_code=scene.code, tender="cash", slip_no=None, by=scene.clerk
        )
    )


def _scan(session: WriteSession, scene: Scene) -> Awaitable[Any]:
    return scan_item(session, scene.fulfilment_id, barcode=scene.codes[0], operation_id=uuid4(), by=scene.clerk)


def _ask_back(floor: Floor) -> Send:
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


def _other(scene: Scene) -> int:
    return scene.town.stores[1].id


def _till(command: Callable[..., Awaitable[Any]], kind: str, qty: int) -> Send:
    def work(session: WriteSession, scene: Scene) -> Awaitable[Any]:
        paper = TillPaper(scene.key + kind, WHEN, [TillLine(code, qty) for code in scene.codes])
        return command(session, scene.store, till="T1", by=scene.clerk, **{kind: [paper]})

    return _writing(work)


def commands(floor: Floor) -> list[Command]:
    return [
        Command("hold", _hold),
        Command("place", _place()),
        Command("place under one key", _place(key=True, qty=1)),
        Command("place from hold", _place(held=True), needs=("hold",)),
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
        Command("hand over", _hand_over(floor), "ready"),
        Command("nobody came", lambda side, _: end_uncollected(side.sessions), "ready", ("overdue",), moves=False),
        Command("put back", _pickup(put_back), "uncollected"),
        Command("ask back", _ask_back(floor), "handed_over", moves=False),
        Command("take back", _take_back(floor), "coming_back"),
        Command("receive", _writing(lambda s, c: receive(s, c.store, lines=[Arrived(sku, 2, 1) for sku in reversed(c.skus)], by=c.clerk))),
        Command("send", _writing(lambda s, c: send_transfer(s, c.store, to_store_id=_other(c), lines=[Listed(sku, 2) for sku in reversed(c.skus)], by=c.clerk))),
        Command("send back", _writing(lambda s, c: send_transfer(s, _other(c), to_store_id=c.store, lines=[Listed(sku, 2) for sku in c.skus], by=c.town.clerks[_other(c)]))),
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


_GOODS = """
WITH p AS (INSERT INTO catalog.product (code, name_ko, name_en, category, drawing, colour, search_text, search_jamo, search_cho)
           SELECT code, '것', 'thing', '일상', 'mug', '#7a8f6a', '', '', '' FROM unnest($1::text[]) code RETURNING id, code)
INSERT INTO catalog.sku (product_id, code, price_minor, currency) SELECT id, code, 500, 'KRW' FROM p ORDER BY code RETURNING id"""


class Stagehand:
    """Makes a scene by the product's own commands, without pauses."""

    def __init__(self, floor: Floor, town: Town) -> None:
        self.floor = floor
        self.town = town

    async def scene(self, number: int, order: OrderState | None, needs: set[Need]) -> Scene:
        pool = self.floor.pool
        codes = [f"I{number}-{n}" for n in range(2)]
        skus = [row["id"] for row in await pool.fetch(_GOODS, codes)]
        scene = Scene(self.town, skus, codes, key=str(uuid4()))
        opening = [
            {"store": store.id, "sku": sku, "kind": "opening", "on_hand": ON_HAND}
            for store in self.town.stores[:2]
            for sku in skus
        ]
        await pool.execute("SELECT inventory.post($1::jsonb, 'opening', NULL, 'system', 'system', NULL, NULL)", opening)
        for need in sorted(needs & {"hold", "hold_over", "transfer", "quarantine"}):
            await getattr(self, f"_{need}")(scene)
        if order is not None:
            await self._order(scene, order, scanned="scanned" in needs)
        if "overdue" in needs:
            await pool.execute(
                "UPDATE orders.fulfilment SET hold_until = now() - interval '1 minute' WHERE id = $1 AND state = 'ready_for_pickup'",
                scene.fulfilment_id,
            )
        if needs & {"count", "counted", "large_count"}:
            await self._count(scene, needs)
        return scene

    async def _hold(self, scene: Scene) -> None:
        held = await hold(
            self.floor.holds, store_id=scene.store, wanted=[Wanted(sku, HELD) for sku in scene.skus],
            holder=Holder(device=str(uuid4())), by=GUEST, operation_key=str(uuid4()),
        )  # fmt: skip
        scene.hold_id = held.hold_id

    async def _hold_over(self, scene: Scene) -> None:
        if scene.hold_id is None:
            await self._hold(scene)
        await self.floor.pool.execute(
            "UPDATE inventory.hold SET expires_at = now() - interval '1 s' WHERE id = $1", scene.hold_id
        )

    async def _transfer(self, scene: Scene) -> None:
        other = _other(scene)
        lines = [Listed(sku, 2) for sku in scene.skus]
        paper = await self.floor.write(
            lambda s: send_transfer(s, other, to_store_id=scene.store, lines=lines, by=self.town.clerks[other])
        )
        scene.transfer_id = paper.id

    async def _quarantine(self, scene: Scene) -> None:
        await self.floor.write(lambda s: receive(s, scene.store, lines=[Arrived(scene.skus[0], 1, 1)], by=scene.clerk))

    async def _count(self, scene: Scene, needs: set[Need]) -> None:
        """One of the goods was counted: one is missing, or so many that a manager has to say yes."""
        zone = Zone("skus", sku_ids=scene.skus)
        scene.count_id = count_id = await self.floor.write(lambda s: start_count(s, scene.store, zone=zone, by=scene.clerk))
        found = 20 if "large_count" in needs else ON_HAND - 1
        if needs & {"counted", "large_count"}:
            await self.floor.write(
                lambda s: count_item(s, scene.store, count_id, sku_id=scene.skus[0], counted=found, by=scene.clerk)
            )
        if "large_count" in needs:
            await self.floor.write(lambda s: close_count(s, scene.store, count_id, by=scene.clerk, leave_uncounted=True))

    async def _order(self, scene: Scene, state: OrderState, *, scanned: bool) -> None:
        floor, by = self.floor, scene.clerk
        placed = await _place(qty=1)(floor_side(floor), scene)
        scene.order_id = placed.order_id
        scene.fulfilment_id = part = await floor.pool.fetchval(
            "SELECT id FROM orders.fulfilment WHERE order_id = $1", placed.order_id
        )
        if state == "allocated":
            return
        await floor.write(lambda s: start_picking(s, part, by=by))
        if state == "picking" and not scanned:
            return
        for code in scene.codes:
            await floor.write(lambda s, code=code: scan_item(s, part, barcode=code, operation_id=uuid4(), by=by))
        if state == "picking":
            return
        await floor.write(lambda s: pack(s, part, bags=1, by=by))
        if state == "packed":
            return
        await floor.write(lambda s: stage(s, floor.signer, part, shelf="A1", by=by))
        live = await floor.write(lambda s: live_pass(s, purpose="pickup", store_id=scene.store, subject_id=part))
        scene.code = live.code(floor.signer)
        if state == "uncollected":
            await floor.write(lambda s: cancel_order(s, scene.order_id, reason="other", by=self.town.agent))
        elif state in ("handed_over", "coming_back"):
            await _hand_over(floor)(floor_side(floor), scene)
            if state == "coming_back":
                await self._ask_back(scene)

    async def _ask_back(self, scene: Scene) -> None:
        floor = self.floor
        made = await _ask_back(floor)(floor_side(floor), scene)
        scene.return_id = made.request_id

        async def code(session: WriteSession) -> str:
            live = await live_code(session, await return_by_id(session, made.request_id))
            return live.code(floor.signer)

        scene.return_code = await floor.write(code)


class _FreeSide(msgspec.Struct, frozen=True):
    pool: Any
    sessions: Any


def floor_side(floor: Floor) -> Any:
    """Looks like a session to a command, and stops nowhere."""
    return _FreeSide(floor.pool, floor.sessions)


_OUTCOME = text(
    """SELECT array(SELECT ROW(l.store_id, l.on_hand, l.allocated, l.reserved, l.short, l.in_transit, l.quarantine)::text
                    FROM inventory.stock_level l WHERE l.sku_id = ANY(:skus) ORDER BY l.sku_id, l.store_id),
              (SELECT state FROM orders."order" WHERE id = :order), (SELECT state FROM orders.fulfilment WHERE id = :part),
              (SELECT state FROM inventory.hold WHERE id = :hold), (SELECT state FROM stockroom.transfer WHERE id = :transfer),
              (SELECT state FROM stockroom.count WHERE id = :count), (SELECT reception FROM returns.request WHERE id = :return)"""
)


async def outcome(floor: Floor, scene: Scene) -> tuple[Any, ...]:
    """What is true afterwards, without what differs from run to run."""
    values = {
        "skus": scene.skus, "order": scene.order_id, "part": scene.fulfilment_id, "hold": scene.hold_id,
        "transfer": scene.transfer_id, "count": scene.count_id, "return": scene.return_id,
    }  # fmt: skip
    levels, *states = await floor.write(lambda s: _one(s, values))
    return (*levels, *states)


async def _one(session: WriteSession, values: dict[str, Any]) -> Any:
    return (await session.execute(_OUTCOME, values)).one()
