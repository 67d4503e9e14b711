"""A shopper's own sign-ins: shown to her, ended by her, ended by a new password."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.customers.errors import OldPasswordWrong
from store_omni.customers.passwords import check_password, normal_password
from store_omni.customers.proved_accounts import END_SIGN_INS
from store_omni.customers.signing_in import Shopper
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.kit.passwords import hash_secret, secret_matches

SHOWN_MAX = 50


class SignInShown(msgspec.Struct, frozen=True):
    at: datetime
    source: str
    is_this: bool


_OPEN = text(
    """SELECT created_at, source, token_hash = :held FROM customers.sign_in
       WHERE customer_id = :customer AND revoked_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT :count"""
)


async def sign_ins_of(session: ReadSession, customer_id: UUID, *, held: bytes) -> list[SignInShown]:
    """Those that still work, newest first. `held`: hash of the token with which she looks."""
    rows = await session.execute(_OPEN, {"customer": customer_id, "held": held, "count": SHOWN_MAX})
    return [SignInShown(*row) for row in rows]


async def end_sign_ins(session: WriteSession, customer_id: UUID, *, by: Actor) -> None:
    """All, this one too."""
    await session.execute(END_SIGN_INS, {"customer": customer_id})
    await record(session, "customer.signed_out_everywhere", Subject("customer", customer_id, customer_id=customer_id), by=by)


async def must_know_password(session: WriteSession, shopper: Shopper, typed: str) -> None:
    """Locks the customer. Errors: `OldPasswordWrong`, `TooBusy`."""
    query = text("SELECT password_hash FROM customers.customer WHERE id = :customer FOR UPDATE")
    kept = await session.scalar(query, {"customer": shopper.customer_id})
    if not await secret_matches(normal_password(typed), kept, known=True):
        raise OldPasswordWrong


async def change_password(session: WriteSession, shopper: Shopper, *, old: str, new: str, by: Actor) -> None:
    """All sign-ins end. Errors: `InvalidInput` (the new one), `OldPasswordWrong`."""
    password = check_password(new, *(value for value in (shopper.phone, shopper.email) if value), field="new_password")
    await must_know_password(session, shopper, old)
    customer = {"customer": shopper.customer_id}
    await session.execute(
        text("UPDATE customers.customer SET password_hash = :hash WHERE id = :customer"),
        customer | {"hash": await hash_secret(password)},
    )
    await session.execute(END_SIGN_INS, customer)
    subject = Subject("customer", shopper.customer_id, customer_id=shopper.customer_id)
    await record(session, "customer.password_changed", subject, by=by, data={"by_code": False})
