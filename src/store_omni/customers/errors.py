from store_omni.kit.errors import N_, Refusal


class WrongPassword(Refusal):
    """The same answer for an unknown login: which accounts exist is nobody's business."""

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
