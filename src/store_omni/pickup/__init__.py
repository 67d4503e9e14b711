"""Owns: picking, packing into bags, staging, ready, check-in, handover, receipts.
Never: the fulfilment's state table (orders), stock arithmetic (inventory), money rules (payments).
Speaks: PickingStarted, Packed, Staged, ReadyForPickup, CheckedIn, HandedOver, HandoverRefused."""
