from store_omni.kit.errors import N_, Refusal


class WrongSecret(Refusal):
    code = "wrong_secret"
    status = 422
    title = N_("That did not match")
    reason = N_("The staff number and PIN do not belong together.")
    next_step = N_("Try again. After a few wrong tries you wait longer each time. A manager can give you a new PIN.")
