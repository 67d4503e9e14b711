from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from store_omni.kit.database import Base


class Pass(Base):
    """A one-time right, shown as a QR. `store_id` is where it was issued for; a return pass may be spent elsewhere.

    At most one live pass per purpose and subject: issuing anew revokes the old one.
    """

    __tablename__ = "pass"
    __table_args__ = (
        CheckConstraint("purpose IN ('pickup','return','receipt')", name="purpose"),
        CheckConstraint("spent_at IS NULL OR spent_at <= expires_at", name="spent_in_time"),
        CheckConstraint("spent_at IS NULL OR revoked_at IS NULL", name="spent_or_revoked"),
        Index(
            "uq_pass_live", "store_id", "purpose", "subject_id",
            unique=True, postgresql_where=text("spent_at IS NULL AND revoked_at IS NULL"),
        ),
        {"schema": "passes"},
    )  # fmt: skip

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.store.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    subject_id: Mapped[UUID]
    key_id: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    spent_at: Mapped[datetime | None]
    spent_store_id: Mapped[int | None]
    spent_by: Mapped[UUID | None]
