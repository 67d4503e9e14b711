"""Owns bringing in what a retailer has: stores, goods, stock, customers and past orders, from CSV files.

Never changes what is there beyond what the file says, and nothing at all when the same file comes again.
Speaks: the facts of past orders, marked as imported.
"""

from store_omni.importing.running import run

__all__ = ["run"]
