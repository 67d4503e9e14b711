"""A customer of her own, with the phone and e-mail by which she signs in. Shoppers come by `proved_accounts`."""

from uuid import UUID

import msgspec
from sqlalchemy import text

from store_omni.customers.passwords import normal_password
from store_omni.customers.signing_in import login_value
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_, InvalidInput
from store_omni.kit.ids import new_id
from store_omni.kit.passwords import hash_secret


class Newcomer(msgspec.Struct, frozen=True):
    """`source`: network address."""

    name: str
    password: str
    locale: str
    source: str


async def join(
    session: WriteSession, *, name: str, phone: str, email: str | None, password: str, locale: str, source: str
) -> UUID:
    """`phone` E.164, `email` lower case. Both become logins. Returns the customer's id.

    Errors: `InvalidInput` where one of them already opens another account. A guest's earlier orders stay the guest's:
    knowing somebody's phone number proves nothing.
    """
    logins = {"phone": phone} | ({"email": email} if email else {})
    await _must_be_free(session, logins)
    return await make_account(session, Newcomer(name, password, locale, source), logins)


async def make_account(session: WriteSession, newcomer: Newcomer, logins: dict[str, str]) -> UUID:
    """`logins`: phone, email or both, which are nobody else's logins. Returns the customer's id."""
    customer_id = new_id()
    await session.execute(
        text(
            """INSERT INTO customers.customer (id, status, display_name, locale, password_hash)
               VALUES (:id, 'active', :name, :locale, :hash)"""
        ),
        {
            "id": customer_id,
            "name": newcomer.name,
            "locale": newcomer.locale,
            "hash": await hash_secret(normal_password(newcomer.password)),
        },
    )
    for kind, value in [*logins.items(), *(("login", login_value(value)) for value in logins.values())]:
        await session.execute(
            text(
                """INSERT INTO customers.identity (id, customer_id, origin_customer_id, kind, value, last_four)
                   VALUES (:id, :customer, :customer, :kind, :value, :four)"""
            ),
            {
                "id": new_id(),
                "customer": customer_id,
                "kind": kind,
                "value": value,
                "four": value[-4:] if kind == "phone" else "",
            },
        )
    by = Actor(kind="shopper", id=customer_id, label=newcomer.name, channel="web", source=newcomer.source)
    await record(session, "customer.joined", Subject("customer", customer_id, customer_id=customer_id), by=by, display={})
    return customer_id


async def _must_be_free(session: WriteSession, logins: dict[str, str]) -> None:
    rows = await session.scalars(
        text("SELECT value FROM customers.identity WHERE kind = 'login' AND value = ANY(:values)"),
        {"values": [login_value(value) for value in logins.values()]},
    )
    taken = set(rows)
    problems = {
        field: N_("There is an account with this already. Sign in instead.")
        for field, value in logins.items()
        if login_value(value) in taken
    }
    if problems:
        raise InvalidInput(problems)
