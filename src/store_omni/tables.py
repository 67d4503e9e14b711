"""Imports every room's tables once, so that Alembic and the law tests see the whole schema."""

from store_omni.catalog import models as catalog
from store_omni.customers import models as customers
from store_omni.inventory import models as inventory
from store_omni.journal import models as journal
from store_omni.kit.database import Base
from store_omni.notifications import models as notifications
from store_omni.orders import models as orders
from store_omni.passes import models as passes
from store_omni.payments import models as payments
from store_omni.pickup import models as pickup
from store_omni.returns import models as returns
from store_omni.staff import models as staff
from store_omni.staff import sign_in_models as _sign_ins  # noqa: F401 — more tables of the same room
from store_omni.stockroom import models as stockroom
from store_omni.stores import models as stores

ROOMS = (
    journal, catalog, stores, staff, customers, inventory, payments, passes, stockroom, orders, pickup, returns, notifications,
)  # fmt: skip
SCHEMAS = tuple(room.__name__.split(".")[1] for room in ROOMS)
metadata = Base.metadata
APPEND_ONLY = (
    "journal.fact", "journal.access", "journal.seal", "inventory.ledger_entry", "inventory.document", "inventory.selling_rule_version",
    "stockroom.till_report",
)  # fmt: skip
