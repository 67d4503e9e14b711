"""The lives of an order and of its fulfilment: state × command → next state. What is not here is refused."""

from store_omni.kit.errors import N_, Refusal

ORDER: dict[tuple[str, str], str] = {
    ("pending_payment", "confirm"): "confirmed",
    ("pending_payment", "expire"): "expired",
    ("pending_payment", "cancel"): "cancelled",
    ("confirmed", "cancel"): "cancelled",
    ("confirmed", "complete"): "completed",
}

# After picking began the goods are off the shelf: a cancelled bag is `uncollected` until a clerk puts it back.
FULFILMENT: dict[tuple[str, str], str] = {
    ("allocated", "start_picking"): "picking",
    ("picking", "stop_picking"): "allocated",
    ("picking", "report_short"): "short",
    ("short", "go_on"): "picking",
    ("picking", "pack"): "packed",
    ("packed", "stage"): "staged",
    ("staged", "announce"): "ready_for_pickup",
    ("ready_for_pickup", "move_shelf"): "ready_for_pickup",
    ("ready_for_pickup", "hand_over"): "handed_over",
    ("partially_handed_over", "hand_over"): "handed_over",
    ("ready_for_pickup", "overstay"): "uncollected",
    ("allocated", "cancel"): "cancelled",
    # Nothing was found, so nothing has to be put back.
    ("picking", "cancel_empty"): "cancelled",
    ("picking", "cancel_picked"): "uncollected",
    ("short", "cancel_picked"): "uncollected",
    ("packed", "cancel_picked"): "uncollected",
    ("staged", "cancel_picked"): "uncollected",
    ("ready_for_pickup", "cancel_picked"): "uncollected",
    ("uncollected", "put_back"): "restocked",
}


class WrongState(Refusal):
    """A move that the present state does not allow."""

    code = "wrong_state"
    title = N_("This is not possible any more")
    reason = N_("The order has moved on: it is now “%(state)s”.")
    next_step = N_("Reload to see where it stands.")


def next_state(table: dict[tuple[str, str], str], state: str, command: str) -> str:
    """Errors: `WrongState` with the present state."""
    try:
        return table[state, command]
    except KeyError:
        raise WrongState(state=state) from None
