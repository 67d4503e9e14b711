"""A code that opened nothing is remembered: who showed it where, when, and why it was refused."""

from sqlalchemy import text

from store_omni.journal.actors import Actor
from store_omni.journal.recording import Subject, record
from store_omni.kit.database import WriteSession
from store_omni.kit.signing import Signer
from store_omni.passes.codes import read_code
from store_omni.passes.errors import PassInvalid, PassRefused


async def note_refusal(
    session: WriteSession, signer: Signer, code: str, refusal: PassRefused, *, by: Actor, kind: str = "pickup.refused"
) -> None:
    """In the history of the order the code was made for, if it was ours; else only as a fact of this store. `kind`: what
    the code was shown for."""
    row = None
    try:
        known = read_code(signer, code)
    except PassInvalid:
        known = None
    if known is not None:
        row = (
            await session.execute(
                text(
                    """SELECT o.id, o.number, o.customer_id FROM passes.pass p
                       LEFT JOIN orders.fulfilment f ON f.store_id = p.store_id AND f.id = p.subject_id
                       LEFT JOIN returns.request r ON r.id = p.subject_id
                       JOIN orders."order" o ON o.id = coalesce(f.order_id, r.order_id, p.subject_id)
                       WHERE p.store_id = :store AND p.id = :id"""
                ),
                {"store": known.store_id, "id": known.pass_id},
            )
        ).one_or_none()
    subject = Subject(
        "pass",
        known.pass_id if known else "unknown",
        row.id if row else None,
        row.customer_id if row else None,
        by.store_id,
    )
    shown = {"number": row.number, "refusal": refusal.code} if row else None
    await record(session, kind, subject, by=by, data={"refusal": refusal.code}, display=shown)
