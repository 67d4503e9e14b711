"""Owns: baskets, orders and their lines, the fulfilment row with its states, placing, who may see an order.
Never: picking, handing over, returning; those rooms call its states.
Speaks: OrderPlaced, OrderCancelled, OrderCompleted."""
