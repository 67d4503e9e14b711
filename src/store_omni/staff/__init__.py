"""Owns: staff accounts, roles, their store, sign-in sessions, tries.
Never: what staff do; that is recorded by the rooms they do it in.
Speaks: StaffSignedIn."""
