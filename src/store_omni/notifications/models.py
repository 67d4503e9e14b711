from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base


class Message(Base):
    """A customer was told, or was not: sent, failed, or no address to tell. One per fact and channel, so a fact that is
    delivered twice tells once."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting','sent','failed','no_address')", name="state"),
        CheckConstraint("channel IN ('email','sms','kakao')", name="channel"),
        Index("uq_message_fact_channel", "fact_id", "channel", unique=True),
        Index("ix_message_due", "next_try_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_message_order_id", "order_id"),
        Index("ix_message_address", "address", "settled_at"),
        Index("ix_message_sent", "channel", "settled_at", postgresql_where=text("state = 'sent'")),
        {"schema": "notifications"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fact_id: Mapped[UUID]
    order_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    template: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str | None]
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    # refused, no_carrier, too_long, too_late, limit, unreachable, broken: staff see it as a sentence; last_error is the operator's.
    problem: Mapped[str | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]
