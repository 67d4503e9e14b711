"""Managers: what is off today, the stock of all stores, who looked at whom, who signed in, who works here, and the component page.

All keep to the manager's stores: `known_stores` holds only those, and lists ask `own_stores`."""

from litestar import Router
from litestar.di import Provide

from store_omni.web.office.access import ACCESS
from store_omni.web.office.counts import COUNTS
from store_omni.web.office.drift import DRIFT
from store_omni.web.office.explaining import EXPLANATION
from store_omni.web.office.messages import MESSAGES
from store_omni.web.office.purchases import PURCHASES
from store_omni.web.office.refunds import REFUNDS
from store_omni.web.office.sign_ins import SIGN_INS
from store_omni.web.office.staff import STAFF
from store_omni.web.office.stock import LEVELS
from store_omni.web.office.stock_acts import ACTS
from store_omni.web.office.stock_level import LEVEL
from store_omni.web.office.stock_tasks import TASKS
from store_omni.web.office.today import TODAY
from store_omni.web.office.transfers import TRANSFERS
from store_omni.web.plumbing.guarding import known_own_stores
from store_omni.web.plumbing.signing_in import staff_sign_in

STOCK = Router(path="/stock", route_handlers=[LEVELS, COUNTS, TRANSFERS, PURCHASES, TASKS, DRIFT, EXPLANATION, LEVEL, ACTS])
FACE = Router(
    path="/office",
    route_handlers=[staff_sign_in("office", "/office", "manager"), TODAY, MESSAGES, REFUNDS, ACCESS, SIGN_INS, STAFF, STOCK],
    dependencies={"known_stores": Provide(known_own_stores)},
)
