"""Addresses made of codes that people chose: a store's code may be 강남, and a header holds ASCII only."""

from urllib.parse import quote


def address(base: str, *codes: object) -> str:
    """`address("/office/stock", "강남", "MUG-1")` → `/office/stock/%EA%B0%95%EB%82%A8/MUG-1`."""
    return "/".join([base, *(quote(str(code), safe="") for code in codes)])
