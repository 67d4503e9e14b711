"""Reads of one customer: for staff who look after her, and who looked, for herself."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.customers.masking import masked_email
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound


class IdentityView(msgspec.Struct, frozen=True):
    """`value`: E.164 for a phone, lower case for an e-mail or login."""

    kind: str
    value: str
    verified: bool


class CustomerView(msgspec.Struct, frozen=True):
    """`status`: guest (ordered without signing up) or active."""

    id: UUID
    status: str
    name: str
    locale: str
    created_at: datetime
    identities: list[IdentityView]

    @property
    def phones(self) -> list[str]:
        return [found.value for found in self.identities if found.kind == "phone"]

    @property
    def emails(self) -> list[str]:
        """Masked: an agent asks for the address, she does not read it out."""
        return [masked_email(found.value) for found in self.identities if found.kind == "email"]


class LookView(msgspec.Struct, frozen=True):
    """A person of staff opened this customer's record. `role`: clerk, agent, manager; names of staff stay in the house.
    `task`: counter.scan, desk.customer …; `store_*` None for staff of no store."""

    at: datetime
    role: str
    store_ko: str | None
    store_en: str | None
    task: str


LOOKS_MAX = 100


async def customer_by_id(session: ReadSession, customer_id: UUID) -> CustomerView:
    """A merged customer leads to the one she was merged into. Errors: `NotFound`, also for an erased one."""
    row = (
        await session.execute(
            text(
                """SELECT c.id, c.status, c.display_name, c.locale, c.created_at FROM customers.customer c
                   WHERE c.id = (SELECT coalesce(m.merged_into, m.id) FROM customers.customer m WHERE m.id = :id)
                     AND c.status IN ('guest', 'active')"""
            ),
            {"id": customer_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    handles = await session.execute(
        text(
            """SELECT kind, value, verified_at IS NOT NULL FROM customers.identity
               WHERE customer_id = :id ORDER BY kind DESC, created_at, value"""
        ),
        {"id": row.id},
    )
    return CustomerView(*row, identities=[IdentityView(*handle) for handle in handles])


async def looks_at(session: ReadSession, customer_id: UUID) -> list[LookView]:
    """Who looked at this customer's record, newest first, at most 100."""
    rows = await session.execute(
        text(
            """SELECT x.at, x.staff_role, s.name_ko, s.name_en, x.task FROM journal.access x
               LEFT JOIN stores.store s ON s.id = x.store_id
               WHERE x.customer_id = :customer ORDER BY x.at DESC, x.id DESC LIMIT :limit"""
        ),
        {"customer": customer_id, "limit": LOOKS_MAX},
    )
    return [LookView(*row) for row in rows]
