from store_omni.kit.errors import N_, Refusal


class PassRefused(Refusal):
    """Common parent: a scanned code that opens nothing."""


class PassInvalid(PassRefused):
    code = "pass_invalid"
    status = 422
    title = N_("This is not one of our codes")
    reason = N_("The code was altered, is incomplete, or comes from somewhere else.")
    next_step = N_("Scan again, or find the order by its number.")


class PassWrongPurpose(PassRefused):
    code = "pass_wrong_purpose"
    title = N_("This code is for something else")
    reason = N_("It is a code for “%(purpose)s”.")
    next_step = N_("Ask for the pickup code, or use the page the code belongs to.")


class PassWrongStore(PassRefused):
    code = "pass_wrong_store"
    title = N_("This order waits in another store")
    reason = N_("It is to be collected at %(store)s.")
    next_step = N_("Show the customer the way there, or call that store.")


class PassSpent(PassRefused):
    code = "pass_spent"
    title = N_("Already used")
    reason = N_("This code was used at %(when)s at %(store)s by %(who)s.")
    next_step = N_("Look at the history. If the customer has nothing in hand, call a manager.")


class PassRevoked(PassRefused):
    code = "pass_revoked"
    title = N_("This code is no longer valid")
    reason = N_("It was withdrawn at %(when)s: %(why)s.")
    next_step = N_("Ask for the newest code on the order page, or find the order by its number.")


class PassExpired(PassRefused):
    code = "pass_expired"
    title = N_("This code has run out")
    reason = N_("It was valid until %(when)s.")
    next_step = N_("Find the order by its number and see whether it can be extended.")
