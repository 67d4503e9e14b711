"""Things that tests need to exist, made the way the product makes them."""
