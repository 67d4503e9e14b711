from typing import Any

from store_omni.kit.errors import N_, Refusal


class NotEnoughStock(Refusal):
    """`lacking`: [{sku: id, free: units}] of what does not suffice."""

    code = "not_enough_stock"
    title = N_("Somebody was faster")
    reason = N_("This store no longer has enough of what is in your basket.")
    next_step = N_("Take fewer, or choose another store that has it.")

    def __init__(self, lacking: list[dict[str, Any]]) -> None:
        super().__init__()
        self.lacking = lacking


class NotSoldHere(Refusal):
    """`sku_ids`: what this store does not sell on this channel any more."""

    code = "not_sold_here"
    title = N_("Something in the basket is no longer sold here")
    reason = N_("The store has taken it out of its range.")
    next_step = N_("Remove it or choose another store.")

    def __init__(self, sku_ids: list[int]) -> None:
        super().__init__()
        self.sku_ids = sku_ids


class NothingToHold(Refusal):
    code = "nothing_to_hold"
    status = 422
    title = N_("There is nothing to keep")
    reason = N_("No units were named.")
    next_step = N_("Name at least one SKU with one unit.")


class StoreKeepsNothing(Refusal):
    code = "store_keeps_nothing"
    title = N_("This store takes no orders now")
    reason = N_("It sells in the store only.")
    next_step = N_("Choose another store.")


class TooManyHolds(Refusal):
    code = "too_many_holds"
    status = 429
    title = N_("You are keeping a lot already")
    reason = N_("One person can keep at most %(holds)s baskets and %(units)s units of one item at a time.")
    next_step = N_("Order or let go of what you keep, or wait until its time is over.")


class HoldEnded(Refusal):
    code = "hold_ended"
    title = N_("The time is over")
    reason = N_("What was kept for you may be sold again, or its time was extended before.")
    next_step = N_("Order now: if it is still there, it is yours.")
