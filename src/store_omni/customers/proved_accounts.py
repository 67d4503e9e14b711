"""Accounts of those who proved a phone number or an address by a code: made, or opened again with a new password."""

from uuid import UUID

import msgspec
from sqlalchemy import Row, text

from store_omni.customers.errors import NoAccount
from store_omni.customers.joining import Newcomer, make_account
from store_omni.customers.passwords import check_password
from store_omni.customers.proving import Proven
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.passwords import hash_secret, secret_matches


class Joined(msgspec.Struct, frozen=True):
    """`had_one`: she proved an address with which she has an account already; its password stays as it is."""

    customer_id: UUID
    had_one: bool


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('login:' || :value, 0))")
# `own`: the account proved this address. `proved`: it proved some address.
_ACCOUNT = text(
    """SELECT c.id, c.display_name, c.status, c.password_hash,
              coalesce(bool_or(v.value = :value), false) AS own, count(v.id) > 0 AS proved
       FROM customers.identity i JOIN customers.customer c ON c.id = i.customer_id
       LEFT JOIN customers.identity v ON v.customer_id = c.id AND v.kind IN ('phone', 'email') AND v.verified_at IS NOT NULL
       WHERE i.kind = 'login' AND i.value = :value GROUP BY c.id"""
)
_FREE = text("DELETE FROM customers.identity WHERE kind = 'login' AND value = :value")
_CONFIRM = text(
    """UPDATE customers.identity SET verified_at = now()
       WHERE customer_id = :customer AND kind IN ('phone', 'email') AND value = :value AND verified_at IS NULL"""
)
# Logins with an address that nobody proved may be those of a stranger who signed up with this address before its owner did.
_FREE_UNPROVED = text(
    """DELETE FROM customers.identity i WHERE i.customer_id = :customer AND i.kind = 'login' AND NOT EXISTS (
         SELECT 1 FROM customers.identity v WHERE v.customer_id = i.customer_id AND v.value = i.value
         AND v.kind IN ('phone', 'email') AND v.verified_at IS NOT NULL)"""
)
END_SIGN_INS = text("UPDATE customers.sign_in SET revoked_at = now() WHERE customer_id = :customer AND revoked_at IS NULL")


async def _account(session: WriteSession, address: str) -> Row | None:
    await session.execute(_LOCK, {"value": address})
    return (await session.execute(_ACCOUNT, {"value": address})).one_or_none()


async def join_proved(session: WriteSession, proven: Proven, newcomer: Newcomer) -> Joined:
    """An older account that never proved the address, and has another password, does not keep her out: it loses this login.

    Errors: `InvalidInput` (password).
    """
    address = proven.address
    password = check_password(newcomer.password, address)
    found = await _account(session, address)
    if found is not None:
        hers = found.own or (not found.proved and await secret_matches(password, found.password_hash, known=True))
        if found.status == "active" and hers:
            await session.execute(_CONFIRM, {"customer": found.id, "value": address})
            return Joined(found.id, True)
        await session.execute(_FREE, {"value": address})
    reach = {"phone" if proven.channel == "sms" else "email": address}
    customer_id = await make_account(session, msgspec.structs.replace(newcomer, password=password), reach)
    await session.execute(_CONFIRM, {"customer": customer_id, "value": address})
    return Joined(customer_id, False)


async def reset_password(session: WriteSession, proven: Proven, *, password: str, source: str) -> UUID:
    """A new password for the account of the proved address; all of its sign-ins end. Returns the customer's id.

    Errors: `InvalidInput` (password), `NoAccount`, which only she learns who proved the address.
    """
    address = proven.address
    password = check_password(password, address)
    found = await _account(session, address)
    if found is None or found.status != "active" or (found.proved and not found.own):
        raise NoAccount
    customer = {"customer": found.id}
    await session.execute(_CONFIRM, customer | {"value": address})
    await session.execute(_FREE_UNPROVED, customer)
    await session.execute(
        text("UPDATE customers.customer SET password_hash = :hash WHERE id = :customer"),
        customer | {"hash": await hash_secret(password)},
    )
    await session.execute(END_SIGN_INS, customer)
    by = Actor(kind="shopper", id=found.id, label=found.display_name, channel="web", source=source)
    subject = Subject("customer", found.id, customer_id=found.id)
    await record(session, "customer.password_changed", subject, by=by, data={"by_code": True})
    return found.id
