from store_omni.kit.errors import N_, Refusal


class AlreadyHandedOver(Refusal):
    code = "already_handed_over"
    title = N_("It has been handed over already")
    reason = N_("Goods that left the store cannot be cancelled any more.")
    next_step = N_("Start a return instead.")


class AlreadyCancelled(Refusal):
    code = "already_cancelled"
    title = N_("Already cancelled")
    reason = N_("This order was cancelled before.")
    next_step = N_("There is nothing more to do. The history says who did it and when.")
