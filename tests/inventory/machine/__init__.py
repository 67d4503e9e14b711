"""A state machine over the real database, with a plain model of the stock beside it."""
