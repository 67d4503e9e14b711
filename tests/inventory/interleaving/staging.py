"""Making a scene by the product's own commands, without pauses."""

from typing import Any
from uuid import uuid4

import msgspec

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.inventory.holding import Holder, Wanted, hold
from store_omni.kit.database import WriteSession
from store_omni.passes.issuing import live_pass
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import scan_item, start_picking
from store_omni.returns.queries import live_code, return_by_id
from store_omni.stockroom.counting import Zone, close_count, count_item, start_count
from store_omni.stockroom.purchasing import Listed
from store_omni.stockroom.receiving import Arrived, receive
from store_omni.stockroom.transferring import send_transfer

from ..machine.floor import Floor, Town
from ..machine.selling import GUEST
from .commands import ask_for_return, hand_it_over, place_order
from .scenes import HELD, ON_HAND, Need, OrderState, Scene, other_store


class _FreeSide(msgspec.Struct, frozen=True):
    pool: Any
    sessions: Any


def floor_side(floor: Floor) -> Any:
    """Looks like a session to a command, and stops nowhere."""
    return _FreeSide(floor.pool, floor.sessions)


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
        other = other_store(scene)
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
        placed = await place_order(qty=1)(floor_side(floor), scene)
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
            await hand_it_over(floor)(floor_side(floor), scene)
            if state == "coming_back":
                await self._ask_back(scene)

    async def _ask_back(self, scene: Scene) -> None:
        floor = self.floor
        made = await ask_for_return(floor)(floor_side(floor), scene)
        scene.return_id = made.request_id

        async def code(session: WriteSession) -> str:
            live = await live_code(session, await return_by_id(session, made.request_id))
            return live.code(floor.signer)

        scene.return_code = await floor.write(code)
