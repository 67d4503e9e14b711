from typing import Any

from store_omni.kit.errors import N_, Refusal


class NotEnoughStock(Refusal):
    """`lacking`: [{sku: id, free: units}] of what does not suffice."""

    code = "not_enough_stock"
    title = N_("Somebody was faster")
    reason = N_("This store no longer has enough of what is in your basket.")
    next_step = N_("Take fewer, or choose another store that has it.")

    def __init__(self, lacking: list[dict[str, Any]]) -> None:
        super().__init__()
        self.lacking = lacking
