from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Minor

ORDER_STATES = ("pending_payment", "confirmed", "completed", "expired", "cancelled")
FULFILMENT_STATES = (
    "allocated", "picking", "short", "packed", "staged", "ready_for_pickup", "partially_handed_over", "handed_over",
    "rejected", "cancelled", "uncollected", "restocked",
)  # fmt: skip
SHARE_KINDS = ("customer", "phone", "email", "device", "source")
CHANNELS = ("web", "mobile", "counter", "phone", "chat", "api")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN (" + ",".join(f"'{value}'" for value in values) + ")"


class Basket(Base):
    """What a shopper has gathered, for one store (none chosen yet: NULL). Found by a random cookie, kept 30 days."""

    __tablename__ = "basket"
    __table_args__ = (Index("ix_basket_customer_id", "customer_id"), {"schema": "orders"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.store.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.customer.id"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class BasketLine(Base):
    __tablename__ = "basket_line"
    __table_args__ = (CheckConstraint("qty BETWEEN 1 AND 99", name="qty"), {"schema": "orders"})

    basket_id: Mapped[UUID] = mapped_column(ForeignKey("orders.basket.id", ondelete="CASCADE"), primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"), primary_key=True)
    qty: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Order(Base):
    """The customer's side of a purchase; it has no store. `number` is what people read aloud. `contact_*` is who may
    be told about this order, which need not be the customer's own record."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(_one_of("state", ORDER_STATES), name="state"),
        CheckConstraint(_one_of("channel", CHANNELS), name="channel"),
        CheckConstraint("total_minor >= 0", name="total"),
        Index("ix_order_customer_id", "customer_id", text("placed_at DESC")),
        Index("ix_order_placed_at", "placed_at"),
        Index("ix_order_contact_phone", "contact_phone"),
        Index("ix_order_contact_email", "contact_email"),
        {"schema": "orders"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.customer.id"))
    channel: Mapped[str]
    state: Mapped[str]
    currency: Mapped[str]
    total_minor: Mapped[Minor]
    locale: Mapped[str] = mapped_column(server_default="ko")
    contact_name: Mapped[str] = mapped_column(server_default="")
    contact_phone: Mapped[str | None]
    contact_email: Mapped[str | None]
    placed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    placed_by_kind: Mapped[str]
    placed_by_id: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]
    source: Mapped[str] = mapped_column(server_default="live")


class OrderLine(Base):
    """`qty` stays as ordered; what became of it stands beside it. CHECK: cancelled + handed over ≤ ordered, and
    nothing is returned that was not handed over. `price_reason` says why a price is 0 (`free`). `bundle_sku_id`: the
    bundle this part was bought in; its price is its share of the bundle's."""

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("qty > 0 AND qty_cancelled >= 0 AND qty_handed_over >= 0 AND qty_returned >= 0", name="qty"),
        CheckConstraint("qty_cancelled + qty_handed_over <= qty", name="balance"),
        CheckConstraint("qty_returned <= qty_handed_over", name="returned"),
        CheckConstraint("unit_price_minor > 0 OR price_reason <> ''", name="price_reason"),
        Index("ix_order_line_sku_id", "sku_id"),
        {"schema": "orders"},
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"))
    name_ko: Mapped[str]
    name_en: Mapped[str]
    qty: Mapped[int]
    qty_cancelled: Mapped[int] = mapped_column(server_default="0")
    qty_handed_over: Mapped[int] = mapped_column(server_default="0")
    qty_returned: Mapped[int] = mapped_column(server_default="0")
    unit_price_minor: Mapped[Minor]
    price_reason: Mapped[str] = mapped_column(server_default="")
    bundle_sku_id: Mapped[int | None] = mapped_column(ForeignKey("catalog.sku.id"))


class OpenShare(Base):
    """One open order as it counts against one of its buyer's caps. `key`: SHA-256 of what `kind` names, see `capping`;
    `units` as ordered. The rows of an order go when it ends (trigger `drop_open_shares`)."""

    __tablename__ = "open_share"
    __table_args__ = (
        CheckConstraint(_one_of("kind", SHARE_KINDS), name="kind"),
        CheckConstraint("units > 0", name="units"),
        Index("ix_open_share_order_id", "order_id"),
        {"schema": "orders"},
    )

    key: Mapped[bytes] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"), primary_key=True)
    kind: Mapped[str]
    units: Mapped[int]


class OrderCharge(Base):
    """Which charges belong to which order (one today; differences of exchanges later)."""

    __tablename__ = "order_charge"
    __table_args__ = {"schema": "orders"}

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"), primary_key=True)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("payments.charge.id"), primary_key=True, unique=True)


class Fulfilment(Base):
    """The part of an order done by one store. `ready_by` is the promise; `hold_until` how long a ready bag is kept;
    `checked_in_at` a time, never a gate."""

    __tablename__ = "fulfilment"
    __table_args__ = (
        CheckConstraint(_one_of("state", FULFILMENT_STATES), name="state"),
        ForeignKeyConstraint(["store_id", "hold_id"], ["inventory.hold.store_id", "inventory.hold.id"]),
        CheckConstraint("(state = 'picking') <= (picker_id IS NOT NULL)", name="picker"),
        Index("ix_fulfilment_order_id", "order_id"),
        Index(
            "ix_fulfilment_open", "store_id", "ready_by",
            postgresql_where=text("state NOT IN ('handed_over','cancelled','restocked')"),
        ),
        Index("ix_fulfilment_handed_over", "store_id", "handed_over_at", postgresql_where=text("handed_over_at IS NOT NULL")),
        {"schema": "orders"},
    )  # fmt: skip

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"))
    state: Mapped[str]
    ready_by: Mapped[datetime]
    hold_id: Mapped[UUID | None]
    allocated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    picker_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    picking_at: Mapped[datetime | None]
    packed_at: Mapped[datetime | None]
    staged_at: Mapped[datetime | None]
    staging_code: Mapped[str | None]
    ready_at: Mapped[datetime | None]
    hold_until: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]


class FulfilmentLine(Base):
    __tablename__ = "fulfilment_line"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "fulfilment_id"], ["orders.fulfilment.store_id", "orders.fulfilment.id"]),
        ForeignKeyConstraint(["store_id", "allocation_id"], ["inventory.allocation.store_id", "inventory.allocation.id"]),
        ForeignKeyConstraint(["order_id", "line_no"], ["orders.order_line.order_id", "orders.order_line.line_no"]),
        CheckConstraint("qty > 0 AND qty_picked BETWEEN 0 AND qty", name="picked"),
        CheckConstraint("qty_handed_over BETWEEN 0 AND qty_picked", name="handed_over"),
        Index("ix_fulfilment_line_order", "order_id", "line_no"),
        {"schema": "orders"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"))
    qty: Mapped[int]
    qty_picked: Mapped[int] = mapped_column(server_default="0")
    qty_handed_over: Mapped[int] = mapped_column(server_default="0")
    allocation_id: Mapped[UUID | None]


class OrderLink(Base):
    """A one-time way into one order, mailed to its buyer: 128 random bits, kept only as their hash."""

    __tablename__ = "order_link"
    __table_args__ = (Index("ix_order_link_order_id", "order_id"), {"schema": "orders"})

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OrderViewer(Base):
    """A browser that has shown it may see an order (it placed it, or came by link or code)."""

    __tablename__ = "order_viewer"
    __table_args__ = {"schema": "orders"}

    viewer_hash: Mapped[bytes] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]


class LookupChallenge(Base):
    """A guest proves by a mailed six-digit code that an order is hers: five tries, ten minutes. `order_id` NULL: number
    and phone did not match anything, and the answer must look the same."""

    __tablename__ = "lookup_challenge"
    __table_args__ = (
        CheckConstraint("tries BETWEEN 0 AND 5", name="tries"),
        Index("ix_lookup_challenge_order_id", "order_id"),
        {"schema": "orders"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.order.id"))
    code_hash: Mapped[str | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
