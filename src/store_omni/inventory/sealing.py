"""How an entry of the ledger is sealed; and all streams that are."""

from store_omni.journal.sealing import FACTS, LOOKS, Stream

LEDGER = Stream(
    "ledger_entry", "inventory.ledger_entry", "concat_ws('/', t.store_id, t.sku_id, t.version)",
    "(t.store_id, t.sku_id, t.version) = "
    "(split_part(k.key, '/', 1)::int, split_part(k.key, '/', 2)::int, split_part(k.key, '/', 3)::bigint)",
    "t.store_id, t.sku_id, t.version, t.kind, t.d_on_hand, t.d_allocated, t.d_reserved, t.d_short, t.d_in_transit, t.d_quarantine, "
    "t.allocation_id, t.hold_id, t.document_id, t.cause_type, t.cause_id, t.operation_id, t.reason, t.channel, t.actor_kind, "
    "t.actor_id, t.at AT TIME ZONE 'UTC'",
)  # fmt: skip
STREAMS = (FACTS, LOOKS, LEDGER)
