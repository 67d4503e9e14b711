"""store_omni: one stock, one order, one customer history, behind every shop door, screen and phone line."""
