"""Apps, tills and integrators: JSON under /api/v1, bearer tokens, no cookies."""

from litestar import Router

from store_omni.web.api.explaining import EXPLANATIONS
from store_omni.web.api.histories import HISTORIES
from store_omni.web.api.holds import HOLDS
from store_omni.web.api.lookup import LOOKUP
from store_omni.web.api.orders import ORDERS
from store_omni.web.api.passes import PASSES
from store_omni.web.api.pickups import PICKUPS
from store_omni.web.api.returns import RETURNS
from store_omni.web.api.searching import SEARCHES
from store_omni.web.api.sessions import SESSIONS
from store_omni.web.api.stock import OPEN_STOCK, STOCK
from store_omni.web.api.stockroom import STOCKROOM

FACE = Router(
    path="/api/v1",
    route_handlers=[
        SESSIONS,
        OPEN_STOCK,
        STOCK,
        SEARCHES,
        STOCKROOM,
        EXPLANATIONS,
        HOLDS,
        ORDERS,
        PICKUPS,
        RETURNS,
        HISTORIES,
        LOOKUP,
        PASSES,
    ],
    include_in_schema=True,
)
