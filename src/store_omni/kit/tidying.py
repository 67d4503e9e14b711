"""Text from people: one spelling, nothing that is not seen, so that two texts that look the same are the same."""

import re
import unicodedata
from typing import Any

# Letters and marks that are drawn as nothing, though Unicode does not call them formatting: the Hangul fillers, the blank
# Braille pattern, the grapheme joiner, the vowels and selectors of scripts that have them, selectors of variants.
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
_UNSEEN_THERE = re.compile(f"[{_UNSEEN}]")
# Control, direction marks and other formatting, halves of a character, private use, unassigned.
_UNSEEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029\x0b\x0c]")
# 👩‍👧: joined symbols stay joined, and a symbol keeps its colour.
_JOINERS = "\u200d\ufe0f"
# What is compared with a hash, or read by a scanner whose control characters separate fields, stays as it came.
_AS_IT_CAME = re.compile(r"password|(?:^|_)pin(?:_|$)|^(?:pass_)?code$|^barcode$")


def stays_as_it_came(name: str) -> bool:
    """Of a field: `password`, `new_password`, `pin`, `code`."""
    return bool(_AS_IT_CAME.search(name))


def _is_seen(char: str, before: str) -> bool:
    if char in _JOINERS:
        return bool(before) and unicodedata.category(before) in ("So", "Sk")
    return char in "\n\t" or not (_UNSEEN_THERE.match(char) or unicodedata.category(char) in _UNSEEN_KINDS)


def tidy(text: str) -> str:
    """NFC, trimmed, without control characters (but line ends as `\\n`, and tabs), direction marks and letters that nobody sees.
    Empty where nothing is left to read."""
    if text.isprintable() and not _UNSEEN_THERE.search(text):
        return unicodedata.normalize("NFC", text).strip()
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)):
        if _is_seen(char, kept[-1] if kept and kept[-1] not in _JOINERS else ""):
            kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def tidy_line(text: str) -> str:
    """The same for what stands in one line, as a name does."""
    return " ".join(tidy(text).split())


def tidied(value: Any, name: str = "") -> Any:
    """A whole document, as JSON brings it; secrets and scans stay as they came. Errors: `RecursionError`."""
    if isinstance(value, str):
        return value if stays_as_it_came(name) else tidy(value)
    if isinstance(value, list):
        return [tidied(part, name) for part in value]
    if isinstance(value, dict):
        return {key: tidied(part, key) for key, part in value.items()}
    return value
