"""Owns: stores, their hours and holidays, staging locations.
Never: stock, orders, staff.
Speaks: nothing yet; stores are imported."""
