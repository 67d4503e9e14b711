"""Owns: products, SKUs (with GTIN and price), pictures, search text.
Never: how many there are of anything.
Speaks: nothing yet; a catalogue is imported."""
