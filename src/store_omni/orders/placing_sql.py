"""The hot statement of placing: one round trip, one transaction for a batch, everything that must be atomic inside `orders.place_batch`.

Touches: journal.operation, staff.{service_token, account, service_scope}, catalog.{sku, product, bundle_part}, inventory.{selling_rule,
stock_level, ledger_entry, allocation, hold, hold_line}, customers.{customer, identity}, payments.charge, orders.{order, order_line,
order_charge, open_share, fulfilment, fulfilment_line, order_viewer, basket_line}, journal.{fact, entry}.
"""

PLACE = "SELECT orders.place_batch($1::text::jsonb)"
