"""Owns: append-only facts, timeline entries, the access log, operations (idempotency), deliveries to consumers.
Never: a foreign key into another room, personal text in a fact.
Speaks: every other room's facts, in their words."""
