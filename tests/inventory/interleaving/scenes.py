"""What a case is about, and what came of it."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import WriteSession

from ..machine.floor import Floor, Town

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


def other_store(scene: Scene) -> int:
    return scene.town.stores[1].id


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
