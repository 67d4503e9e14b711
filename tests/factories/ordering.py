"""Orders in any state, made by the product's own commands."""

from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from store_omni.inventory.holding import Wanted
from store_omni.journal.actors import Actor
from store_omni.kit.clock import SystemClock
from store_omni.kit.ids import token_hash
from store_omni.kit.signing import Signer
from store_omni.orders.capping import Standing
from store_omni.orders.placing import Contact, Placed, order_batches, place
from store_omni.orders.queries import OrderView, order_by_id
from store_omni.passes.issuing import live_pass
from store_omni.pickup.handing_over import HandedOver, hand_over
from store_omni.pickup.packing import pack, stage
from store_omni.pickup.picking import scan_item, start_picking
from store_omni.stores.knowing import KnownStores

from .world import SHOPPER, World

VIEWER = "viewer-token-of-the-test"
KIM = Contact(name="김하늘", phone="+821012345678", email="haneul@example.com", locale="ko")


class Shop(msgspec.Struct, frozen=True):
    """What the product's commands need, in one place."""

    pool: asyncpg.Pool
    sessions: async_sessionmaker[AsyncSession]
    signer: Signer
    world: World

    async def place(
        self,
        *lines: tuple[int, int],
        store_id: int | None = None,
        contact: Contact = KIM,
        customer_id: UUID | None = None,
        by: Actor = SHOPPER,
        key: str | None = None,
        hold_id: UUID | None = None,
        viewer: str | None = VIEWER,
        standing: Standing | None = None,
    ) -> Placed:
        """`lines`: (index into world.items, quantity). Without a `standing` the buyer has proved phone and address."""
        return await place(
            order_batches(self.pool),
            store=await KnownStores(self.pool).by_id(store_id or self.world.gangnam),
            wanted=[Wanted(self.world.items[index].sku_id, qty) for index, qty in lines or ((0, 1),)],
            contact=contact,
            customer_id=customer_id,
            by=by,
            clock=SystemClock(),
            operation_key=key or str(uuid4()),
            hold_id=hold_id,
            viewer_hash=token_hash(viewer) if viewer else None,
            standing=standing or Standing(proved=frozenset({contact.phone or "", contact.email or ""})),
        )

    async def view(self, order_id: UUID) -> OrderView:
        async with self.sessions.begin() as session:
            return await order_by_id(session, order_id)

    async def picked(self, *lines: tuple[int, int], **more: object) -> OrderView:
        """Placed and fully scanned."""
        placed = await self.place(*lines, **more)  # type: ignore[arg-type]
        order = await self.view(placed.order_id)
        by = self.clerk_at(order.fulfilment.store_id)
        async with self.sessions.begin() as session:
            await start_picking(session, order.fulfilment.id, by=by)
        for line in order.lines:
            for _ in range(line.qty):
                async with self.sessions.begin() as session:
                    await scan_item(session, order.fulfilment.id, barcode=line.gtin, operation_id=uuid4(), by=by)
        return await self.view(placed.order_id)

    async def ready(self, *lines: tuple[int, int], **more: object) -> OrderView:
        order = await self.picked(*lines, **more)
        by = self.clerk_at(order.fulfilment.store_id)
        async with self.sessions.begin() as session:
            await pack(session, order.fulfilment.id, bags=1, by=by)
        async with self.sessions.begin() as session:
            await stage(session, self.signer, order.fulfilment.id, shelf="A1", by=by)
        return await self.view(order.id)

    async def pass_code(self, order: OrderView) -> str:
        async with self.sessions.begin() as session:
            live = await live_pass(session, purpose="pickup", store_id=order.fulfilment.store_id, subject_id=order.fulfilment.id)
        assert live is not None
        return live.code(self.signer)

    async def hand_over(self, order: OrderView, code: str | None = None) -> HandedOver:
        code = code or await self.pass_code(order)
        async with self.sessions.begin() as session:
            return await hand_over(
                session, self.signer, order.fulfilment.id, pass_code=code, tender="cash", slip_no=None,
                by=self.clerk_at(order.fulfilment.store_id),
            )  # fmt: skip

    async def collected(self, *lines: tuple[int, int], **more: object) -> OrderView:
        order = await self.ready(*lines, **more)
        await self.hand_over(order)
        return await self.view(order.id)

    def clerk_at(self, store_id: int) -> Actor:
        return (self.world.clerk if store_id == self.world.gangnam else self.world.other_clerk).actor()

    async def level(self, index: int, store_id: int | None = None) -> asyncpg.Record:
        """The stock level row of world.items[index]."""
        return await self.pool.fetchrow(
            "SELECT * FROM inventory.stock_level WHERE store_id = $1 AND sku_id = $2",
            store_id or self.world.gangnam, self.world.items[index].sku_id,
        )  # fmt: skip
