"""The main job by its commands, against a real database: order → pick → ready → pay and hand over by QR."""

import pytest

from ..factories.ordering import Shop

pytestmark = pytest.mark.anyio


async def test_an_order_goes_from_the_web_to_the_hands_of_its_buyer(shop: Shop) -> None:
    order = await shop.ready((0, 2), (3, 1))
    assert order.fulfilment.state == "ready_for_pickup"
    assert order.due_minor == 2 * 12900 + 3500
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"]) == (10, 2)

    done = await shop.hand_over(order)

    after = await shop.view(order.id)
    assert (after.state, after.fulfilment.state, after.charge_state) == ("completed", "handed_over", "captured")
    assert after.captured_minor == 29300
    assert done.receipt_number == 1
    level = await shop.level(0)
    assert (level["on_hand"], level["allocated"]) == (8, 0)
    kinds = [row["kind"] for row in await shop.pool.fetch("SELECT kind FROM journal.fact ORDER BY id")]
    assert kinds == [
        "order.placed", "pickup.picking_started", "pickup.packed", "pickup.staged", "pickup.ready",
        "payment.captured", "pickup.handed_over", "order.completed",
    ]  # fmt: skip
