"""A year of sales, returns and cancellations, line by line, in the order in which they happened."""

import random
from bisect import bisect
from datetime import date, datetime, time, timedelta
from itertools import accumulate

import msgspec

from store_omni.demo.data import seasons
from store_omni.demo.data.range_of_store import appeal, carried
from store_omni.demo.data.world import SEOUL, CustomerRow, OrderRow, SkuRow, StoreRow

DAYS = 365
ORDERS_A_DAY = 23.2
CANCELLED_SHARE = 0.03
RETURNED_SHARE = 0.04
RETURNED_ELSEWHERE_SHARE = 0.35
RETURN_DAYS_MAX = 14
ANONYMOUS_AT_COUNTER = 0.55
LINES = {1: 52, 2: 27, 3: 13, 4: 6, 5: 2}
QUANTITIES = {1: 84, 2: 12, 3: 3, 4: 1}
CARD_SHARE = 0.86


class _Shelf(msgspec.Struct):
    """A store's SKUs with running weights, so that choosing one is a search and not a walk."""

    skus: list[SkuRow]
    weights: list[float]

    def pick(self, luck: random.Random) -> SkuRow:
        return self.skus[min(bisect(self.weights, luck.random() * self.weights[-1]), len(self.skus) - 1)]


def make_orders(
    stores: list[StoreRow], skus: list[SkuRow], customers: list[CustomerRow], seed: int, until: date
) -> list[OrderRow]:
    """About 9,000 orders in the 365 days before `until`; nothing in it is later than the eve of that day."""
    luck = random.Random(f"orders {seed} {until.isoformat()}")  # noqa: S311, invented data, no secret
    ranges = {store.code: carried(store, skus, seed) for store in stores}
    appeals = {sku.sku_code: appeal(sku) for sku in skus}
    regulars = [luck.paretovariate(1.6) for _ in customers]
    rows: list[OrderRow] = []
    shelves: dict[tuple[str, int], _Shelf] = {}
    for ago in range(DAYS, 0, -1):
        day = until - timedelta(days=ago)
        for number in range(1, _orders_on(luck, day) + 1):
            store = luck.choices(stores, [store.size * (1.0 if store.open_on(day) else 0.35) for store in stores])[0]
            key = (store.code, day.month)
            if key not in shelves:
                shelves[key] = _shelf(ranges[store.code], appeals, day)
            buyer = luck.choices(customers, regulars)[0]
            rows += _order(luck, f"M{day:%y%m%d}-{number:03d}", day, store, shelves[key], buyer)
    end = datetime.combine(until, time(), SEOUL)
    rows = [row for row in rows if (row.collected_at or row.ordered_at) < end]
    rows += _returns(luck, rows, stores, end)
    return sorted(rows, key=lambda row: (row.ordered_at, row.order_no, row.line_no))


def _orders_on(luck: random.Random, day: date) -> int:
    mean = ORDERS_A_DAY * seasons.busyness(day)
    return max(4, round(luck.gauss(mean, mean**0.5)))


def _shelf(skus: list[SkuRow], appeals: dict[str, float], day: date) -> _Shelf:
    return _Shelf(skus, list(accumulate(appeals[sku.sku_code] * seasons.liking(sku.category, day) for sku in skus)))


def _order(luck: random.Random, number: str, day: date, store: StoreRow, shelf: _Shelf, buyer: CustomerRow) -> list[OrderRow]:
    channel = luck.choices(list(seasons.CHANNELS), list(seasons.CHANNELS.values()))[0]
    if channel == "counter" and store.open_on(day) is None:
        channel = "mobile"
    at = seasons.moment(luck, day, channel, store)
    anonymous = channel == "counter" and luck.random() < ANONYMOUS_AT_COUNTER
    card = luck.random() < CARD_SHARE
    cancelled = channel != "counter" and luck.random() < CANCELLED_SHARE * 2
    fetched = None if cancelled else at if channel == "counter" else seasons.collected(luck, at, store)
    chosen = {sku.sku_code: sku for sku in (shelf.pick(luck) for _ in range(luck.choices(list(LINES), list(LINES.values()))[0]))}
    sold = [
        OrderRow(
            order_no=number, line_no=line, kind="sale", ordered_at=at, channel=channel, store_code=store.code,
            customer_code="" if anonymous else buyer.code, sku_code=sku.sku_code,
            quantity=luck.choices(list(QUANTITIES), list(QUANTITIES.values()))[0], unit_price=sku.price,
            tender="" if cancelled else "card" if card else "cash",
            slip_no=f"{luck.randrange(10**8):08d}" if card and not cancelled else "",
            origin_order_no="", origin_line_no="", collected_at=fetched,
        )
        for line, sku in enumerate(chosen.values(), 1)
    ]  # fmt: skip
    if not cancelled:
        return sold
    later = at + timedelta(minutes=luck.randrange(4, 55))
    return sold + [_undo(row, "cancel", f"C{row.order_no[1:]}", later, row.channel, row.store_code, row.quantity) for row in sold]


def _returns(luck: random.Random, rows: list[OrderRow], stores: list[StoreRow], end: datetime) -> list[OrderRow]:
    by_code = {store.code: store for store in stores}
    back: list[OrderRow] = []
    for row in rows:
        if row.kind != "sale" or row.collected_at is None or luck.random() >= RETURNED_SHARE:
            continue
        elsewhere = luck.random() < RETURNED_ELSEWHERE_SHARE
        store = luck.choice(stores) if elsewhere else by_code[row.store_code]
        at = seasons.within_hours(
            luck, row.collected_at + timedelta(days=luck.randrange(1, RETURN_DAYS_MAX), minutes=luck.randrange(600)), store
        )
        if at < end:
            quantity = luck.randint(1, row.quantity)
            back.append(_undo(row, "return", f"R{row.order_no[1:]}-{row.line_no}", at, "counter", store.code, quantity))
    return back


def _undo(row: OrderRow, kind: str, number: str, at: datetime, channel: str, store_code: str, quantity: int) -> OrderRow:
    """The row that takes back (part of) a sold one."""
    return msgspec.structs.replace(
        row, order_no=number, kind=kind, ordered_at=at, channel=channel, store_code=store_code, quantity=quantity,
        origin_order_no=row.order_no, origin_line_no=str(row.line_no), collected_at=at if kind == "return" else None,
    )  # fmt: skip
