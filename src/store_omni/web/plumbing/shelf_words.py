"""Categories in the reader's language, for choosing what is counted."""

from collections.abc import Iterable

from store_omni.catalog.categories import BY_KEY
from store_omni.web.plumbing.pages import named


def category_name(key: str) -> str:
    """A key that nobody listed stands for itself."""
    known = BY_KEY.get(key)
    return named(known) if known else key


def category_names(keys: Iterable[str]) -> dict[str, str]:
    return {key: category_name(key) for key in keys}
