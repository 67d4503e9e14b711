from store_omni.kit.errors import N_, Refusal


class AlreadyTaken(Refusal):
    code = "already_taken"
    title = N_("Already paid")
    reason = N_("This payment was taken before.")
    next_step = N_("Do not take money again. Look at the receipt in the history.")


class SlipMissing(Refusal):
    code = "slip_missing"
    status = 422
    title = N_("The slip number is missing")
    reason = N_("A card payment on the shop's terminal is kept with the number on its slip.")
    next_step = N_("Type the number printed on the card slip (4 to 20 letters and digits).")


class NothingToRefund(Refusal):
    code = "nothing_to_refund"
    title = N_("There is nothing left to refund")
    reason = N_("What was taken for this order has been given back already.")
    next_step = N_("Look at the refunds in the history.")
