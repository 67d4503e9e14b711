"""A shopper removes her account. Her orders stay: a shop has to keep them, and goods may still come back."""

from sqlalchemy import text

from store_omni.customers.removing import erase
from store_omni.customers.signing_in import Shopper
from store_omni.journal.actors import Actor
from store_omni.kit.database import WriteSession
from store_omni.orders.errors import OrdersOpen

_OPEN = text(
    """SELECT count(*) FROM orders."order" WHERE customer_id = :customer AND state IN ('pending_payment', 'confirmed')"""
)


async def remove_account(session: WriteSession, shopper: Shopper, *, password: str, by: Actor) -> None:
    """She is signed out everywhere, her logins are free, and nobody finds her by phone or mail as a customer. Errors:
    `OldPasswordWrong`, `OrdersOpen`."""
    customer = {"customer": shopper.customer_id}
    await erase(session, shopper, password=password, by=by)
    # Asked behind the lock that `erase` took: what she orders meanwhile waits for it, and then knows no such account.
    if still := await session.scalar(_OPEN, customer):
        raise OrdersOpen(count=still)
    await session.execute(text("DELETE FROM orders.basket WHERE customer_id = :customer"), customer)
