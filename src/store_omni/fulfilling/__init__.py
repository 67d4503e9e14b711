"""Owns: commands in which pickup and returns both take part: cancelling an order whatever its bag is doing.
Never: a table; it drives the rooms below.
Speaks: OrderCancelled, in the words of orders."""
