"""What stands behind a movement of stock, in words, and where to read on."""

from collections.abc import Mapping

import msgspec

from store_omni.history.tracing import ORDER_CAUSES
from store_omni.kit.errors import N_
from store_omni.pickup.shortages import SHORT_REASONS
from store_omni.stockroom.adjusting import DAMAGE_REASONS, QUARANTINE_ENDS, REASONS
from store_omni.stockroom.tasks import REASONS as TASK_REASONS
from store_omni.stockroom.views import EntryView
from store_omni.web.plumbing.addresses import address

_OTHER_REASONS = {
    "not_found": N_("Not on the shelf"),
    "till_sold_more": N_("The till sold more than was here"),
    "counted_since": N_("Counted after that sale"),
    "lost_on_the_way": N_("It was sent and never came"),
    "drift": N_("The balance was changed outside the ledger"),
}
_CAUSES = {
    "order": N_("Order"),
    "handover": N_("Handover"),
    "cancellation": N_("Cancelled order"),
    "short_pick": N_("Short pick"),
    "put_back": N_("Not collected, put back"),
    "return": N_("Return"),
    "hold": N_("Checkout"),
    "receipt": N_("Receipt of goods"),
    "transfer": N_("Transfer"),
    "count": N_("Count"),
    "adjustment": N_("Change by hand"),
    "damage": N_("Damage"),
    "quarantine_end": N_("End of quarantine"),
    "drift": N_("Reconciliation"),
    "bulk": N_("Bulk change"),
    "till": N_("Till"),
    "opening": N_("Opening"),
    "import": N_("Import"),
}


class Cause(msgspec.Struct, frozen=True):
    """`words`: a message id. `detail`: a number that people know it by. `href` None: there is nothing to read on."""

    words: str
    detail: str
    href: str | None


def cause_of(entry: EntryView, store_code: str) -> Cause:
    words = _CAUSES.get(entry.cause_type) or _CAUSES.get(entry.paper, entry.cause_type)
    return Cause(words, entry.reference, _href(entry, store_code))


def _href(entry: EntryView, store_code: str) -> str | None:
    if entry.cause_id is None:
        return None
    if entry.cause_type in ORDER_CAUSES:
        return address("/office/stock/causes", entry.cause_type, entry.cause_id)
    if entry.cause_type in ("count", "transfer"):
        return address(f"/office/stock/{entry.cause_type}s", store_code, entry.cause_id)
    return None


def reason_words() -> Mapping[str, str]:
    """Reason code → message id, of every reason a ledger entry may carry."""
    by_hand = {key: reason.text for key, reason in REASONS.items()}
    return TASK_REASONS | SHORT_REASONS | DAMAGE_REASONS | QUARANTINE_ENDS | by_hand | _OTHER_REASONS
