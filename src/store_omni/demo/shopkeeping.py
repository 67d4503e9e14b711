"""The moves of a day in the demo's stores, each made by the product's own commands."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.fulfilling.cancelling import cancel_order
from store_omni.inventory.holding import Wanted
from store_omni.journal.actors import Actor
from store_omni.kit.clock import FixedClock
from store_omni.kit.database import writing
from store_omni.kit.signing import Signer
from store_omni.orders.capping import Standing
from store_omni.orders.placing import Contact, order_batches, place
from store_omni.orders.queries import OrderView, order_by_id
from store_omni.passes.issuing import live_pass
from store_omni.payments.capturing import Tender
from store_omni.pickup.checking_in import check_in
from store_omni.pickup.handing_over import hand_over
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import scan_item, start_picking
from store_omni.pickup.putting_back import put_back
from store_omni.pickup.shortages import report_short
from store_omni.returns.receiving import receive_return
from store_omni.returns.requesting import Asked, request_return
from store_omni.stockroom.errors import NumberTaken
from store_omni.stockroom.purchasing import Listed, make_purchase
from store_omni.stockroom.transferring import send_transfer
from store_omni.stores.knowing import KnownStores

FREE_UNITS_MIN = 4


class Buyer(msgspec.Struct, frozen=True):
    """A customer on file with how she is reached."""

    id: UUID
    contact: Contact

    def actor(self, channel: str) -> Actor:
        return Actor(kind="shopper", id=self.id, label=self.contact.name, channel=channel, source="demo")


class Shopkeeping(msgspec.Struct):
    """Hands for the demo's day. `shelves`: store id → SKU ids with enough free units, the most wanted first."""

    pool: asyncpg.Pool
    sessions: async_sessionmaker[AsyncSession]
    signer: Signer
    shelves: dict[int, list[int]] = {}

    async def goods(self, store_id: int, count: int) -> list[int]:
        """`count` SKUs nobody in this demo was given yet."""
        if store_id not in self.shelves:
            rows = await self.pool.fetch(_SHELF, store_id, FREE_UNITS_MIN)
            self.shelves[store_id] = [row["sku_id"] for row in rows]
        taken, self.shelves[store_id] = self.shelves[store_id][:count], self.shelves[store_id][count:]
        return taken

    async def order(
        self, key: str, store_id: int, buyer: Buyer, quantities: list[int], *, by: Actor, minutes_ago: int = 0
    ) -> OrderView | None:
        """A placed order; None when an earlier, interrupted run placed it already. `minutes_ago` moves the promise."""
        wanted = [Wanted(sku, units) for sku, units in zip(await self.goods(store_id, len(quantities)), quantities, strict=False)]
        placed = await place(
            order_batches(self.pool), store=await KnownStores(self.pool).by_id(store_id), wanted=wanted, contact=buyer.contact, customer_id=buyer.id, by=by,
            clock=FixedClock(datetime.now(UTC) - timedelta(minutes=minutes_ago)), operation_key=f"demo-{key}",
            standing=Standing(account_proved=True),
        )  # fmt: skip
        return None if placed.replayed else await self.view(placed.order_id)

    async def expect(self, number: str, store_id: int, supplier: str, quantities: list[int], *, by: Actor, days: int) -> None:
        """A delivery from a supplier, due in so many days. An earlier, interrupted run may have ordered it already."""
        listed = [Listed(sku, units) for sku, units in zip(await self.goods(store_id, len(quantities)), quantities, strict=False)]
        store = await KnownStores(self.pool).by_id(store_id)
        due = datetime.now(ZoneInfo(store.timezone)).date() + timedelta(days=days)
        with suppress(NumberTaken):
            async with self.sessions.begin() as session:
                await make_purchase(
                    writing(session), store_id, lines=listed, by=by, number=number, supplier=supplier, expected_on=due
                )

    async def send(self, number: str, store_id: int, to_store_id: int, quantities: list[int], *, by: Actor) -> None:
        """Goods on their way to another store, there by tomorrow. An earlier, interrupted run may have sent them already."""
        listed = [Listed(sku, units) for sku, units in zip(await self.goods(store_id, len(quantities)), quantities, strict=False)]
        due = datetime.now(UTC) + timedelta(days=1)
        with suppress(NumberTaken):
            async with self.sessions.begin() as session:
                await send_transfer(
                    writing(session), store_id, to_store_id=to_store_id, lines=listed, by=by, number=number, expected_at=due
                )

    async def view(self, order_id: UUID) -> OrderView:
        async with self.sessions.begin() as session:
            return await order_by_id(writing(session), order_id)

    async def pick(self, order: OrderView, *, by: Actor, all_but: int = 0) -> None:
        """Takes the order and scans its units, the last `all_but` lines left out."""
        part = _part(order)
        async with self.sessions.begin() as session:
            await start_picking(writing(session), part, by=by)
        for line in order.lines[: len(order.lines) - all_but]:
            for _ in range(line.qty):
                async with self.sessions.begin() as session:
                    await scan_item(writing(session), part, barcode=line.gtin or line.sku_code, operation_id=uuid4(), by=by)

    async def miss_last_line(self, order: OrderView, *, by: Actor) -> None:
        async with self.sessions.begin() as session:
            await report_short(writing(session), _part(order), line_no=order.lines[-1].line_no, reason="not_found", by=by)

    async def pack(self, order: OrderView, *, by: Actor, bags: int = 1) -> None:
        async with self.sessions.begin() as session:
            await pack(writing(session), _part(order), bags=bags, by=by)

    async def stage(self, order: OrderView, shelf: str, *, by: Actor) -> None:
        async with self.sessions.begin() as session:
            await stage(writing(session), self.signer, _part(order), shelf=shelf, by=by)

    async def make_ready(self, order: OrderView, shelf: str, *, by: Actor, bags: int = 1) -> None:
        await self.pick(order, by=by)
        await self.pack(order, by=by, bags=bags)
        await self.stage(order, shelf, by=by)

    async def arrive(self, order: OrderView) -> None:
        """The buyer stands in the store and says so."""
        here = Actor(kind="guest", id=None, label=order.contact_name, channel="web", source="demo")
        async with self.sessions.begin() as session:
            await check_in(writing(session), _part(order), by=here)

    async def hand_over(self, order: OrderView, *, by: Actor, tender: Tender = "cash", slip_no: str | None = None) -> None:
        async with self.sessions.begin() as session:
            shown = await live_pass(writing(session), purpose="pickup", store_id=_store(order), subject_id=_part(order))
            if shown is None:
                raise LookupError(f"order {order.number} has no pickup code")
            await hand_over(writing(session), self.signer, _part(order), pass_code=shown.code(self.signer), tender=tender, slip_no=slip_no, by=by,
            )  # fmt: skip

    async def cancel(self, order: OrderView, reason: str, *, by: Actor) -> None:
        async with self.sessions.begin() as session:
            await cancel_order(writing(session), order.id, reason=reason, by=by)

    async def put_back(self, order: OrderView, *, by: Actor) -> None:
        async with self.sessions.begin() as session:
            await put_back(writing(session), _part(order), by=by)

    async def ask_return(self, order: OrderView, reason: str, *, by: Actor) -> UUID:
        async with self.sessions.begin() as session:
            asked = [Asked(order.lines[0].line_no, 1)]
            made = await request_return(writing(session), self.signer, order.id, asked=asked, reason=reason, by=by)
        return made.request_id

    async def receive_return(self, order: OrderView, request_id: UUID, *, by: Actor, slip_no: str | None = None) -> None:
        async with self.sessions.begin() as session:
            shown = await live_pass(writing(session), purpose="return", store_id=_store(order), subject_id=request_id)
            if shown is None:
                raise LookupError(f"the return of order {order.number} has no code")
            await receive_return(writing(session), self.signer, request_id, code=shown.code(self.signer), slip_no=slip_no, by=by)


def _part(order: OrderView) -> UUID:
    assert order.fulfilment is not None, "a placed order has a store that works on it"
    return order.fulfilment.id


def _store(order: OrderView) -> int:
    assert order.fulfilment is not None, "a placed order has a store that works on it"
    return order.fulfilment.store_id


_SHELF = """
SELECT l.sku_id FROM inventory.stock_level l JOIN catalog.sku k ON k.id = l.sku_id JOIN catalog.product p ON p.id = k.product_id
WHERE l.store_id = $1 AND l.on_hand - l.allocated - l.reserved >= $2 AND l.short = 0 AND k.gtin IS NOT NULL AND k.active
ORDER BY p.popularity DESC, k.code"""
