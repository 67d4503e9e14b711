"""From what an agent typed to the records it opens: people with what they have open, or one order by its number."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.customers.finding import FOUND_MAX, Sought, find_customers, read_search
from store_omni.journal.actors import Actor
from store_omni.journal.looking import Record
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound

RECENT_MAX = 8


class FoundCustomer(msgspec.Struct, frozen=True):
    """A line of the result list. `open_orders`: not yet collected or cancelled."""

    id: UUID
    name: str
    status: str
    phone: str | None
    orders: int
    open_orders: int
    last_order_at: datetime | None


class FoundOrder(msgspec.Struct, frozen=True):
    """An order found by its number, by its return's number, or by the phone it was placed with."""

    id: UUID
    number: str
    state: str
    placed_at: datetime
    contact_name: str
    customer_id: UUID | None


class Found(msgspec.Struct, frozen=True):
    """`question`: how what was typed was read: order, phone, email or name; of several readings the last that was tried."""

    customers: list[FoundCustomer]
    orders: list[FoundOrder]
    question: str

    @property
    def records(self) -> list[Record]:
        """Whose names it shows."""
        people = [Record(person.id) for person in self.customers]
        return people + [Record(order.customer_id, order.id) for order in self.orders]

    @property
    def only_order(self) -> FoundOrder | None:
        return self.orders[0] if len(self.orders) == 1 and not self.customers else None

    @property
    def only_customer(self) -> FoundCustomer | None:
        return self.customers[0] if len(self.customers) == 1 and not self.orders else None


_PEOPLE = """
SELECT c.id, c.display_name, c.status,
       (SELECT i.value FROM customers.identity i WHERE i.customer_id = c.id AND i.kind = 'phone' ORDER BY i.created_at LIMIT 1),
       o.n, o.open, o.last
FROM customers.customer c CROSS JOIN LATERAL (
  SELECT count(*)::int AS n, count(*) FILTER (WHERE x.state IN ('pending_payment', 'confirmed'))::int AS open,
         max(x.placed_at) AS last FROM orders."order" x WHERE x.customer_id = c.id) o
WHERE c.id = ANY(:ids) AND c.status IN ('guest', 'active')"""

_ORDERS = """SELECT o.id, o.number, o.state, o.placed_at, o.contact_name, o.customer_id FROM orders."order" o WHERE {where}
             ORDER BY o.placed_at DESC LIMIT :limit"""
_BY_NUMBER = """o.number IN (:number, :dashed)
  OR o.id = (SELECT r.order_id FROM returns.request r WHERE r.number IN (:number, :dashed_return))"""


async def _people(session: ReadSession, ids: list[UUID]) -> list[FoundCustomer]:
    rows = await session.execute(text(_PEOPLE + " ORDER BY o.last DESC NULLS LAST"), {"ids": ids})
    return [FoundCustomer(*row) for row in rows]


async def _orders(session: ReadSession, sought: Sought) -> list[FoundOrder]:
    if sought.kind == "order":
        plain = sought.value.replace("-", "")
        values = {
            "number": sought.value,
            "dashed": f"{plain[:4]}-{plain[4:]}",
            "dashed_return": f"R-{plain[1:5]}-{plain[5:]}",
        }
        where = _BY_NUMBER
    elif sought.kind == "phone":
        # Placed with this number by a customer whose own record does not have it.
        where = """o.contact_phone = :phone AND (o.customer_id IS NULL OR NOT EXISTS (SELECT 1 FROM customers.identity i
                   WHERE i.customer_id = o.customer_id AND i.kind = 'phone' AND i.value = :phone))"""
        values = {"phone": sought.value}
    else:
        return []
    rows = await session.execute(text(_ORDERS.format(where=where)), {"limit": FOUND_MAX} | values)
    return [FoundOrder(*row) for row in rows]


async def find(session: ReadSession, typed: str) -> Found:
    """Tries each reading until one fits. Errors: `NameAlone`, `DigitsAlone`."""
    found = Found([], [], "")
    for sought in read_search(typed):
        ids = await find_customers(session, sought)
        found = Found(await _people(session, ids) if ids else [], await _orders(session, sought), sought.kind)
        if found.records:
            break
    return found


async def recent_customers(session: ReadSession, *, by: Actor) -> list[FoundCustomer]:
    """Whose records this member of staff opened last, newest first."""
    seen = await session.scalars(
        text(
            """SELECT customer_id FROM journal.access
               WHERE staff_id = :staff AND customer_id IS NOT NULL AND task LIKE '%.customer' AND at > now() - interval '7 days'
               GROUP BY customer_id ORDER BY max(at) DESC LIMIT :limit"""
        ),
        {"staff": by.id, "limit": RECENT_MAX},
    )
    ids = list(seen)
    people = {person.id: person for person in await _people(session, ids)} if ids else {}
    return [people[one] for one in ids if one in people]


async def order_named(session: ReadSession, number: str) -> UUID:
    """The id of an order by its number, for staff of every store. Errors: `NotFound`."""
    found = await session.scalar(text('SELECT id FROM orders."order" WHERE number = :number'), {"number": number.strip().upper()})
    if found is None:
        raise NotFound
    return found
