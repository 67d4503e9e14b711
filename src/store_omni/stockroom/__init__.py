"""Owns: purchases, transfers, counts, till feeds, stock tasks and how far each figure is trusted.
Never: a balance (inventory moves it), an order, a price.
Speaks: stock.received, stock.transfer_sent / _received, stock.counted, stock.adjusted, stock.task_opened / _closed."""
