"""Owns the demo's own data: a Korean lifestyle shop with its stores, products, customers, stock and a year of orders.

Never touches a database; it writes CSV files that the ordinary importers read.
Speaks to nobody. The same seed and date give the same bytes.
"""
