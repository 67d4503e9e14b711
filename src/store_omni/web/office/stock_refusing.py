"""Refusals of stock in the words of those who keep it: the shop's own speak of baskets."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from store_omni.inventory.errors import NotEnoughStock
from store_omni.kit.database import ReadSession
from store_omni.kit.errors import N_, Refusal
from store_omni.passes.verifying import Names
from store_omni.stockroom.overseeing import goods_at

T = TypeVar("T")


class NotThatManyFree(Refusal):
    code = "not_that_many_free"
    title = N_("Not that many are free")
    reason = N_("Of %(item)s only %(free)s units are not promised to anybody.")
    next_step = N_("Take fewer, or count the goods first.")


async def of_free_units(session: ReadSession, sku_ids: Sequence[int], command: Awaitable[T]) -> T:
    """The answer of a command about these SKUs. Errors: `NotThatManyFree` where it says `NotEnoughStock`."""
    # Asked for before, because nothing can be read in the transaction that a refusal has spoilt.
    known = await goods_at(session, None, sku_ids)
    try:
        return await command
    except NotEnoughStock as refusal:
        first = refusal.lacking[0]
        item = known[first["sku"]].goods
        raise NotThatManyFree(item=Names(item.name_ko, item.name_en), free=first["free"]) from refusal
