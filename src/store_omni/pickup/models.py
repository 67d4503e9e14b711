from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Minor


class PickScan(Base):
    """A unit a picker scanned for a line: who found what when. `operation_id` makes a repeated scan of the same beep
    one row, while two beeps of two units are two."""

    __tablename__ = "pick_scan"
    __table_args__ = (
        ForeignKeyConstraint(
            ["store_id", "fulfilment_id", "line_no"],
            ["orders.fulfilment_line.store_id", "orders.fulfilment_line.fulfilment_id", "orders.fulfilment_line.line_no"],
        ),
        {"schema": "pickup"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[UUID] = mapped_column(primary_key=True)
    operation_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int]
    qty: Mapped[int]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Bag(Base):
    """A packed bag with its printed label."""

    __tablename__ = "bag"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "fulfilment_id"], ["orders.fulfilment.store_id", "orders.fulfilment.id"]),
        Index("ix_bag_fulfilment", "store_id", "fulfilment_id"),
        {"schema": "pickup"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[UUID]
    staging_code: Mapped[str | None]
    packed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Handover(Base):
    """A verified transfer to a person. Its pass is UNIQUE: the same code cannot carry goods away twice. `verified_by`: the code
    itself, or the order's number with the last four digits of its phone."""

    __tablename__ = "handover"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "fulfilment_id"], ["orders.fulfilment.store_id", "orders.fulfilment.id"]),
        ForeignKeyConstraint(["store_id", "pass_id"], ["passes.pass.store_id", "passes.pass.id"]),
        CheckConstraint("collector IN ('buyer','proxy')", name="collector"),
        CheckConstraint("verified_by IN ('code','number')", name="verified_by"),
        Index("uq_handover_pass", "store_id", "pass_id", unique=True),
        Index("ix_handover_fulfilment", "store_id", "fulfilment_id"),
        {"schema": "pickup"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[UUID]
    pass_id: Mapped[UUID]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"))
    collector: Mapped[str] = mapped_column(server_default="buyer")
    verified_by: Mapped[str] = mapped_column(server_default="code")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Shortage(Base):
    """A line of which a picker reported something missing, until it is settled ten seconds later or taken back."""

    __tablename__ = "shortage"
    __table_args__ = (
        ForeignKeyConstraint(
            ["store_id", "fulfilment_id", "line_no"],
            ["orders.fulfilment_line.store_id", "orders.fulfilment_line.fulfilment_id", "orders.fulfilment_line.line_no"],
            ondelete="CASCADE",
        ),
        Index("ix_shortage_at", "at"),
        {"schema": "pickup"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"))
    staff_name: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class NumberCheck(Base):
    """How often the last four digits of an order's phone were tried instead of its code, and were wrong."""

    __tablename__ = "number_check"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "fulfilment_id"], ["orders.fulfilment.store_id", "orders.fulfilment.id"]),
        {"schema": "pickup"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    fulfilment_id: Mapped[UUID] = mapped_column(primary_key=True)
    tries: Mapped[int]


class Receipt(Base):
    """The sale's receipt. Its number runs per store without gaps, because tax offices ask for that."""

    __tablename__ = "receipt"
    __table_args__ = (
        ForeignKeyConstraint(["store_id", "handover_id"], ["pickup.handover.store_id", "pickup.handover.id"]),
        Index("uq_receipt_handover", "store_id", "handover_id", unique=True),
        {"schema": "pickup"},
    )

    store_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[UUID]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.order.id"))
    tender: Mapped[str]
    slip_no: Mapped[str | None]
    currency: Mapped[str]
    total_minor: Mapped[Minor]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class ReceiptCounter(Base):
    __tablename__ = "receipt_counter"
    __table_args__ = {"schema": "pickup"}

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    last_number: Mapped[int] = mapped_column(server_default="0")
