"""Owns: charges (what is owed), captures (what was taken), refunds (what was given back).
Never: an order, goods.
Speaks: PaymentCaptured, PaymentVoided, RefundPaid."""
