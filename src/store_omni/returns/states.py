"""The two axes of a return: have we got the goods, and do we accept them? What is not here is refused."""

from store_omni.kit.errors import N_, Refusal

RECEPTION: dict[tuple[str, str], str] = {
    ("requested", "receive"): "received",
    ("requested", "withdraw"): "cancelled",
    ("requested", "expire"): "cancelled",
}

ACCEPTANCE: dict[tuple[str, str], str] = {
    ("pending", "accept"): "accepted",
    ("pending", "reject"): "rejected",
}

WORDS = {
    "requested": N_("Return requested"),
    "received": N_("Return received"),
    "cancelled": N_("Cancelled"),
    "pending": N_("Under review"),
    "accepted": N_("Return accepted"),
    "rejected": N_("Return refused"),
}


class ReturnMovedOn(Refusal):
    """A move that the return's present state does not allow."""

    code = "return_moved_on"
    title = N_("This return has moved on")
    reason = N_("It is now “%(state)s”.")
    next_step = N_("Reload to see where it stands.")


def next_state(axis: dict[tuple[str, str], str], state: str, command: str) -> str:
    """Errors: `ReturnMovedOn` with the present state."""
    try:
        return axis[state, command]
    except KeyError:
        raise ReturnMovedOn(state=WORDS[state]) from None
