"""Mending drift on purpose: a person has looked at it, says why it is there, and answers for the entries."""

import sys

from sqlalchemy import text

from store_omni.journal.actors import SYSTEM, Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import ReadSession, Sessions, WriteSession, writing
from store_omni.kit.errors import N_
from store_omni.stockroom.errors import ManagerNeeded, ReasonMissing
from store_omni.stockroom.reconciling import Mended, drift_of, mend

REASONS = {
    "restored": N_("The database was restored from a backup"),
    "changed_outside": N_("Somebody changed the database by hand"),
    "imported": N_("An import went wrong"),
    "unknown": N_("We could not find out"),
}
# A program that may approve stands for a manager; the command line for the operator.
ANSWERABLE = ("manager", "service", "system")


async def mend_on_purpose(session: WriteSession, store_id: int, *, reason: str, by: Actor) -> Mended:
    """Mends one store's drift by entries. `reason`: a key of `REASONS`. Errors: `ReasonMissing`, `ManagerNeeded`, `NotFound`."""
    if reason not in REASONS:
        raise ReasonMissing
    if by.kind not in ANSWERABLE:
        raise ManagerNeeded
    mended = await mend(session, store_id, by=by)
    if mended.document_id is not None:
        subject = Subject("stock_document", mended.document_id, store_id=store_id)
        await record(session, "stock.drift_explained", subject, by=by, data={"reason": reason, "figures": mended.figures})
    return mended


async def print_drift(sessions: Sessions, *, store: str | None, reason: str | None) -> int:
    """`store-omni reconcile`: what does not agree, and with a `reason` (of `REASONS`) what was done about it, a store at a
    time. Returns 0 when all agrees (now), 1 when something does not, 2 for a reason or a store that is not there."""
    if reason is not None and reason not in REASONS:
        print(f"--mend takes a reason: {', '.join(REASONS)}.", file=sys.stderr)
        return 2
    async with sessions.begin() as session:
        store_id = (
            await session.scalar(text("SELECT id FROM stores.store WHERE code = :code"), {"code": store}) if store else None
        )
        if store and store_id is None:
            print(f"No store has the code {store}.", file=sys.stderr)
            return 2
        found = await drift_of(ReadSession(session), store_id)
    for one in found:
        print(f"{one.store_code}  {one.goods.code}  {one.field} is {one.is_}, its {one.against} say {one.should} ({one.drift:+})")
    if not found:
        print("Every figure agrees with what stands behind it.")
        return 0
    print(
        _counted(len(found), "figure"),
        "of",
        _counted(len({(one.store_id, one.goods.sku_id) for one in found}), "level"),
        "differ.",
    )
    if reason is None:
        return 1
    for store_id in sorted({one.store_id for one in found}):
        async with sessions.begin() as session:
            done = await mend_on_purpose(writing(session), store_id, reason=reason, by=SYSTEM)
        print(_counted(done.figures, "figure"), "of", _counted(done.levels, "level"), "mended.")
    return 0


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
