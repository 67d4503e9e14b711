from store_omni.kit.errors import N_, Refusal


class WrongPassword(Refusal):
    """The same answer for an unknown login: which accounts exist is nobody's business."""

    code = "wrong_password"
    status = 422
    title = N_("We can't sign you in")
    reason = N_("Phone or e-mail and password do not belong together.")
    next_step = N_("Check both and try again.")
