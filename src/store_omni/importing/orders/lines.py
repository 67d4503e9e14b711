"""One row of an order file: what kind of line it is, who sold it, in which currency's minor units."""

import hashlib
import re
from functools import lru_cache

from store_omni.importing.errors import RowRefused
from store_omni.importing.mapping import Mapping
from store_omni.importing.parsing import moment, money, whole
from store_omni.importing.staging import Cells, Parse, needed
from store_omni.orders.models import CHANNELS

SALE, RETURN, CANCEL, ADJUST, WRITE_OFF = "sale", "return", "cancel", "adjust", "write_off"
TENDERS = ("cash", "card_terminal", "imported")
FREE, ROUNDED = "free", "rounded"
NAMES_MAX = 40_000

COLUMNS = (
    "doc", "kind", "given_line", "sku_code", "name", "qty", "price", "price_reason", "at", "collected_at", "customer_code",
    "channel", "store_code", "currency", "tender", "slip_no", "origin_doc", "origin_line",
)  # fmt: skip
TABLE = """CREATE TEMP TABLE import_line (
  file int, row int, doc text, kind text, given_line int, sku_code text, name text, qty int, price bigint, price_reason text,
  at timestamptz, collected_at timestamptz, customer_code text, channel text, store_code text, currency text, tender text,
  slip_no text, origin_doc text, origin_line int) ON COMMIT DROP"""


def parser(mapping: Mapping) -> Parse:
    """The rule of a mapping, as `stage` wants it. `qty` is never negative except in a correction of stock."""
    sellers, channels = _wheel({place.code: place.share for place in mapping.stores}), _wheel(mapping.channels)
    has_collected = "collected_at" in mapping.columns

    def parse(cells: Cells) -> tuple:
        doc, sku_code, quantity, at, price = needed(cells, "order_no", "sku_code", "quantity", "ordered_at", "unit_price")
        currency = cells["currency"] or mapping.currency
        units, minor = whole(quantity, "quantity", mapping.decimal), money(price, currency, mapping.decimal)
        kind = _kind(mapping, cells["kind"], doc, units, minor)
        customer = cells["customer_code"]
        chooser = customer or doc
        store = cells["store_code"] or drawn(sellers, chooser)
        channel = cells["channel"] or (mapping.anonymous_channel if not customer else "") or drawn(channels, chooser)
        if channel not in CHANNELS:
            raise RowRefused(f"channel is unknown: {channel!r}")
        tender = _tender(mapping, cells["tender"], cells["slip_no"])
        placed = moment(at, mapping.timezone, mapping.dates)
        collected = (
            moment(cells["collected_at"], mapping.timezone, mapping.dates)
            if cells["collected_at"]
            else None
            if has_collected
            else placed
        )
        if collected is not None and collected < placed:
            raise RowRefused("collected before it was ordered")
        origin_line = cells["origin_line_no"]
        return (
            doc, kind, whole(cells["line_no"], "line_no") if cells["line_no"] else None, sku_code, cells["name"],
            units if kind == ADJUST else abs(units), minor, "" if minor else FREE if _is_nothing(price) else ROUNDED,
            placed, collected, customer or None, channel, store, currency, tender, cells["slip_no"] or None,
            cells["origin_order_no"] or None, whole(origin_line, "origin_line_no") if origin_line else None,
        )  # fmt: skip

    return parse


def _kind(mapping: Mapping, said: str, doc: str, units: int, minor: int) -> str:
    if units == 0:
        raise RowRefused("quantity is nothing")
    if said:
        kind = mapping.kinds.get(said, "")
        if kind not in (SALE, RETURN, CANCEL) or minor < 0 or units < 0:
            raise RowRefused(f"a line of kind {said!r}, {units} units at {minor} is not understood")
        return kind
    if _begins(mapping.documents.write_off, doc) or minor < 0:
        return WRITE_OFF
    if units > 0:
        return SALE
    return RETURN if _begins(mapping.documents.cancellation, doc) else ADJUST


@lru_cache(NAMES_MAX)
def _begins(pattern: str, doc: str) -> bool:
    return bool(pattern) and re.match(pattern, doc) is not None


def _tender(mapping: Mapping, said: str, slip_no: str) -> str:
    tender = mapping.tenders.get(said, "imported")
    return "imported" if tender == "card_terminal" and not slip_no else tender


def _is_nothing(price: str) -> bool:
    return not any(digit in price for digit in "123456789")


def _wheel(shares: dict[str, int]) -> tuple[str, ...]:
    """Each name as often as its share says."""
    return tuple(name for name, share in shares.items() for _ in range(share))


@lru_cache(NAMES_MAX)
def drawn(wheel: tuple[str, ...], chooser: str) -> str:
    """Always the same name for the same customer or order, on every machine and in every run."""
    if not wheel:
        raise RowRefused("neither the file nor the mapping says which store or channel sold it")
    return wheel[int.from_bytes(hashlib.sha256(chooser.encode()).digest()[:8], "big") % len(wheel)]
