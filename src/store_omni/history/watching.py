"""Who looked at whose record: the access log as a manager reads it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.customers.masking import masked_name
from store_omni.kit.database import ReadSession

PAGE_ROWS = 50


class Look(msgspec.Struct, frozen=True):
    """One look, or with `question` a search of that kind that found nobody. `customer`: masked, because reading the log is no reason to know everybody in it."""

    id: UUID
    at: datetime
    staff_name: str
    staff_login: str
    staff_role: str
    store_ko: str | None
    store_en: str | None
    customer_id: UUID | None
    customer_name: str
    order_number: str | None
    task: str
    source: str
    question: str | None

    @property
    def customer(self) -> str:
        return masked_name(self.customer_name)


class Looks(msgspec.Struct, frozen=True):
    """Newest first. `next_before`: the id to ask the next page with, None at the end."""

    rows: list[Look]
    next_before: UUID | None


# Ids sort by time, so the newest page comes straight from the primary key however long the log grows.
_LOOKS = """
SELECT x.id, x.at, coalesce(a.name, '–'), coalesce(a.login, ''), x.staff_role, s.name_ko, s.name_en, x.customer_id,
       coalesce(c.display_name, o.contact_name, ''), o.number, x.task, x.source, x.question
FROM journal.access x LEFT JOIN staff.account a ON a.id = x.staff_id LEFT JOIN stores.store s ON s.id = x.store_id
LEFT JOIN customers.customer c ON c.id = x.customer_id LEFT JOIN orders."order" o ON o.id = x.order_id
WHERE {where} ORDER BY x.id DESC LIMIT :limit"""


async def looks(
    session: ReadSession,
    *,
    staff: str = "",
    customer_id: UUID | None = None,
    number: str = "",
    before: UUID | None = None,
    among: Sequence[int] | None = None,
) -> Looks:
    """`staff`: staff number or name, exact; `number`: of an order whose customer's record was looked at. 50 a page.
    `among`: only looks from these stores."""
    where, values = ["true"], dict[str, object]()
    if among is not None:
        where.append("x.store_id = ANY (CAST(:among AS int[]))")
        values["among"] = among
    if staff:
        where.append("x.staff_id IN (SELECT id FROM staff.account WHERE login = lower(:staff) OR name = :staff)")
        values["staff"] = staff
    if customer_id is not None:
        where.append("x.customer_id = :customer")
        values["customer"] = customer_id
    if number:
        where.append(
            """(x.order_id IN (SELECT id FROM orders."order" WHERE number = upper(:number))
                OR x.customer_id IN (SELECT customer_id FROM orders."order" WHERE number = upper(:number)))"""
        )
        values["number"] = number
    if before is not None:
        where.append("x.id < :before")
        values["before"] = before
    rows = await session.execute(text(_LOOKS.format(where=" AND ".join(where))), values | {"limit": PAGE_ROWS + 1})
    found = [Look(*row) for row in rows]
    return Looks(found[:PAGE_ROWS], found[PAGE_ROWS - 1].id if len(found) > PAGE_ROWS else None)
