"""Stock levels as a CSV file, sent as it is read, so that it may be as long as it wants."""

import csv
import io
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.response import Stream

from store_omni.kit.database import ReadSession
from store_omni.kit.errors import N_
from store_omni.stockroom.overseeing import Shelf, Sought, every_shelf
from store_omni.web.plumbing.formats import exact
from store_omni.web.plumbing.pages import named
from store_omni.web.plumbing.texts import current_locale, gettext, use_locale

# Excel takes a file without this mark for the old Korean code page.
BYTE_ORDER_MARK = "\ufeff"
COLUMNS = (
    N_("Store code"), N_("Store"), N_("SKU code"), N_("Barcode"), N_("Product"), N_("Option"), N_("On hand"), N_("Allocated"),
    N_("In checkout"), N_("Short"), N_("In transit"), N_("Quarantine"), N_("Safety stock"), N_("Free to sell"), N_("Confidence"),
    N_("Version"), N_("Last change"), N_("Last counted"),
)  # fmt: skip
# What a spreadsheet would run as a formula.
_RUNS = ("=", "+", "-", "@", "\t", "\r")


def _cells(shelf: Shelf) -> tuple[Any, ...]:
    goods = shelf.goods
    return (
        shelf.store_code, named(shelf, "store_name"), goods.code, goods.gtin or "", named(goods), named(goods, "option"), shelf.on_hand,
        shelf.allocated, shelf.reserved, shelf.short, shelf.in_transit, shelf.quarantine, shelf.safety, shelf.free, shelf.confidence,
        shelf.version, exact(shelf.changed_at), exact(shelf.counted_at) if shelf.counted_at else "",
    )  # fmt: skip


def plain_cell(cell: Any) -> Any:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUNS) else cell


def _lines(rows: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([plain_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def shelves_file(request: Request[Any, Any, Any], sought: Sought) -> Stream:
    locale = current_locale()

    async def parts() -> AsyncGenerator[bytes, None]:
        use_locale(locale)
        yield (BYTE_ORDER_MARK + _lines([tuple(gettext(name) for name in COLUMNS)])).encode()
        # A transaction of its own: a download must not hold the request's session open.
        async with request.app.state.readers.begin() as session:
            async for shelves in every_shelf(ReadSession(session), sought):
                yield _lines([_cells(shelf) for shelf in shelves]).encode()

    name = f"stock-{datetime.now(UTC):%Y%m%d-%H%M}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Stream(parts(), media_type="text/csv", headers=headers)
