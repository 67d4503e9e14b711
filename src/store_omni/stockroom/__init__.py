"""Owns: purchases, transfers, counts, till feeds, stock tasks and how far each figure is trusted.
Never: a balance (inventory moves it), an order, a price.
Speaks: stock.received, .purchase_made / _corrected / _closed, .transfer_sent / _received / _closed, .count_started / .counted / .count_approved /
_refused / _dropped, .adjusted, .quarantined, .till_reported / _retired, .changed_in_bulk, .drift_mended / _explained, .task_opened / _closed."""
