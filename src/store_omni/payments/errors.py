from uuid import UUID

import msgspec

from store_omni.kit.errors import N_, Refusal

WHY = {
    "amount": N_("It is more than one person may refund alone at this store."),
    "day": N_("With this one, your refunds of today are more than one person may refund alone."),
    "own_receipt": N_("The receipt's code was shown by the store itself, not by the customer."),
}


class Asked(msgspec.Struct, frozen=True):
    """A refund that needs a second person."""

    store_id: int
    subject: str
    number: str
    why: str
    amount_minor: int
    currency: str
    requested_by: UUID


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


class ApprovalNeeded(Refusal):
    """`why`: see `RefundRequest`. Carries what was asked for, so that it can be written down after this refusal rolled back."""

    code = "approval_needed"
    title = N_("A manager has to approve this refund")
    reason = N_("%(why)s")
    next_step = N_("Ask a manager to sign on this screen, or to approve it in the office; then send it again.")

    def __init__(self, asked: "Asked") -> None:
        super().__init__(why=WHY[asked.why])
        self.asked = asked


class RefusedWithoutReason(Refusal):
    code = "refused_without_reason"
    status = 422
    title = N_("A reason is missing")
    reason = N_("Who refuses a refund says why, so that the clerk can tell the customer.")
    next_step = N_("Write a note and refuse it again.")


class OwnRefund(Refusal):
    code = "own_refund"
    title = N_("You asked for this refund yourself")
    reason = N_("The second person has to be somebody else.")
    next_step = N_("Ask another manager.")
