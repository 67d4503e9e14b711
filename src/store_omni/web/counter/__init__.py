"""Clerks on a tablet with a scanner."""

from litestar import Router

from store_omni.web.counter.counts import COUNTS
from store_omni.web.counter.customers import CUSTOMERS
from store_omni.web.counter.handovers import HANDOVERS
from store_omni.web.counter.pickups import PICKUPS
from store_omni.web.counter.queue import QUEUE
from store_omni.web.counter.receipts import RECEIPTS
from store_omni.web.counter.returns import RETURNS
from store_omni.web.counter.scan import SCAN
from store_omni.web.counter.shortages import SHORTAGES
from store_omni.web.counter.stock import STOCK
from store_omni.web.plumbing.signing_in import staff_sign_in

FACE = Router(
    path="/counter",
    route_handlers=[
        staff_sign_in("counter", "/counter/queue", "clerk"), QUEUE, PICKUPS, HANDOVERS, SHORTAGES, SCAN, RETURNS, CUSTOMERS, STOCK, COUNTS, RECEIPTS,
    ],
)  # fmt: skip
