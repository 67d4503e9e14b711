"""Apps, tills and integrators: JSON under /api/v1, bearer tokens, no cookies."""

from litestar import Router

from store_omni.web.api.orders import ORDERS
from store_omni.web.api.pickups import PICKUPS
from store_omni.web.api.returns import RETURNS
from store_omni.web.api.sessions import SESSIONS
from store_omni.web.api.stock import STOCK

FACE = Router(path="/api/v1", route_handlers=[SESSIONS, STOCK, ORDERS, PICKUPS, RETURNS], include_in_schema=True)
