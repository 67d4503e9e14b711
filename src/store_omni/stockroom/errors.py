from store_omni.kit.errors import N_, Refusal


class UnknownGoods(Refusal):
    code = "unknown_goods"
    status = 422
    title = N_("Unknown goods")
    reason = N_("No goods with stock have the code %(code)s.")
    next_step = N_("Scan again, or look the product up by name.")


class NothingListed(Refusal):
    code = "nothing_listed"
    status = 422
    title = N_("Nothing is listed yet")
    reason = N_("No line has a quantity.")
    next_step = N_("Add at least one line.")


class ListedTwice(Refusal):
    code = "listed_twice"
    status = 422
    title = N_("The same goods stand there twice")
    reason = N_("%(item)s stands in more than one line.")
    next_step = N_("Put all units of it into one line.")


class NumberTaken(Refusal):
    code = "number_taken"
    title = N_("This number is taken")
    reason = N_("This store has the number %(number)s already.")
    next_step = N_("Give another number, or leave it empty and we make one.")


class PurchaseOver(Refusal):
    code = "purchase_over"
    title = N_("This purchase is finished")
    reason = N_("Purchase %(number)s was closed.")
    next_step = N_("Receive the goods without a purchase.")


class TransferOver(Refusal):
    code = "transfer_over"
    title = N_("This transfer is finished")
    reason = N_("Transfer %(number)s has arrived or was closed.")
    next_step = N_("Receive goods that come later without a transfer.")


class SameStore(Refusal):
    code = "same_store"
    status = 422
    title = N_("That is this store")
    reason = N_("Goods travel from one store to another.")
    next_step = N_("Choose another store.")


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    title = N_("A reason is missing")
    reason = N_("A change by hand needs one of the known reasons, in the direction it is made for.")
    next_step = N_("Choose the reason that fits.")


class MoreThanThere(Refusal):
    code = "more_than_there"
    title = N_("That is more than there is")
    reason = N_("Of %(item)s there are only %(left)s units.")
    next_step = N_("Enter fewer units, or count the goods first.")


class ManagerNeeded(Refusal):
    code = "manager_needed"
    status = 403
    title = N_("A manager has to do this")
    reason = N_("A change of this size needs a manager.")
    next_step = N_("Ask your manager, or count the goods instead.")


class CountOver(Refusal):
    code = "count_over"
    title = N_("This count is finished")
    reason = N_("It was closed or dropped, or waits for a manager.")
    next_step = N_("Begin a new count.")


class NotAllCounted(Refusal):
    code = "not_all_counted"
    title = N_("Something is not counted yet")
    reason = N_("%(left)s items of this count have no figure.")
    next_step = N_("Count them, or close the count without them.")


class NothingToApprove(Refusal):
    code = "nothing_to_approve"
    title = N_("Nothing waits for approval")
    reason = N_("No line of this count waits for a manager.")
    next_step = N_("Reload the page to see the present state.")


class OwnCount(Refusal):
    code = "own_count"
    status = 403
    title = N_("Somebody else has to approve this")
    reason = N_("Whoever counted does not approve the difference.")
    next_step = N_("Ask another manager.")


class TaskClosesItself(Refusal):
    code = "task_closes_itself"
    title = N_("This task closes itself")
    reason = N_("Units that were promised are missing. The task closes when they are there again or promised no more.")
    next_step = N_("Count the goods, receive them, or cancel what cannot be served.")


class TillReports(Refusal):
    code = "till_reports"
    title = N_("This till still reports")
    reason = N_("We heard from till %(till)s within the last day.")
    next_step = N_("Reload the page. A till that is no longer used falls silent for a day first.")
