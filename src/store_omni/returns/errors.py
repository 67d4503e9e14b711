from store_omni.kit.errors import N_, Refusal


class NotHandedOverYet(Refusal):
    code = "not_handed_over_yet"
    title = N_("Nothing to return yet")
    reason = N_("This order has not been collected.")
    next_step = N_("Cancel the order instead.")


class WindowOver(Refusal):
    code = "return_window_over"
    title = N_("The return period is over")
    reason = N_("Goods can be returned within %(days)s days of pickup; that was until %(until)s.")
    next_step = N_("If the goods are faulty, talk to the store or to customer service.")


class NothingChosen(Refusal):
    code = "nothing_chosen"
    status = 422
    title = N_("Nothing is chosen yet")
    reason = N_("No item has a quantity.")
    next_step = N_("Say how many of which item come back.")


class MoreThanLeft(Refusal):
    code = "more_than_left"
    title = N_("That is more than can come back")
    reason = N_("Of “%(item)s” only %(left)s can still be returned.")
    next_step = N_("Choose fewer. The history shows what was returned before.")


class OpenReturnExists(Refusal):
    code = "open_return_exists"
    title = N_("A return is open already")
    reason = N_("Return %(number)s for this order has not been brought back yet.")
    next_step = N_("Use its code, or withdraw it and start again.")


class ReceiptNeeded(Refusal):
    code = "receipt_needed"
    status = 403
    title = N_("Show the receipt first")
    reason = N_("This order was collected at another store.")
    next_step = N_("Scan the QR code on the customer's receipt, or the customer's return code.")


class NoStoreToReceive(Refusal):
    code = "no_store_to_receive"
    status = 403
    title = N_("Goods are received at a counter")
    reason = N_("Your account belongs to no store, so the goods would have no place to go.")
    next_step = N_("Send the customer to any store with the return code.")
