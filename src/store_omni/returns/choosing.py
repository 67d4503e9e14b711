"""What of an order may come back, and until when."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.errors import NotFound
from store_omni.passes.verifying import Names
from store_omni.returns.errors import MoreThanLeft, NotHandedOverYet, NothingChosen, WindowOver
from store_omni.returns.queries import WINDOW_DAYS, Sale, sold


class Asked(msgspec.Struct, frozen=True):
    """So many of this order line."""

    line_no: int
    qty: int


class ComingBack(msgspec.Struct, frozen=True):
    line_no: int
    sku_id: int
    name_ko: str
    name_en: str
    qty: int
    unit_price_minor: int

    @property
    def sum_minor(self) -> int:
        return self.qty * self.unit_price_minor


async def must_be_in_time(session: ReadSession, order_id: UUID) -> Sale:
    """Errors: `NotHandedOverYet`, `WindowOver`."""
    sale = await sold(session, order_id)
    if sale is None:
        raise NotHandedOverYet
    if sale.over:
        raise WindowOver(days=WINDOW_DAYS, until=sale.until)
    return sale


async def coming_back(session: WriteSession, order_id: UUID, asked: list[Asked]) -> list[ComingBack]:
    """The asked lines with their names and prices, in line order. What is already back or on its way back is not left;
    the order is locked by the caller, or this is only a look ahead.

    Errors: `NothingChosen`, `MoreThanLeft`, `NotFound` (no such line).
    """
    quantities: dict[int, int] = {}
    for line in asked:
        if line.qty > 0:
            quantities[line.line_no] = quantities.get(line.line_no, 0) + line.qty
    if not quantities:
        raise NothingChosen
    rows = await session.execute(
        text(
            """SELECT line_no, sku_id, name_ko, name_en, unit_price_minor, qty_handed_over - qty_returned AS left
               FROM orders.order_line WHERE order_id = :id ORDER BY line_no FOR UPDATE"""
        ),
        {"id": order_id},
    )
    known = {row.line_no: row for row in rows}
    lines = []
    for number, qty in sorted(quantities.items()):
        row = known.get(number)
        if row is None:
            raise NotFound
        if qty > row.left:
            raise MoreThanLeft(item=Names(ko=row.name_ko, en=row.name_en), left=row.left)
        lines.append(ComingBack(number, row.sku_id, row.name_ko, row.name_en, qty, row.unit_price_minor))
    return lines
