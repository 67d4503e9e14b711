from store_omni.kit.errors import N_, Refusal


class WrongPassword(Refusal):
    """The same answer for an unknown login: so nobody learns which accounts exist."""

    code = "wrong_password"
    status = 422
    title = N_("We can't sign you in")
    reason = N_("Phone or e-mail and password do not belong together.")
    next_step = N_("Check both and try again.")


class ProofWrong(Refusal):
    code = "proof_wrong"
    status = 422
    title = N_("That is not the code")
    reason = N_("The six digits do not match. %(left)s tries are left.")
    next_step = N_("Look at the newest message and type its code.")


class ProofOver(Refusal):
    code = "proof_over"
    status = 410
    title = N_("This code no longer works")
    reason = N_("A code is good for 10 minutes and 5 tries.")
    next_step = N_("Ask for a new one.")


class NoAccount(Refusal):
    """Only she reads it who proved the address to be hers."""

    code = "no_account"
    status = 422
    title = N_("There is no account with this")
    reason = N_("You proved that it is yours, but nobody signed up with it.")
    next_step = N_("Make an account, or use the phone number or e-mail of your account.")


class OldPasswordWrong(Refusal):
    code = "old_password_wrong"
    status = 422
    title = N_("Nothing was changed")
    reason = N_("The present password is another one.")
    next_step = N_("Type your present password, or have a code sent for a new one.")
