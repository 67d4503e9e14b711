"""Owns past orders on their way in: sales, returns, cancellations, corrections of stock, and the stock they need.

Never tells anybody: history makes no messages, no deliveries, no clocks.
Speaks: `order.placed`, `order.cancelled`, `pickup.handed_over`, `return.received`, all marked as imported.
"""
