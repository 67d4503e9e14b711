"""How each kind of entry is said, once for every face: a few neutral words and a tone. Details stand in the partial."""

from typing import Literal

import msgspec

from store_omni.kit.errors import N_

Tone = Literal["now", "good", "bad"]


class Said(msgspec.Struct, frozen=True):
    """`words`: a gettext message id. `tone` None: an ordinary line."""

    words: str
    tone: Tone | None = None


WORDS: dict[str, Said] = {
    "order.placed": Said(N_("Order received")),
    "order.cancelled": Said(N_("Order cancelled"), "bad"),
    "order.completed": Said(N_("Order completed"), "good"),
    "order.lookup_requested": Said(N_("A code to open the order was asked for")),
    "pickup.picking_started": Said(N_("The store began preparing")),
    "pickup.picker_changed": Said(N_("Somebody else took over preparing")),
    "pickup.short": Said(N_("An item was not found in the store"), "bad"),
    "pickup.packed": Said(N_("Packed")),
    "pickup.staged": Said(N_("Put on the pickup shelf")),
    "pickup.ready": Said(N_("Ready for pickup"), "now"),
    "pickup.shelf_changed": Said(N_("Moved to another shelf")),
    "pickup.checked_in": Said(N_("“I'm here”"), "now"),
    "pickup.handed_over": Said(N_("Handed over"), "good"),
    "pickup.refused": Said(N_("Handover refused"), "bad"),
    "pickup.to_put_back": Said(N_("The bag is to be put back")),
    "pickup.cancelled": Said(N_("Preparation cancelled")),
    "pickup.put_back": Said(N_("The goods are back on the shelf")),
    "payment.captured": Said(N_("Payment taken"), "good"),
    "return.requested": Said(N_("Return requested")),
    "return.received": Said(N_("Return received"), "good"),
    "return.refunded": Said(N_("Refunded"), "good"),
    "return.cancelled": Said(N_("Return cancelled")),
    "return.refused": Said(N_("Return refused at the counter"), "bad"),
    "customer.joined": Said(N_("Signed up")),
    "customer.password_changed": Said(N_("Password changed")),
    "customer.signed_out_everywhere": Said(N_("Signed out on all devices")),
    "message.sent": Said(N_("Message sent")),
    "message.failed": Said(N_("A message could not be delivered"), "bad"),
    "message.no_address": Said(N_("No address to send a message to"), "bad"),
}
UNKNOWN = Said(N_("Something was noted"))

# What went wrong, which an agent wants to know before anything else.
FAILURES = frozenset(kind for kind, said in WORDS.items() if said.tone == "bad") - {"order.cancelled"}


def say(kind: str) -> Said:
    """A kind that nobody has put into words yet gets a neutral sentence instead of its machine name."""
    return WORDS.get(kind, UNKNOWN)
