"""Who works here, as a manager sees it: accounts with their last sign-in, and the open sign-ins of one of them."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import NotFound
from store_omni.staff.signing_in import IDLE_MINUTES_MAX

PEOPLE_MAX = 500


class Member(msgspec.Struct, frozen=True):
    """`store_*`: a clerk's store, or those of a manager; empty: all. `sign_ins`: open ones. `demo`: made by scripts/demo."""

    id: UUID
    login: str
    name: str
    role: str
    store_id: int | None
    store_ids: list[int] | None
    active: bool
    demo: bool
    created_at: datetime
    store_codes: list[str]
    stores_ko: list[str]
    stores_en: list[str]
    last_signed_in: datetime | None
    sign_ins: int


class OpenSignIn(msgspec.Struct, frozen=True):
    """`key`: the hash of its token, in hex digits."""

    key: str
    created_at: datetime
    seen_at: datetime
    source: str


# What is open now. :idle in minutes.
_OPEN = """i.revoked_at IS NULL AND i.expires_at > now() AND i.seen_at > now() - make_interval(mins => :idle)"""
# `:stores` NULL: the reader manages everybody; else only the clerks of those stores, and herself.
_MEMBERS = f"""
SELECT a.id, a.login, a.name, a.role, a.store_id, a.store_ids, a.active, a.demo, a.created_at,
       coalesce(w.codes, '{{}}'), coalesce(w.ko, '{{}}'), coalesce(w.en, '{{}}'), greatest(l.at, t.at), coalesce(n.open, 0)
FROM staff.account a
LEFT JOIN LATERAL (
  SELECT array_agg(s.code ORDER BY s.code) AS codes, array_agg(s.name_ko ORDER BY s.code) AS ko, array_agg(s.name_en ORDER BY s.code) AS en
  FROM stores.store s WHERE s.id = a.store_id OR s.id = ANY (a.store_ids)) w ON true
LEFT JOIN LATERAL (
  SELECT max(i.created_at) AS at FROM staff.sign_in i WHERE i.account_id = a.id) l ON true
LEFT JOIN LATERAL (
  SELECT r.at FROM staff.sign_in_try r WHERE r.account_id = a.id AND r.outcome = 'signed_in' ORDER BY r.at DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (
  SELECT count(*)::int AS open FROM staff.sign_in i WHERE i.account_id = a.id AND {_OPEN}) n ON true
WHERE a.role <> 'service' AND (CAST(:stores AS int[]) IS NULL OR a.id = :reader OR (a.role = 'clerk' AND a.store_id = ANY (:stores)))"""


def _values(by: Actor) -> dict[str, object]:
    stores = list(by.store_ids) if by.store_ids is not None else None
    return {"stores": stores, "reader": by.id, "idle": IDLE_MINUTES_MAX}


async def people(session: ReadSession, *, by: Actor) -> list[Member]:
    """Open accounts first, by staff number."""
    rows = await session.execute(text(f"{_MEMBERS} ORDER BY NOT a.active, a.login LIMIT {PEOPLE_MAX}"), _values(by))
    return [Member(*row) for row in rows]


async def person(session: ReadSession, account_id: UUID, *, by: Actor) -> Member:
    """Errors: `NotFound`, also for one who is not this manager's."""
    rows = await session.execute(text(f"{_MEMBERS} AND a.id = :id"), _values(by) | {"id": account_id})
    row = rows.one_or_none()
    if row is None:
        raise NotFound
    return Member(*row)


async def open_sign_ins(session: ReadSession, account_id: UUID) -> list[OpenSignIn]:
    """The newest first. Only after `person`, which says whether the reader may see them."""
    rows = await session.execute(
        text(
            f"""SELECT encode(i.token_hash, 'hex'), i.created_at, i.seen_at, i.source FROM staff.sign_in i
                WHERE i.account_id = :id AND {_OPEN} ORDER BY i.created_at DESC"""
        ),
        {"id": account_id, "idle": IDLE_MINUTES_MAX},
    )
    return [OpenSignIn(*row) for row in rows]
