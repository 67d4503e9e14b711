"""Phone and chat agents with a keyboard."""

from litestar import Router

from store_omni.web.desk.customers import CUSTOMERS
from store_omni.web.desk.orders import ORDERS
from store_omni.web.desk.search import SEARCH
from store_omni.web.plumbing.signing_in import staff_sign_in

FACE = Router(
    path="/desk",
    route_handlers=[staff_sign_in("desk", "/desk/search", "agent", "manager"), SEARCH, CUSTOMERS, ORDERS],
)
