"""Owns: return requests and their two axes (received? accepted?), receptions at any store, the refund's request.
Never: cancelling before pickup (that is cancelling), gateways.
Speaks: ReturnRequested, ReturnReceived, ReturnRefunded, ReturnCancelled."""
