"""Addresses: of codes that people chose, of where a request is, and of where a person goes next.

A store's code may be 강남 and a header holds ASCII only, so every `Location` is written here and nowhere else.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

# A page of ours has no longer one, and a header has its limits.
ADDRESS_CHARS_MAX = 2_000
# What may stand in an address as it is; the rest is written as %XX. A `%` stays: it begins what was written so already.
_PLAIN = "/%?#[]@!$&'()*+,;=:~-._"
# Browsers drop tabs and line ends before they read an address, and take `\\` for `/`.
_TRICKS = re.compile(r"[\x00-\x20\x7f\\]")


def address(base: str, *codes: object) -> str:
    """`address("/office/stock", "강남", "MUG-1")` → `/office/stock/%EA%B0%95%EB%82%A8/MUG-1`."""
    return "/".join([base, *(quote(str(code), safe="") for code in codes)])


def header_safe(target: str) -> str:
    """An address as a header holds it: ASCII, without a control character."""
    return quote(target, safe=_PLAIN, errors="replace")


def own_path(typed: str, otherwise: str) -> str:
    """`typed`, percent-encoded, if it is a path of this host, so that no link leads a signed-in person elsewhere."""
    fine = typed.startswith("/") and not typed.startswith("//") and not _TRICKS.search(typed)
    written = header_safe(typed) if fine and len(typed) <= ADDRESS_CHARS_MAX else otherwise
    return written if len(written) <= ADDRESS_CHARS_MAX else otherwise


def next_of(fields: Mapping[str, str], otherwise: str) -> str:
    """Where a form or an address says to go on to (its field `next`): only ever a page of this shop."""
    return own_path(fields.get("next", ""), otherwise)


def here(scope: Any) -> str:
    """The address that was asked for, path and query, percent-encoded as it came."""
    path = (scope.get("raw_path") or scope["path"].encode("utf-8", "replace")).partition(b"?")[0]
    query = scope.get("query_string", b"")
    return header_safe((path + b"?" + query if query else path).decode("utf-8", "replace"))
