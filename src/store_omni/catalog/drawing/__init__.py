"""Owns the pictures the product draws itself: one small SVG illustration for each kind of thing a shop sells.

Never reads the database, the network or a file: every drawing is a pure function of its key and a colour name.
Speaks to nobody; `pictures.draw_product` is the one door.
"""
