"""Owns: the person, her identities (phone, e-mail, login), her sign-in sessions.
Never: what she bought.
Speaks: CustomerJoined, SignedIn."""
