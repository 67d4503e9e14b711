"""Owns: staff accounts, roles, their store, sign-in sessions, tries, the browsers they are known in, second factors.
Never: what staff do; that is recorded by the rooms they do it in.
Speaks: staff.signed_in, staff.sign_in_failed, staff.second_factor_set, staff.second_factor_reset."""
