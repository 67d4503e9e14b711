"""Owns: stock levels, the append-only ledger, allocations, selling rules.
Never: an order, a price, a person.
Speaks: through its ledger; the commands that move stock record the facts."""
