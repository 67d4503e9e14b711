"""Owns: figures for managers, read from the rooms below.
Never: a table that anybody decides by.
Speaks: nothing."""
