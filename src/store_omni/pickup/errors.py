from store_omni.kit.errors import N_, Refusal


class WrongItem(Refusal):
    code = "wrong_item"
    title = N_("Not part of this order")
    reason = N_("%(item)s is not on this pick list.")
    next_step = N_("Put it back and scan the item on the list.")


class UnknownBarcode(Refusal):
    code = "unknown_barcode"
    title = N_("Unknown barcode")
    reason = N_("No product has the barcode %(code)s.")
    next_step = N_("Scan again, or look the product up by name.")


class EnoughPicked(Refusal):
    code = "enough_picked"
    title = N_("That is one too many")
    reason = N_("All %(qty)s of %(item)s are in the bag already.")
    next_step = N_("Put this one back on the shelf.")


class NotAllPicked(Refusal):
    code = "not_all_picked"
    title = N_("Something is still missing")
    reason = N_("%(left)s items have not been scanned yet.")
    next_step = N_("Scan them, or report what you cannot find.")


class SomebodyElsePicks(Refusal):
    code = "somebody_else_picks"
    title = N_("Somebody else is on it")
    reason = N_("%(who)s is picking this order.")
    next_step = N_("Take another order, or take it over from them.")


class UnknownShelf(Refusal):
    code = "unknown_shelf"
    status = 422
    title = N_("Unknown shelf")
    reason = N_("This store has no shelf with the code “%(code)s”.")
    next_step = N_("Scan the label on the shelf, or type one of: %(shelves)s.")


class NothingPicked(Refusal):
    code = "nothing_picked"
    title = N_("Nothing to undo")
    reason = N_("No item has been scanned for this order yet.")
    next_step = N_("Scan the first item.")


class LastFourWrong(Refusal):
    code = "last_four_wrong"
    status = 422
    title = N_("These are not the last four digits")
    reason = N_("They do not belong to the phone number of this order. %(left)s tries are left.")
    next_step = N_("Ask again, without saying the number yourself, or ask for the QR code.")


class NumberCheckLocked(Refusal):
    code = "number_check_locked"
    title = N_("Five wrong tries: this order needs its QR code")
    reason = N_("The last four digits were wrong five times, so this way is closed for this order.")
    next_step = N_("Ask the customer to open the order on a phone: its page shows the code, and a link comes by e-mail.")


class NoPhoneToCheck(Refusal):
    code = "no_phone_to_check"
    status = 422
    title = N_("This order has no phone number")
    reason = N_("There are no digits to compare with.")
    next_step = N_("Ask the customer to open the order on a phone: its page shows the code, and a link comes by e-mail.")


class NothingReported(Refusal):
    code = "nothing_reported"
    title = N_("It is too late to undo that")
    reason = N_("The item was taken off the order, and the customer was told.")
    next_step = N_("If you have found it after all, call the customer.")
