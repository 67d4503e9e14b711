from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Minor


class ReturnRequest(Base):
    """Goods on their way back. Two axes: `reception` (requested → received, or cancelled) and `acceptance`
    (pending → accepted | rejected). Money is the third, in payments. `kind` without_origin: the sale is unknown."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint("kind IN ('standard','without_origin')", name="kind"),
        CheckConstraint("reception IN ('requested','received','cancelled')", name="reception"),
        CheckConstraint("acceptance IN ('pending','accepted','rejected')", name="acceptance"),
        CheckConstraint("(kind = 'standard') = (order_id IS NOT NULL)", name="origin"),
        CheckConstraint("(reception = 'received') = (received_store_id IS NOT NULL)", name="received_where"),
        Index("ix_request_order_id", "order_id"),
        Index("ix_request_customer_id", "customer_id"),
        Index("uq_request_open", "order_id", unique=True, postgresql_where=text("reception = 'requested'")),
        {"schema": "returns"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(server_default="standard")
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("orders.order.id"))
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customers.customer.id"))
    channel: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    reception: Mapped[str] = mapped_column(server_default="requested")
    acceptance: Mapped[str] = mapped_column(server_default="pending")
    received_store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.store.id"))
    requested_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    requested_by_kind: Mapped[str]
    requested_by_id: Mapped[str | None]
    received_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    currency: Mapped[str]
    refund_minor: Mapped[Minor] = mapped_column(server_default="0")
    source: Mapped[str] = mapped_column(server_default="live")


class ReturnLine(Base):
    """`disposition` says where the goods went: restock, damaged, quarantine. NULL until received."""

    __tablename__ = "request_line"
    __table_args__ = (
        ForeignKeyConstraint(["order_id", "order_line_no"], ["orders.order_line.order_id", "orders.order_line.line_no"]),
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("disposition IN ('restock','damaged','quarantine')", name="disposition"),
        CheckConstraint("(order_id IS NULL) = (order_line_no IS NULL)", name="origin"),
        Index("ix_request_line_order", "order_id", "order_line_no"),
        {"schema": "returns"},
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("returns.request.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID | None]
    order_line_no: Mapped[int | None]
    sku_id: Mapped[int] = mapped_column(ForeignKey("catalog.sku.id"))
    qty: Mapped[int]
    unit_price_minor: Mapped[Minor]
    disposition: Mapped[str | None]


class Reception(Base):
    """The goods arrived: where, by whom, against which pass. One per request, held by the request's own state."""

    __tablename__ = "reception"
    __table_args__ = ({"schema": "returns"},)

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("returns.request.id"), primary_key=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
