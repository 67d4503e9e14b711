"""Owns: tools any shop-free program could use (clock, ids, money, database, signing, text, phones).
Never: a word of the trade, a table, a route.
Speaks: nothing."""
