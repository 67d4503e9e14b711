import msgspec

from store_omni.kit.errors import N_, ComeAgainLater, Refusal


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


class BasketFull(Refusal):
    code = "basket_full"
    title = N_("The basket is full")
    reason = N_("One order holds at most %(lines)s different items.")
    next_step = N_("Order these first, or take something out.")


class LinkSpent(Refusal):
    code = "link_spent"
    status = 410
    title = N_("This link no longer opens the order")
    reason = N_("A link from a mail works once and for 14 days.")
    next_step = N_("Find the order by its number; we will mail you a code.")


class CodeWrong(Refusal):
    code = "code_wrong"
    status = 422
    title = N_("That is not the code")
    reason = N_("The six digits do not match. %(left)s tries are left.")
    next_step = N_("Look at the newest mail and type its code.")


class LookupOver(Refusal):
    code = "lookup_over"
    status = 410
    title = N_("This code no longer works")
    reason = N_("A code is good for 10 minutes and 5 tries.")
    next_step = N_("Ask for a new one.")


class TooManyOpenOrders(Refusal):
    code = "too_many_open_orders"
    title = N_("Many orders wait for you already")
    reason = N_("Under this phone number or e-mail address %(count)s orders are open, and more cannot be placed.")
    next_step = N_("Collect or cancel one of them first.")


class TooManyOpenUnits(Refusal):
    code = "too_many_open_units"
    title = N_("Many items wait for you already")
    reason = N_("Your open orders may hold %(max)s items in all; %(left)s more would fit.")
    next_step = N_("Take fewer, collect or cancel an open order first, or call the store: it can arrange more.")


class TooManyOfOneItem(Refusal):
    code = "too_many_of_one_item"
    title = N_("That is more of one item than an order takes")
    reason = N_("One order takes at most %(max)s of the same item.")
    next_step = N_("Take fewer, or call the store: it can arrange more.")


class OrderTooLarge(Refusal):
    code = "order_too_large"
    title = N_("That is more than one order takes")
    reason = N_("One order takes at most %(units)s items, of at most %(lines)s kinds.")
    next_step = N_("Take something out, or call the store: it can arrange more.")


class ProofNeeded(Refusal):
    """More than a small basket, or a few small ones, of a buyer who has proved neither phone nor address. What others did under
    the number she typed, or from her network, is not hers to end; her proof is."""

    code = "proof_needed"
    title = N_("Please confirm that it is you")
    reason = N_("Without a confirmed phone number or e-mail address we take small orders only, and a few at a time.")
    next_step = N_("Confirm with a code, sign in, or call the store: it takes your order by phone.")


class TooManyOrders(ComeAgainLater):
    code = "too_many_orders"
    title = N_("Many orders in a short time")
    reason = N_("We take only so many orders an hour from one browser and from one connection.")
    next_step = N_("Your basket stays. Try again in %(minutes)s minutes, or call the store.")


class Price(msgspec.Struct, frozen=True):
    """An amount inside a refusal's sentence, in `currency`'s minor unit."""

    minor: int
    currency: str


class PriceChanged(Refusal):
    code = "price_changed"
    title = N_("The price has changed")
    reason = N_("You saw %(before)s; now it is %(now)s.")
    next_step = N_("Look at the new price and order again, if you like.")


class OrdersOpen(Refusal):
    code = "orders_open"
    title = N_("You still have open orders")
    reason = N_("%(count)s orders wait to be collected; the store has to be able to reach you.")
    next_step = N_("Collect or cancel them first, then remove your account.")
    next_url = "/account"
