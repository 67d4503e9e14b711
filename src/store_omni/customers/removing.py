"""Forgetting a customer on her own wish."""

from sqlalchemy import text

from store_omni.customers.proved_accounts import END_SIGN_INS
from store_omni.customers.sign_ins import must_know_password
from store_omni.customers.signing_in import Shopper
from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession


async def erase(session: WriteSession, shopper: Shopper, *, password: str, by: Actor) -> None:
    """Name, password and every handle go; all sign-ins end. What happened stays, without a name. Errors: `OldPasswordWrong`."""
    await must_know_password(session, shopper, password)
    customer = {"customer": shopper.customer_id}
    await session.execute(END_SIGN_INS, customer)
    await session.execute(text("DELETE FROM customers.identity WHERE customer_id = :customer"), customer)
    await session.execute(text("UPDATE customers.challenge SET customer_id = NULL WHERE customer_id = :customer"), customer)
    await session.execute(
        text("UPDATE customers.customer SET status = 'erased', display_name = '', password_hash = NULL WHERE id = :customer"),
        customer,
    )
    subject = Subject("customer", shopper.customer_id, customer_id=shopper.customer_id)
    await record(session, "customer.removed", subject, by=by)
