"""How many orders an hour come from one buyer, one browser and one network. Services, staff and tills are not counted."""

from collections.abc import Iterator

import asyncpg

from store_omni.journal.actors import Actor
from store_omni.journal.limiting import count_try, limit_key
from store_omni.kit.errors import TooManyTries
from store_omni.orders.capping import Standing, is_capped
from store_omni.orders.errors import TooManyOrders

WINDOW_MINUTES = 60
ORDERS_PER_BUYER_AND_HOUR_MAX = 20
# Behind one address may stand an office or a mobile network. Who has proved nothing shares less of it.
ORDERS_PER_SOURCE_AND_HOUR_MAX = 300
UNPROVED_ORDERS_PER_SOURCE_AND_HOUR_MAX = 60


async def pace(pool: asyncpg.Pool, *, by: Actor, standing: Standing) -> None:
    """Counts this order, whether it succeeds or not: what is refused for want of stock asks as much. Errors: `TooManyOrders`."""
    if not is_capped(by):
        return
    for key, most in _limits(by, standing):
        try:
            await count_try(pool, key, tries_max=most, window_minutes=WINDOW_MINUTES)
        except TooManyTries as spent:
            raise TooManyOrders(seconds=spent.seconds) from None


def _limits(by: Actor, standing: Standing) -> Iterator[tuple[str, int]]:
    if by.id is not None:
        yield limit_key("orders-customer", by.id), ORDERS_PER_BUYER_AND_HOUR_MAX
    elif standing.device is not None:
        yield limit_key("orders-device", standing.device.hex()), ORDERS_PER_BUYER_AND_HOUR_MAX
    if standing.source and (standing.account_proved or standing.proved):
        yield limit_key("orders-source", standing.source), ORDERS_PER_SOURCE_AND_HOUR_MAX
    elif standing.source:
        yield limit_key("orders-source-unproved", standing.source), UNPROVED_ORDERS_PER_SOURCE_AND_HOUR_MAX
