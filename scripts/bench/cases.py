"""The named cases: which requests, what their raw limit is, and the ratio they have to reach."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.loading import Source
from bench.world import World

from bench import asking

CLIENTS = (16, 64)
BARE = "bare"
MIXED = "mixed"
# A 99th percentile of a read under mixed load is at most so many times the median.
MIXED_TAIL_MAX = 10.0
# An order's cost in CPU at ten and at a hundred times the rows, against the cost at one.
GROWTH_MAX = {10: 1.15, 100: 1.3}


@dataclass(frozen=True)
class Case:
    """`route`: method and path in the API's description; a case whose route is not there is left out, and said so. None: a page.
    `raw`: `bare`, or a name of raw_sql. `bars`: clients → smallest ratio. `from_holds`: its requests use up holds made before."""

    name: str
    source: Callable[[World], Source]
    raw: str
    route: tuple[str, str] | None = None
    bars: dict[int, float] = field(default_factory=dict)
    from_holds: bool = False


CASES = (
    # Answered before the router, so it has to beat a handler that is behind it.
    Case("stock_read", asking.stock_read, BARE, ("get", "/api/v1/skus/{sku}/availability"), {16: 1.5, 64: 1.5}),
    Case("list_page", asking.list_page, BARE, None, {16: 0.45, 64: 0.45}),
    Case("hold", asking.hold, "hold", ("post", "/api/v1/holds")),
    Case("order_uniform", lambda world: asking.order(world, hot=False), "order_uniform", ("post", "/api/v1/orders"), {16: 0.45, 64: 0.6}),
    Case("order_hot", lambda world: asking.order(world, hot=True), "order_hot", ("post", "/api/v1/orders"), {16: 2.0, 64: 3.0}),
    Case("order_from_hold", asking.hold, "order_uniform", ("post", "/api/v1/holds"), from_holds=True),
    Case("search", asking.search, "search", ("get", "/api/v1/products")),
    Case("order_lookup", asking.order_lookup, "order_lookup", ("get", "/api/v1/orders/{number}")),
    Case("timeline_shopper", asking.timeline_shopper, "timeline_shopper", ("get", "/api/v1/me/history")),
    Case("timeline_staff", asking.timeline_staff, "timeline_staff", ("get", "/api/v1/customers/{customer_id}/history"), {16: 0.5, 64: 0.5}),
)  # fmt: skip
NAMES = (*(case.name for case in CASES), MIXED)
QUICK = (*(case.name for case in CASES if case.bars), MIXED)


def mixed(world: World) -> Source:
    return asking.mixed(asking.stock_read(world), asking.order(world, hot=False))
