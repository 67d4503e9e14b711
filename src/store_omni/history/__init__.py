"""Owns: THE customer timeline: one read for every role.
Never: a second query for another face.
Speaks: nothing."""
