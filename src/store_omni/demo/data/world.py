"""What the demo's files hold, as rows: one Struct per kind of row, fields in the order of the columns."""

from datetime import date, datetime, time, timedelta, timezone

import msgspec

SEOUL = timezone(timedelta(hours=9), "KST")


class StoreRow(msgspec.Struct, frozen=True):
    """`hours` has seven entries, Monday first: (opens, closes) or None. `size` weighs how much the store sells."""

    code: str
    name_ko: str
    name_en: str
    district_ko: str
    district_en: str
    address: str
    city: str
    postcode: str
    phone: str
    latitude: str
    longitude: str
    hours: tuple[tuple[time, time] | None, ...]
    lead_minutes: int
    staging_locations: int
    size: int

    def open_on(self, day: date) -> tuple[time, time] | None:
        return self.hours[day.weekday()]


class SkuRow(msgspec.Struct, frozen=True):
    """One sellable unit with its product's words repeated. `price` in won; `option_*` is empty for a single SKU.
    `parts`: what is in a bundle, `SKU*units SKU*units`; else empty."""

    product_code: str
    sku_code: str
    gtin: str
    name_ko: str
    name_en: str
    brand: str
    category: str
    description_ko: str
    description_en: str
    keywords: str
    drawing: str
    colour: str
    option_ko: str
    option_en: str
    price: int
    parts: str = ""


class CustomerRow(msgspec.Struct, frozen=True):
    code: str
    name: str
    phone: str
    email: str
    locale: str
    joined_at: datetime


class OrderRow(msgspec.Struct, frozen=True):
    """One line of a sale, or the return or cancellation of one. `origin_*` name the sold line a return is of."""

    order_no: str
    line_no: int
    kind: str
    ordered_at: datetime
    channel: str
    store_code: str
    customer_code: str
    sku_code: str
    quantity: int
    unit_price: int
    tender: str
    slip_no: str
    origin_order_no: str
    origin_line_no: str
    collected_at: datetime | None
