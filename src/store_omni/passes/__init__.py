"""Owns: passes, the signed codes that people show: issue, sign, draw, verify, spend, revoke.
Never: what a pass opens; the room of its purpose knows.
Speaks: nothing; a spent pass is part of the handover's fact."""
