"""Owns: the person, her identities (phone, e-mail, login), her sign-in sessions, what was proved by a code.
Never: what she bought.
Speaks: CustomerJoined, SignedIn, CodeAsked."""
