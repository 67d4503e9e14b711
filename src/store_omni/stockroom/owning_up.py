"""Mending drift on purpose: a manager has looked at it, says why it is there, and answers for the entries."""

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.errors import N_
from store_omni.stockroom.errors import ManagerNeeded, ReasonMissing
from store_omni.stockroom.reconciling import Mended, mend

REASONS = {
    "restored": N_("The database was restored from a backup"),
    "changed_outside": N_("Somebody changed the database by hand"),
    "imported": N_("An import went wrong"),
    "unknown": N_("We could not find out"),
}


async def mend_on_purpose(session: WriteSession, store_id: int, *, reason: str, by: Actor) -> Mended:
    """Mends one store's drift by entries. `reason`: a key of `REASONS`. Errors: `ReasonMissing`, `ManagerNeeded`, `NotFound`."""
    if reason not in REASONS:
        raise ReasonMissing
    if by.kind != "manager":
        raise ManagerNeeded
    mended = await mend(session, store_id, by=by)
    if mended.document_id is not None:
        subject = Subject("stock_document", mended.document_id, store_id=store_id)
        await record(session, "stock.drift_explained", subject, by=by, data={"reason": reason, "figures": mended.figures})
    return mended
