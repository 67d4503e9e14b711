"""The five CSV files of the demo's world."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from store_omni.demo.data.history import make_orders
from store_omni.demo.data.people import make_customers
from store_omni.demo.data.products import make_bundles, make_skus
from store_omni.demo.data.stock import make_stock
from store_omni.demo.data.stores import make_stores
from store_omni.demo.data.world import CustomerRow, OrderRow, SkuRow, StoreRow

FILES = ("stores.csv", "catalog.csv", "customers.csv", "orders.csv", "stock.csv")
CURRENCY = "KRW"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def write_world(folder: Path, *, seed: int, until: date) -> dict[str, int]:
    """Write `FILES` into `folder` (made when missing). Returns rows per file; same arguments, same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    stores, skus = make_stores(), make_skus()
    customers = make_customers(seed, until)
    orders = make_orders(stores, skus, customers, seed, until)
    return {
        "stores.csv": _write(folder / "stores.csv", _STORE_HEADER, map(_store_cells, stores)),
        "catalog.csv": _write(
            folder / "catalog.csv", (*SkuRow.__struct_fields__, "currency"), map(_sku_cells, [*skus, *make_bundles(skus)])
        ),
        "customers.csv": _write(folder / "customers.csv", CustomerRow.__struct_fields__, map(_customer_cells, customers)),
        "orders.csv": _write(folder / "orders.csv", (*OrderRow.__struct_fields__, "currency"), map(_order_cells, orders)),
        "stock.csv": _write(folder / "stock.csv", ("store_code", "sku_code", "quantity"), make_stock(stores, skus, orders, seed)),
    }


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for count, row in enumerate(rows, 1):  # noqa: B007, the last count is the answer
            writer.writerow(row)
    return count


_STORE_FIELDS = (
    "code", "name_ko", "name_en", "district_ko", "district_en", "address", "city", "postcode", "phone", "latitude", "longitude",
    "lead_minutes", "staging_locations",
)  # fmt: skip
_STORE_HEADER = (*_STORE_FIELDS, "country", "timezone", "currency", *(f"hours_{day}" for day in WEEKDAYS))


def _store_cells(store: StoreRow) -> list[object]:
    hours = [f"{day[0]:%H:%M}-{day[1]:%H:%M}" if day else "" for day in store.hours]
    return [*(getattr(store, name) for name in _STORE_FIELDS), "KR", "Asia/Seoul", CURRENCY, *hours]


def _sku_cells(sku: SkuRow) -> list[object]:
    return [*(getattr(sku, name) for name in SkuRow.__struct_fields__), CURRENCY]


def _customer_cells(customer: CustomerRow) -> list[object]:
    return [customer.code, customer.name, customer.phone, customer.email, customer.locale, customer.joined_at.isoformat()]


def _order_cells(row: OrderRow) -> list[object]:
    cells = [getattr(row, name) for name in OrderRow.__struct_fields__]
    return [_said(cell) for cell in cells] + [CURRENCY]


def _said(cell: object) -> object:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else cell
