"""Whether a refund for returned goods needs a second person, and who that is."""

from uuid import UUID

from store_omni.journal.actors import Actor
from store_omni.kit.database import ReadSession, WriteSession
from store_omni.orders.moving import OrderRow
from store_omni.passes.showing import was_shown_by_house
from store_omni.payments.approving import lock_day, settle_request, use_approval, why_not_alone
from store_omni.payments.errors import ApprovalNeeded, Asked, OwnRefund


async def why_second_person(
    session: ReadSession, order_id: UUID, *, amount_minor: int, currency: str, by_receipt: bool, by: Actor
) -> str | None:
    """Why `by` may not give this back alone (see `payments.approving`); None where nothing is in the way."""
    own_receipt = by_receipt and await was_shown_by_house(session, order_id, by=by)
    return await why_not_alone(
        session, store_id=by.store_id or 0, amount_minor=amount_minor, currency=currency, own_receipt=own_receipt, by=by
    )


async def second_person(
    session: WriteSession, order: OrderRow, worth: int, *, by_receipt: bool, manager_id: UUID | None, by: Actor
) -> UUID | None:
    """Who answers for the refund beside `by`; None where nobody has to. Errors: `ApprovalNeeded`, `OwnRefund`."""
    await lock_day(session, by)
    why = await why_second_person(
        session, order.id, amount_minor=worth, currency=order.currency, by_receipt=by_receipt, by=by
    )  # fmt: skip
    if why is None or by.id is None or by.store_id is None:
        return None
    if manager_id == by.id:
        raise OwnRefund
    asked = Asked(by.store_id, f"order:{order.id}", order.number, why, worth, order.currency, by.id)
    if manager_id is not None:
        await settle_request(session, asked, manager_id)
        return manager_id
    approved_by = await use_approval(session, asked)
    if approved_by is None:
        raise ApprovalNeeded(asked)
    return approved_by
