"""Owns: messages: whom to tell what, by which channel, and whether it worked.
Never: a decision; it only reads facts and tells.
Speaks: MessageSent, MessageFailed (as rows that people see)."""
