from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base, Minor


class Charge(Base):
    """What somebody owes us for one purpose. `method` pay_in_store: due until the till takes a tender.

    CHECK: refunded ≤ captured ≤ amount, all in `currency`'s minor unit.
    """

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("method IN ('pay_in_store','imported')", name="method"),
        CheckConstraint("state IN ('due','captured','void')", name="state"),
        CheckConstraint("0 <= refunded_minor AND refunded_minor <= captured_minor", name="refund_bound"),
        CheckConstraint("captured_minor <= amount_minor", name="capture_bound"),
        CheckConstraint("(state = 'captured') >= (captured_minor > 0)", name="captured_state"),
        {"schema": "payments"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    method: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="due")
    currency: Mapped[str]
    amount_minor: Mapped[Minor]
    captured_minor: Mapped[Minor] = mapped_column(server_default="0")
    refunded_minor: Mapped[Minor] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Capture(Base):
    """Money taken. One per charge: the UNIQUE key is what makes a second taking impossible.
    A card on the shop's own terminal carries the number of its slip."""

    __tablename__ = "capture"
    __table_args__ = (
        CheckConstraint("tender IN ('cash','card_terminal','imported')", name="tender"),
        CheckConstraint("(tender = 'card_terminal') = (slip_no IS NOT NULL)", name="slip"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        {"schema": "payments"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("payments.charge.id"), unique=True)
    tender: Mapped[str]
    slip_no: Mapped[str | None]
    amount_minor: Mapped[Minor]
    store_id: Mapped[int | None]
    staff_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Refund(Base):
    """Money given back, to the tender it came by. `cause_key` (the return it pays for) is UNIQUE: paid once.
    Who asked never approves: CHECK."""

    __tablename__ = "refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state IN ('pending','succeeded','failed')", name="state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> requested_by", name="four_eyes"),
        Index("ix_refund_charge_id", "charge_id"),
        Index("ix_refund_by_person", "requested_by", "at", postgresql_where=text("requested_by IS NOT NULL")),
        {"schema": "payments"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    charge_id: Mapped[UUID] = mapped_column(ForeignKey("payments.charge.id"))
    cause_key: Mapped[str] = mapped_column(unique=True)
    tender: Mapped[str]
    slip_no: Mapped[str | None]
    amount_minor: Mapped[Minor]
    currency: Mapped[str]
    state: Mapped[str]
    store_id: Mapped[int | None]
    requested_by: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class RefundRule(Base):
    """What one person may refund alone at a store, in one go and in one day, where it differs from `payments.refund_limit`."""

    __tablename__ = "refund_rule"
    __table_args__ = (CheckConstraint("alone_minor >= 0", name="alone"), {"schema": "payments"})

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    alone_minor: Mapped[Minor]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RefundRequest(Base):
    """A refund that waits for a second person, or was decided by one. `subject`: what it is for (`order:<id>`); `number`: as people
    say it. `why`: amount (above the limit), day (the person's sum of the day), own_receipt (the house showed the receipt)."""

    __tablename__ = "refund_request"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','approved','refused','used')", name="state"),
        CheckConstraint("why IN ('amount','day','own_receipt')", name="why"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
        CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided"),
        Index(
            "uq_refund_request_open", "store_id", "subject", "requested_by", "amount_minor", unique=True,
            postgresql_where=text("state IN ('waiting','approved')"),
        ),
        {"schema": "payments"},
    )  # fmt: skip

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    number: Mapped[str]
    why: Mapped[str]
    amount_minor: Mapped[Minor]
    currency: Mapped[str]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("staff.account.id"))
    requested_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    state: Mapped[str] = mapped_column(server_default="waiting")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.account.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(server_default="")


class RefundLimitsSince(Base):
    """One row: when limits of refunds came to this database. The audit judges no refund of before."""

    __tablename__ = "refund_limits_since"
    __table_args__ = ({"schema": "payments"},)

    applied_at: Mapped[datetime] = mapped_column(primary_key=True, server_default=func.now())
