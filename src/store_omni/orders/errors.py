from store_omni.kit.errors import N_, Refusal


class NotSoldHere(Refusal):
    """`sku_ids`: the lines that this store does not sell on this channel any more."""

    code = "not_sold_here"
    title = N_("Something in the basket is no longer sold here")
    reason = N_("The store has taken it out of its range.")
    next_step = N_("Remove it or choose another store.")

    def __init__(self, sku_ids: list[int]) -> None:
        super().__init__()
        self.sku_ids = sku_ids


class BasketEmpty(Refusal):
    code = "basket_empty"
    status = 422
    title = N_("Your basket is empty")
    reason = N_("There is nothing to order yet.")
    next_step = N_("Find something you like and add it.")


class StoreCannotServe(Refusal):
    code = "store_cannot_serve"
    title = N_("This store does not take pickup orders")
    reason = N_("%(store)s keeps no pickup orders at the moment.")
    next_step = N_("Choose another store.")


class TooLateToCancel(Refusal):
    code = "too_late_to_cancel"
    title = N_("It is being prepared already")
    reason = N_("The store has started on this order, so it can't be cancelled from here.")
    next_step = N_("Call the store or ask at the counter; they can cancel it for you.")
