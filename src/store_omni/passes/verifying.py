"""What a scanned code is worth now, and spending it: once, by compare-and-set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.signing import Signer
from store_omni.passes.codes import PassCode, Purpose, read_code, subject_digest
from store_omni.passes.errors import PassExpired, PassInvalid, PassRevoked, PassSpent, PassWrongPurpose, PassWrongStore


class KnownPass(msgspec.Struct, frozen=True):
    store_id: int
    id: UUID
    purpose: Purpose
    subject_id: UUID


# A pass `p` with the names that a refusal of it says: columns and joins, for statements that read more with it.
LOOK_COLUMNS = (
    "p.store_id, p.id, p.purpose, p.subject_id, p.expires_at, p.revoked_at, p.revoked_reason, p.spent_at, "
    "p.expires_at <= now() AS expired, home.name_ko AS home_ko, home.name_en AS home_en, "
    "spent.name_ko AS spent_ko, spent.name_en AS spent_en, sa.name AS spent_by"
)
LOOK_JOINS = """JOIN stores.store home ON home.id = p.store_id
  LEFT JOIN stores.store spent ON spent.id = p.spent_store_id LEFT JOIN staff.account sa ON sa.id = p.spent_by"""
_LOOK = text(f"SELECT {LOOK_COLUMNS} FROM passes.pass p {LOOK_JOINS} WHERE p.store_id = :store AND p.id = :id")


class Names(msgspec.Struct, frozen=True):
    """A name in both languages; whoever shows it picks one."""

    ko: str
    en: str


async def verify(
    session: ReadSession, signer: Signer, code: str, *, purposes: tuple[Purpose, ...], at_store: int | None
) -> KnownPass:
    """`at_store`: the only store where it may be used now, None for any.

    Errors: PassInvalid, PassWrongPurpose, PassSpent, PassRevoked, PassExpired, PassWrongStore; each says who, when, why.
    """
    read = read_code(signer, code)
    row = (await session.execute(_LOOK, {"store": read.store_id, "id": read.pass_id})).one_or_none()
    return judge(read, None if row is None else row._mapping, purposes=purposes, at_store=at_store)


def judge(read: PassCode, row: Mapping[Any, Any] | None, *, purposes: tuple[Purpose, ...], at_store: int | None) -> KnownPass:
    """What the row of LOOK_COLUMNS (None: there is none) makes of a code whose signature is right. Errors as of `verify`."""
    if row is None or row["purpose"] != read.purpose or subject_digest(row["subject_id"]) != read.subject_digest:
        raise PassInvalid
    if read.purpose not in purposes:
        raise PassWrongPurpose(purpose=read.purpose)
    if row["spent_at"] is not None:
        raise PassSpent(**_spent(row))
    if row["revoked_at"] is not None:
        raise PassRevoked(when=row["revoked_at"], why=row["revoked_reason"])
    if row["expired"]:
        raise PassExpired(when=row["expires_at"])
    if at_store is not None and row["store_id"] != at_store:
        raise PassWrongStore(store=Names(ko=row["home_ko"], en=row["home_en"]))
    return KnownPass(store_id=row["store_id"], id=row["id"], purpose=row["purpose"], subject_id=row["subject_id"])


def _spent(row: Mapping[Any, Any]) -> dict[str, Any]:
    when: datetime = row["spent_at"]
    return {"when": when, "store": Names(ko=row["spent_ko"] or "–", en=row["spent_en"] or "–"), "who": row["spent_by"] or "–"}


async def spend(session: WriteSession, known: KnownPass, *, by: Actor) -> None:
    """Uses the pass up. Of two who hold the same code at the same moment one gets through: the row itself decides.

    Errors: `PassSpent`, `PassRevoked` or `PassExpired` when it died between looking and spending.
    """
    spent = await session.execute(
        text(
            """UPDATE passes.pass SET spent_at = now(), spent_store_id = :at, spent_by = :by
               WHERE store_id = :store AND id = :id AND spent_at IS NULL AND revoked_at IS NULL AND expires_at > now()
               RETURNING 1"""
        ),
        {"store": known.store_id, "id": known.id, "at": by.store_id, "by": by.id},
    )
    if spent.scalar() is not None:
        return
    row = (await session.execute(_LOOK, {"store": known.store_id, "id": known.id})).one()._mapping
    if row["spent_at"] is not None:
        raise PassSpent(**_spent(row))
    if row["revoked_at"] is not None:
        raise PassRevoked(when=row["revoked_at"], why=row["revoked_reason"])
    raise PassExpired(when=row["expires_at"])
